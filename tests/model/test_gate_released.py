"""The gate that ships, on drawn chests: what hangs wrongly is put right, and everything found is mapped back."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from model.errors import Refusal
from model.gate import ROTATIONS
from model.imaging.radiograph import Radiograph
from model.imaging.reader import read_radiograph
from model.predict import Predictor
from model.prediction import Prediction
from tests.model.conftest import radiograph_of
from tests.phantoms import make_chest_phantom

pytestmark = pytest.mark.weights
ROWS, COLUMNS = 480, 400


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return Predictor.load(device="cpu")


@pytest.fixture(scope="module")
def chest() -> NDArray[np.float32]:
    return make_chest_phantom(ROWS, COLUMNS, opacity=True)


def hung(pixels: NDArray[np.float32], rotation: int, *, inverted: bool) -> Radiograph:
    """A radiograph that `rotation` degrees clockwise bring upright."""
    turned = np.rot90(pixels, rotation // 90)
    return radiograph_of(np.ascontiguousarray(1 - turned if inverted else turned))


def read(predictor: Predictor, radiograph: Radiograph) -> Prediction:
    outcome = predictor.predict_batch([radiograph])[0]
    assert isinstance(outcome, Prediction), outcome
    return outcome


@pytest.mark.parametrize("seed", range(4))
def test_an_upright_chest_is_read_as_stored(predictor: Predictor, seed: int) -> None:
    prediction = read(predictor, radiograph_of(make_chest_phantom(700, 640, seed)))

    assert (prediction.correction.rotation, prediction.correction.inverted) == (0, False)
    assert prediction.cautions == ()


@pytest.mark.parametrize("inverted", [False, True])
@pytest.mark.parametrize("rotation", ROTATIONS)
def test_a_wrongly_hung_chest_is_put_right_and_said(
    predictor: Predictor, chest: NDArray[np.float32], rotation: int, *, inverted: bool
) -> None:
    upright = read(predictor, radiograph_of(chest))

    prediction = read(predictor, hung(chest, rotation, inverted=inverted))

    assert (prediction.correction.rotation, prediction.correction.inverted) == (rotation, inverted)
    expected = ([f"ROTATED_{rotation}"] if rotation else []) + (["INVERTED"] if inverted else [])
    assert [caution.code for caution in prediction.cautions] == expected
    assert prediction.probabilities == pytest.approx(dict(upright.probabilities), abs=0.01)


@pytest.mark.parametrize("rotation", ROTATIONS)
def test_everything_found_lies_on_the_stored_image(
    predictor: Predictor, chest: NDArray[np.float32], rotation: int
) -> None:
    """Turned back by hand, lungs, map and boxes are those of the upright chest; the zones are the patient's."""
    upright = read(predictor, radiograph_of(chest))

    prediction = read(predictor, hung(chest, rotation, inverted=False))

    turns = -rotation // 90
    np.testing.assert_array_equal(np.rot90(prediction.lungs, turns), upright.lungs)
    np.testing.assert_allclose(np.rot90(prediction.cam.values, turns), upright.cam.values, atol=1e-4)
    x0, y0, x1, y1 = prediction.cam.placement
    rows, columns = (ROWS, COLUMNS) if rotation in (0, 180) else (COLUMNS, ROWS)
    covered = np.zeros((rows, columns), dtype=np.bool_)
    covered[round(y0) : round(y1), round(x0) : round(x1)] = True
    ux0, uy0, ux1, uy1 = (round(v) for v in upright.cam.placement)
    assert np.rot90(covered, turns)[uy0:uy1, ux0:ux1].all()
    assert covered.sum() == (ux1 - ux0) * (uy1 - uy0)
    assert len(prediction.localization.boxes) == len(upright.localization.boxes)
    assert [z.share for z in prediction.localization.zones] == pytest.approx(
        [z.share for z in upright.localization.zones], abs=1e-3
    )


def test_bars_are_cropped_and_said_and_the_rest_stays_in_place(
    predictor: Predictor, chest: NDArray[np.float32]
) -> None:
    bare = read(predictor, radiograph_of(chest))
    left, top = 60, 40

    prediction = read(predictor, radiograph_of(np.pad(chest, ((top, 80), (left, 40)), constant_values=0.5)))

    assert [caution.code for caution in prediction.cautions] == ["BARS_CROPPED"]
    assert prediction.probabilities == pytest.approx(dict(bare.probabilities), abs=1e-5)
    shifted = np.array(bare.cam.placement) + np.array([left, top, left, top])
    assert prediction.cam.placement == pytest.approx(tuple(shifted))


def test_the_correction_is_the_first_step(predictor: Predictor, chest: NDArray[np.float32]) -> None:
    upright = predictor.steps(radiograph_of(chest))

    steps = predictor.steps(hung(chest, 90, inverted=True))

    assert len(steps) == len(upright) + 1
    assert "turned by 90°" in steps[0].sentence
    np.testing.assert_allclose(steps[-1].pixels, upright[-1].pixels, atol=0.02)


def test_a_missing_body_part_is_no_refusal_and_another_one_needs_clear_pixels(
    predictor: Predictor, chest: NDArray[np.float32]
) -> None:
    clear = radiograph_of(chest)
    noise = radiograph_of(np.random.default_rng(0).random((300, 300), dtype=np.float32))

    assert isinstance(predictor.predict_batch([clear])[0], Prediction)
    assert isinstance(predictor.predict_batch([replace(clear, body_part_examined="HIP")])[0], Prediction)
    refusal = predictor.predict_batch([replace(noise, body_part_examined="HIP")])[0]
    assert isinstance(refusal, Refusal)
    assert "header" in refusal.detail


def _collage(chest: NDArray[np.float32]) -> NDArray[np.float32]:
    gap = np.ones((ROWS, 12), np.float32)
    return np.hstack([chest, gap, make_chest_phantom(ROWS, COLUMNS, 3)])


@pytest.mark.parametrize(
    ("what", "codes"),
    [
        ("noise", {"NOT_A_CHEST_RADIOGRAPH"}),
        ("gradient", {"NOT_A_CHEST_RADIOGRAPH"}),
        ("collage", {"COLLAGE"}),
        ("half", {"CUT_OFF", "NOT_FRONTAL", "NOT_A_CHEST_RADIOGRAPH"}),  # of a drawing
    ],
)
def test_what_is_no_whole_chest_is_refused(
    predictor: Predictor, chest: NDArray[np.float32], what: str, codes: set[str]
) -> None:
    pictures = {
        "noise": np.random.default_rng(1).random((300, 300), dtype=np.float32),
        "gradient": np.tile(np.linspace(0, 1, 300, dtype=np.float32), (300, 1)),
        "collage": _collage(chest),
        "half": np.ascontiguousarray(chest[:, : COLUMNS // 2]),
    }

    refusal = predictor.predict_batch([radiograph_of(pictures[what])])[0]

    assert isinstance(refusal, Refusal)
    assert refusal.code in codes
    assert refusal.measured is not None
    assert refusal.limit is not None
    assert refusal.measured < refusal.limit


# ------------------------------------------------------------------------------------------------ real images


def _real(predictor: Predictor, paths: list[Path]) -> Iterator[str]:
    """Code of each image's refusal, or `read` and its cautions about the pose."""
    for path in paths:
        radiograph = replace(read_radiograph(path.read_bytes()), age_years=None)
        outcome = predictor.predict_batch([radiograph])[0]
        yield outcome.code if isinstance(outcome, Refusal) else f"read {outcome.correction.rotation}"


@pytest.mark.data
def test_real_chests_are_read_and_other_body_parts_are_not(predictor: Predictor, data_folder: Path) -> None:
    with (data_folder / "dicom" / "list.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if "malformed" not in row["file"] and "extended" not in row["file"]]
    chests = [data_folder / "dicom" / row["file"] for row in rows if "chest" in row["file"] or "rsna" in row["file"]]
    others = [data_folder / "dicom" / row["file"] for row in rows if "hip" in row["file"] or "extremity" in row["file"]]

    assert set(_real(predictor, chests)) <= {"read 0"}
    assert set(_real(predictor, others)) == {"NOT_A_CHEST_RADIOGRAPH"}


@pytest.mark.data
def test_real_laterals_and_slices_are_hardly_ever_read(predictor: Predictor, data_folder: Path) -> None:
    """Most of them were trained on; the figures on held-out patients are the model card's."""
    with (data_folder / "not_frontal.csv").open(encoding="utf-8", newline="") as file:
        paths = [data_folder / row["file"] for row in csv.DictReader(file)]

    outcomes = list(_real(predictor, paths))

    assert sum(outcome.startswith("read") for outcome in outcomes) <= 0.02 * len(outcomes)
