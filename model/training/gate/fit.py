"""The gate's training: views in, a network out."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from model.gate import KINDS, QUARTER_TURNS, GateLimits, Judgement, gate_input, judgements
from model.gate_network import GateConfig, GateNetwork, build_gate_network
from model.training.gate.collection import Collection
from model.training.gate.views import View, Views
from model.training.loop import Batch, LoopConfig, train

UNTOLD = -1
"""Target of a question that a view leaves open: it adds nothing to the loss."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateTraining:
    """One training of the gate; `fold` is held out, and the limits were chosen on it."""

    fold: int
    network: GateConfig
    limits: GateLimits
    loop: LoopConfig


def train_gate(collection: Collection, config: GateTraining, *, folder: Path, device: str = "cpu") -> GateNetwork:
    """Train on every fold but one."""
    views = Views(
        collection,
        np.flatnonzero(collection.folds != config.fold),
        np.flatnonzero(collection.other_folds != config.fold),
    )

    def make_batch(step: int) -> Batch:
        rng = np.random.default_rng([config.loop.seed, step])
        return batch_of([views.draw(rng) for _ in range(config.loop.batch_size)], config.network.size)

    network = build_gate_network(config.network, config.loop.seed)
    trained = train(network, make_batch, gate_loss, config.loop, folder=folder, device=device)
    assert isinstance(trained, GateNetwork)
    return trained


def run_with(network: GateNetwork) -> Callable[[NDArray[np.float32]], list[Judgement]]:
    """Give the function from (B, 2, S, S) inputs to judgements that a trained network stands for."""

    @torch.inference_mode()
    def run(inputs: NDArray[np.float32]) -> list[Judgement]:
        return judgements(network(torch.from_numpy(inputs).to(memory_format=torch.channels_last)).numpy())

    return run


def batch_of(views: list[View], size: int) -> Batch:
    """Stack views into inputs and targets; what a view does not tell becomes `UNTOLD`."""
    x = torch.from_numpy(np.stack([gate_input(view.pixels, size) for view in views]))
    return {
        "x": x.to(memory_format=torch.channels_last),
        "kind": torch.tensor([KINDS.index(view.kind) for view in views]),
        "quarter_turns": _targets([view.quarter_turns for view in views]),
        "inverted": _targets([view.inverted for view in views]),
        "mirrored": _targets([view.mirrored for view in views]),
    }


def gate_loss(network: nn.Module, batch: Batch) -> Tensor:
    """Cross-entropy of the kind, and of the pose of those views that tell it."""
    logits: Tensor = network(batch["x"])
    kinds, turns, flags = torch.split(logits, [len(KINDS), QUARTER_TURNS, 2], dim=1)
    loss = F.cross_entropy(kinds, batch["kind"], label_smoothing=0.02)
    told = batch["quarter_turns"] != UNTOLD
    loss = loss + _mean(F.cross_entropy(turns[told], batch["quarter_turns"][told], reduction="none"))
    for column, name in enumerate(("inverted", "mirrored")):
        told = batch[name] != UNTOLD
        answers, truths = flags[told, column], batch[name][told].float()
        loss = loss + _mean(F.binary_cross_entropy_with_logits(answers, truths, reduction="none"))
    return loss


def _mean(losses: Tensor) -> Tensor:
    """Mean, 0 where no view tells."""
    return losses.sum() / max(1, len(losses))


def _targets(values: list[int | None]) -> Tensor:
    return torch.tensor([UNTOLD if value is None else int(value) for value in values])
