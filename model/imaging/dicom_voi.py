"""The VOI step of a DICOM file: which table or window shows its modality values, and what takes its place."""

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from model.errors import InvalidWindowError, UnreadableDicomError
from model.imaging.dicom_header import items, numbers, text
from model.imaging.dicom_lut import read_lut
from model.imaging.pixels import check_window
from model.imaging.radiograph import Caution, VoiLut, VoiLutFunction, VoiWindow
from model.imaging.window import is_flattening, robust_window

_FOR_PROCESSING_CLASSES = frozenset(
    {
        "1.2.840.10008.5.1.4.1.1.1.1.1",  # Digital X-Ray Image Storage - For Processing
    }
)
_ROBUST = "The range between the darkest and the brightest half percent of its pixels is shown instead."

NO_WINDOW = Caution(code="NO_WINDOW", detail=f"This file names no window. {_ROBUST}")
WINDOW_UNUSABLE = Caution(
    code="WINDOW_UNUSABLE",
    detail=f"The window that this file names would leave nearly the whole image black or white. {_ROBUST}",
)
FOR_PROCESSING = Caution(
    code="FOR_PROCESSING",
    detail="This file is marked For Processing: its pixels are the detector's, not meant for reading. "
    "The image For Presentation of the same exposure reads better. "
    f"{_ROBUST}",
)
VOI_FUNCTION_UNKNOWN = Caution(
    code="VOI_FUNCTION_UNKNOWN",
    detail="This file names a VOI LUT function that the standard does not define. Its window is applied as LINEAR.",
)


def choose_voi(
    dataset: Dataset,
    pixels: NDArray[np.float32],
    *,
    padding: tuple[float, float] | None,
    value_range: tuple[float, float],
) -> tuple[VoiWindow | VoiLut | None, tuple[Caution, ...]]:
    """Choose what shows the image: VOI LUT Sequence before window, the first of several, the robust range failing both.

    Args:
        pixels: (H, W) modality values.

    Returns:
        The table or window; `None` only for an image of one value, which every range shows alike.
    """
    if _is_for_processing(dataset):
        return robust_window(pixels, padding), (FOR_PROCESSING,)
    try:
        lut = _read_voi_lut(dataset, value_range)
        if lut is not None:
            return lut, ()
        window, cautions = _read_window(dataset)
        if window is None:
            return robust_window(pixels, padding), (NO_WINDOW,)
        if not is_flattening(pixels, window, padding):
            return window, cautions
    except (InvalidWindowError, UnreadableDicomError):
        pass  # a malformed window is one that cannot be used; the caution says so
    return robust_window(pixels, padding), (WINDOW_UNUSABLE,)


def _is_for_processing(dataset: Dataset) -> bool:
    return (
        text(dataset, "PresentationIntentType") == "FOR PROCESSING"
        or text(dataset, "SOPClassUID") in _FOR_PROCESSING_CLASSES
    )


def _read_voi_lut(dataset: Dataset, value_range: tuple[float, float]) -> VoiLut | None:
    tables = items(dataset, "VOILUTSequence")
    if not tables:
        return None
    lut = read_lut(tables[0], lowest_input=value_range[0])
    if lut.entries.min() == lut.entries.max():
        raise UnreadableDicomError("The VOI LUT of this DICOM file has a single output value.")
    return VoiLut(entries=lut.entries / np.float64(lut.full_scale), first_value=lut.first_value)


def _read_window(dataset: Dataset) -> tuple[VoiWindow | None, tuple[Caution, ...]]:
    centers, widths = numbers(dataset, "WindowCenter"), numbers(dataset, "WindowWidth")
    if not centers or not widths:
        return None, ()
    given = text(dataset, "VOILUTFunction") or VoiLutFunction.LINEAR
    is_known = given in tuple(VoiLutFunction)
    function = VoiLutFunction(given) if is_known else VoiLutFunction.LINEAR
    check_window(center=centers[0], width=widths[0], function=function)
    window = VoiWindow(center=centers[0], width=widths[0], function=function)
    return window, () if is_known else (VOI_FUNCTION_UNKNOWN,)
