"""The training script: `python -m model.training folds | lungs | gate | classifier | card`; a stopped run resumes."""

import argparse
import csv
import logging
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file

from model.lungs import lung_mask, segmentation_input
from model.network import lay_channels_last
from model.predict import choose_device, limit_threads
from model.training.cache import Prepared, prepare
from model.training.classifier import ClassifierConfig, train_classifier
from model.training.config import CONFIGS, read_config
from model.training.data import data_folder, read_manifest, read_masks
from model.training.folds import make_folds, read_folds, write_folds
from model.training.gate.collection import collect, segment_with
from model.training.gate.export import carry_gate, write_gate
from model.training.gate.figures import Gatekeeper, gate_figures
from model.training.gate.fit import GateTraining, run_with, train_gate
from model.training.lungs import LungConfig, train_lungs
from model.training.release import export_weights, release_card
from model.training.report import model_card
from model.unet import UNet
from model.weights import CARD_NAME, RELEASED, read_card, sha256_of, write_card

RUNS = Path("runs")
MODEL_CARD = Path("docs/model-card.md")
log = logging.getLogger("model.training")


def main() -> None:
    """Run one step of training as the command line says."""
    arguments = _parser().parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    limit_threads(arguments.threads)
    arguments.run(arguments)


def _folds(_: argparse.Namespace) -> None:
    write_folds(make_folds(read_manifest(data_folder())))


def _lungs(arguments: argparse.Namespace) -> None:
    config = read_config(CONFIGS / "lungs.toml", LungConfig)
    device = choose_device(arguments.device)
    network = train_lungs(data_folder(), config, folder=RUNS / "lungs", device=device)
    release = RELEASED / f"covid-xnet-{arguments.version}"
    log.info("lungs written, sha256 %s", export_weights([network], release / "lungs.safetensors", prefixed=False))


def _gate(arguments: argparse.Namespace) -> None:
    config = read_config(CONFIGS / "gate.toml", GateTraining)
    release, run = RELEASED / f"covid-xnet-{arguments.version}", RUNS / "gate"
    lungs = read_config(CONFIGS / "lungs.toml", LungConfig)
    segment = segment_with(_load_lungs(release / "lungs.safetensors", lungs), lungs.network.size)
    collection = collect(data_folder(), segment, sha256_of(release / "lungs.safetensors"), folder=run)
    network = train_gate(collection, config, folder=run, device=choose_device(arguments.device)).cpu()
    figures = gate_figures(collection, Gatekeeper(run_with(network), segment, config), config.fold)
    write_gate(network, config, figures, folder=run)
    for name, rate in figures["rates"].items():
        log.info("%s: %.4f (%.4f to %.4f), n = %d", name, rate["value"], rate["low"], rate["high"], rate["n"])
    if (release / CARD_NAME).exists():
        write_card(replace(read_card(release / CARD_NAME), gate=carry_gate(run, release)))
        _card(arguments)


def _classifier(arguments: argparse.Namespace) -> None:
    config = read_config(CONFIGS / f"release-{arguments.version}.toml", ClassifierConfig)
    lungs = read_config(CONFIGS / "lungs.toml", LungConfig)
    release = RELEASED / f"covid-xnet-{arguments.version}"
    device = choose_device(arguments.device)
    prepared = _prepare(release / "lungs.safetensors", config, lungs)
    folds = read_folds()
    network = train_classifier(prepared, folds, config, folder=RUNS / config.name, device=device).cpu()
    export_weights([network], release / "weights.safetensors", prefixed=True)
    card = release_card(
        network,
        prepared,
        folds,
        config,
        lungs,
        folder=release,
        gate=carry_gate(RUNS / "gate", release),
        lungs_dice=_last_row(RUNS / "lungs" / "curve.csv"),
        outlines=read_masks(data_folder(), ["lesion"]),
        created=datetime.now(UTC).date(),
    )
    log.info("card written: %s", write_card(card).name)
    _card(arguments)


def _card(arguments: argparse.Namespace) -> None:
    card = read_card(RELEASED / f"covid-xnet-{arguments.version}" / CARD_NAME)
    MODEL_CARD.write_text(model_card(card), encoding="utf-8")


def _prepare(weights: Path, config: ClassifierConfig, lungs: LungConfig) -> Prepared:
    network = _load_lungs(weights, lungs)

    @torch.inference_mode()
    def segment(presentation: NDArray[np.float32]) -> NDArray[np.bool_]:
        x = torch.from_numpy(segmentation_input(presentation, lungs.network.size)[None, None])
        return lung_mask(network(x.to(memory_format=torch.channels_last)).sigmoid().numpy()[0, 0])

    adults = [sample for sample in read_manifest(data_folder()) if not sample.pediatric]
    return prepare(adults, segment, sha256_of(weights), config.input, folder=RUNS / "cache")


def _load_lungs(weights: Path, lungs: LungConfig) -> UNet:
    network = UNet(lungs.network)
    network.load_state_dict(load_file(weights))
    return lay_channels_last(network.eval())


def _last_row(path: Path) -> dict[str, float]:
    with path.open(newline="", encoding="utf-8") as file:
        last = list(csv.DictReader(file))[-1]
    return {name: float(value) for name, value in last.items() if name.startswith("dice")}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m model.training", description=__doc__)
    parser.add_argument("--threads", type=int, default=2, help="threads for torch and OpenCV (2)")
    parser.add_argument("--device", default="auto", help="auto, cpu or cuda")
    parser.add_argument("--version", default="0.1", help="release to train (0.1)")
    commands = parser.add_subparsers(required=True)
    for name, run, text in (
        ("folds", _folds, "deal the manifest's patients into five folds and write the file"),
        ("lungs", _lungs, "train the lung segmentation and write it into the release"),
        ("gate", _gate, "train the gate and write it, its limits and its figures into the release"),
        ("card", _card, "write docs/model-card.md from the release's card"),
        ("classifier", _classifier, "train the classifier, fix what validation fixes, write the release's card"),
    ):
        commands.add_parser(name, help=text).set_defaults(run=run)
    return parser


if __name__ == "__main__":
    main()
