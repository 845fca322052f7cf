"""The radiographs of the campaign as columns, and who read which without having seen it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from model.evaluation.figures import Scored
from model.findings import OUTPUTS, Finding
from model.training.cache import Prepared
from model.training.classifier import truth
from model.training.data import Sample
from model.training.evidence.campaign import Read

AGE_EDGES = (40, 60, 80)
"""Years at which the age groups part."""

Rows = NDArray[np.intp]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """N prepared radiographs, column by column.

    Attributes:
        truth: Index into `OUTPUTS`; the sources of `clear` count as normal.
        group: `hospital` of each sample.
        fold: Fold of each.
    """

    samples: Sequence[Sample]
    truth: NDArray[np.intp]
    source: NDArray[np.str_]
    group: NDArray[np.str_]
    patient: NDArray[np.str_]
    fold: NDArray[np.intp]

    @classmethod
    def of(cls, prepared: Prepared, folds: Mapping[str, int], clear: Sequence[str]) -> "Cohort":
        """Gather the columns."""
        samples = prepared.samples
        return cls(
            samples=samples,
            truth=np.array([truth(sample, clear) for sample in samples]),
            source=np.array([sample.source for sample in samples]),
            group=np.array([sample.hospital for sample in samples]),
            patient=np.array([sample.patient for sample in samples]),
            fold=np.array([folds[sample.image_id] for sample in samples]),
        )

    def cleared(self, clear: Sequence[str]) -> "Cohort":
        """The same radiographs where the sources of `clear`, and no others, count as normal."""
        return replace(self, truth=np.array([truth(sample, clear) for sample in self.samples]))

    def is_truth(self, finding: Finding) -> Mask:
        """Which radiographs are of a finding."""
        return np.asarray(self.truth == OUTPUTS.index(finding))

    def trained_by(self, read: Read) -> Mask:
        """Which radiographs a run may have trained on."""
        return np.asarray(np.isin(self.source, read.run.config.sources) & (self.fold != read.run.config.fold))

    def held_out_by(self, read: Read) -> Mask:
        """Which radiographs of a run's own hospitals it held out."""
        return np.asarray(np.isin(self.source, read.run.config.sources) & (self.fold == read.run.config.fold))

    def unseen_by(self, read: Read) -> Mask:
        """Which radiographs come from hospitals of which a run saw nothing."""
        seen = np.unique(self.group[np.isin(self.source, read.run.config.sources)])
        return np.asarray(~np.isin(self.group, seen))

    def scored(self, rows: Rows | Mask, probabilities: NDArray[np.float64]) -> Scored:
        """Join rows to what was said of them, with the columns that are reported apart."""
        chosen = np.arange(len(self.samples))[rows]
        samples = [self.samples[i] for i in chosen]
        return Scored(
            truth=self.truth[chosen],
            probabilities=probabilities,
            hospitals=self.source[chosen],
            patients=self.patient[chosen],
            groups={
                "view": np.array(["" if s.view == "unknown" else s.view for s in samples]),
                "sex": np.array([s.sex for s in samples]),
                "age": np.array([_age_group(s.age_years) for s in samples]),
            },
        )


def out_of_fold(cohort: Cohort, members: Sequence[Read]) -> tuple[Rows, NDArray[np.float32]]:
    """Rows of the members' hospitals, each with the logits of the member that held it out.

    Returns:
        (M,) rows and (M, 2) logits.
    """
    parts = [(np.flatnonzero(cohort.held_out_by(read)), read) for read in members]
    rows = np.concatenate([own for own, _ in parts])
    logits = np.concatenate([read.logits[own] for own, read in parts])
    return rows, logits


def _age_group(years: float | None) -> str:
    if years is None:
        return ""
    edges = (18, *AGE_EDGES)
    for low, high in zip(edges, AGE_EDGES, strict=False):
        if years < high:
            return f"{low} to {high - 1}"
    return f"{AGE_EDGES[-1]} and over"
