"""Training of the classifier: which samples, how often, and what the loss asks."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from model.evaluation.metrics import auroc
from model.findings import OUTPUTS, Finding
from model.network import CovidXNet, NetworkConfig, build_network
from model.preprocess import InputSpec, finish
from model.training.augment import AugmentConfig, augment
from model.training.cache import Prepared
from model.training.data import Sample
from model.training.loop import Batch, LoopConfig, train

NORMAL, COVID_19, OTHER = range(len(OUTPUTS))


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassifierConfig:
    """One training of the classifier.

    Attributes:
        sources: Trained on; every other source stays unseen.
        fold: Held out of those sources for validation and calibration.
        class_shares: Share of normal, COVID-19 and other in every batch, in expectation.
        hospital_balance: 1 draws every hospital of a class equally often, 0 every image.
        subtype_weight: Weight of "COVID-19 or other, given abnormal" against "abnormal or normal".
        label_smoothing: Share of the target spread over the other answer.
    """

    name: str
    sources: tuple[str, ...]
    loop: LoopConfig
    fold: int = 0
    class_shares: tuple[float, float, float] = (0.4, 0.35, 0.25)
    hospital_balance: float = 0.5
    subtype_weight: float = 0.3
    label_smoothing: float = 0.05
    input: InputSpec = field(default_factory=InputSpec)
    network: NetworkConfig = field(default_factory=NetworkConfig)
    augment: AugmentConfig = field(default_factory=AugmentConfig)


def train_classifier(
    prepared: Prepared, folds: Mapping[str, int], config: ClassifierConfig, *, folder: Path, device: str = "cpu"
) -> CovidXNet:
    """Train on the config's sources without its fold; the curve holds AUROC on the held-out fold."""
    in_sources = set(config.sources)
    rows = prepared.select(lambda s: s.source in in_sources and folds[s.image_id] != config.fold)
    held_out = prepared.select(lambda s: s.source in in_sources and folds[s.image_id] == config.fold)
    chances = sampling_probabilities([prepared.samples[i] for i in rows], config)
    targets = np.array([OUTPUTS.index(sample.finding) for sample in prepared.samples])
    wide = np.ascontiguousarray(prepared.wide[rows])

    def make_batch(step: int) -> Batch:
        rng = np.random.default_rng([config.loop.seed, step])
        chosen = rng.choice(len(rows), config.loop.batch_size, p=chances)
        views = [
            finish(augment(rng, wide[i].astype(np.float32) / 255, config.input.size, 1.0, config.augment))
            for i in chosen
        ]
        x = torch.from_numpy(np.stack(views)[:, None]).to(memory_format=torch.channels_last)
        return {"x": x, "target": torch.from_numpy(targets[rows[chosen]])}

    def loss(network: nn.Module, batch: Batch) -> Tensor:
        logits, _ = network(batch["x"])
        return hierarchical_loss(logits, batch["target"], config.subtype_weight, config.label_smoothing)

    def evaluate(network: nn.Module) -> dict[str, float]:
        scores = covid_scores(predict_logits(network, prepared.plain[held_out]))
        return {"auroc": auroc(scores[targets[held_out] == COVID_19], scores[targets[held_out] == NORMAL])}

    network = build_network(config.network, config.loop.seed)
    trained = train(network, make_batch, loss, config.loop, folder=folder, device=device, evaluate=evaluate)
    assert isinstance(trained, CovidXNet)
    return trained


def sampling_probabilities(samples: Sequence[Sample], config: ClassifierConfig) -> NDArray[np.float64]:
    """Chance of each sample to be drawn: classes by their shares, hospitals of a class evened out."""
    groups = Counter((sample.finding, sample.hospital) for sample in samples)
    group_weight = {group: n ** (1 - config.hospital_balance) for group, n in groups.items()}
    class_weight: Counter[Finding] = Counter()
    for (finding, _), weight in group_weight.items():
        class_weight[finding] += weight
    shares = dict(zip(OUTPUTS, config.class_shares, strict=True))
    chances = np.array(
        [
            shares[s.finding]
            * group_weight[s.finding, s.hospital]
            / class_weight[s.finding]
            / groups[s.finding, s.hospital]
            for s in samples
        ]
    )
    return np.asarray(chances / chances.sum())


def hierarchical_loss(logits: Tensor, target: Tensor, subtype_weight: float, smoothing: float) -> Tensor:
    """Cross-entropy of a softmax, taken apart into "abnormal?" and "which?", the second with its own weight.

    Pneumonia of other causes then helps to learn what an opacity is and weighs less as the opposite of COVID-19.

    Args:
        logits: (B, 3) in the order of `OUTPUTS`.
        target: (B,) index into `OUTPUTS`.

    Returns:
        Scalar mean loss.
    """
    abnormal = torch.logsumexp(logits[:, [COVID_19, OTHER]], dim=1) - logits[:, NORMAL]
    is_abnormal = (target != NORMAL).float()
    soft = is_abnormal * (1 - 2 * smoothing) + smoothing
    first = F.binary_cross_entropy_with_logits(abnormal, soft)
    subtype = logits[:, COVID_19] - logits[:, OTHER]
    is_covid = (target == COVID_19).float() * (1 - 2 * smoothing) + smoothing
    second = F.binary_cross_entropy_with_logits(subtype, is_covid, reduction="none")
    return first + subtype_weight * (second * is_abnormal).sum() / is_abnormal.sum().clamp(min=1)


@torch.inference_mode()
def predict_logits(network: nn.Module, plain: NDArray[np.float32], batch_size: int = 64) -> NDArray[np.float32]:
    """Logits of prepared inputs.

    Returns:
        (N, 3) float32.
    """
    device = next(network.parameters()).device
    parts = [
        network(torch.from_numpy(np.array(plain[i : i + batch_size])[:, None]).to(device))[0].cpu().numpy()
        for i in range(0, len(plain), batch_size)
    ]
    return np.concatenate(parts) if parts else np.zeros((0, len(OUTPUTS)), np.float32)


def covid_scores(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    """Uncalibrated P(covid-19), (N,)."""
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True), dtype=np.float64)
    return np.asarray(exponentials[:, COVID_19] / exponentials.sum(axis=1))
