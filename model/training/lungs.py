"""Training of the lung segmentation on every outline of the data folder."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from model.imaging.pixels import presentation_pixels
from model.imaging.reader import read_radiograph
from model.lungs import segmentation_input
from model.training.augment import AugmentConfig, change_texture, change_tone, random_affine, warp
from model.training.data import MaskFile, Sample, read_manifest, read_masks
from model.training.folds import read_folds
from model.training.loop import Batch, LoopConfig, train
from model.unet import UNet, UNetConfig, build_unet

FRAME = 176
"""Side of the stored training images; a little larger than the network's input, for turning and shifting."""

AUGMENT = AugmentConfig(rotation_degrees=12, zoom=0.25, shift=0.1, tone=0.6, texture=0.25, marks=0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LungConfig:
    """One training of the segmentation; `fold` is held out."""

    fold: int
    network: UNetConfig
    loop: LoopConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlined:
    """A radiograph with its lungs: (FRAME, FRAME) float32 [0, 1] each."""

    image: NDArray[np.float32]
    lungs: NDArray[np.float32]
    origin: str


def train_lungs(data: Path, config: LungConfig, *, folder: Path, device: str = "cpu") -> UNet:
    """Train, reporting Dice by mask origin on the held-out fold into `folder/curve.csv`."""
    training, held_out = _load(data, config.fold)

    def make_batch(step: int) -> Batch:
        rng = np.random.default_rng([config.loop.seed, step])
        views = [
            _view(rng, training[i], config.network.size) for i in rng.integers(0, len(training), config.loop.batch_size)
        ]
        return {"x": _stack([x for x, _ in views]), "lungs": _stack([y for _, y in views])}

    network = build_unet(config.network, config.loop.seed)
    trained = train(
        network,
        make_batch,
        _loss,
        config.loop,
        folder=folder,
        device=device,
        evaluate=lambda net: dice_by_origin(net, held_out, config.network.size),
    )
    assert isinstance(trained, UNet)
    return trained


def held_out_dice(data: Path, network: UNet, config: LungConfig) -> dict[str, float]:
    """Dice by mask origin of a trained segmentation on the fold that its training held out."""
    _, held_out = _load(data, config.fold)
    return {name: round(value, 4) for name, value in dice_by_origin(network, held_out, config.network.size).items()}


@torch.inference_mode()
def dice_by_origin(network: nn.Module, outlined: list[Outlined], size: int) -> dict[str, float]:
    """Mean Dice of each mask origin, and of all."""
    device = next(network.parameters()).device
    scores: dict[str, list[float]] = defaultdict(list)
    for one in outlined:
        x = _stack([segmentation_input(one.image, size)]).to(device)
        predicted = network(x)[0, 0].sigmoid().cpu().numpy() > 0.5
        true = cv2.resize(one.lungs, (size, size), interpolation=cv2.INTER_AREA) > 0.5
        dice = 2 * (predicted & true).sum() / max(1, predicted.sum() + true.sum())
        scores[one.origin].append(float(dice))
    means = {f"dice_{origin}": float(np.mean(values)) for origin, values in sorted(scores.items())}
    return {"dice": float(np.mean([v for values in scores.values() for v in values]))} | means


def _load(data: Path, fold: int) -> tuple[list[Outlined], list[Outlined]]:
    samples = {sample.image_id: sample for sample in read_manifest(data)}
    folds = read_folds()
    training: list[Outlined] = []
    held_out: list[Outlined] = []
    for mask in read_masks(data, ["lung"]):
        part = held_out if folds[mask.image_id] == fold else training
        part.append(_outlined(samples[mask.image_id], mask))
    return training, held_out


def _outlined(sample: Sample, mask: MaskFile) -> Outlined:
    presentation = presentation_pixels(read_radiograph(sample.path.read_bytes()))
    lungs = cv2.imread(str(mask.path), cv2.IMREAD_GRAYSCALE)
    assert lungs is not None
    side = (FRAME, FRAME)
    return Outlined(
        image=np.asarray(cv2.resize(presentation, side, interpolation=cv2.INTER_AREA)),
        lungs=np.asarray(cv2.resize(lungs.astype(np.float32) / 255, side, interpolation=cv2.INTER_AREA)),
        origin=mask.origin,
    )


def _view(rng: Generator, one: Outlined, size: int) -> tuple[NDArray[np.float32], ...]:
    matrix = random_affine(rng, size, FRAME / size, AUGMENT)
    image, lungs = warp(one.image, matrix, size), warp(one.lungs, matrix, size)
    image = change_tone(rng, _consolidate(rng, image, lungs), AUGMENT)
    return segmentation_input(change_texture(rng, image, AUGMENT), size), lungs


def _consolidate(rng: Generator, image: NDArray[np.float32], lungs: NDArray[np.float32]) -> NDArray[np.float32]:
    """Whiten a random part of the lungs, so that dense consolidation is still lung."""
    if rng.random() < 0.6 or lungs.sum() == 0:
        return image
    noise = cv2.resize(rng.normal(0, 1, (5, 5)).astype(np.float32), lungs.shape[::-1], interpolation=cv2.INTER_CUBIC)
    cloud = 1 / (1 + np.exp(-4 * (noise - rng.uniform(-0.3, 1.0))))
    white = np.quantile(image, rng.uniform(0.6, 0.9))
    strength = (cloud * lungs * rng.uniform(0.3, 1.0)).astype(np.float32)
    return np.asarray(image + strength * np.maximum(np.float32(white) - image, 0), dtype=np.float32)


def _loss(network: nn.Module, batch: Batch) -> Tensor:
    logits, true = network(batch["x"]), batch["lungs"]
    probabilities = logits.sigmoid()
    overlap = 2 * (probabilities * true).sum((1, 2, 3)) + 1
    dice = overlap / (probabilities.sum((1, 2, 3)) + true.sum((1, 2, 3)) + 1)
    loss: Tensor = F.binary_cross_entropy_with_logits(logits, true) + (1 - dice).mean()
    return loss


def _stack(images: list[NDArray[np.float32]]) -> Tensor:
    return torch.from_numpy(np.stack(images)[:, None]).to(memory_format=torch.channels_last)
