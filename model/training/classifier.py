"""Training of the classifier: which samples, how often, and what the losses ask."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from model.evaluation.metrics import auroc
from model.findings import ABNORMAL, HEADS, OUTPUTS, SUBTYPE
from model.network import CovidXNet, NetworkConfig, build_network
from model.preprocess import InputSpec, finish, reduce_variability
from model.training.augment import (
    AugmentConfig,
    add_marks,
    change_texture,
    change_tone,
    cover_at_random,
    random_affine,
    warp,
)
from model.training.cache import WIDE, Prepared
from model.training.controls import Hide, hide
from model.training.data import Sample
from model.training.loop import Batch, LoopConfig, train
from model.training.opacities import add_opacities
from model.training.targets import MapTarget, wide_lungs

NORMAL, COVID_19, OTHER = range(len(OUTPUTS))
UNNAMED = len(OUTPUTS)
"""Truth of what is abnormal and of no kind: opacities that were drawn."""

CELL = 8
"""Input pixels a side of one cell of the map."""

MAX_REGIONS = 6

ZOOMS = (1.0, 0.9, 1.1)
"""Sides of the averaged views, in sides of the lung box: within what training draws."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassifierConfig:
    """One training of the classifier.

    Attributes:
        sources: Trained on; every other source stays unseen.
        fold: Held out of those sources; `None` holds nothing out.
        clear_sources: Sources whose radiographs, labelled "other", have clear lungs and count as normal.
        class_shares: Share of normal, COVID-19 and other in every batch, in expectation.
        hospital_balance: 1 draws every hospital of a class equally often, 0 every image.
        ap_normals: Share of AP among the drawn normals of a hospital that has both views.
        subtype_weight: Weight of "COVID-19, given abnormal" against "abnormal".
        label_smoothing: Share of the target spread over the other answer.
        outside_weight: Weight of the share of abnormal radiographs' positive evidence that lies outside the lungs.
        target_weight: Weight of the evidence that lies elsewhere than readers said.
        target_draws: Radiographs with such a target that join every batch.
        drawn_opacities: Share of the drawn normals that get opacities and count as abnormal of neither kind.
        early_size: Side of the input in the first part of training, where details cost more than they teach.
        early_share: Share of the steps that it lasts.
        hide: What a control does not see.
        enhances_contrast: `False` leaves the contrast step out, for an ablation.
        averages_views: Read every radiograph in each of `ZOOMS` and mirrored, and take the mean of the logits.
    """

    name: str
    sources: tuple[str, ...]
    loop: LoopConfig
    fold: int | None = 0
    clear_sources: tuple[str, ...] = ()
    class_shares: tuple[float, float, float] = (0.4, 0.35, 0.25)
    hospital_balance: float = 0.5
    ap_normals: float = 0.0
    subtype_weight: float = 0.3
    label_smoothing: float = 0.05
    outside_weight: float = 0.0
    target_weight: float = 0.0
    target_draws: int = 0
    drawn_opacities: float = 0.0
    early_size: int = 96
    early_share: float = 0.0
    hide: Hide = Hide.NOTHING
    enhances_contrast: bool = True
    averages_views: bool = False
    input: InputSpec = field(default_factory=InputSpec)
    network: NetworkConfig = field(default_factory=NetworkConfig)
    augment: AugmentConfig = field(default_factory=AugmentConfig)


def trained_rows(prepared: Prepared, folds: Mapping[str, int], config: ClassifierConfig) -> NDArray[np.intp]:
    """Rows that a config trains on."""
    sources = set(config.sources)
    return prepared.select(lambda s: s.source in sources and folds[s.image_id] != config.fold)


def held_out_rows(prepared: Prepared, folds: Mapping[str, int], config: ClassifierConfig) -> NDArray[np.intp]:
    """Rows of a config's sources that it holds out."""
    sources = set(config.sources)
    return prepared.select(lambda s: s.source in sources and folds[s.image_id] == config.fold)


def truth(sample: Sample, clear_sources: Sequence[str] = ()) -> int:
    """Index into `OUTPUTS` that a sample should get."""
    return NORMAL if sample.source in clear_sources else OUTPUTS.index(sample.finding)


def train_classifier(
    prepared: Prepared,
    targets: Mapping[int, MapTarget],
    folds: Mapping[str, int],
    config: ClassifierConfig,
    *,
    folder: Path,
    device: str = "cpu",
) -> CovidXNet:
    """Train on the config's sources without its fold; the curve holds AUROC of "abnormal" on the held-out fold."""
    batches = _Batches(prepared, targets, trained_rows(prepared, folds, config), config)
    held_out = held_out_rows(prepared, folds, config)
    inputs = hidden_inputs(prepared, held_out, config) if len(held_out) else None
    truths = np.array([truth(prepared.samples[i], config.clear_sources) for i in held_out])

    def evaluate(network: nn.Module) -> dict[str, float]:
        if inputs is None:
            return {}
        abnormal = predict_logits(network, inputs)[:, ABNORMAL].astype(np.float64)
        return {"auroc": auroc(abnormal[truths == COVID_19], abnormal[truths == NORMAL])}

    def loss(network: nn.Module, batch: Batch) -> Tensor:
        logits, maps = network(batch["x"])
        return classifier_loss(logits, maps, batch, config)

    network = build_network(config.network, config.loop.seed)
    trained = train(
        network,
        batches.make,
        loss,
        config.loop,
        folder=folder,
        device=device,
        evaluate=evaluate,
    )
    assert isinstance(trained, CovidXNet)
    return trained


class _Batches:
    """Makes the batch of a step: randomly changed views with what the losses need of each."""

    def __init__(
        self, prepared: Prepared, targets: Mapping[int, MapTarget], rows: NDArray[np.intp], config: ClassifierConfig
    ) -> None:
        self.config = config
        samples = [prepared.samples[i] for i in rows]
        self.truths = np.array([truth(sample, config.clear_sources) for sample in samples])
        self.chances = sampling_probabilities(samples, self.truths, config)
        self.wide = np.ascontiguousarray(prepared.wide[rows])
        self.lungs = wide_lungs(prepared, rows)
        self.targets = {i: targets[row] for i, row in enumerate(rows.tolist()) if row in targets}
        self.with_target = np.array(sorted(self.targets), dtype=np.intp)

    def make(self, step: int) -> Batch:
        config = self.config
        rng = np.random.default_rng([config.loop.seed, step])
        size = config.early_size if step < config.early_share * config.loop.steps else config.input.size
        n_targets = min(config.target_draws, len(self.with_target))
        drawn = rng.choice(len(self.truths), config.loop.batch_size - n_targets, p=self.chances)
        outlined = rng.choice(self.with_target, n_targets, replace=False) if n_targets else self.with_target[:0]
        chosen = np.concatenate([drawn, outlined])
        views = [self._view(rng, int(i), size) for i in chosen]
        x, lungs, regions, weights, truths = (torch.from_numpy(np.stack(parts)) for parts in zip(*views, strict=True))
        return {
            "x": x[:, None].to(memory_format=torch.channels_last),
            "truth": truths,
            "is_drawn": torch.arange(len(chosen)) < len(drawn),
            "lungs": lungs,
            "regions": regions,
            "weights": weights,
        }

    def _view(self, rng: Generator, i: int, size: int) -> tuple[NDArray[Any], ...]:
        """Input (S, S), lungs (h, w), regions (R, h, w) with their weights (R,), and truth of one random view."""
        config, cells, index = self.config, size // CELL, self.truths[i]
        scale = self.wide.shape[1] / (size * WIDE)
        matrix = random_affine(rng, size, scale, config.augment)
        x = warp(self.wide[i].astype(np.float32) / 255, matrix, size)
        lungs = warp(self.lungs[i].astype(np.float32) / 255, matrix, size)
        regions, weights = np.zeros((MAX_REGIONS, cells, cells), np.float32), np.zeros(MAX_REGIONS, np.float32)
        if i in self.targets:
            target = self.targets[i]
            coarse = matrix * np.array([[CELL, CELL, 1.0]])  # the same view in cells instead of pixels
            for r, region in enumerate(target.regions):
                regions[r] = warp(region, coarse, cells)
            weights[: len(target.weights)] = target.weights
        elif index == NORMAL and rng.random() < config.drawn_opacities:
            x, where = add_opacities(rng, x, lungs)
            regions[0], weights[0], index = _in_cells(where, cells), 1, UNNAMED
        x = change_texture(rng, change_tone(rng, x, config.augment), config.augment)
        x = add_marks(rng, hide(x, lungs, config.hide), config.augment)
        if i not in self.targets:  # a reader pointed at something there
            x = cover_at_random(rng, x, config.augment)
        x = _finish(x, config)
        return x, _in_cells(lungs, cells), regions, weights, np.array(index)


def _in_cells(field: NDArray[np.float32], cells: int) -> NDArray[np.float32]:
    return np.asarray(cv2.resize(field, (cells, cells), interpolation=cv2.INTER_AREA), dtype=np.float32)


def sampling_probabilities(
    samples: Sequence[Sample], truths: NDArray[np.intp], config: ClassifierConfig
) -> NDArray[np.float64]:
    """Chance of each sample to be drawn: classes by share, hospitals of a class evened out, AP normals raised."""
    groups = Counter(zip(truths.tolist(), [sample.hospital for sample in samples], strict=True))
    group_weight = {group: n ** (1 - config.hospital_balance) for group, n in groups.items()}
    class_weight: Counter[int] = Counter()
    for (index, _), weight in group_weight.items():
        class_weight[index] += weight
    chances = np.array(
        [
            config.class_shares[t] * group_weight[t, s.hospital] / class_weight[t] / groups[t, s.hospital]
            for s, t in zip(samples, truths.tolist(), strict=True)
        ]
    )
    _raise_ap(chances, samples, truths, config.ap_normals)
    return np.asarray(chances / chances.sum())


def _raise_ap(chances: NDArray[np.float64], samples: Sequence[Sample], truths: NDArray[np.intp], share: float) -> None:
    """Give AP views `share` of what the normals of each hospital with AP views have, where they have less."""
    hospitals = np.array([sample.hospital for sample in samples])
    is_ap = np.array([sample.view.startswith("AP") for sample in samples])
    for hospital in set(hospitals[(truths == NORMAL) & is_ap]):
        own = (truths == NORMAL) & (hospitals == hospital)
        total, of_ap = chances[own].sum(), chances[own & is_ap].sum()
        if of_ap < share * total:
            chances[own & ~is_ap] *= (1 - share) * total / (total - of_ap)
            chances[own & is_ap] *= share * total / of_ap


def classifier_loss(logits: Tensor, maps: Tensor, batch: Batch, config: ClassifierConfig) -> Tensor:
    """Both heads' cross-entropies, the evidence outside the lungs, and the evidence elsewhere than readers said.

    Args:
        logits: (B, 2) in the order of `HEADS`.
        maps: (B, 2, h, w).
        batch: `truth` (B,) index into `OUTPUTS` or `UNNAMED`; `is_drawn` (B,), `False` for those that joined for their
            target and say nothing about prevalence; `lungs` (B, h, w); `regions` (B, R, h, w) and
            `weights` (B, R) of targets.

    Returns:
        Scalar.
    """
    drawn = batch["is_drawn"]
    loss = heads_loss(logits[drawn], batch["truth"][drawn], config.subtype_weight, config.label_smoothing)
    is_abnormal = batch["truth"] != NORMAL
    if config.outside_weight:
        loss = loss + config.outside_weight * outside_share(maps[is_abnormal, ABNORMAL], batch["lungs"][is_abnormal])
    if config.target_weight:
        loss = loss + config.target_weight * target_loss(maps[:, ABNORMAL], batch["regions"], batch["weights"])
    return loss


def heads_loss(logits: Tensor, truth: Tensor, subtype_weight: float, smoothing: float) -> Tensor:
    """Cross-entropy of "abnormal" over all and, with its own weight, of "COVID-19" over the abnormal.

    Pneumonia of other causes then helps to learn what an opacity is and weighs less as the opposite of COVID-19.

    Args:
        logits: (B, 2) in the order of `HEADS`.
        truth: (B,) index into `OUTPUTS`, or `UNNAMED`, of which only "abnormal" is asked.

    Returns:
        Scalar mean loss.
    """
    is_abnormal, is_named = (truth != NORMAL).float(), ((truth != NORMAL) & (truth != UNNAMED)).float()
    first = F.binary_cross_entropy_with_logits(logits[:, ABNORMAL], is_abnormal * (1 - 2 * smoothing) + smoothing)
    is_covid = (truth == COVID_19).float() * (1 - 2 * smoothing) + smoothing
    second = F.binary_cross_entropy_with_logits(logits[:, SUBTYPE], is_covid, reduction="none")
    return first + subtype_weight * (second * is_named).sum() / is_named.sum().clamp(min=1)


def outside_share(evidence: Tensor, lungs: Tensor) -> Tensor:
    """Share of the positive evidence outside the lungs, averaged over (B, h, w) maps; 0 without any."""
    positive = evidence.relu()
    total = positive.sum((1, 2))
    share = (positive * (1 - lungs)).sum((1, 2)) / total.clamp(min=1e-3)
    return share.sum() / max(1, len(evidence))


def target_loss(evidence: Tensor, regions: Tensor, weights: Tensor) -> Tensor:
    """Cross-entropy between where readers saw disease and where a softmax over the map's cells puts its weight.

    Args:
        evidence: (B, h, w).
        regions: (B, R, h, w) [0, 1].
        weights: (B, R), all 0 for a radiograph without a target.

    Returns:
        Scalar, averaged over the radiographs with a target.
    """
    weight_of_cell = evidence.flatten(1).softmax(1)[:, None]
    inside = (weight_of_cell * regions.flatten(2)).sum(2)
    has_region = regions.flatten(2).sum(2) > 0  # turning and shifting may push a small one out of the view
    losses = -(weights * has_region * (inside + 1e-4).log()).sum(1)
    return losses.sum() / (weights.sum(1) > 0).sum().clamp(min=1)


def read_logits(
    network: nn.Module, prepared: Prepared, rows: NDArray[np.intp], config: ClassifierConfig
) -> NDArray[np.float32]:
    """Logits of rows as the config reads them, (N, 2) float32."""
    if not config.averages_views:
        return predict_logits(network, hidden_inputs(prepared, rows, config))
    total = np.zeros((len(rows), len(HEADS)), np.float32)
    for zoom in ZOOMS:
        inputs = hidden_inputs(prepared, rows, config, zoom)
        total += predict_logits(network, inputs) + predict_logits(network, inputs[:, :, ::-1])
    return np.asarray(total / (2 * len(ZOOMS)), dtype=np.float32)


def hidden_inputs(
    prepared: Prepared, rows: NDArray[np.intp], config: ClassifierConfig, zoom: float = 1.0
) -> NDArray[np.float32]:
    """Network inputs of rows as the config sees them, (N, S, S); `zoom` is their side in sides of the lung box."""
    if config.hide is Hide.NOTHING and config.enhances_contrast and zoom == 1:
        return np.array(prepared.plain[rows])
    size = config.input.size
    still = AugmentConfig(rotation_degrees=0, zoom=0, shift=0, mirror=0)
    matrix = random_affine(np.random.default_rng(0), size, zoom, still)
    views = []
    for row, lungs in zip(rows, wide_lungs(prepared, rows), strict=True):
        view = warp(prepared.wide[row].astype(np.float32) / 255, matrix, size)
        views.append(_finish(hide(view, warp(lungs.astype(np.float32) / 255, matrix, size), config.hide), config))
    return np.stack(views)


def _finish(view: NDArray[np.float32], config: ClassifierConfig) -> NDArray[np.float32]:
    return finish(view) if config.enhances_contrast else 2 * reduce_variability(view) - 1


@torch.inference_mode()
def predict_logits(network: nn.Module, inputs: NDArray[np.float32], batch_size: int = 64) -> NDArray[np.float32]:
    """Logits of (N, S, S) prepared inputs, (N, 2) float32."""
    device = next(network.parameters()).device
    parts = [
        network(torch.from_numpy(np.array(inputs[i : i + batch_size])[:, None]).to(device))[0].cpu().numpy()
        for i in range(0, len(inputs), batch_size)
    ]
    return np.concatenate(parts) if parts else np.zeros((0, len(HEADS)), np.float32)
