"""`covid-xnet evaluate`: scores the release on a site's own radiographs; its report is the site's acceptance test."""

import json
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tqdm import tqdm

from app.commands.evaluate_page import FIGURES, evaluation_html, verdict_text
from app.commands.reading import Input, read_files
from app.inference import Failure, ReadsRadiographs
from app.predictor import load_predictor
from app.settings import InferenceSettings
from model.errors import ModelError, Refusal
from model.evaluation.acceptance import Requirement
from model.evaluation.evidence.parts import interval_text
from model.evaluation.manifest import Manifest, ManifestError, ManifestRow, read_manifest
from model.evaluation.report import NotRead, Run, SiteReading, make_report
from model.findings import OUTPUTS
from model.prediction import OperatingPoint, Prediction

JSON_NAME, HTML_NAME = "evaluation.json", "evaluation.html"

MOST_FAULTS = 20
"""Mistakes of a manifest that are printed; the rest are counted."""


def evaluate_folder(
    folder: Path,
    *,
    manifest: Path,
    out: Path,
    as_json: bool,
    settings: InferenceSettings,
    groups: Sequence[str] = (),
    requirements: Sequence[Requirement] = (),
    by_interval: bool = False,
    predictor: ReadsRadiographs | None = None,
) -> int:
    """Read every file of a manifest and report on it.

    Args:
        folder: What the manifest's files are relative to.
        out: Folder for the two reports; made where it is missing.
        as_json: Print the report instead of a summary.
        groups: Further columns of the manifest to report apart.
        by_interval: Whether the interval's lower end must reach a requirement, of enough patients.
        predictor: Reads in place of the released weights.

    Returns:
        0 when there is a report and it meets every requirement, 1 when it does not or could not be made, 2 when the
        folder or the manifest cannot be used.
    """
    if not folder.is_dir():
        print(f"There is no folder {folder}.", file=sys.stderr)
        return 2
    try:
        listed = read_manifest(manifest, folder, groups=groups)
    except ManifestError as error:
        _print_faults(error)
        return 2
    except OSError as error:
        print(f"The manifest cannot be opened: {error.strerror}.", file=sys.stderr)
        return 2
    try:
        out.mkdir(parents=True, exist_ok=True)  # first, so that no run is lost to a folder that cannot be written
        reader = predictor or load_predictor(settings)
        report = _evaluate(listed, reader, settings, requirements, by_interval=by_interval)
        (out / JSON_NAME).write_text(_as_json(report), encoding="utf-8")
        (out / HTML_NAME).write_text(evaluation_html(report), encoding="utf-8")
    except ModelError as error:
        print(f"The weights cannot be used: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"The report cannot be written: {error.strerror}.", file=sys.stderr)
        return 1
    print(_as_json(report) if as_json else _summary(report, out), end="")
    acceptance = report["acceptance"]
    return 0 if acceptance is None or acceptance["passed"] else 1


def _print_faults(error: ManifestError) -> None:
    print("The manifest cannot be used. Nothing was read.", file=sys.stderr)
    for fault in error.faults[:MOST_FAULTS]:
        where = "" if fault.line is None else f" line {fault.line}"
        print(f"{fault.code}{where}: {fault.detail}", file=sys.stderr)
    if len(error.faults) > MOST_FAULTS:
        print(f"and {len(error.faults) - MOST_FAULTS} more.", file=sys.stderr)


def _evaluate(
    manifest: Manifest,
    reader: ReadsRadiographs,
    settings: InferenceSettings,
    requirements: Sequence[Requirement],
    *,
    by_interval: bool,
) -> dict[str, Any]:
    inputs = [Input(path=row.path, name=row.name) for row in manifest.rows]
    started, answers = time.perf_counter(), []
    with (
        tqdm(total=len(inputs), unit="file", file=sys.stderr, disable=None) as bar,
        closing(read_files(inputs, reader, settings)) as readings,
    ):
        for row, reading in zip(manifest.rows, readings, strict=True):
            answers.append(_answer(row, reading.outcome))
            bar.update()
    card = reader.card.to_json()
    run = Run(
        created=datetime.now(UTC),
        software=version("covid-xnet"),
        model=reader.info,
        operating_points=tuple(_operating_point(point) for point in card["operating_points"]),
        calibration_set=card["calibration"]["set"],
        seconds=time.perf_counter() - started,
    )
    return make_report(manifest, answers, run, requirements=requirements, by_interval=by_interval)


def _answer(row: ManifestRow, outcome: Prediction | Refusal | Failure) -> SiteReading | NotRead:
    """Keep of an outcome what the report needs; maps and lungs of a whole site would fill the memory."""
    match outcome:
        case Prediction():
            return SiteReading(
                row=row,
                probabilities=tuple(outcome.probabilities[finding] for finding in OUTPUTS),
                finding=outcome.finding,
                flagged=outcome.flagged,
                cautions=tuple(caution.code for caution in outcome.cautions),
                timings_ms=outcome.timings_ms,
            )
        case Refusal():
            return NotRead(row=row, status="refused", code=outcome.code)
        case Failure():
            return NotRead(row=row, status="failed", code=outcome.code)


def _operating_point(point: Mapping[str, Any]) -> OperatingPoint:
    intervals = {name: tuple(point[name]) for name in ("sensitivity_interval", "specificity_interval")}
    return OperatingPoint(**(dict(point) | intervals))


def _as_json(report: Mapping[str, Any]) -> str:
    # NaN is not JSON: a figure that cannot be computed must have become null before
    return json.dumps(report, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _summary(report: Mapping[str, Any], out: Path) -> str:
    """Say the most important in lines for a terminal."""
    model, counts, discrimination = report["model"], report["counts"]["all"], report["discrimination"]
    lines = [
        f"{model['name']} {model['version']} ({model['sha256'][:8]}), pipeline {model['pipeline']}, {model['device']}",
        f"{counts['listed']} listed, {counts['read']} read, {counts['refused']} refused, {counts['failed']} failed",
        f"AUC, COVID-19 against normal: {_figure(discrimination['covid_19_against_normal'])}",
        f"AUC, COVID-19 against other:  {_figure(discrimination['covid_19_against_other'])}",
    ]
    for point in report["operating_points"]:
        measured = point["measured"]
        lines.append(
            f"{point['name']}{' (in force)' if point['in_force'] else ''}, from {point['threshold']:.3f}: "
            f"sensitivity {_figure(measured['sensitivity'])}, specificity {_figure(measured['specificity'])}"
        )
    lines += report["notes"]
    if report["acceptance"] is not None:
        by_interval = report["acceptance"]["by_interval"]
        lines += [_requirement(one, by_interval=by_interval) for one in report["acceptance"]["requirements"]]
        lines.append("PASSED" if report["acceptance"]["passed"] else "NOT PASSED")
    return "\n".join([*lines, f"Reports: {out / HTML_NAME}, {out / JSON_NAME}"]) + "\n"


def _requirement(one: Mapping[str, Any], *, by_interval: bool) -> str:
    verdict = verdict_text(one, by_interval=by_interval)
    return f"{FIGURES[one['figure']]}: {_figure(one['reached'])}, at least {one['least']:.3f} is required: {verdict}"


def _figure(figure: Mapping[str, Any]) -> str:
    if figure["value"] is None:
        return "not computable"
    return f"{figure['value']:.3f} ({interval_text(figure)}, n = {figure['n']})"
