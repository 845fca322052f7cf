"""What the network must not read, and why. A refusal keeps the radiograph and names what to send instead."""

import cv2
import numpy as np
from numpy.typing import NDArray

from model.errors import Refusal
from model.imaging.radiograph import Radiograph

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

LUNG_AREA = (0.06, 0.75)
"""Least and largest share of the image that two lungs cover; chosen: adults of the data folder span 0.10 to 0.65."""

MIN_LUNG_CERTAINTY = 0.88
"""Mean probability inside the mask: 7 of 7,724 frontal radiographs of the data folder lie below."""

N_LUNGS = 2
"""Separate regions in the mask: 4 in 1,000 frontal radiographs of the data folder have one, most lateral ones do."""


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


def check_lungs(probabilities: NDArray[np.float32], mask: NDArray[np.bool_], n_regions: int) -> Refusal | None:
    """Judge by what the segmentation found: without two plausible lungs it is no frontal chest radiograph.

    Args:
        probabilities: (S, S) float32 [0, 1], lung probability.
        mask: (S, S) bool, the regions kept.
        n_regions: Regions in `mask`.
    """
    area = float(mask.mean())
    if n_regions < N_LUNGS:
        return _not_a_chest("two lungs were not found", measured=n_regions, limit=N_LUNGS)
    if not LUNG_AREA[0] <= area <= LUNG_AREA[1]:
        limit = LUNG_AREA[0] if area < LUNG_AREA[0] else LUNG_AREA[1]
        return _not_a_chest("the lungs cover an implausible share of the image", measured=round(area, 3), limit=limit)
    certainty = float(probabilities[mask].mean())
    if certainty < MIN_LUNG_CERTAINTY:
        return _not_a_chest("the lungs are too uncertain", measured=round(certainty, 3), limit=MIN_LUNG_CERTAINTY)
    return None


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


def _not_a_chest(reason: str, *, measured: float, limit: float) -> Refusal:
    return Refusal(
        code="NOT_A_FRONTAL_CHEST",
        detail=(
            f"This does not look like a frontal chest radiograph: {reason}. Nothing was analysed. "
            "Send the PA or AP chest image."
        ),
        measured=measured,
        limit=limit,
    )
