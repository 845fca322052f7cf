"""Pixel arithmetic from stored values to presentation pixels: arrays in, new arrays out, nothing about files.

Each step works in float64, so that a reflection costs no bit of the float32 that `presentation_pixels` returns.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.errors import InvalidWindowError
from model.imaging.radiograph import PhotometricInterpretation, Radiograph, VoiLut, VoiLutFunction, VoiWindow

Pixels = NDArray[np.floating[Any]] | NDArray[np.integer[Any]]

_BLOCK = 1 << 15
"""Pixels handled at a time: 256 kB of float64 stay in a core's second-level cache, twice as fast as whole images."""


def apply_rescale(stored: Pixels, *, slope: float, intercept: float) -> NDArray[np.float64]:
    """Turn stored values into modality values: slope * stored + intercept.

    Args:
        stored: Any shape, stored values.
        slope: Rescale Slope (0028,1053).
        intercept: Rescale Intercept (0028,1052).

    Source:
        DICOM PS3.3 C.11.1.1.2.
    """
    return np.asarray(stored, dtype=np.float64) * slope + intercept


def apply_modality_lut(stored: Pixels, *, entries: NDArray[np.float64], first_value: int) -> NDArray[np.float64]:
    """Turn stored values into modality values through a Modality LUT.

    Args:
        stored: Any shape, integral stored values.
        entries: (N,) modality values.
        first_value: Stored value that the first entry stands for; values outside the table take its ends.

    Source:
        DICOM PS3.3 C.11.1.1.1.
    """
    return _look_up(stored, entries=entries, first_value=first_value)


def apply_voi_window(
    pixels: Pixels, *, center: float, width: float, function: VoiLutFunction = VoiLutFunction.LINEAR
) -> NDArray[np.float64]:
    """Map modality pixels to [0, 1] through a window.

    Polarity is unchanged: MONOCHROME1 is inverted afterwards, by `to_monochrome2`. The result never falls where the
    modality value rises.

    Args:
        pixels: Any shape, modality values.
        center: Window Center (0028,1050), in modality units.
        width: Window Width (0028,1051); at least 1 for LINEAR, above 0 otherwise. LINEAR of width 1 is a threshold.

    Returns:
        The shape of `pixels`, [0, 1].

    Raises:
        InvalidWindowError: A value that is not finite, or a width outside the range of `function`.

    Source:
        DICOM PS3.3 C.11.2.1.2.1 (LINEAR), C.11.2.1.3.1 (SIGMOID), C.11.2.1.3.2 (LINEAR_EXACT).
    """
    if function is VoiLutFunction.SIGMOID:
        check_window(center=center, width=width, function=function)
        with np.errstate(over="ignore"):
            exponent = (np.asarray(pixels, dtype=np.float64) - center) * -4.0 / width
        # Beyond exp(700) float64 overflows; the result is 0 or 1 to every digit of float32 long before.
        return 1.0 / (1.0 + np.exp(np.clip(exponent, -700.0, 700.0)))
    low, high = window_bounds(center=center, width=width, function=function)
    return apply_range(pixels, low=low, high=high)


def window_bounds(
    *, center: float, width: float, function: VoiLutFunction = VoiLutFunction.LINEAR
) -> tuple[float, float]:
    """Give the modality values between which a window makes a difference.

    Values at or below the first are shown as 0, values above the second as 1. SIGMOID has no such ends; it gives those
    of LINEAR_EXACT, between which it runs from 0.12 to 0.88.

    Raises:
        InvalidWindowError: A value that is not finite, or a width outside the range of `function`.
    """
    check_window(center=center, width=width, function=function)
    if function is VoiLutFunction.LINEAR:
        low = center - 0.5 - (width - 1) / 2
        return low, low + (width - 1)
    return center - width / 2, center + width / 2


def check_window(*, center: float, width: float, function: VoiLutFunction) -> None:
    """Refuse a window that its function does not define.

    Raises:
        InvalidWindowError: A value or an end that is not finite, or a width outside the range of `function`.
    """
    if not math.isfinite(abs(center) + abs(width)):
        raise InvalidWindowError(f"window center and width must be finite, and so its ends: not {center} and {width}")
    if function is VoiLutFunction.LINEAR and width < 1:
        raise InvalidWindowError(f"the width of a LINEAR window must be at least 1, not {width}")
    if width <= 0:
        raise InvalidWindowError(f"the width of a {function} window must be above 0, not {width}")


def apply_range(pixels: Pixels, *, low: float, high: float) -> NDArray[np.float64]:
    """Map [low, high] linearly to [0, 1], cut off at both ends; where the ends meet, a threshold above `low`.

    Args:
        pixels: Any shape, modality values.
    """
    values = np.asarray(pixels, dtype=np.float64) - low
    extent = high - low
    if extent <= 0:
        return (values > 0).astype(np.float64)
    # Cut before dividing: a tiny extent then cannot overflow.
    np.clip(values, 0.0, extent, out=values)
    values /= extent
    return values


def apply_voi_lut(pixels: Pixels, *, lut: VoiLut) -> NDArray[np.float64]:
    """Map modality pixels to [0, 1] through a VOI LUT.

    Polarity is unchanged. Values that are not integral are rounded; values outside the table take its ends.

    Args:
        pixels: Any shape, modality values.

    Source:
        DICOM PS3.3 C.11.2.1.1.
    """
    return _look_up(pixels, entries=lut.entries, first_value=lut.first_value)


def to_monochrome2(
    voi_pixels: NDArray[np.floating[Any]], *, photometric_interpretation: PhotometricInterpretation
) -> NDArray[np.floating[Any]]:
    """Reflect [0, 1] for MONOCHROME1, so that 0 is black in any case.

    Source:
        DICOM PS3.3 C.7.6.3.1.2: the lowest value of MONOCHROME1 is white "after any VOI gray scale transformations".
    """
    if photometric_interpretation is PhotometricInterpretation.MONOCHROME1:
        return 1.0 - voi_pixels
    return voi_pixels


def presentation_pixels(radiograph: Radiograph) -> NDArray[np.float32]:
    """Give the pixels as they are shown, and as the network's preprocessing receives them.

    The window or table of the radiograph, or without one the range that its encoding can represent, never the
    image's own extremes; then polarity. Padding is black.

    Returns:
        (H, W) float32 [0, 1], 0 = black, contiguous.
    """
    modality = np.ascontiguousarray(radiograph.pixels).reshape(-1)
    presentation = np.empty_like(modality)
    for start in range(0, modality.size, _BLOCK):
        block = modality[start : start + _BLOCK]
        shown = _apply_voi_and_polarity(block, radiograph)
        if radiograph.padding is not None:
            shown[is_padding(block, radiograph.padding)] = 0.0
        presentation[start : start + _BLOCK] = shown
    return presentation.reshape(radiograph.shape)


def is_padding(pixels: Pixels, padding: tuple[float, float]) -> NDArray[np.bool_]:
    """Mark the modality values inside the inclusive range of padding."""
    return (pixels >= padding[0]) & (pixels <= padding[1])


def to_uint16(presentation: NDArray[np.float32]) -> NDArray[np.uint16]:
    """Round presentation pixels to 16 bits: 65535 is white.

    Args:
        presentation: (H, W) float32 [0, 1].
    """
    flat = np.ascontiguousarray(presentation).reshape(-1)
    out = np.empty(flat.shape, dtype=np.uint16)
    for start in range(0, flat.size, _BLOCK):
        out[start : start + _BLOCK] = np.rint(flat[start : start + _BLOCK] * np.float32(65535))
    return out.reshape(presentation.shape)


def _apply_voi_and_polarity(pixels: Pixels, radiograph: Radiograph) -> NDArray[np.float64]:
    """Do what `to_monochrome2` after the VOI step does, without the last bit that 1 - y costs.

    A ramp or sigmoid of the mirrored values is the mirrored one of the values, so MONOCHROME1 costs no more arithmetic
    than MONOCHROME2, and of the same numbers.
    """
    if radiograph.photometric_interpretation is PhotometricInterpretation.MONOCHROME2:
        return _apply_voi(pixels, radiograph)
    match radiograph.voi:
        case VoiWindow(center=center, width=width, function=VoiLutFunction.SIGMOID as function):
            return apply_voi_window(np.negative(pixels), center=-center, width=width, function=function)
        case VoiWindow(center=center, width=width, function=function):
            low, high = window_bounds(center=center, width=width, function=function)
        case VoiLut():
            low = high = 0.0
        case None:
            low, high = radiograph.value_range
    if low < high:
        return apply_range(np.negative(pixels), low=-high, high=-low)
    return np.asarray(
        to_monochrome2(_apply_voi(pixels, radiograph), photometric_interpretation=radiograph.photometric_interpretation)
    )


def _apply_voi(pixels: Pixels, radiograph: Radiograph) -> NDArray[np.float64]:
    match radiograph.voi:
        case VoiWindow(center=center, width=width, function=function):
            return apply_voi_window(pixels, center=center, width=width, function=function)
        case VoiLut() as lut:
            return apply_voi_lut(pixels, lut=lut)
        case None:
            low, high = radiograph.value_range
            return apply_range(pixels, low=low, high=high)


def _look_up(pixels: Pixels, *, entries: NDArray[np.float64], first_value: int) -> NDArray[np.float64]:
    index = np.rint(np.asarray(pixels, dtype=np.float64)) - first_value
    np.clip(index, 0, len(entries) - 1, out=index)
    return entries[index.astype(np.intp)]
