"""What the network must not read, and why. A refusal keeps the radiograph and names what to send instead."""

import cv2
import numpy as np
from numpy.typing import NDArray

from model.errors import Refusal
from model.gate import Kind, Obstacle, Verdict
from model.imaging.radiograph import Caution, Radiograph

REFUSAL_CODES = (
    "WRONG_MODALITY",
    "NOT_FRONTAL",
    "OUT_OF_SCOPE_AGE",
    "TOO_SMALL",
    "BLANK",
    "CUT_OFF",
    "COLLAGE",
    "NOT_A_CHEST_RADIOGRAPH",
    "ROTATION_UNCERTAIN",
    "POLARITY_UNCERTAIN",
    "NOT_A_FRONTAL_CHEST",
)
"""Every code of a refused radiograph; `docs/refusals.md` explains each."""

MIN_SIDE = 128
"""Pixels; below the network's input side a reading would rest on enlarged detail."""

MIN_DEVIATION = 0.02
"""Standard deviation of presentation pixels [0, 1]; chosen well under the 0.1 to 0.3 of real radiographs."""

MIN_AGE_YEARS = 18.0
"""The network saw adults only."""

PROJECTION_MODALITIES = frozenset({"CR", "DX", "RG", "RF", "SC", "OT"})
"""Modality (0008,0060) values under which chest radiographs arrive; `SC` and `OT` are common for digitised film."""

LATERAL_VIEWS = frozenset({"LL", "RL", "LLD", "RLD", "LLO", "RLO", "LATERAL"})
"""View Position (0018,5101) values that are not frontal."""

CHEST_WORDS = ("CHEST", "THORAX", "TORAX", "LUNG", "RIB", "HEART", "STERNUM", "CLAVICLE")
"""Body Part Examined (0018,0015) naming one of these may well be a chest radiograph."""

LUNG_AREA = (0.06, 0.75)
"""Least and largest share of the image that two lungs cover; chosen: adults of the data folder span 0.10 to 0.65."""

MIN_LUNG_CERTAINTY = 0.8
"""Mean probability inside the mask; chosen: 7 of 7,724 frontal radiographs of the data folder lie below 0.88."""

N_LUNGS = 2
"""Separate regions in the mask."""

MIN_SPAN = 0.4
"""Share of the image's width from which one region may be two lungs that touch: in all 31 adults of the data folder
with one region it spans 0.44 or more."""


def check_radiograph(radiograph: Radiograph, presentation: NDArray[np.float32]) -> Refusal | None:
    """Judge by header and pixels, before any network runs.

    Args:
        presentation: (H, W) float32 [0, 1] of the same radiograph.

    Returns:
        The first reason not to read it, or `None`.
    """
    return (
        _check_modality(radiograph.modality)
        or _check_view(radiograph.view_position)
        or _check_age(radiograph.age_years)
        or _check_size(radiograph.shape)
        or _check_content(presentation)
    )


def names_another_part(body_part_examined: str | None) -> bool:
    """Tell whether a header names a body part whose radiograph shows no chest; a missing name is none."""
    named = (body_part_examined or "").upper()
    return bool(named) and not any(word in named for word in CHEST_WORDS)


def check_verdict(verdict: Verdict, *, names_another_part: bool) -> Refusal | None:
    """Judge by what the gate saw: anything but a whole frontal chest whose way up is known.

    Args:
        names_another_part: Whether the header does; the verdict was held against the stricter limit then.
    """
    if verdict.kind is not Kind.FRONTAL:
        code, reason, remedy = _NAMES_ANOTHER_PART if names_another_part else _OF_KIND[verdict.kind]
        measured, limit, what = verdict.frontal, verdict.limit, "Certainty of a frontal chest"
    elif verdict.obstacle is not None:
        code, reason, remedy = _OF_OBSTACLE[verdict.obstacle]
        measured, limit, what = verdict.certainty, verdict.certainty_limit, "Certainty"
    else:
        return None
    return Refusal(
        code=code,
        detail=f"{reason} {what}: {measured:.2f}, at least {limit:.2f} is needed. Nothing was analysed. {remedy}",
        measured=round(measured, 3),
        limit=limit,
    )


def verdict_cautions(verdict: Verdict) -> tuple[Caution, ...]:
    """Say what was corrected before reading, and what the reader should check."""
    cautions = []
    if verdict.correction.rotation:
        cautions.append(
            Caution(
                code=f"ROTATED_{verdict.correction.rotation}",
                detail=f"The image was turned by {verdict.correction.rotation}° clockwise before it was read. "
                "Check that it hangs upright now.",
            )
        )
    if verdict.correction.inverted:
        cautions.append(
            Caution(
                code="INVERTED",
                detail="Black and white were exchanged before it was read. Check that bones are white now.",
            )
        )
    if verdict.is_mirrored:
        cautions.append(
            Caution(
                code="MIRRORED_SUSPECTED",
                detail="Left and right seem exchanged: a mirrored image, or dextrocardia. Nothing was changed. "
                "Check the side marker.",
            )
        )
    return tuple(cautions)


def check_lungs(probabilities: NDArray[np.float32], mask: NDArray[np.bool_], n_regions: int) -> Refusal | None:
    """Judge by what the segmentation found, behind the gate: without plausible lungs there is no box to read.

    Args:
        probabilities: (S, S) float32 [0, 1], lung probability.
        mask: (S, S) bool, the regions kept.
        n_regions: Regions in `mask`.
    """
    area = float(mask.mean())
    if n_regions < N_LUNGS and _span(mask) < MIN_SPAN:
        return _not_a_chest("two lungs were not found", measured=n_regions, limit=N_LUNGS)
    if not LUNG_AREA[0] <= area <= LUNG_AREA[1]:
        limit = LUNG_AREA[0] if area < LUNG_AREA[0] else LUNG_AREA[1]
        return _not_a_chest("the lungs cover an implausible share of the image", measured=round(area, 3), limit=limit)
    certainty = float(probabilities[mask].mean())
    if certainty < MIN_LUNG_CERTAINTY:
        return _not_a_chest("the lungs are too uncertain", measured=round(certainty, 3), limit=MIN_LUNG_CERTAINTY)
    return None


_OF_KIND = {
    Kind.LATERAL: (
        "NOT_FRONTAL",
        "This looks like a lateral view.",
        "Send the PA or AP image of this study.",
    ),
    Kind.CROSS_SECTION: (
        "WRONG_MODALITY",
        "This looks like a slice (CT or MR), not a plain radiograph.",
        "Send the CR or DX image.",
    ),
    Kind.CUT_OFF: (
        "CUT_OFF",
        "A large part of the lungs seems to lie outside the image.",
        "Send the whole radiograph, uncropped.",
    ),
    Kind.COLLAGE: (
        "COLLAGE",
        "This looks like several images in one.",
        "Send each image as a file of its own.",
    ),
    Kind.OTHER: (
        "NOT_A_CHEST_RADIOGRAPH",
        "This does not look like a chest radiograph.",
        "Check which image was exported, and send the PA or AP chest image.",
    ),
}
"""Code, what was seen, and what to send instead, for each kind that is not read."""

_NAMES_ANOTHER_PART = (
    "NOT_A_CHEST_RADIOGRAPH",
    "The header names another body part, and the image does not clearly show a whole frontal chest.",
    "Send the PA or AP chest image, or correct Body Part Examined (0018,0015).",
)

_OF_OBSTACLE = {
    Obstacle.ROTATION: (
        "ROTATION_UNCERTAIN",
        "Which way up this radiograph hangs cannot be told.",
        "Turn it upright and send it again.",
    ),
    Obstacle.POLARITY: (
        "POLARITY_UNCERTAIN",
        "Whether black and white are exchanged in this radiograph cannot be told.",
        "Export it with bones white and send it again.",
    ),
}


def _check_modality(modality: str | None) -> Refusal | None:
    if not modality or modality.upper() in PROJECTION_MODALITIES:
        return None
    return Refusal(
        code="WRONG_MODALITY",
        detail="The header says that this is not a plain radiograph. Nothing was analysed. Send the CR or DX image.",
    )


def _check_view(view_position: str | None) -> Refusal | None:
    if not view_position or view_position.upper() not in LATERAL_VIEWS:
        return None
    return Refusal(
        code="NOT_FRONTAL",
        detail="The header names a lateral view. Nothing was analysed. Send the PA or AP image of this study.",
    )


def _check_age(age_years: float | None) -> Refusal | None:
    if age_years is None or age_years >= MIN_AGE_YEARS:
        return None
    return Refusal(
        code="OUT_OF_SCOPE_AGE",
        detail="The network has seen adults only and does not read children. Nothing was analysed.",
        measured=round(age_years, 1),
        limit=MIN_AGE_YEARS,
    )


def _check_size(shape: tuple[int, int]) -> Refusal | None:
    if min(shape) >= MIN_SIDE:
        return None
    return Refusal(
        code="TOO_SMALL",
        detail=f"The shorter side has fewer than {MIN_SIDE} pixels. Nothing was analysed. Send the full-size image.",
        measured=min(shape),
        limit=MIN_SIDE,
    )


def _check_content(presentation: NDArray[np.float32]) -> Refusal | None:
    deviation = float(cv2.meanStdDev(presentation)[1][0, 0])
    if deviation >= MIN_DEVIATION:
        return None
    return Refusal(
        code="BLANK",
        detail="The image is blank or nearly so. Nothing was analysed. Check the exposure and send it again.",
        measured=round(deviation, 4),
        limit=MIN_DEVIATION,
    )


def _span(mask: NDArray[np.bool_]) -> float:
    columns = np.flatnonzero(mask.any(axis=0))
    return float(columns[-1] + 1 - columns[0]) / mask.shape[1] if len(columns) else 0.0


def _not_a_chest(reason: str, *, measured: float, limit: float) -> Refusal:
    return Refusal(
        code="NOT_A_FRONTAL_CHEST",
        detail=(
            f"The lungs of a frontal chest radiograph were not found: {reason}. Nothing was analysed. "
            "Check exposure and collimation, or send another PA or AP image."
        ),
        measured=measured,
        limit=limit,
    )
