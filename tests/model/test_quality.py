"""What is refused, with which code, measured value and limit."""

from dataclasses import replace

import numpy as np
import pytest

from model.errors import Refusal
from model.gate import Kind, Obstacle, Verdict
from model.imaging.pixels import presentation_pixels
from model.prediction import Correction
from model.quality import (
    MIN_AGE_YEARS,
    MIN_DEVIATION,
    MIN_LUNG_CERTAINTY,
    MIN_SIDE,
    check_lungs,
    check_radiograph,
    check_verdict,
    names_another_part,
    verdict_cautions,
)
from tests.model.conftest import radiograph_of, two_lungs

GOOD = Verdict(
    kind=Kind.FRONTAL,
    frontal=0.99,
    limit=0.5,
    obstacle=None,
    certainty=0.99,
    certainty_limit=0.6,
    correction=Correction(),
    is_mirrored=False,
)


def refused(**changes: object) -> Refusal | None:
    radiograph = replace(radiograph_of(two_lungs(200, 180)), **changes)  # type: ignore[arg-type]
    return check_radiograph(radiograph, presentation_pixels(radiograph))


def gated(*, names_another_part: bool = False, **changes: object) -> Refusal:
    refusal = check_verdict(replace(GOOD, **changes), names_another_part=names_another_part)  # type: ignore[arg-type]
    assert refusal is not None
    return refusal


def test_a_good_radiograph_passes() -> None:
    assert refused() is None
    assert check_verdict(GOOD, names_another_part=False) is None


@pytest.mark.parametrize(
    ("changes", "code", "limit"),
    [
        ({"modality": "CT"}, "WRONG_MODALITY", None),
        ({"view_position": "LL"}, "NOT_FRONTAL", None),
        ({"age_years": 7.0}, "OUT_OF_SCOPE_AGE", MIN_AGE_YEARS),
        ({"pixels": np.zeros((100, 300), dtype=np.float32)}, "TOO_SMALL", MIN_SIDE),
        ({"pixels": np.zeros((300, 300), dtype=np.float32)}, "BLANK", MIN_DEVIATION),
    ],
)
def test_header_size_and_content(changes: dict[str, object], code: str, limit: float | None) -> None:
    refusal = refused(**changes)

    assert refusal is not None
    assert (refusal.code, refusal.limit) == (code, limit)
    assert (refusal.measured is None) == (limit is None)


@pytest.mark.parametrize("body_part", [None, "", "CHEST", "chest ap", "THORAX", "RIBS"])
def test_a_missing_body_part_or_a_chest_is_none_other(body_part: str | None) -> None:
    assert not names_another_part(body_part)


@pytest.mark.parametrize("body_part", ["HIP", "ABDOMEN", "HAND", "SKULL"])
def test_another_body_part_is_named(body_part: str) -> None:
    assert names_another_part(body_part)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (Kind.LATERAL, "NOT_FRONTAL"),
        (Kind.CROSS_SECTION, "WRONG_MODALITY"),
        (Kind.CUT_OFF, "CUT_OFF"),
        (Kind.COLLAGE, "COLLAGE"),
        (Kind.OTHER, "NOT_A_CHEST_RADIOGRAPH"),
    ],
)
def test_each_kind_has_its_code(kind: Kind, code: str) -> None:
    refusal = gated(kind=kind, frontal=0.123)

    assert (refusal.code, refusal.measured, refusal.limit) == (code, 0.123, 0.5)
    assert "Nothing was analysed." in refusal.detail


def test_another_part_in_the_header_is_said() -> None:
    refusal = gated(kind=Kind.CUT_OFF, frontal=0.7, limit=0.9, names_another_part=True)

    assert (refusal.code, refusal.measured, refusal.limit) == ("NOT_A_CHEST_RADIOGRAPH", 0.7, 0.9)
    assert "(0018,0015)" in refusal.detail


@pytest.mark.parametrize(
    ("obstacle", "code"), [(Obstacle.ROTATION, "ROTATION_UNCERTAIN"), (Obstacle.POLARITY, "POLARITY_UNCERTAIN")]
)
def test_an_uncertain_pose_has_its_code(obstacle: Obstacle, code: str) -> None:
    refusal = gated(obstacle=obstacle, certainty=0.71, certainty_limit=0.9)

    assert (refusal.code, refusal.measured, refusal.limit) == (code, 0.71, 0.9)


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_turn_is_a_caution(rotation: int) -> None:
    verdict = replace(GOOD, correction=Correction(rotation=rotation))  # type: ignore[arg-type]

    caution = verdict_cautions(verdict)[0]

    assert caution.code == f"ROTATED_{rotation}"
    assert f"{rotation}°" in caution.detail


def test_inversion_and_suspected_mirroring_are_cautions() -> None:
    verdict = replace(GOOD, correction=Correction(inverted=True), is_mirrored=True)

    assert [caution.code for caution in verdict_cautions(verdict)] == ["INVERTED", "MIRRORED_SUSPECTED"]
    assert verdict_cautions(GOOD) == ()


# ------------------------------------------------------------------------------------------------ second line


def _mask(*columns: tuple[int, int]) -> np.ndarray:
    mask = np.zeros((100, 100), dtype=np.bool_)
    for x0, x1 in columns:
        mask[20:80, x0:x1] = True
    return mask


def _lungs(mask: np.ndarray, n_regions: int, certainty: float = 0.99) -> Refusal | None:
    return check_lungs(np.where(mask, np.float32(certainty), np.float32(0)), mask, n_regions)


def test_two_lungs_pass_and_so_do_two_that_touch() -> None:
    assert _lungs(_mask((10, 40), (60, 90)), 2) is None
    assert _lungs(_mask((25, 75)), 1) is None


@pytest.mark.parametrize(
    ("mask", "n_regions", "certainty"),
    [
        (_mask((10, 40)), 1, 0.99),
        (_mask(), 0, 0.99),
        (_mask((10, 13), (60, 63)), 2, 0.99),
        (np.ones((100, 100), dtype=np.bool_), 2, 0.99),
        (_mask((10, 40), (60, 90)), 2, MIN_LUNG_CERTAINTY - 0.01),
    ],
)
def test_implausible_lungs_are_refused(mask: np.ndarray, n_regions: int, certainty: float) -> None:
    refusal = _lungs(mask, n_regions, certainty)

    assert refusal is not None
    assert refusal.code == "NOT_A_FRONTAL_CHEST"
    assert refusal.measured is not None
    assert refusal.limit is not None
