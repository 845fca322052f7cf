"""The training script, `python -m model.training lungs | gate | evidence | release | ...`; a stopped run resumes."""

import argparse
import csv
import json
import logging
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file

from model.imaging.reader import read_radiograph
from model.lungs import lung_mask, segmentation_input
from model.network import lay_channels_last
from model.predict import Predictor, choose_device, limit_threads
from model.training.cache import Prepared, prepare
from model.training.classifier import ClassifierConfig
from model.training.config import CONFIGS, read_config
from model.training.copies import find_copies, without_copies, write_copies
from model.training.data import Sample, data_folder, read_manifest, read_masks
from model.training.evidence.assembly import Reads, fix, results, results_of_kinds
from model.training.evidence.campaign import Read, Run, execute, has_ended, plan, read_run
from model.training.evidence.cohort import Cohort
from model.training.evidence.cost import cost_figures
from model.training.evidence.pages import write_pages
from model.training.export import export_weights
from model.training.folds import make_folds, read_folds, write_folds
from model.training.gate.collection import collect, segment_with
from model.training.gate.export import GATE_CARD, carry_gate, write_gate
from model.training.gate.figures import Gatekeeper, gate_figures
from model.training.gate.fit import GateTraining, run_with, train_gate
from model.training.lungs import LungConfig, held_out_dice, train_lungs
from model.training.release import headline, release_card, with_kept, with_renewed, write_evidence
from model.training.targets import map_targets
from model.unet import UNet
from model.weights import (
    CARD_NAME,
    EVIDENCE_NAME,
    RELEASED,
    GateCard,
    WeightsCard,
    default_card,
    read_card,
    sha256_of,
    write_card,
)

RUNS = Path("runs")
log = logging.getLogger("model.training")


def main() -> None:
    """Run one step of training as the command line says."""
    arguments = _parser().parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    limit_threads(arguments.threads)
    arguments.run(arguments)


def _folds(_: argparse.Namespace) -> None:
    write_folds(make_folds(read_manifest(data_folder())))


def _copies(arguments: argparse.Namespace) -> None:
    everything = _prepare(_folder(arguments) / "lungs.safetensors", _recipe(), keep_copies=True)
    copies = find_copies(everything)
    write_copies(copies)
    log.info("%d copies among %d radiographs", len(copies), len(everything.samples))


def _lungs(arguments: argparse.Namespace) -> None:
    network = train_lungs(data_folder(), _lung_config(), folder=RUNS / "lungs", device=choose_device(arguments.device))
    path = _folder(arguments) / "lungs.safetensors"
    log.info("lungs written, sha256 %s", export_weights([network], path, prefixed=False))


def _gate(arguments: argparse.Namespace) -> None:
    config = read_config(CONFIGS / "gate.toml", GateTraining)
    release, run = _folder(arguments), RUNS / "gate"
    lungs = _lung_config()
    segment = segment_with(_load_lungs(release / "lungs.safetensors", lungs), lungs.network.size)
    collection = collect(data_folder(), segment, sha256_of(release / "lungs.safetensors"), folder=run)
    network = train_gate(collection, config, folder=run, device=choose_device(arguments.device)).cpu()
    figures = gate_figures(collection, Gatekeeper(run_with(network), segment, config), config.fold)
    write_gate(network, config, figures, folder=run)
    for name, rate in figures["rates"].items():
        log.info("%s: %.4f (%.4f to %.4f), n = %d", name, rate["value"], rate["low"], rate["high"], rate["n"])
    if (release / CARD_NAME).exists():
        write_card(replace(read_card(release / CARD_NAME), gate=carry_gate(run, release)))
        _pages(arguments)


def _evidence(arguments: argparse.Namespace) -> None:
    """Train what is missing of the campaign; `--only` parts it between processes."""
    weights, outlines = _folder(arguments) / "lungs.safetensors", read_masks(data_folder(), ["lesion"])
    device, folds = choose_device(arguments.device), read_folds()
    for run in plan(_recipe(), arguments.budget):
        if any(run.name.startswith(name) for name in arguments.only or [""]):
            if arguments.anew:
                shutil.rmtree(_run_folder(arguments, run), ignore_errors=True)
            prepared = _prepare(weights, run.config, whole_frame=run.whole_frame)
            targets = map_targets(prepared, outlines, data_folder() / "brixia_scores.csv")
            execute(run, prepared, targets, folds, folder=_run_folder(arguments, run), device=device)
            log.info("%s has ended", run.name)


def _release(arguments: argparse.Namespace) -> None:
    """Make a release of the campaign's members and its evidence; without their weights, renew the tables of other runs.

    A small budget releases nothing: what it makes stays with its runs.
    """
    folder = _folder(arguments)
    prepared = _prepare(folder / "lungs.safetensors", _recipe())
    if arguments.budget == "small":
        trial = RUNS / "evidence" / "small" / "release"
        folder = Path(shutil.copytree(folder, trial, dirs_exist_ok=True))
    folds = read_folds()
    cohort, ended = Cohort.of(prepared, folds, _recipe().clear_sources), _ended(arguments, prepared.samples, folds)
    curves = {read.run.name: _last_row(_run_folder(arguments, read.run) / "curve.csv") for read in ended}
    reads, earlier = Reads.of(ended), _evidence_of(folder)
    own = results_of_kinds(cohort, reads)
    if reads.release and all(read.has_network for read in (*reads.release, *reads.left_out)):
        card, tables = _members(arguments, folder, cohort, prepared, reads)
        about = {"budget": arguments.budget, "created": card.created, "runs": curves}
        everything = with_kept(about | own | tables, earlier)
    elif earlier and earlier["budget"] == arguments.budget:
        card = read_card(folder / CARD_NAME)
        everything = with_renewed(earlier, own, curves, datetime.now(UTC).date().isoformat())
    else:
        raise SystemExit(
            "No release-* run has its weights here, and there are no earlier results of this budget to renew."
        )
    write_card(replace(card, evidence_sha256=write_evidence(everything, folder), validation=headline(everything)))
    if arguments.budget == "full":
        _pages(arguments)
    log.info("%s: %s", folder, json.dumps(everything["unseen"]["summary"]))


def _members(
    arguments: argparse.Namespace, folder: Path, cohort: Cohort, prepared: Prepared, reads: Reads
) -> tuple[WeightsCard, dict[str, Any]]:
    """Write the members' weights and card, which the predictor that is timed needs, and make their tables."""
    lungs = _lung_config()
    fixed = fix(cohort, prepared, reads)
    card = release_card(cohort, reads.release, fixed, lungs, _gate_of(folder), folder=folder, version=arguments.version)
    write_card(card)
    return card, results(
        cohort,
        prepared,
        reads,
        fixed,
        outlines=read_masks(data_folder(), ["lesion"]),
        lungs_dice=held_out_dice(data_folder(), _load_lungs(folder / "lungs.safetensors", lungs), lungs),
        cost=_cost(card, prepared),
    )


def _gate_of(folder: Path) -> GateCard:
    """The gate that a release will have: a new one, or its own."""
    card = folder / CARD_NAME
    has_new_gate = (RUNS / "gate" / GATE_CARD).exists() or not card.exists()
    return carry_gate(RUNS / "gate", folder) if has_new_gate else read_card(card).gate


def _evidence_of(folder: Path) -> dict[str, Any] | None:
    file = folder / EVIDENCE_NAME
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else None


def _pages(_: argparse.Namespace) -> None:
    write_pages(read_card(default_card()), Path("docs"))


def _ended(arguments: argparse.Namespace, samples: Sequence[Sample], folds: Mapping[str, int]) -> list[Read]:
    """Load every run of the plan that has ended."""
    folders = [(run, _run_folder(arguments, run)) for run in plan(_recipe(), arguments.budget)]
    return [read_run(run, samples, folds, folder=folder) for run, folder in folders if has_ended(folder)]


def _cost(card: WeightsCard, prepared: Prepared) -> dict[str, Any]:
    predictor = Predictor.load(card.folder / CARD_NAME, device="cpu")
    return cost_figures(predictor, read_radiograph(prepared.samples[0].path.read_bytes()), device="cpu")


def _prepare(
    weights: Path, config: ClassifierConfig, *, whole_frame: bool = False, keep_copies: bool = False
) -> Prepared:
    lungs = _lung_config()
    network = _load_lungs(weights, lungs)

    @torch.inference_mode()
    def segment(presentation: NDArray[np.float32]) -> NDArray[np.bool_]:
        x = torch.from_numpy(segmentation_input(presentation, lungs.network.size)[None, None])
        return lung_mask(network(x.to(memory_format=torch.channels_last)).sigmoid().numpy()[0, 0])

    adults = [sample for sample in read_manifest(data_folder()) if sample.is_adult]
    samples = adults if keep_copies else without_copies(adults)
    cache = RUNS / "cache"
    return prepare(samples, segment, sha256_of(weights), config.input, folder=cache, whole_frame=whole_frame)


def _load_lungs(weights: Path, lungs: LungConfig) -> UNet:
    network = UNet(lungs.network)
    network.load_state_dict(load_file(weights))
    return lay_channels_last(network.eval())


def _recipe() -> ClassifierConfig:
    return read_config(CONFIGS / "recipe.toml", ClassifierConfig)


def _lung_config() -> LungConfig:
    return read_config(CONFIGS / "lungs.toml", LungConfig)


def _folder(arguments: argparse.Namespace) -> Path:
    return RELEASED / f"covid-xnet-{arguments.version}"


def _run_folder(arguments: argparse.Namespace, run: Run) -> Path:
    return RUNS / "evidence" / str(arguments.budget) / run.name


def _last_row(path: Path) -> dict[str, float]:
    with path.open(newline="", encoding="utf-8") as file:
        return {name: float(value) for name, value in list(csv.DictReader(file))[-1].items()}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m model.training", description=__doc__)
    parser.add_argument("--threads", type=int, default=2, help="threads for torch and OpenCV (2)")
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda")
    parser.add_argument("--version", default="1.0", help="release to train (1.0)")
    parser.add_argument("--budget", choices=("small", "full"), default="full", help="length of the campaign's runs")
    parser.add_argument("--anew", action="store_true", help="evidence: forget what the runs have done before")
    commands = parser.add_subparsers(required=True)
    for name, run, text in (
        ("folds", _folds, "deal the manifest's patients into five folds and write the file"),
        (
            "copies",
            _copies,
            "find radiographs that the data hold twice and write the file that leaves them out",
        ),
        ("lungs", _lungs, "train the lung segmentation and write it into the release"),
        ("gate", _gate, "train the gate and write it, its limits and its figures into the release"),
        ("release", _release, "make release, results file and pages of the campaign's runs that have ended"),
        ("pages", _pages, "write the model card and docs/evidence from the release"),
    ):
        commands.add_parser(name, help=text).set_defaults(run=run)
    evidence = commands.add_parser("evidence", help="train every run of the campaign that has not ended")
    evidence.add_argument("--only", nargs="*", help="beginnings of the names of the runs to train (all)")
    evidence.set_defaults(run=_evidence)
    return parser


if __name__ == "__main__":
    main()
