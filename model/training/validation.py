"""What a release fixes and measures on its held-out fold: calibration, operating points, noise, map scale, figures."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from model.calibration import COVID_19, Calibration, calibrate
from model.evaluation.metrics import Estimate, auroc, bootstrap, expected_calibration_error, proportion
from model.explain import evidence
from model.findings import OUTPUTS, Finding
from model.network import CovidXNet
from model.prediction import OperatingPoint
from model.preprocess import finish
from model.training.augment import AugmentConfig, random_affine, warp
from model.training.cache import Prepared
from model.training.classifier import ClassifierConfig, predict_logits
from model.training.data import Sample
from model.weights import MapScale

HARMLESS = AugmentConfig(rotation_degrees=1.0, zoom=0.02, shift=0.02, mirror=0.0)
"""Changes a technician's positioning makes; a reading should not hang on them."""

SHOW_ABOVE = 0.2
"""Chosen: a fifth of the strongest evidence; under it the viewer starts transparent."""

CLEAR_SHARE = 0.99
"""Share of the cells of normal validation radiographs that the map shows as nothing."""

N_NOISE_VIEWS = 4

BALANCED_SPECIFICITY = 0.90
SCREENING_SENSITIVITY = 0.95
CONFIRMATORY_SPECIFICITY = 0.95
"""What the three operating points are fixed at; the balanced one, in force, takes the sensitivity that remains."""


class Validation:
    """The held-out radiographs of a release and what is fixed on them. Every hospital of a class weighs the same.

    Attributes:
        class_shares: Prevalence of the three outputs that probabilities are calibrated to.
    """

    def __init__(
        self,
        network: CovidXNet,
        prepared: Prepared,
        rows: NDArray[np.intp],
        name: str,
        class_shares: tuple[float, float, float],
    ) -> None:
        self.network, self.prepared, self.rows, self.name = network, prepared, rows, name
        self.class_shares = class_shares
        self.samples = [prepared.samples[i] for i in rows]
        self.targets = np.array([OUTPUTS.index(sample.finding) for sample in self.samples])
        self.logits = predict_logits(network, prepared.plain[rows])
        self.weights = hospital_weights(self.samples, class_shares)

    def fit_calibration(self) -> Calibration:
        """Fit temperature and biases by weighted maximum likelihood."""
        logits, targets = torch.from_numpy(self.logits).double(), torch.from_numpy(self.targets)
        weights = torch.from_numpy(self.weights)
        log_temperature = torch.zeros((), dtype=torch.float64, requires_grad=True)
        bias = torch.zeros(len(OUTPUTS), dtype=torch.float64, requires_grad=True)
        optimizer = torch.optim.LBFGS([log_temperature, bias], max_iter=200, line_search_fn="strong_wolfe")

        def closure() -> torch.Tensor:
            optimizer.zero_grad()
            scaled = logits / log_temperature.exp() + bias - bias.mean()
            losses = torch.nn.functional.cross_entropy(scaled, targets, reduction="none")
            loss = (losses * weights).sum() / weights.sum()
            loss.backward()  # type: ignore[no-untyped-call]
            return loss

        optimizer.step(closure)  # type: ignore[no-untyped-call]
        shares = ", ".join(f"{name} {share:.0%}" for name, share in zip(OUTPUTS, self.class_shares, strict=True))
        centred = (bias - bias.mean()).detach().tolist()
        return Calibration(
            temperature=round(float(log_temperature.detach().exp()), 4),
            bias=(round(centred[0], 4), round(centred[1], 4), round(centred[2], 4)),
            set=f"{self.name}; prevalence {shares}; hospitals of a class weighted equally",
        )

    def probabilities(self, calibration: Calibration) -> NDArray[np.float64]:
        """Calibrated probabilities, (N, 3)."""
        return calibrate(self.logits, calibration)

    def operating_points(self, probabilities: NDArray[np.float64]) -> tuple[OperatingPoint, ...]:
        """Balanced (the one in force), screening and confirmatory."""
        covid, normal = self._covid_and_normal(probabilities[:, COVID_19])
        candidates = np.unique(np.concatenate([covid, normal, [1.0]]))  # 1.0: always a threshold specific enough
        sensitivity = np.array([(covid >= t).mean() for t in candidates])
        specificity = np.array([(normal < t).mean() for t in candidates])
        balanced = candidates[specificity >= BALANCED_SPECIFICITY].min()
        screening = candidates[sensitivity >= SCREENING_SENSITIVITY].max()
        confirmatory = candidates[specificity >= CONFIRMATORY_SPECIFICITY].min()
        named = (("balanced", balanced), ("screening", screening), ("confirmatory", confirmatory))
        return tuple(self._operating_point(name, float(t), covid, normal) for name, t in named)

    def _operating_point(
        self, name: str, threshold: float, covid: NDArray[np.float64], normal: NDArray[np.float64]
    ) -> OperatingPoint:
        rounded = float(np.floor(threshold * 1e4) / 1e4)  # down: the radiograph it was set at stays flagged
        found = proportion(int((covid >= rounded).sum()), len(covid))
        spared = proportion(int((normal < rounded).sum()), len(normal))
        return OperatingPoint(
            name=name,
            threshold=rounded,
            sensitivity=round(found.value, 4),
            specificity=round(spared.value, 4),
            sensitivity_interval=(round(found.low, 4), round(found.high, 4)),
            specificity_interval=(round(spared.low, 4), round(spared.high, 4)),
            set=f"{self.name}: {found.n} COVID-19, {spared.n} normal",
        )

    def other_threshold(self, probabilities: NDArray[np.float64]) -> float:
        """P(other) that nine in ten normal radiographs stay under."""
        normal = probabilities[self.targets == OUTPUTS.index(Finding.NORMAL), OUTPUTS.index(Finding.OTHER)]
        return round(float(np.quantile(normal, 0.9)), 4)

    def logit_noise(self, calibration: Calibration, config: ClassifierConfig) -> float:
        """Standard deviation of logit P(covid-19) when a radiograph is turned, shifted or zoomed a little."""
        before = _logit(calibrate(self.logits, calibration)[:, COVID_19])
        deviations = []
        for view in range(N_NOISE_VIEWS):
            rng = np.random.default_rng([config.loop.seed, view])
            moved = [self._moved(rng, row, config.input.size) for row in self.rows]
            logits = predict_logits(self.network, np.stack(moved))
            deviations.append(_logit(calibrate(logits, calibration)[:, COVID_19]) - before)
        return round(float(np.sqrt(np.mean(np.square(deviations)))), 4)

    def _moved(self, rng: np.random.Generator, row: int, size: int) -> NDArray[np.float32]:
        wide = self.prepared.wide[row].astype(np.float32) / 255
        return finish(warp(wide, random_affine(rng, size, 1.0, HARMLESS), size))

    def map_scale(self) -> MapScale:
        """Fix 0 where the cells of normal radiographs end, and 1 where the strongest COVID-19 radiographs peak."""
        normal = self._evidence(Finding.NORMAL)
        covid = self._evidence(Finding.COVID_19)
        low = float(np.quantile(normal, CLEAR_SHARE))
        high = float(np.quantile(covid.max(axis=(1, 2)), 0.95))
        rising = max(high, low + 0.01)  # an untrained network may peak no higher on COVID-19 than on normal
        return MapScale(low=round(low, 3), high=round(rising, 3), show_above=SHOW_ABOVE)

    @torch.inference_mode()
    def _evidence(self, finding: Finding) -> NDArray[np.float32]:
        rows = self.rows[self.targets == OUTPUTS.index(finding)]
        inputs = torch.from_numpy(np.array(self.prepared.plain[rows])[:, None])
        maps = [self.network(part)[1].numpy() for part in torch.split(inputs, 64)]
        return np.stack([evidence(one) for one in np.concatenate(maps)])

    def figures(self, probabilities: NDArray[np.float64]) -> dict[str, Any]:
        """What the release reaches on its held-out fold, COVID-19 against normal unless said otherwise."""
        score, target = probabilities[:, COVID_19], self.targets
        patients = [sample.patient for sample in self.samples]
        covid, other = OUTPUTS.index(Finding.COVID_19), OUTPUTS.index(Finding.OTHER)

        def against(rest: NDArray[np.bool_]) -> dict[str, Any]:
            def figure(rows: NDArray[np.intp]) -> float:
                return auroc(score[rows][target[rows] == covid], score[rows][rest[rows]])

            everything = np.arange(len(score))
            low, high = bootstrap(figure, patients)
            n = int((target == covid).sum() + rest.sum())
            return rounded(Estimate(value=figure(everything), low=low, high=high, n=n))

        by_hospital = {
            f"{sample.finding}: {sample.source}": round(float(score[_of(self.samples, sample)].mean()), 4)
            for sample in {(s.finding, s.source): s for s in self.samples}.values()
        }
        error = expected_calibration_error(score, target == covid, self.weights)
        return {
            "set": self.name,
            "auroc_covid_against_normal": against(target == OUTPUTS.index(Finding.NORMAL)),
            "auroc_covid_against_other": against(target == other),
            "expected_calibration_error": round(error, 4),
            "mean_probability_covid_19": dict(sorted(by_hospital.items())),
        }

    def _covid_and_normal(self, score: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        covid = score[self.targets == COVID_19]
        return covid, score[self.targets == OUTPUTS.index(Finding.NORMAL)]


def unseen_figures(
    network: CovidXNet, prepared: Prepared, config: ClassifierConfig, calibration: Calibration
) -> dict[str, Any]:
    """AUROC of COVID-19 of each source never trained on against clear lungs of each source never trained on.

    `jsrt` (nodule patients whose lungs are clear otherwise) stands for clear lungs.
    """
    rows = prepared.select(lambda s: s.source not in config.sources)
    samples = [prepared.samples[i] for i in rows]
    score = calibrate(predict_logits(network, prepared.plain[rows]), calibration)[:, COVID_19]
    sources = np.array([sample.source for sample in samples])
    is_covid = np.array([sample.finding is Finding.COVID_19 for sample in samples])
    is_clear = np.array([sample.finding is Finding.NORMAL or sample.source == "jsrt" for sample in samples])
    patients = np.array([sample.patient for sample in samples])
    figures = {}
    for covid_source in sorted(set(sources[is_covid])):
        for clear_source in sorted(set(sources[is_clear])):
            chosen = np.flatnonzero((is_covid & (sources == covid_source)) | (is_clear & (sources == clear_source)))
            own_score, own_truth = score[chosen], is_covid[chosen]

            def figure(
                index: NDArray[np.intp],
                own_score: NDArray[np.float64] = own_score,
                own_truth: NDArray[np.bool_] = own_truth,
            ) -> float:
                return auroc(own_score[index][own_truth[index]], own_score[index][~own_truth[index]])

            low, high = bootstrap(figure, patients[chosen].tolist())
            estimate = Estimate(value=figure(np.arange(len(chosen))), low=low, high=high, n=len(chosen))
            figures[f"{covid_source} against {clear_source}"] = rounded(estimate)
    return figures


def called_covid(
    network: CovidXNet,
    prepared: Prepared,
    rows: NDArray[np.intp],
    calibration: Calibration,
    threshold: float,
) -> dict[str, Any]:
    """Share of each truth and source at or above the operating point, with Wilson's interval."""
    score = calibrate(predict_logits(network, prepared.plain[rows]), calibration)[:, COVID_19]
    called: dict[str, list[bool]] = {}
    for row, probability in zip(rows, score, strict=True):
        sample = prepared.samples[row]
        called.setdefault(f"{sample.source}: {sample.label}", []).append(bool(probability >= threshold))
    return {name: rounded(proportion(sum(calls), len(calls))) for name, calls in sorted(called.items())}


def hospital_weights(samples: Sequence[Sample], class_shares: Sequence[float]) -> NDArray[np.float64]:
    """Weights by which classes weigh their shares and the hospitals of a class the same; their mean is 1."""
    groups: dict[tuple[Finding, str], int] = {}
    for sample in samples:
        key = (sample.finding, sample.hospital)
        groups[key] = groups.get(key, 0) + 1
    n_hospitals = {finding: sum(1 for f, _ in groups if f is finding) for finding in OUTPUTS}
    shares = dict(zip(OUTPUTS, class_shares, strict=True))
    weights = np.array([shares[s.finding] / (groups[s.finding, s.hospital] * n_hospitals[s.finding]) for s in samples])
    return np.asarray(weights * len(samples) / weights.sum())


def _of(samples: Sequence[Sample], like: Sample) -> NDArray[np.bool_]:
    return np.array([s.finding is like.finding and s.source == like.source for s in samples])


def _logit(p: NDArray[np.float64]) -> NDArray[np.float64]:
    clipped = np.clip(p, 1e-6, 1 - 1e-6)
    return np.asarray(np.log(clipped) - np.log1p(-clipped))


def rounded(estimate: Estimate) -> dict[str, Any]:
    """Spell an estimate out for a card."""
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in asdict(estimate).items()}
