"""The runs of the evidence: one recipe trained on different hospitals and folds; a stopped campaign resumes."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file as load_arrays
from safetensors.numpy import save_file as save_arrays
from safetensors.torch import load_file

from model.network import CovidXNet, build_network, lay_channels_last
from model.preprocess import PIPELINE_VERSION
from model.training.augment import AugmentConfig
from model.training.cache import Prepared
from model.training.classifier import ClassifierConfig, read_logits, train_classifier
from model.training.controls import Hide
from model.training.data import Sample
from model.training.export import export_weights
from model.training.folds import N_FOLDS
from model.training.targets import MapTarget

Budget = Literal["small", "full"]

EVERYTHING = ("bimcv-inferred", "qatar-db-mixed")
"""Sources that the paper's protocol has beside the recipe's: they teach the hospital more than the disease."""

LEFT_OUT = {
    "a": ("nih", "rsna", "armiro-web"),
    "b": ("chestx-ray-com", "hannover"),
    "c": ("jsrt", "tb-db-mixed", "ieee8023-journals", "sirm"),
    "d": ("shenzhen", "montgomery", "radiopaedia"),
    "e": ("nih", "rsna", "hannover", "ieee8023-journals", "sirm"),
}
"""Hospitals left out together: in every round COVID-19 and normal of hospitals that the network never saw; those of
`EVERYTHING` are unseen in all. The last one puts more COVID-19 beside the normals that are hardest to tell: of
inpatients, many of them AP."""

LITTLE = AugmentConfig(rotation_degrees=6, zoom=0.1, shift=0.04, tone=0.2, texture=0.1, marks=0.1)
"""Changes of the protocol's radiographs: against learning by heart only."""

CONTROL_ROUND = "c"
"""The round whose hospitals the controls leave out, so that they are judged on a fold and on unseen hospitals."""

STEPS: Mapping[Budget, Mapping[str, int]] = {
    "small": {"release": 120, "left-out": 80, "again": 80, "protocol": 120, "control": 60, "ablation": 60},
    "full": {"release": 3000, "left-out": 3000, "again": 3000, "protocol": 10_000, "control": 600, "ablation": 600},
}
"""Optimiser steps of each kind of run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One training of the campaign.

    Attributes:
        whole_frame: An ablation that sees the whole radiograph instead of the lung box.
    """

    name: str
    config: ClassifierConfig
    whole_frame: bool = False


_WEIGHTS = "weights.safetensors"


@dataclass(frozen=True, kw_only=True)
class Read:
    """A run that has ended, and what its network said of every radiograph there is.

    Attributes:
        logits: (N, 2) float32 in the order of `HEADS`, rows as prepared.
        folder: What `execute` left; the weights are loaded when a table needs the network.
    """

    run: Run
    logits: NDArray[np.float32]
    folder: Path

    @property
    def has_network(self) -> bool:
        """Whether the weights are at hand, and not only what the network said."""
        return (self.folder / _WEIGHTS).exists()

    @cached_property
    def network(self) -> CovidXNet:
        """The network in evaluation mode.

        Raises:
            FileNotFoundError: only what it said was kept.
        """
        network = build_network(self.run.config.network)
        network.load_state_dict(load_file(self.folder / _WEIGHTS))
        return lay_channels_last(network.eval())


def plan(recipe: ClassifierConfig, budget: Budget) -> list[Run]:
    """List the runs: released members, left-out hospitals, controls, ablations, protocol, left-out hospitals again."""
    members = [_run(f"release-{fold}", recipe, budget, fold=fold) for fold in range(N_FOLDS)]
    left_out = [_run(f"left-out-{name}", _without(recipe, out), budget) for name, out in LEFT_OUT.items()]
    again = [_run(f"again-{name}", _without(recipe, out), budget, seed=1) for name, out in LEFT_OUT.items()]
    base = _without(recipe, LEFT_OUT[CONTROL_ROUND])
    # What is hidden cannot be pointed at: controls have no map losses, and one that hides nothing stands beside them.
    blind = replace(base, outside_weight=0.0, target_weight=0.0, target_draws=0)
    controls = [_run(f"control-{kind}", replace(blind, hide=kind), budget) for kind in Hide]
    protocol = [_run(f"protocol-{fold}", protocol_config(recipe), budget, fold=fold) for fold in range(N_FOLDS)]
    return [*members, *left_out, *controls, *_ablations(blind, budget), *protocol, *again]


def protocol_config(recipe: ClassifierConfig) -> ClassifierConfig:
    """The paper's experiment: every COVID-19 against every normal, and nothing that keeps hospitals from being told.

    The recipe's network, input and optimiser; drawn as the data are, changed little, asked one question, smaller in the
    first part of training, where a step then takes a third of the time, and read in several views, which pays where the
    hospitals are known.
    """
    return replace(
        recipe,
        sources=(*recipe.sources, *EVERYTHING),
        clear_sources=(),
        class_shares=(0.5, 0.5, 0.0),
        hospital_balance=0.0,
        ap_normals=0.0,
        subtype_weight=0.0,
        outside_weight=0.0,
        target_weight=0.0,
        target_draws=0,
        drawn_opacities=0.0,
        early_size=64,
        early_share=0.6,
        averages_views=True,
        augment=LITTLE,
    )


def _ablations(base: ClassifierConfig, budget: Budget) -> list[Run]:
    """Whole frame, lung box and masked lungs, with and without the contrast step; two of the six are controls."""
    flat, masked = replace(base, enhances_contrast=False), replace(base, hide=Hide.ALL_BUT_LUNGS)
    return [
        replace(_run("ablation-whole-frame", base, budget), whole_frame=True),
        replace(_run("ablation-whole-frame-flat", flat, budget), whole_frame=True),
        _run("ablation-lung-box-flat", flat, budget),
        _run("ablation-masked-lungs-flat", replace(masked, enhances_contrast=False), budget),
    ]


def _run(name: str, config: ClassifierConfig, budget: Budget, *, fold: int = 0, seed: int = 0) -> Run:
    kind = next(kind for kind in STEPS[budget] if name.startswith(kind))
    loop = replace(config.loop, steps=STEPS[budget][kind], seed=config.loop.seed + fold + seed)
    return Run(name=name, config=replace(config, name=name, fold=fold, loop=loop))


def _without(config: ClassifierConfig, sources: tuple[str, ...]) -> ClassifierConfig:
    return replace(config, sources=tuple(source for source in config.sources if source not in sources))


LOGITS = "logits.safetensors"
"""File of what a run's network said: `logits`, (N, 2) float32."""


def has_ended(folder: Path) -> bool:
    """Whether `execute` has come to its end there."""
    return (folder / LOGITS).exists()


class OtherSettingsError(Exception):
    """A folder holds a run of the same name that was trained on other data or otherwise; remove it to train anew."""


def execute(
    run: Run,
    prepared: Prepared,
    targets: Mapping[int, MapTarget],
    folds: Mapping[str, int],
    *,
    folder: Path,
    device: str = "cpu",
) -> None:
    """Train a run, unless `folder` holds its end already, and let its network read every radiograph as it was trained.

    Args:
        folder: Receives `settings.json`, `weights.safetensors`, `LOGITS`, and the loop's checkpoint and curve.

    Raises:
        OtherSettingsError: `folder` holds a run of other settings, ended or not.
    """
    settings = _settings(run, prepared.samples, folds)
    _check(folder, settings)
    if has_ended(folder):
        return
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "settings.json").write_text(json.dumps(settings, indent=1) + "\n", encoding="utf-8")
    network = train_classifier(prepared, targets, folds, run.config, folder=folder, device=device).cpu()
    export_weights([network], folder / _WEIGHTS, prefixed=False)
    logits = read_logits(network, prepared, np.arange(len(prepared.samples)), run.config)
    save_arrays({"logits": logits}, folder / LOGITS)


def read_run(run: Run, samples: Sequence[Sample], folds: Mapping[str, int], *, folder: Path) -> Read:
    """Load what `execute` left.

    Raises:
        FileNotFoundError: the run has not ended.
        OtherSettingsError: it was trained on other samples, folds or with another configuration.
    """
    _check(folder, _settings(run, samples, folds))
    return Read(run=run, logits=load_arrays(folder / LOGITS)["logits"], folder=folder)


def _settings(run: Run, samples: Sequence[Sample], folds: Mapping[str, int]) -> dict[str, Any]:
    """What a run's result depends on, as JSON would read it back."""
    rows = json.dumps([(sample.image_id, folds[sample.image_id]) for sample in samples])
    settings = {
        "config": asdict(run.config),
        "whole_frame": run.whole_frame,
        "radiographs_and_folds_sha256": hashlib.sha256(rows.encode()).hexdigest(),
        "pipeline": PIPELINE_VERSION,
    }
    read_back: dict[str, Any] = json.loads(json.dumps(settings))
    return read_back


def _check(folder: Path, settings: Mapping[str, Any]) -> None:
    file = folder / "settings.json"
    if file.exists() and json.loads(file.read_text(encoding="utf-8")) != settings:
        raise OtherSettingsError(f"{folder} was trained with other settings. Remove it to train the run anew.")
