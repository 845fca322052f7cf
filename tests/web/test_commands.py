"""The command line, with the fake predictor in place of the weights."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from app.__main__ import main
from app.commands.predict import predict_paths
from app.settings import InferenceSettings
from model.errors import InferenceError
from model.imaging.radiograph import Radiograph
from tests.application import SIDE, gray_dicom, gray_png
from tests.fakes import FakePredictor


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two good files of one stem, one in a subfolder, one refused, one unreadable, one hidden."""
    root = tmp_path / "in"
    (root / "ward").mkdir(parents=True)
    (root / "a.png").write_bytes(gray_png(230))
    (root / "a.dcm").write_bytes(gray_dicom(20))
    (root / "ward" / "a.bin").write_bytes(gray_png(10))
    (root / "small.png").write_bytes(gray_png(20, side=16))
    (root / "notes.txt").write_text("not a radiograph")
    (root / ".hidden.png").write_bytes(gray_png(20))
    return root


def _predict(*paths: Path, output: Path, maps: Path | None = None, predictor: FakePredictor | None = None) -> int:
    return predict_paths(
        list(paths),
        output=output,
        maps=maps,
        settings=InferenceSettings(batch=2),
        predictor=predictor or FakePredictor(),
    )


def _lines(path: Path) -> dict[str, dict[str, Any]]:
    answers = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return {answer["file"]: answer for answer in answers}


def test_every_file_gets_one_object_and_refusals_are_answers(folder: Path, tmp_path: Path) -> None:
    status = _predict(folder, output=tmp_path / "readings.jsonl")

    answers = _lines(tmp_path / "readings.jsonl")
    assert status == 0
    assert list(answers) == ["a.dcm", "a.png", "notes.txt", "small.png", "ward/a.bin"]
    assert {name: answer["status"] for name, answer in answers.items()} == {
        "a.dcm": "done",
        "a.png": "done",
        "notes.txt": "refused",
        "small.png": "refused",
        "ward/a.bin": "done",
    }
    assert (answers["notes.txt"]["code"], answers["small.png"]["code"]) == ("UNKNOWN_FORMAT", "TOO_SMALL")
    assert answers["notes.txt"]["detail"]
    assert {"finding", "flagged", "probabilities", "localization", "cautions", "model"} <= set(answers["a.png"])
    assert (answers["a.png"]["finding"], answers["a.dcm"]["finding"]) == ("covid-19", "normal")


def test_maps_lie_at_the_image_s_size_under_the_same_folders(folder: Path, tmp_path: Path) -> None:
    _predict(folder, output=tmp_path / "readings.jsonl", maps=tmp_path / "maps")

    answers = _lines(tmp_path / "readings.jsonl")
    assert {name: answer.get("maps", {}).get("cam") for name, answer in answers.items()} == {
        "a.dcm": "a.cam.png",
        "a.png": "a.png.cam.png",
        "notes.txt": None,
        "small.png": None,
        "ward/a.bin": "ward/a.cam.png",
    }
    cam = cv2.imread(str(tmp_path / "maps" / "a.png.cam.png"), cv2.IMREAD_UNCHANGED)
    lungs = cv2.imread(str(tmp_path / "maps" / "a.png.lungs.png"), cv2.IMREAD_UNCHANGED)
    assert (cam.dtype, cam.shape) == (np.uint16, (SIDE, SIDE))
    # Cell (5, 2) of 8 holds P(covid-19); linear between cell centres, half a pixel beside the centre of 8 x 8 pixels.
    assert cam[44, 20] == pytest.approx(65535 * 230 / 255 * (15 / 16) ** 2, rel=1e-3)
    assert cam[0, 0] == 0
    assert (lungs.dtype, lungs.shape, set(np.unique(lungs))) == (np.uint8, (SIDE, SIDE), {255})


def test_what_it_writes_it_does_not_read(folder: Path) -> None:
    _predict(folder, output=folder / "readings.jsonl", maps=folder / "maps")
    first = list(_lines(folder / "readings.jsonl"))

    _predict(folder, output=folder / "readings.jsonl", maps=folder / "maps")

    assert list(_lines(folder / "readings.jsonl")) == first


def test_a_file_given_itself_goes_by_its_name(folder: Path, tmp_path: Path) -> None:
    assert _predict(folder / "ward" / "a.bin", folder / "a.png", output=tmp_path / "out.jsonl") == 0

    assert list(_lines(tmp_path / "out.jsonl")) == ["a.bin", "a.png"]


def test_a_fault_of_the_network_is_said_and_the_next_file_is_read(folder: Path, tmp_path: Path) -> None:
    def fail_on_white(radiograph: Radiograph) -> None:
        if radiograph.pixels[0, 0] > 200:
            raise InferenceError("out of memory")

    status = _predict(folder, output=tmp_path / "out.jsonl", predictor=FakePredictor(behaviour=fail_on_white))

    answers = _lines(tmp_path / "out.jsonl")
    assert status == 1
    assert (answers["a.png"]["status"], answers["a.png"]["code"]) == ("failed", "INFERENCE_FAILED")
    assert answers["a.dcm"]["status"] == "done"


def test_a_path_that_is_not_there_is_a_usage_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _predict(tmp_path / "none", output=tmp_path / "out.jsonl") == 2

    assert "There is no" in capsys.readouterr().err


def test_without_output_the_lines_go_to_standard_output(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    predict_paths([folder / "a.png"], output=None, maps=None, settings=InferenceSettings(), predictor=FakePredictor())

    assert json.loads(capsys.readouterr().out)["file"] == "a.png"


def test_predict_needs_neither_the_web_nor_the_database() -> None:
    code = (
        "import sys, app.__main__, app.commands.predict\n"
        "print([name for name in ('fastapi', 'starlette', 'sqlalchemy', 'alembic', 'torch') if name in sys.modules])"
    )

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "[]"


def test_migrate_says_what_it_did(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COVID_XNET_DATABASE__URL", f"sqlite:///{tmp_path / 'new.sqlite'}")

    statuses = [main(["migrate"]), main(["migrate"])]

    first, second = capsys.readouterr().out.splitlines()
    assert statuses == [0, 0]
    assert "is now at schema" in first
    assert "is up to date" in second


def test_serve_refuses_an_empty_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COVID_XNET_DATABASE__URL", f"sqlite:///{tmp_path / 'new.sqlite'}")
    monkeypatch.setattr("app.commands.serve.configure_logs", lambda settings: None)

    assert main(["serve"]) == 1
    assert "covid-xnet migrate" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "value"),
    [("COVID_XNET_SERVRE__PORT", "1"), ("COVID_XNET_SERVER__PROT", "1"), ("COVID_XNET_SERVER__PORT", "many")],
)
def test_a_misspelt_setting_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SystemExit) as stop:
        main(["model"])

    assert stop.value.code == 2
    assert "settings" in capsys.readouterr().err
