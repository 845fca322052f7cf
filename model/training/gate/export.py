"""From a trained gate to the release: weights, figures, and the part of the card that describes them."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from model.gate_network import GateNetwork
from model.training.export import export_weights
from model.training.gate.fit import GateTraining
from model.weights import GateCard

GATE_FILE, GATE_CARD = "gate.safetensors", "gate.json"


def write_gate(network: GateNetwork, config: GateTraining, figures: Mapping[str, Any], *, folder: Path) -> None:
    """Write weights and card of a trained gate into the folder of its run."""
    card = GateCard(
        file=GATE_FILE,
        sha256=export_weights([network.cpu()], folder / GATE_FILE, prefixed=False),
        network=config.network,
        limits=config.limits,
        validation=dict(figures),
    )
    (folder / GATE_CARD).write_text(json.dumps(asdict(card), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def carry_gate(run: Path, release: Path) -> GateCard:
    """Copy the gate of a run into a release and return its part of the release's card.

    Raises:
        FileNotFoundError: no gate was trained in `run`.
    """
    card = GateCard.from_json(json.loads((run / GATE_CARD).read_text(encoding="utf-8")))
    shutil.copyfile(run / GATE_FILE, release / card.file)
    return card
