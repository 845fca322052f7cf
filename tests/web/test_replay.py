"""`covid-xnet replay`: what other weights would change, counted and listed; and that nothing else changes."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.__main__ import main
from app.commands.replay import replay
from app.settings import Settings
from model.errors import Refusal
from model.imaging.radiograph import Radiograph
from model.prediction import Prediction
from tests.application import gray_dicom, gray_png, run_app, send
from tests.fakes import FakePredictor, make_prediction

MARKER = "Zyxmarker"


class OtherWeights(FakePredictor):
    """Reads a bright image as the others do, a dark one as covid-19, and refuses one of medium brightness."""

    def __init__(self) -> None:
        super().__init__(version="2")

    def _predict(self, radiograph: Radiograph) -> Prediction | Refusal:
        level = float(radiograph.pixels[0, 0])
        if 60 < level < 100:
            return Refusal(code="BLANK", detail="Hardly any contrast.", measured=0.01, limit=0.02)
        return make_prediction(0.9, radiograph, self.info)


@pytest.fixture
def filled(settings: Settings) -> Settings:
    """Four radiographs: read as covid-19, normal and normal, and refused as too small."""
    with run_app(settings) as client:
        for data in (gray_png(230), gray_dicom(20, PatientName=MARKER), gray_png(80), gray_png(20, side=16)):
            send(client, data, f"{MARKER}.png")
    return settings


def _rows(settings: Settings) -> list[str]:
    with closing(sqlite3.connect(settings.files.folder.parent / "test.sqlite")) as database:
        return list(database.iterdump())


def _replay(settings: Settings, *, output: Path | None = None, last: int | None = None) -> int:
    return replay(settings, card=None, last=last, output=output, predictor=OtherWeights())


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_what_would_change_is_counted_and_listed(
    filled: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = _replay(filled, output=tmp_path / "flips.jsonl")

    said = capsys.readouterr().out
    assert status == 0
    assert "Compared 4 stored readings with fake 2 (222222222222)." in said
    assert "3 would change: 2 newly flagged, 0 no longer flagged." in said
    for line in ("1  covid-19\n", "1  normal -> covid-19", "1  normal -> BLANK", "1  TOO_SMALL -> covid-19"):
        assert line in said
    flips = _lines(tmp_path / "flips.jsonl")
    assert [(flip["before"]["verdict"], flip["after"]["verdict"]) for flip in flips] == [
        ("TOO_SMALL", "covid-19"),
        ("normal", "BLANK"),
        ("normal", "covid-19"),
    ]
    assert flips[2]["before"] == {
        "model_version": "1",
        "model_sha256": "1" * 64,
        "verdict": "normal",
        "flagged": False,
        "probability": pytest.approx(20 / 255, abs=1e-3),
    }
    assert {(flip["after"]["model_version"], flip["after"]["model_sha256"]) for flip in flips} == {("2", "2" * 64)}


def test_weights_trained_anew_are_told_from_those_of_the_same_version(
    filled: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    weights = OtherWeights()
    weights.info = replace(weights.info, version="1")

    replay(filled, card=None, last=None, output=tmp_path / "flips.jsonl", predictor=weights)

    said = capsys.readouterr().out
    assert "with fake 1 (222222222222)." in said
    assert "4  read by weights 1 (111111111111)" in said
    for flip in _lines(tmp_path / "flips.jsonl"):
        assert flip["before"]["model_version"] == flip["after"]["model_version"]
        assert flip["before"]["model_sha256"] != flip["after"]["model_sha256"]


def test_nothing_is_changed(filled: Settings, tmp_path: Path) -> None:
    rows, files = _rows(filled), sorted(filled.files.folder.rglob("*"))

    _replay(filled, output=tmp_path / "flips.jsonl")

    assert _rows(filled) == rows
    assert sorted(filled.files.folder.rglob("*")) == files


def test_no_patient_is_in_what_it_says(filled: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    _replay(filled)

    said = capsys.readouterr()
    assert '"before"' in said.out
    assert MARKER not in said.out + said.err


def test_only_the_newest_are_compared_where_that_is_asked(filled: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    _replay(filled, last=2)

    assert "Compared 2 stored readings" in capsys.readouterr().out


def test_what_readers_are_told_is_compared_not_what_older_weights_said(
    filled: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """A radiograph that was sent again under the other weights has their reading already."""
    with run_app(filled, OtherWeights()) as client:
        send(client, gray_png(80))

    _replay(filled)

    said = capsys.readouterr().out
    assert "2 would change" in said
    assert "1  BLANK\n" in said


def test_a_lost_file_is_said_and_the_others_are_compared(filled: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    next(path for path in (filled.files.folder / "originals").rglob("*") if path.is_file()).unlink()

    status = _replay(filled)

    said = capsys.readouterr().out
    assert status == 1
    assert "Compared 3 stored readings" in said
    assert "1  not compared: FILE_NOT_ACCESSIBLE" in said


def test_new_weights_leave_stored_readings_as_they_are(filled: Settings) -> None:
    """A reading by other weights stands beside the old one, never in its place, and only once it was asked for."""
    with closing(sqlite3.connect(filled.files.folder.parent / "test.sqlite")) as database:
        before = database.execute("SELECT * FROM readings ORDER BY id").fetchall()

    with run_app(filled, OtherWeights()) as client:
        send(client, gray_png(80))

    with closing(sqlite3.connect(filled.files.folder.parent / "test.sqlite")) as database:
        after = database.execute("SELECT * FROM readings ORDER BY id").fetchall()
    assert len(after) == len(before) + 1
    assert set(before) < set(after)


def test_the_command_line_takes_a_card_and_says_when_it_is_none(
    filled: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COVID_XNET_DATABASE__URL", filled.database.url)
    monkeypatch.setenv("COVID_XNET_FILES__FOLDER", str(filled.files.folder))

    status = main(["replay", "--card", str(tmp_path / "card.json"), "--last", "1"])

    assert status == 1
    assert "The weights cannot be used" in capsys.readouterr().err


def test_an_empty_database_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setenv("COVID_XNET_DATABASE__URL", f"sqlite:///{tmp_path / 'empty.sqlite'}")

    assert main(["replay"]) == 1
    assert "database schema none" in capsys.readouterr().err
