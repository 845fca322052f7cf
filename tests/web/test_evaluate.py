"""`covid-xnet evaluate` on drawn images, with the fake predictor: P(covid-19) is the image's brightness."""

import csv
import json
import re
import subprocess
import sys
from dataclasses import fields
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from jinja2 import meta

from app.__main__ import main
from app.commands.evaluate import HTML_NAME, JSON_NAME, evaluate_folder
from app.commands.evaluate_page import (
    TEMPLATES,
    EvaluationPage,
    evaluation_html,
    evaluation_page,
    make_environment,
    shown,
    verdict_text,
)
from app.settings import InferenceSettings
from model.errors import InferenceError
from model.evaluation.acceptance import Figure, Measured, Requirement, judge
from model.evaluation.evidence.parts import NO_INTERVAL
from model.evaluation.metrics import Estimate
from model.evaluation.report import make_report
from model.imaging.radiograph import Radiograph
from tests.application import gray_dicom, gray_png
from tests.fakes import THRESHOLD, FakeCard, FakePredictor
from tests.site import ANSWERS, MANIFEST, RUN

PATIENT = "Doe^Jane"
ROWS = [
    # file, label, patient, hospital, view, lamp; brightness of 255
    ("sick/white.png", "covid", PATIENT, "north", "PA", "new", 240),
    ("sick/light.dcm", "COVID-19", "2", "north", "AP", "new", 200),
    ("sick/dark.png", "covid-19", "3", "<b>south", "PA", "", 40),
    ("dim.png", "normal", "4", "north", "PA", "new", 20),
    ("half.png", "normal", "5", "<b>south", "AP", "old", 130),
    ("bright.png", "normal", "6", "<b>south", "AP", "old", 230),
    ("lungs.png", "pneumonia", "7", "north", "PA", "new", 220),
]
REFUSED = ("small.png", "normal", "8", "north", "PA", "new", 30)


def fake_card() -> FakeCard:
    intervals = {"sensitivity_interval": [0.85, 0.95], "specificity_interval": [0.75, 0.85]}
    points = [
        {"name": name, "threshold": threshold, "sensitivity": 0.9, "specificity": 0.8, "set": "drawn"} | intervals
        for name, threshold in (("balanced", THRESHOLD), ("screening", 0.1))
    ]
    return FakeCard(content={"operating_points": points, "calibration": {"set": "drawn"}})


@pytest.fixture
def predictor() -> FakePredictor:
    fake = FakePredictor()
    fake.card = fake_card()
    return fake


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Seven good files, one too small, one that is no image, one that is not there."""
    folder = tmp_path / "site"
    (folder / "sick").mkdir(parents=True)
    for name, *_, level in ROWS:
        (folder / name).write_bytes(gray_dicom(level) if name.endswith(".dcm") else gray_png(level))
    (folder / "small.png").write_bytes(gray_png(30, side=16))
    (folder / "notes.txt").write_text("not a radiograph")
    lines = [row[:-1] for row in (*ROWS, REFUSED)]
    lines += [("notes.txt", "normal", "9", "north", "", ""), ("none.png", "other", "10", "north", "", "")]
    with (tmp_path / "manifest.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("file", "label", "patient", "hospital", "view", "lamp"), *lines])
    return folder


def evaluate(site: Path, predictor: FakePredictor, **options: Any) -> int:
    return evaluate_folder(
        site,
        **{
            "manifest": site.parent / "manifest.csv",
            "out": site.parent / "out",
            "as_json": False,
            "settings": InferenceSettings(batch=3),
            "predictor": predictor,
        }
        | options,
    )


def report_of(site: Path) -> dict[str, Any]:
    return json.loads((site.parent / "out" / JSON_NAME).read_text(encoding="utf-8"))


def test_a_site_s_figures(site: Path, predictor: FakePredictor, capsys: pytest.CaptureFixture[str]) -> None:
    """Of normal 20, 130 and 230, COVID-19 at 240 beats three, at 200 two, at 40 one: 6 of 9 pairs."""
    status = evaluate(site, predictor, groups=["lamp"])

    report = report_of(site)
    balanced = report["operating_points"][0]["measured"]
    assert status == 0
    assert report["discrimination"]["covid_19_against_normal"]["value"] == pytest.approx(6 / 9, abs=1e-4)
    assert balanced["sensitivity"]["value"] == pytest.approx(2 / 3, abs=1e-4)
    assert balanced["specificity"]["value"] == pytest.approx(1 / 3, abs=1e-4)
    assert list(report["subgroups"]) == ["hospital", "view", "lamp"]
    assert report["model"]["name"] == "fake"
    assert max(predictor.batches) > 1
    assert "10 listed, 7 read, 2 refused, 1 failed" in capsys.readouterr().out


def test_refusals_and_lost_files_are_counted_and_end_nothing(site: Path, predictor: FakePredictor) -> None:
    evaluate(site, predictor)

    not_read = report_of(site)["not_read"]
    assert {one["code"]: (one["status"], one["n"]) for one in not_read["codes"]} == {
        "FILE_NOT_ACCESSIBLE": ("failed", 1),
        "TOO_SMALL": ("refused", 1),
        "UNKNOWN_FORMAT": ("refused", 1),
    }
    assert [one["name"] for one in not_read["files"]] == ["small.png", "notes.txt", "none.png"]


def test_a_fault_of_the_network_is_a_failed_file(site: Path) -> None:
    def fail_on_white(radiograph: Radiograph) -> None:
        if radiograph.pixels[0, 0] == 240:
            raise InferenceError("out of memory")

    failing = FakePredictor(behaviour=fail_on_white)
    failing.card = fake_card()

    assert evaluate(site, failing) == 0
    assert report_of(site)["counts"]["covid-19"] == {"listed": 3, "read": 2, "refused": 0, "failed": 1}


@pytest.mark.parametrize(
    ("figure", "least", "by_interval", "status"),
    [
        (Figure.SENSITIVITY, 0.66, False, 0),
        (Figure.SENSITIVITY, 0.67, False, 1),
        (Figure.SENSITIVITY, 0.66, True, 1),
        (Figure.READ, 0.7, False, 0),
        (Figure.READ, 0.71, False, 1),
    ],
)
def test_the_exit_status_is_the_acceptance_test(
    site: Path, predictor: FakePredictor, figure: Figure, least: float, by_interval: bool, status: int
) -> None:
    required = [Requirement(figure=figure, least=least)]

    assert evaluate(site, predictor, requirements=required, by_interval=by_interval) == status
    assert report_of(site)["acceptance"]["passed"] is (status == 0)


def test_json_goes_to_standard_output_as_it_is_written(
    site: Path, predictor: FakePredictor, capsys: pytest.CaptureFixture[str]
) -> None:
    evaluate(site, predictor, as_json=True)

    assert json.loads(capsys.readouterr().out) == report_of(site)


def test_a_wrong_manifest_stops_before_anything_is_read(
    site: Path, predictor: FakePredictor, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = "".join(f"{n}.png,{PATIENT}\n" for n in range(25))
    (site.parent / "manifest.csv").write_text(f"file,label\n{lines}")

    status = evaluate(site, predictor)

    said = capsys.readouterr().err
    assert (status, predictor.batches) == (2, [])
    assert "MANIFEST_LABEL_UNKNOWN line 2:" in said
    assert "and 5 more" in said
    assert PATIENT not in said
    assert not (site.parent / "out").exists()


def test_a_manifest_or_folder_that_is_not_there_is_a_usage_error(site: Path, predictor: FakePredictor) -> None:
    assert evaluate(site, predictor, manifest=site.parent / "none.csv") == 2
    assert (
        evaluate_folder(
            site / "none",
            manifest=site.parent / "manifest.csv",
            out=site.parent / "out",
            as_json=False,
            settings=InferenceSettings(),
            predictor=predictor,
        )
        == 2
    )


def test_a_folder_that_cannot_be_written_is_told_before_reading(
    site: Path, predictor: FakePredictor, capsys: pytest.CaptureFixture[str]
) -> None:
    (site.parent / "out").write_text("a file in the way")

    assert evaluate(site, predictor) == 1
    assert predictor.batches == []
    assert "cannot be written" in capsys.readouterr().err


class Page(HTMLParser):
    """Collects tags, attributes and headings of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs


def test_the_page_stands_alone(site: Path, predictor: FakePredictor) -> None:
    """No script, handler, link or picture: nothing is fetched, and its own policy forbids it."""
    evaluate(site, predictor, requirements=[Requirement(figure=Figure.AUROC, least=0.5)])

    html = (site.parent / "out" / HTML_NAME).read_text(encoding="utf-8")
    page = Page(html)
    assert page.tags.isdisjoint({"script", "link", "img", "iframe", "object", "base", "a", "form", "b>south"})
    assert {name for name, _ in page.attributes if name in ("src", "href", "style") or name.startswith("on")} == set()
    assert "default-src 'none'" in html
    assert re.search(r"url\(|@import", html) is None
    assert "prefers-color-scheme: dark" in html
    assert len({value for name, value in page.attributes if name == "id"}) == sum(n == "id" for n, _ in page.attributes)


def test_the_page_shows_the_figures_of_the_report(site: Path, predictor: FakePredictor) -> None:
    evaluate(site, predictor, requirements=[Requirement(figure=Figure.SPECIFICITY, least=0.5)])

    html = (site.parent / "out" / HTML_NAME).read_text(encoding="utf-8")
    assert "Acceptance test not passed" in html
    assert "0.667" in html  # AUC against normal
    assert "33.3 %" in html  # specificity
    assert "&lt;b&gt;south" in html
    assert {"FILE_NOT_ACCESSIBLE", "TOO_SMALL", "UNKNOWN_FORMAT"} <= set(re.findall(r"<code>(\w+)</code>", html))
    assert "sick/dark.png" in html
    assert predictor.info.sha256 in html


def test_no_patient_leaves_the_manifest(
    site: Path, predictor: FakePredictor, capsys: pytest.CaptureFixture[str]
) -> None:
    evaluate(site, predictor)

    said = capsys.readouterr()
    written = "".join(path.read_text(encoding="utf-8") for path in (site.parent / "out").iterdir())
    assert PATIENT not in written + said.out + said.err


def test_a_page_without_a_class_says_what_it_cannot_show(site: Path, predictor: FakePredictor) -> None:
    (site.parent / "manifest.csv").write_text("file,label\ndim.png,normal\nhalf.png,normal\n")

    assert evaluate(site, predictor) == 0

    html = (site.parent / "out" / HTML_NAME).read_text(encoding="utf-8")
    assert "A ROC curve needs COVID-19 and normal radiographs." in html
    assert "not computable" in html
    assert re.search(r"\bnan\b", html, re.IGNORECASE) is None


def test_a_page_of_nothing_read_is_still_a_page(site: Path, predictor: FakePredictor) -> None:
    (site.parent / "manifest.csv").write_text("file,label\nnone.png,normal\n")

    assert evaluate(site, predictor) == 0
    assert "Nothing was read." in (site.parent / "out" / HTML_NAME).read_text(encoding="utf-8")


def test_a_page_is_made_of_the_report_alone(site: Path, predictor: FakePredictor) -> None:
    evaluate(site, predictor)

    assert evaluation_html(report_of(site)) == (site.parent / "out" / HTML_NAME).read_text(encoding="utf-8")


def test_the_template_uses_what_the_context_holds() -> None:
    source = (TEMPLATES / "evaluation" / "report.html").read_text(encoding="utf-8")
    environment = make_environment()

    assert meta.find_undeclared_variables(environment.parse(source)) == {field.name for field in fields(EvaluationPage)}


def test_figures_are_shown_in_per_cent_or_three_decimals() -> None:
    figure = {"value": 0.9123, "low": 0.8, "high": 0.95, "n": 7}

    assert (shown(figure).text, shown(figure).interval) == ("91.2 %", "80.0–95.0")
    assert (shown(figure, percent=False).text, shown(figure, percent=False).interval) == ("0.912", "0.800–0.950")
    assert shown({"value": None, "low": None, "high": None, "n": 0}).text == "not computable"


@pytest.mark.parametrize("percent", [True, False])
def test_a_figure_without_an_interval_says_so(percent: bool) -> None:
    one = shown({"value": 0.32, "low": None, "high": None, "n": 397}, percent=percent)

    assert (one.interval, one.is_computed, one.has_interval) == (NO_INTERVAL, True, False)
    assert "circle" in one.bar


REACHED = {"value": 0.9, "low": 0.8, "high": 0.95, "n": 50}


@pytest.mark.parametrize(
    ("least", "few", "by_interval", "words"),
    [
        (0.8, False, False, "passed, with its whole interval"),
        (0.85, False, False, "passed, though its interval reaches below"),
        (0.85, False, True, "not passed: its interval reaches below"),
        (0.95, False, False, "not passed"),
        (0.8, True, False, "passed, though it rests on few patients (7, fewer than 30)"),
        (0.8, True, True, "not passed: it rests on few patients (7, fewer than 30)"),
        (0.95, True, False, "not passed, and it rests on few patients (7, fewer than 30)"),
    ],
)
def test_a_verdict_says_why(least: float, few: bool, by_interval: bool, words: str) -> None:
    measured = Measured(estimate=Estimate(**REACHED), n_patients=7 if few else 70)
    requirement = Requirement(figure=Figure.AUROC, least=least)
    (verdict,) = judge([requirement], {Figure.AUROC: measured}, by_interval=by_interval)

    one = {name: getattr(verdict, name) for name in ("passed", "sure", "few")}
    one |= {"figure": "auroc", "least": least, "n_patients": measured.n_patients, "reached": REACHED}
    assert verdict_text(one, by_interval=by_interval) == words
    assert words.startswith("passed") is verdict.passed


def test_three_of_each_told_apart_do_not_pass_by_interval(
    tmp_path: Path, predictor: FakePredictor, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    levels = {f"{level}.png": level for level in (10, 20, 30, 220, 230, 240)}
    for name, level in levels.items():
        (folder / name).write_bytes(gray_png(level))
    lines = [f"{name},{'covid' if level > 100 else 'normal'}" for name, level in levels.items()]
    (tmp_path / "manifest.csv").write_text("\n".join(["file,label", *lines]))

    required = [Requirement(figure=Figure.AUROC, least=0.95)]
    status = evaluate(folder, predictor, requirements=required, by_interval=True)

    said = capsys.readouterr().out
    assert status == 1
    assert f"1.000 ({NO_INTERVAL}, n = 6)" in said
    assert "not passed: it rests on few patients (3, fewer than 30)" in said
    html = (tmp_path / "out" / HTML_NAME).read_text(encoding="utf-8")
    assert "of at least 30 patients of each class" in html
    assert NO_INTERVAL in html
    assert re.search(r"\b(?:nan|None)\b", html) is None


@pytest.mark.parametrize(
    ("low", "high", "says"),
    [
        (0.7, 0.85, "Sensitivity is lower than the card's 90.0 %"),
        (0.92, 0.99, "Sensitivity is higher than the card's 90.0 %"),
        (0.85, 0.95, "the card's 90.0 % lies within the interval"),
        (None, None, "too few patients"),
    ],
)
def test_the_page_says_whether_a_site_differs_from_the_card(low: float | None, high: float | None, says: str) -> None:
    report = make_report(MANIFEST, ANSWERS, RUN)
    report["operating_points"][0]["measured"]["sensitivity"] = {"value": 0.9, "low": low, "high": high, "n": 50}

    assert says in evaluation_page(report).point.differences[0]
    assert "Go by the figures measured here" in evaluation_html(report)


def test_the_command_line_asks_for_a_share(capsys: pytest.CaptureFixture[str]) -> None:
    for share in ("90", "many"):
        with pytest.raises(SystemExit) as stop:
            main(["evaluate", ".", "--manifest", "m.csv", "--require-auroc", share])
        assert stop.value.code == 2
    assert "90 is not between 0 and 1" in capsys.readouterr().err


def test_every_option_is_documented() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "evaluate.md").read_text(encoding="utf-8")
    evaluate_help = subprocess.run(
        [sys.executable, "-m", "app", "evaluate", "--help"], capture_output=True, text=True, check=True
    ).stdout

    assert set(re.findall(r"--[a-z][a-z-]+", evaluate_help)) - {"--help"} == set(
        re.findall(r"(?<![\w-])--[a-z][a-z-]+", page)
    )


def test_the_command_line_hands_everything_on(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {}
    monkeypatch.setattr("app.commands.evaluate.evaluate_folder", lambda folder, **options: given.update(options) or 1)

    arguments = ["evaluate", "in", "--manifest", "m.csv", "--group", "a", "--group", "b", "--by-interval", "--json"]
    status = main([*arguments, "--require-auroc", "0.9", "--require-read", "1"])

    assert status == 1
    assert given["groups"] == ["a", "b"]
    assert (given["by_interval"], given["as_json"], given["manifest"]) == (True, True, Path("m.csv"))
    assert [(one.figure, one.least) for one in given["requirements"]] == [(Figure.AUROC, 0.9), (Figure.READ, 1.0)]


def test_evaluating_loads_neither_the_web_nor_the_database() -> None:
    code = (
        "import sys, app.__main__, app.commands.evaluate\n"
        "print([name for name in ('fastapi', 'starlette', 'sqlalchemy', 'alembic', 'torch') if name in sys.modules])"
    )

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "[]"
