"""From trained networks to a release: the weights' file and the card that describes it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from safetensors.torch import save_file
from torch import nn

from model.findings import OUTPUTS
from model.network import CovidXNet
from model.preprocess import PIPELINE_VERSION
from model.training.cache import Prepared
from model.training.classifier import ClassifierConfig
from model.training.data import MaskFile
from model.training.folds import folds_sha256
from model.training.localization import localization_figures
from model.training.lungs import LungConfig
from model.training.validation import Validation, called_covid, unseen_figures
from model.weights import GateCard, WeightsCard, sha256_of


def export_weights(networks: Sequence[nn.Module], path: Path, *, prefixed: bool) -> str:
    """Write networks into one safetensors file and return its hash."""
    tensors = {
        (f"{index}.{name}" if prefixed else name): value.detach().cpu().contiguous()
        for index, network in enumerate(networks)
        for name, value in network.state_dict().items()
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, path)
    path.chmod(0o644)  # it is written readable for the owner alone, and served by another user in the image
    return sha256_of(path)


def release_card(
    network: CovidXNet,
    prepared: Prepared,
    folds: Mapping[str, int],
    config: ClassifierConfig,
    lungs: LungConfig,
    *,
    folder: Path,
    gate: GateCard,
    lungs_dice: Mapping[str, float],
    outlines: Sequence[MaskFile],
    created: date,
) -> WeightsCard:
    """Fix everything that validation fixes and describe the release.

    Args:
        folder: The release's folder; `weights.safetensors` and `lungs.safetensors` are in it.
        gate: The gate that `folder` holds.
        lungs_dice: Dice of the held-out fold by mask origin.
        outlines: Lesions drawn by radiologists, for the figures of localisation.
    """
    rows = prepared.select(lambda s: s.source in config.sources and folds[s.image_id] == config.fold)
    held_out = Validation(network, prepared, rows, f"fold {config.fold} of {config.name}", config.class_shares)
    calibration, map_scale = held_out.fit_calibration(), held_out.map_scale()
    probabilities = held_out.probabilities(calibration)
    points = held_out.operating_points(probabilities)
    never_trained_on = prepared.select(lambda s: s.source not in config.sources or folds[s.image_id] == config.fold)
    return WeightsCard(
        folder=folder,
        name="covid-xnet",
        version=config.name.removeprefix("release-"),
        created=created.isoformat(),
        file="weights.safetensors",
        sha256=sha256_of(folder / "weights.safetensors"),
        n_members=1,
        network=config.network,
        input=config.input,
        lungs_file="lungs.safetensors",
        lungs_sha256=sha256_of(folder / "lungs.safetensors"),
        lungs_network=lungs.network,
        gate=gate,
        pipeline=PIPELINE_VERSION,
        outputs=OUTPUTS,
        calibration=calibration,
        operating_points=points,
        other_threshold=held_out.other_threshold(probabilities),
        logit_noise=held_out.logit_noise(calibration, config),
        map_scale=map_scale,
        intended_use=INTENDED_USE,
        training=_training(prepared, folds, config),
        validation=held_out.figures(probabilities)
        | {
            "called_covid_19": called_covid(network, prepared, never_trained_on, calibration, points[0].threshold),
            "unseen_hospitals": unseen_figures(network, prepared, config, calibration),
            "lungs_dice": dict(lungs_dice),
            "localization": localization_figures(network, prepared, outlines, folds, config.fold, map_scale),
        },
        limits=LIMITS,
        licence="Apache-2.0; some training sources allow research use only",
    )


INTENDED_USE = (
    "Research. Decision support for radiologists on frontal chest radiographs (PA or AP) of adults: COVID-19 against "
    "normal, with other abnormality as a third answer. Not a medical device."
)

LIMITS = (
    "Hospital and class are confounded in the training data; the held-out fold flatters the network.",
    "COVID-19 is told from other pneumonia only weakly; the third output means 'abnormal, not typical of COVID-19'.",
    "A normal radiograph does not exclude COVID-19: early disease is often not visible.",
    "Children, lateral views, computed tomography and other body parts are outside the scope.",
    "Operating points were fixed on the held-out fold and move at another hospital; check them on your own.",
    "The map shows where the network's evidence lies, not why; its peak often misses the lesion, as its figures say.",
    "No prospective study was made.",
)


def _training(prepared: Prepared, folds: Mapping[str, int], config: ClassifierConfig) -> dict[str, Any]:
    rows = prepared.select(lambda s: s.source in config.sources and folds[s.image_id] != config.fold)
    counts: dict[str, int] = {}
    for i in rows:
        sample = prepared.samples[i]
        key = f"{sample.source}: {sample.label}"
        counts[key] = counts.get(key, 0) + 1
    return {
        "radiographs": dict(sorted(counts.items())),
        "folds_sha256": folds_sha256(),
        "config": asdict(config),
        "without_patient_identity": "an image without a patient identity counts as a patient of its own",
    }
