"""The results file: every table of the evidence, made of what the campaign's runs said and of nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from model.calibration import COVID_19, Calibration, calibrate, decide, member_range
from model.evaluation.figures import (
    Scored,
    at_threshold,
    calibration_figures,
    called_by_hospital,
    covid_against,
    discrimination,
    failures,
    roc_band,
    roc_curve,
    rounded,
    subgroups,
)
from model.evaluation.metrics import clustered_proportion
from model.findings import ABNORMAL, OUTPUTS, Finding
from model.prediction import OperatingPoint
from model.training.cache import Prepared
from model.training.data import MaskFile
from model.training.evidence.campaign import CONTROL_ROUND, LEFT_OUT, Read
from model.training.evidence.cohort import Cohort, Mask, Rows, out_of_fold
from model.training.evidence.decisions import (
    NORMAL,
    OTHER,
    hospital_weights,
    map_scale,
    rows_of,
)
from model.training.evidence.localization import Outlined, localization_figures, maps_of
from model.training.evidence.probes import control_figures, source_probe, weight_randomisation, without_lungs
from model.training.evidence.protocol import protocol_figures
from model.training.evidence.unseen import Unseen, averaging_figures, summary
from model.training.folds import N_FOLDS
from model.weights import MapScale

MOST_FAILURES = 20
SCALE_RADIOGRAPHS = 600
"""Radiographs of a class that fix the map's scale: enough for its quantiles."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fixed:
    """What the evidence fixes for a release."""

    calibration: Calibration
    operating_points: tuple[OperatingPoint, ...]
    other_threshold: float
    map_scale: MapScale


@dataclass(frozen=True, slots=True, kw_only=True)
class Reads:
    """The campaign's runs that have ended, by kind; a kind without any leaves its tables out."""

    release: Sequence[Read]
    left_out: Sequence[Read]
    protocol: Sequence[Read]
    controls: Sequence[Read]
    ablations: Sequence[Read]
    again: Sequence[Read]

    @classmethod
    def of(cls, reads: Sequence[Read]) -> Self:
        """Sort runs by the beginnings of their names."""

        def named(kind: str) -> list[Read]:
            return [read for read in reads if read.run.name.startswith(kind)]

        return cls(
            release=named("release"),
            left_out=named("left-out"),
            protocol=named("protocol"),
            controls=named("control"),
            ablations=named("ablation"),
            again=named("again"),
        )


def fix(cohort: Cohort, prepared: Prepared, reads: Reads) -> Fixed:
    """Fix what a release needs: numbers on left-out hospitals, the map's scale on the members' held-out folds."""
    unseen = Unseen.of(cohort, reads.left_out)
    return Fixed(
        calibration=unseen.calibration(),
        operating_points=unseen.operating_points(),
        other_threshold=unseen.other_threshold(),
        map_scale=_fix_map_scale(cohort, prepared, reads.release),
    )


def results(
    cohort: Cohort,
    prepared: Prepared,
    reads: Reads,
    fixed: Fixed,
    *,
    outlines: Sequence[MaskFile],
    lungs_dice: Mapping[str, float],
    cost: Mapping[str, Any],
) -> dict[str, Any]:
    """Make every table of the members and of the hospitals left out."""
    unseen = Unseen.of(cohort, reads.left_out)
    pairs = unseen.pairs()
    member = reads.release[0]
    strongest = rows_of(cohort, cohort.held_out_by(member), Finding.COVID_19)
    return {
        "rounds": {name: list(sources) for name, sources in LEFT_OUT.items()},
        "unseen": {
            "summary": summary(cohort, pairs),
            "pairs": pairs,
            "others": unseen.others(),
            "transfer": unseen.transfer(),
            "carried": unseen.carried(),
            "calibration": unseen.calibration_figures(),
            "roc": unseen.roc(),
        },
        "release": _release(cohort, reads.release, fixed),
        "members": _members(cohort, reads.release, fixed),
        "localization": _localization(cohort, prepared, reads, fixed.map_scale, outlines),
        "without_lungs": without_lungs(cohort, prepared, member),
        "source_probe": source_probe(cohort, prepared, member),
        "weight_randomisation": weight_randomisation(prepared, strongest, member.network),
        "lungs_dice": dict(lungs_dice),
        "cost": dict(cost),
    }


def results_of_kinds(cohort: Cohort, reads: Reads) -> dict[str, Any]:
    """Make the tables that do not depend on the members, of the kinds of runs that have ended."""
    tables: dict[str, Any] = {}
    if len(reads.protocol) == N_FOLDS:  # each fold's threshold comes from the others
        labelled = cohort.cleared(reads.protocol[0].run.config.clear_sources)
        tables["protocol"] = protocol_figures(labelled, reads.protocol)
    if reads.controls:
        tables["controls"] = {"left_out": CONTROL_ROUND, "rows": control_figures(cohort, reads.controls)}
    if reads.ablations:
        tables["ablations"] = {"left_out": CONTROL_ROUND, "rows": control_figures(cohort, reads.ablations)}
    if len(reads.again) == len(reads.left_out) == len(LEFT_OUT):
        tables["averaging"] = averaging_figures(cohort, reads.left_out, reads.again)
    return tables


def _release(cohort: Cohort, members: Sequence[Read], fixed: Fixed) -> dict[str, Any]:
    """The recipe on its own hospitals, each radiograph read by the member that held it out."""
    rows, logits = out_of_fold(cohort, members)
    scored = cohort.scored(rows, calibrate(logits, fixed.calibration))
    threshold = fixed.operating_points[0].threshold
    names = [cohort.samples[i].image_id for i in rows]
    is_nih, abnormal = cohort.source[rows] == "nih", logits[:, ABNORMAL].astype(np.float64)
    views = np.array([cohort.samples[i].view for i in rows])
    normal = is_nih & (scored.truth == NORMAL)
    return {
        "auroc_covid_against_normal": rounded(covid_against(scored, NORMAL)),
        "auroc_covid_against_other": rounded(covid_against(scored, OTHER)),
        "roc": {"curve": roc_curve(scored), "band": roc_band(scored)},
        "calibration": calibration_figures(scored, hospital_weights(cohort, rows)),
        "at_operating_point": at_threshold(scored, threshold),
        "called_covid_19": called_by_hospital(scored, threshold),
        "subgroups": subgroups(scored, threshold),
        "covid_against_other_within_source": _within_sources(scored),
        "nih_other_against_nih_normal": rounded(
            discrimination(abnormal, is_nih & (scored.truth == OTHER), normal, scored.patients)
        ),
        "ap_told_from_pa_within_nih_normals": rounded(
            discrimination(scored.covid, normal & (views == "AP"), normal & (views == "PA"), scored.patients)
        ),
        "failures": failures(scored, names, threshold=threshold, most=MOST_FAILURES),
    }


def _within_sources(scored: Scored) -> dict[str, Any]:
    """COVID-19 against other disease inside every source that has both."""
    found = {}
    for source in sorted(set(scored.hospitals.tolist())):
        own = scored.where(scored.hospitals == source)
        if {COVID_19, OTHER} <= set(own.truth.tolist()):
            found[source] = rounded(covid_against(own, OTHER))
    return found


def _members(cohort: Cohort, members: Sequence[Read], fixed: Fixed) -> dict[str, Any]:
    """What the released ensemble says of hospitals that no member saw, and of those they trained on."""
    unseen = np.flatnonzero(np.logical_and.reduce([cohort.unseen_by(read) for read in members]))
    seen = np.flatnonzero(np.logical_or.reduce([cohort.held_out_by(read) for read in members]))
    return {
        "never_seen": _findings(cohort, members, fixed, unseen),
        "four_of_five_members_trained_on_it": _findings(cohort, members, fixed, seen),
    }


def _findings(cohort: Cohort, members: Sequence[Read], fixed: Fixed, rows: Rows) -> dict[str, Any]:
    logits = np.stack([read.logits[rows] for read in members])
    findings = np.array(ensemble_findings(logits, fixed))
    shares: dict[str, Any] = {}
    for source in sorted(set(cohort.source[rows].tolist())):
        for index, truth in enumerate(OUTPUTS):
            own = (cohort.source[rows] == source) & (cohort.truth[rows] == index)
            if own.any():
                patients = cohort.patient[rows][own]
                counted = {str(f): rounded(clustered_proportion(findings[own] == f, patients)) for f in Finding}
                shares[f"{source}: {truth}"] = counted
    return shares


def ensemble_findings(logits: NDArray[np.float32], fixed: Fixed) -> list[Finding]:
    """Findings as serving names them.

    Args:
        logits: (members, N, 2) in the order of `HEADS`.
    """
    together = calibrate(logits.mean(axis=0), fixed.calibration)
    of_members = calibrate(logits, fixed.calibration)[..., COVID_19]
    threshold = fixed.operating_points[0].threshold
    return [
        decide(
            dict(zip(OUTPUTS, (float(p) for p in probabilities), strict=True)),
            member_range(own, float(probabilities[COVID_19])),
            threshold=threshold,
            other_threshold=fixed.other_threshold,
        )[0]
        for probabilities, own in zip(together, of_members.T, strict=True)
    ]


def _localization(
    cohort: Cohort, prepared: Prepared, reads: Reads, scale: MapScale, outlines: Sequence[MaskFile]
) -> dict[str, Any]:
    """Outlined radiographs read by a member that held them out, and by a network that never saw their hospital."""
    row_of = {sample.image_id: row for row, sample in enumerate(cohort.samples)}
    known = [(row_of[outline.image_id], outline) for outline in outlines if outline.image_id in row_of]

    def read_by(readers: Sequence[Read], masks: Sequence[Mask], keep: Mask) -> dict[str, Any]:
        chosen = [
            Outlined(row=row, outline=outline, network=read.network)
            for row, outline in known
            for read, mask in zip(readers, masks, strict=True)
            if mask[row] and keep[row]
        ]
        return localization_figures(prepared, chosen, scale)

    everything, covid = np.ones(len(cohort.samples), dtype=bool), cohort.is_truth(Finding.COVID_19)
    held_out = [cohort.held_out_by(read) for read in reads.release]
    unseen = [cohort.unseen_by(read) for read in reads.left_out]
    return {
        "held-out folds": read_by(reads.release, held_out, everything),
        "held-out folds, COVID-19": read_by(reads.release, held_out, covid),
        "hospitals left out": read_by(reads.left_out, unseen, everything),
        "hospitals left out, COVID-19": read_by(reads.left_out, unseen, covid),
    }


def _fix_map_scale(cohort: Cohort, prepared: Prepared, members: Sequence[Read]) -> MapScale:
    evidence: dict[Finding, list[NDArray[np.float32]]] = {Finding.NORMAL: [], Finding.COVID_19: []}
    most = SCALE_RADIOGRAPHS // len(members)
    for read in members:
        for finding, fields in evidence.items():
            rows = rows_of(cohort, cohort.held_out_by(read), finding)
            chosen = np.random.default_rng(0).permutation(rows)[:most]
            fields.extend(maps_of(read.network, prepared.plain[np.sort(chosen)])[:, ABNORMAL])
    return map_scale(evidence[Finding.NORMAL], evidence[Finding.COVID_19])
