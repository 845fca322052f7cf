"""What else the network may have read, and whether the map depends on what it learnt."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from model.evaluation.figures import discrimination, rounded
from model.evaluation.metrics import Estimate, auroc
from model.findings import ABNORMAL, OUTPUTS, Finding
from model.network import CovidXNet
from model.training.cache import Prepared
from model.training.classifier import hidden_inputs, predict_logits
from model.training.controls import Hide
from model.training.evidence.campaign import Read
from model.training.evidence.cohort import Cohort, Mask
from model.training.evidence.localization import maps_of

FEWEST = 20
"""A source with fewer held-out radiographs of a class is left out of the source probe."""

N_RANDOMISED = 100


def source_probe(cohort: Cohort, prepared: Prepared, read: Read) -> dict[str, Any]:
    """How well a linear layer on the network's features names the source within one class.

    Fitted on one fold that the network trained on, measured on the fold that it held out. `chance` is one in the number
    of sources.
    """
    fold = read.run.config.fold
    assert fold is not None
    result = {}
    for finding in (Finding.COVID_19, Finding.NORMAL):
        own = cohort.is_truth(finding) & np.isin(cohort.source, read.run.config.sources)
        train, test = own & (cohort.fold == (fold + 1) % 5), own & (cohort.fold == fold)
        names = [name for name in np.unique(cohort.source[own]) if (cohort.source[test] == name).sum() >= FEWEST]
        if len(names) < 2:
            continue
        train, test = (np.flatnonzero(mask & np.isin(cohort.source, names)) for mask in (train, test))
        truth = {name: i for i, name in enumerate(names)}
        fitted = _linear_layer(
            _features(read.network, prepared.plain[train]), np.array([truth[s] for s in cohort.source[train]])
        )
        answer = _apply(fitted, _features(read.network, prepared.plain[test]))
        right = [float((answer[cohort.source[test] == name] == i).mean()) for name, i in truth.items()]
        result[str(finding)] = {
            "sources": [str(name) for name in names],
            "balanced_accuracy": round(float(np.mean(right)), 4),
            "chance": round(1 / len(names), 4),
        }
    return result


def without_lungs(cohort: Cohort, prepared: Prepared, read: Read) -> dict[str, float]:
    """AUROC of "abnormal" on the held-out fold, COVID-19 against normal: as read, and with the lungs blacked out."""
    rows = np.flatnonzero(cohort.held_out_by(read))
    blacked = predict_logits(read.network, hidden_inputs(prepared, rows, replace(read.run.config, hide=Hide.LUNGS)))
    return {
        "as_read": round(_auroc(cohort.truth[rows], read.logits[rows]), 4),
        "lungs_blacked_out": round(_auroc(cohort.truth[rows], blacked), 4),
    }


def weight_randomisation(prepared: Prepared, rows: NDArray[np.intp], network: CovidXNet) -> dict[str, float]:
    """Rank correlation of the map with that of the network with its last layers' weights drawn anew.

    Source: Adebayo et al. 2018, arXiv:1810.03292 (cascading randomisation, from the last layer down).
    """
    inputs = prepared.plain[rows[:N_RANDOMISED]]
    before = maps_of(network, inputs)[:, ABNORMAL]
    found = {}
    changed = deepcopy(network)
    torch.manual_seed(0)
    layers = {"heads": changed.heads, "last_features": changed.features[-1], "last_block": changed.features[-2]}
    for name, layer in layers.items():
        _draw_anew(layer)
        after = maps_of(changed, inputs)[:, ABNORMAL]
        found[name] = round(float(np.mean([_rank_correlation(a, b) for a, b in zip(before, after, strict=True)])), 4)
    return found


def control_figures(cohort: Cohort, reads: Sequence[Read]) -> list[dict[str, Any]]:
    """AUROC of "abnormal", COVID-19 against normal, of trainings that see more, less or other than the release."""
    found = []
    for read in reads:
        held_out, unseen = cohort.held_out_by(read), cohort.unseen_by(read)
        found.append(
            {
                "run": read.run.name,
                "hidden": str(read.run.config.hide),
                "sees": "whole frame" if read.run.whole_frame else "lung box",
                "contrast_step": read.run.config.enhances_contrast,
                "held_out_fold": rounded(_of(cohort, read, held_out)),
                "unseen_hospitals": rounded(_of(cohort, read, unseen)),
            }
        )
    return found


def _of(cohort: Cohort, read: Read, mask: Mask) -> Estimate:
    truth, score = cohort.truth[mask], read.logits[mask, ABNORMAL].astype(np.float64)
    covid, normal = (truth == OUTPUTS.index(finding) for finding in (Finding.COVID_19, Finding.NORMAL))
    return discrimination(score, covid, normal, cohort.patient[mask])


def _auroc(truth: NDArray[np.intp], logits: NDArray[np.float32]) -> float:
    score = logits[:, ABNORMAL].astype(np.float64)
    covid, normal = (truth == OUTPUTS.index(finding) for finding in (Finding.COVID_19, Finding.NORMAL))
    return auroc(score[covid], score[normal])


@torch.inference_mode()
def _features(network: CovidXNet, inputs: NDArray[np.float32]) -> torch.Tensor:
    parts = torch.split(torch.from_numpy(np.array(inputs)[:, None]), 64)
    return torch.cat([network.features(part).mean(dim=(2, 3)) for part in parts])


def _linear_layer(features: torch.Tensor, truth: NDArray[np.intp]) -> tuple[torch.Tensor, torch.Tensor, nn.Linear]:
    """Standardise and fit by logistic regression, classes weighing the same, with a little decay."""
    mean, deviation = features.mean(0), features.std(0) + 1e-6
    torch.manual_seed(0)
    layer = nn.Linear(features.shape[1], int(truth.max()) + 1)
    counts = np.bincount(truth)
    weights = torch.tensor(len(truth) / counts / len(counts), dtype=torch.float32)
    optimizer = torch.optim.LBFGS(layer.parameters(), max_iter=100)

    def closure() -> torch.Tensor:
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(layer((features - mean) / deviation), torch.from_numpy(truth), weights)
        loss = loss + 1e-2 * layer.weight.square().sum()
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    return mean, deviation, layer


@torch.inference_mode()
def _apply(fitted: tuple[torch.Tensor, torch.Tensor, nn.Linear], features: torch.Tensor) -> NDArray[np.intp]:
    mean, deviation, layer = fitted
    return np.asarray(layer((features - mean) / deviation).argmax(1).numpy())


def _draw_anew(layer: nn.Module) -> None:
    for module in layer.modules():
        if isinstance(module, nn.Conv2d | nn.BatchNorm2d):
            module.reset_parameters()


def _rank_correlation(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    first, second = (np.argsort(np.argsort(field.ravel())).astype(np.float64) for field in (one, other))
    return float(np.corrcoef(first, second)[0, 1])
