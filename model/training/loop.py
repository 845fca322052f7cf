"""The training loop of both networks: seeded batches in, an averaged network out, with checkpoints that resume."""

import csv
import math
import time
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from tqdm import tqdm

from model.network import lay_channels_last

Batch = dict[str, Tensor]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopConfig:
    """How long and how fast to train.

    Attributes:
        steps: Optimiser steps in all.
        batch_size: Samples a step.
        learning_rate: Peak of the schedule: linear warm-up over the first twentieth, then a cosine to zero.
        weight_decay: Decoupled, on convolution kernels only.
        average: Decay of the exponential moving average of the weights, which is what is kept.
        checkpoint_every: Steps between checkpoints and curve rows.
        seed: Of weights, order and augmentation.
    """

    steps: int
    batch_size: int
    learning_rate: float
    weight_decay: float
    average: float
    checkpoint_every: int
    seed: int


def train(
    network: nn.Module,
    make_batch: Callable[[int], Batch],
    loss: Callable[[nn.Module, Batch], Tensor],
    config: LoopConfig,
    *,
    folder: Path,
    device: str = "cpu",
    evaluate: Callable[[nn.Module], dict[str, float]] | None = None,
) -> nn.Module:
    """Train, or go on where the last checkpoint in `folder` stopped.

    Args:
        make_batch: Batch of a step; depends on the step and the seed alone, so a resumed run repeats an unbroken one.
        loss: Scalar loss of a batch.
        folder: Receives `checkpoint.pt` and `curve.csv`: steps, seconds of all processors, running loss, figures.
        evaluate: Called on the averaged network at every checkpoint; its figures go into the curve.

    Returns:
        The averaged network in evaluation mode.
    """
    folder.mkdir(parents=True, exist_ok=True)
    network = lay_channels_last(network.to(device))
    average = deepcopy(network).eval()
    optimizer = torch.optim.AdamW(_parameter_groups(network, config.weight_decay), lr=config.learning_rate)
    first, before = _resume(folder / "checkpoint.pt", network, average, optimizer)
    running, started = 0.0, time.process_time()
    bar = tqdm(range(first, config.steps), initial=first, total=config.steps, desc=folder.name, mininterval=5)
    for step in bar:
        torch.manual_seed(config.seed * 1_000_003 + step)  # dropout of a resumed run repeats too
        for group in optimizer.param_groups:
            group["lr"] = config.learning_rate * schedule(step / config.steps)
        batch = {name: tensor.to(device) for name, tensor in make_batch(step).items()}
        network.train()
        value = loss(network, batch)
        optimizer.zero_grad(set_to_none=True)
        value.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        _blend(average, network, min(config.average, (1 + step) / (10 + step)))
        running = value.item() if step == first else 0.98 * running + 0.02 * value.item()
        if (step + 1) % config.checkpoint_every == 0 or step + 1 == config.steps:
            seconds = before + time.process_time() - started
            figures = {"step": step + 1, "processor_seconds": seconds, "loss": running}
            figures |= evaluate(average) if evaluate else {}
            _append(folder / "curve.csv", figures)
            bar.set_postfix({name: f"{figures[name]:.3f}" for name in ("loss", "auroc") if name in figures})
            _save(folder / "checkpoint.pt", step + 1, seconds, network, average, optimizer)
    return average


def schedule(progress: float) -> float:
    """Share of the peak learning rate at `progress` in [0, 1)."""
    warm_up = 0.05
    if progress < warm_up:
        return (progress + 1e-3) / (warm_up + 1e-3)
    return 0.5 * (1 + math.cos(math.pi * (progress - warm_up) / (1 - warm_up)))


def _parameter_groups(network: nn.Module, weight_decay: float) -> list[dict[str, object]]:
    kernels = [p for p in network.parameters() if p.ndim > 1]
    others = [p for p in network.parameters() if p.ndim <= 1]
    return [{"params": kernels, "weight_decay": weight_decay}, {"params": others, "weight_decay": 0.0}]


@torch.no_grad()
def _blend(average: nn.Module, network: nn.Module, decay: float) -> None:
    current = network.state_dict()
    for name, value in average.state_dict().items():
        if value.is_floating_point():
            value.lerp_(current[name], 1 - decay)
        else:
            value.copy_(current[name])


def _append(path: Path, figures: dict[str, float]) -> None:
    is_new = not path.exists()
    with path.open("a", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(figures))
        if is_new:
            writer.writeheader()
        writer.writerow({name: f"{value:.6g}" for name, value in figures.items()})


def _save(
    path: Path, step: int, seconds: float, network: nn.Module, average: nn.Module, optimizer: torch.optim.Optimizer
) -> None:
    state = {"step": step, "seconds": seconds, "network": network.state_dict(), "average": average.state_dict()}
    partial = path.with_suffix(".partial")
    torch.save(state | {"optimizer": optimizer.state_dict()}, partial)
    partial.replace(path)


def _resume(path: Path, network: nn.Module, average: nn.Module, optimizer: torch.optim.Optimizer) -> tuple[int, float]:
    """Step to go on with, and the processor's seconds that went before."""
    if not path.exists():
        return 0, 0.0
    state = torch.load(path, weights_only=True)
    network.load_state_dict(state["network"])
    average.load_state_dict(state["average"])
    optimizer.load_state_dict(state["optimizer"])
    return int(state["step"]), float(state["seconds"])
