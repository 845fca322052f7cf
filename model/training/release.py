"""From the campaign's runs to a release: the members' weights, the results file, and the card that describes them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from model.findings import OUTPUTS
from model.preprocess import PIPELINE_VERSION
from model.training.copies import read_copies
from model.training.evidence.assembly import Fixed
from model.training.evidence.campaign import Read
from model.training.evidence.cohort import Cohort
from model.training.export import export_weights
from model.training.folds import folds_sha256
from model.training.lungs import LungConfig
from model.weights import EVIDENCE_NAME, GateCard, WeightsCard, sha256_of

INTENDED_USE = (
    "Research. Decision support for radiologists on frontal chest radiographs (PA or AP) of adults: COVID-19 against "
    "normal, with other abnormality as a third answer. Not a medical device."
)

LIMITS = (
    "Hospital and class are confounded in the training data; figures on hospitals left out are the ones to go by.",
    "COVID-19 is told from other pneumonia only weakly; the third output means 'abnormal, not typical of COVID-19'.",
    "A normal radiograph does not exclude COVID-19: early disease is often not visible.",
    "Children, lateral views, computed tomography and other body parts are outside the scope.",
    "Operating points move at another hospital; check them on your own radiographs with `covid-xnet evaluate`.",
    "The map shows where the evidence of abnormality lies, of whatever cause, not why.",
    "No prospective study was made.",
)


def release_card(
    cohort: Cohort,
    members: Sequence[Read],
    fixed: Fixed,
    lungs: LungConfig,
    gate: GateCard,
    *,
    folder: Path,
    version: str,
) -> WeightsCard:
    """Write the members' weights into a release's folder and describe them; figures are added by `with_evidence`.

    Args:
        gate: The gate that `folder` holds.
        folder: The release's folder; `lungs.safetensors` is in it.
    """
    weights = folder / "weights.safetensors"
    config = members[0].run.config
    return WeightsCard(
        folder=folder,
        name="covid-xnet",
        version=version,
        created=datetime.now(UTC).date().isoformat(),
        file=weights.name,
        sha256=export_weights([read.network for read in members], weights, prefixed=True),
        n_members=len(members),
        network=config.network,
        input=config.input,
        lungs_file="lungs.safetensors",
        lungs_sha256=sha256_of(folder / "lungs.safetensors"),
        lungs_network=lungs.network,
        gate=gate,
        pipeline=PIPELINE_VERSION,
        outputs=OUTPUTS,
        calibration=fixed.calibration,
        operating_points=fixed.operating_points,
        other_threshold=fixed.other_threshold,
        map_scale=fixed.map_scale,
        intended_use=INTENDED_USE,
        training=_training(cohort, members),
        evidence_sha256="",
        validation={},
        limits=LIMITS,
        licence="Apache-2.0; some training sources allow research use only",
    )


KINDS = {"protocol": "protocol", "controls": "control", "ablations": "ablation", "averaging": "again"}
"""Tables of their own kind of runs, with the beginning of the runs' names: they do not depend on the members."""


def with_kept(results: Mapping[str, Any], earlier: Mapping[str, Any] | None) -> dict[str, Any]:
    """Keep an earlier results file's tables of those kinds of runs that are not at hand any more.

    Args:
        results: A results file of the runs that have ended here.
        earlier: The one that it replaces; one of another budget keeps nothing.

    Returns:
        The results with those tables and their runs; `dated` names the tables of another day than the members'.
    """
    if not earlier or earlier["budget"] != results["budget"]:
        return dict(results)
    kept = [table for table in KINDS if table in earlier and table not in results]
    runs = _without(results["runs"], kept) | _of(earlier["runs"], kept)
    dates = {table: earlier.get("dated", {}).get(table, earlier["created"]) for table in kept}
    return {**results, **{table: earlier[table] for table in kept}, "runs": runs, "dated": dates}


def with_renewed(
    earlier: Mapping[str, Any], tables: Mapping[str, Any], runs: Mapping[str, Any], day: str
) -> dict[str, Any]:
    """Renew those kinds' tables in a results file whose members stay.

    Args:
        earlier: A release's results file.
        tables: Tables of `KINDS` of the runs that have ended here.
        runs: Last rows of the curves of every run that has ended here.
        day: When the tables were made, ISO 8601.
    """
    renewed = _without(earlier["runs"], list(tables)) | _of(runs, list(tables))
    dates = {**earlier.get("dated", {}), **dict.fromkeys(tables, day)}
    return {**earlier, **tables, "runs": renewed, "dated": dates}


def _of(runs: Mapping[str, Any], tables: Sequence[str]) -> dict[str, Any]:
    names = tuple(KINDS[table] for table in tables)
    return {name: curve for name, curve in runs.items() if name.startswith(names)}


def _without(runs: Mapping[str, Any], tables: Sequence[str]) -> dict[str, Any]:
    return {name: curve for name, curve in runs.items() if name not in _of(runs, tables)}


def write_evidence(results: Mapping[str, Any], folder: Path) -> str:
    """Write the results file into a release's folder and return its hash."""
    path = folder / EVIDENCE_NAME
    path.write_text(json.dumps(results, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return sha256_of(path)


def headline(results: Mapping[str, Any]) -> dict[str, Any]:
    """The figures of the results file that people ask first: the card's `validation`."""
    unseen, release = results["unseen"], results["release"]
    pairs = {f"{pair['covid']} against {pair['normal']}": pair["auroc"] for pair in unseen["pairs"]}
    figures = {
        "unseen_hospitals": unseen["summary"],
        "auroc_of_unseen_hospitals": pairs,
        "expected_calibration_error_unseen": unseen["calibration"]["after"]["expected_calibration_error"],
        "held_out_folds": {
            "auroc_covid_against_normal": release["auroc_covid_against_normal"],
            "auroc_covid_against_other": release["auroc_covid_against_other"],
            "expected_calibration_error": release["calibration"]["expected_calibration_error"],
        },
        "called_covid_19": release["called_covid_19"],
        "localization": results["localization"],
        "lungs_dice": results["lungs_dice"],
    }
    if "protocol" in results:
        figures["protocol"] = {name: results["protocol"][name] for name in ("paper", "mean", "deviation", "interval")}
    return figures


def _training(cohort: Cohort, members: Sequence[Read]) -> dict[str, Any]:
    config = members[0].run.config
    counts: dict[str, int] = {}
    for sample in cohort.samples:
        if sample.source in config.sources:
            key = f"{sample.source}: {sample.label}"
            counts[key] = counts.get(key, 0) + 1
    return {
        "radiographs": dict(sorted(counts.items())),
        "folds_sha256": folds_sha256(),
        "config": asdict(config),
        "without_patient_identity": "an image without a patient identity counts as a patient of its own; "
        f"{len(read_copies())} that the data hold twice are left out",
    }
