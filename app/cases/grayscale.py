"""How modality pixels travel to a viewer, and everything it needs to show them as `model.imaging` would.

A viewer that held presentation pixels alone could not look beyond the window that the file asks for.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.cases.schemas import GrayscaleOut, StoredOut, VoiLutOut, VoiWindowOut
from model.imaging.pixels import window_bounds
from model.imaging.radiograph import PhotometricInterpretation, Radiograph, VoiLut, VoiWindow

LEVELS = 65536
_BLOCK = 1 << 18
"""Pixels handled at a time, so that the arithmetic stays in the processor's cache."""
_EXACT = 1 << 24
"""Whole numbers up to this one, and what they differ by, are exact in float32."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModalityScale:
    """What the 16-bit values stand for: modality value = low + step * value, value in 0 .. levels - 1."""

    low: float
    step: float
    levels: int


def modality_scale(radiograph: Radiograph) -> ModalityScale:
    """Choose how a radiograph's modality values are written in 16 bits.

    Whole numbers within 65536 of one another stay as they are, which is exact. Anything else is spread over all 16
    bits: the error is at most half a step, 1/131070 of the range that the file's encoding can represent.
    """
    low, high = radiograph.value_range
    if float(low).is_integer() and high - low <= LEVELS - 1 and _are_whole(radiograph.pixels):
        return ModalityScale(low=low, step=1.0, levels=int(high - low) + 1)
    return ModalityScale(low=low, step=(high - low) / (LEVELS - 1), levels=LEVELS)


def modality_bytes(radiograph: Radiograph) -> bytes:
    """Return the modality pixels as little-endian uint16, row by row, on the scale of `modality_scale`."""
    scale = modality_scale(radiograph)
    flat = np.ascontiguousarray(radiograph.pixels).reshape(-1)
    values = np.empty(flat.shape, dtype="<u2")
    for start in range(0, flat.size, _BLOCK):
        steps = _steps(flat[start : start + _BLOCK], scale)
        values[start : start + _BLOCK] = np.clip(steps, 0, scale.levels - 1, out=steps)
    return values.tobytes()


def _steps(modality: NDArray[np.float32], scale: ModalityScale) -> NDArray[np.floating]:
    """Turn modality values into steps of the scale; whole numbers need no rounding, which takes half the time."""
    if scale.step == 1 and abs(scale.low) + scale.levels <= _EXACT:
        return modality - np.float32(scale.low)
    return np.asarray(np.rint((modality.astype(np.float64) - scale.low) / scale.step))


def describe_grayscale(radiograph: Radiograph) -> GrayscaleOut:
    """Say how modality pixels become what is shown, and what they were in the file."""
    rows, columns = radiograph.shape
    scale = modality_scale(radiograph)
    return GrayscaleOut(
        rows=rows,
        columns=columns,
        low=scale.low,
        step=scale.step,
        levels=scale.levels,
        is_inverted=radiograph.photometric_interpretation is PhotometricInterpretation.MONOCHROME1,
        padding=radiograph.padding,
        voi=_voi(radiograph),
        pixel_aspect_ratio=radiograph.pixel_aspect_ratio,
        stored=_stored(radiograph),
    )


def _are_whole(pixels: NDArray[np.float32]) -> bool:
    flat = np.ascontiguousarray(pixels).reshape(-1)
    blocks = (flat[start : start + _BLOCK] for start in range(0, flat.size, _BLOCK))
    return all(bool((np.rint(block) == block).all()) for block in blocks)


def _voi(radiograph: Radiograph) -> VoiWindowOut | VoiLutOut:
    match radiograph.voi:
        case VoiWindow(center=center, width=width, function=function):
            low, high = window_bounds(center=center, width=width, function=function)
            return VoiWindowOut(function=function.value, center=center, width=width, low=low, high=high)
        case VoiLut(entries=entries, first_value=first_value):
            written = np.rint(entries * (LEVELS - 1)).astype(int).tolist()
            return VoiLutOut(low=first_value, high=first_value + len(written) - 1, entries=written)
        case None:
            low, high = radiograph.value_range
            return VoiWindowOut(
                function="LINEAR_EXACT", center=(low + high) / 2, width=high - low, low=low, high=high, is_given=False
            )


def _stored(radiograph: Radiograph) -> StoredOut | None:
    """Say how stored values became modality values; `None` where a table did it, which cannot be turned back."""
    if radiograph.rescale is None:
        return None
    slope, intercept = radiograph.rescale
    return StoredOut(slope=slope, intercept=intercept)
