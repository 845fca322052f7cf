"""The VOI step of a DICOM file: which table or window shows its modality values, and what takes its place."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from pydicom import uid
from pydicom.dataset import Dataset

from model.errors import InvalidWindowError, UnreadableDicomError
from model.imaging.dicom_header import items, numbers, text
from model.imaging.dicom_lut import read_lut
from model.imaging.pixels import check_window
from model.imaging.radiograph import Caution, VoiLut, VoiLutFunction, VoiWindow
from model.imaging.window import is_flattening, robust_window

_FOR_PROCESSING_CLASSES = frozenset(
    {
        uid.DigitalXRayImageStorageForProcessing,
        uid.DigitalMammographyXRayImageStorageForProcessing,
        uid.DigitalIntraOralXRayImageStorageForProcessing,
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
WINDOW_SKIPPED = Caution(
    code="WINDOW_SKIPPED",
    detail="The first window or table that this file names would leave nearly the whole image black or white. "
    "The next one that it names is shown instead.",
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
    """Choose what shows the image: tables before windows, the first usable of several, the robust range failing all.

    Args:
        pixels: (H, W) modality values.

    Returns:
        The table or window; `None` only for an image of one value, which every range shows alike.
    """
    if _is_for_processing(dataset):
        return robust_window(pixels, padding), (FOR_PROCESSING,)
    named = [*_read_voi_luts(dataset, value_range), *_read_windows(dataset)]
    for voi in named:
        if voi is not None and not is_flattening(pixels, voi, padding, value_range=value_range):
            is_defined = isinstance(voi, VoiLut) or _function(dataset)[1]
            cautions = () if voi is named[0] else (WINDOW_SKIPPED,)
            return voi, cautions if is_defined else (*cautions, VOI_FUNCTION_UNKNOWN)
    return robust_window(pixels, padding), (WINDOW_UNUSABLE if named else NO_WINDOW,)


def _is_for_processing(dataset: Dataset) -> bool:
    return (
        text(dataset, "PresentationIntentType") == "FOR PROCESSING"
        or text(dataset, "SOPClassUID") in _FOR_PROCESSING_CLASSES
    )


def _read_voi_luts(dataset: Dataset, value_range: tuple[float, float]) -> Iterator[VoiLut | None]:
    """Give the tables of the VOI LUT Sequence (0028,3010), `None` for a malformed one."""
    try:
        tables = items(dataset, "VOILUTSequence")
    except UnreadableDicomError:
        yield None
        return
    for table in tables:
        try:
            lut = read_lut(table, lowest_input=value_range[0])
        except UnreadableDicomError:
            yield None
        else:
            yield VoiLut(entries=lut.entries / np.float64(lut.full_scale), first_value=lut.first_value)


def _read_windows(dataset: Dataset) -> Iterator[VoiWindow | None]:
    """Give the pairs of Window Center and Window Width, `None` for a malformed one."""
    function, _ = _function(dataset)
    try:
        pairs = list(zip(numbers(dataset, "WindowCenter"), numbers(dataset, "WindowWidth"), strict=False))
    except UnreadableDicomError:
        yield None
        return
    for center, width in pairs:
        try:
            check_window(center=center, width=width, function=function)
        except InvalidWindowError:
            yield None
        else:
            yield VoiWindow(center=center, width=width, function=function)


def _function(dataset: Dataset) -> tuple[VoiLutFunction, bool]:
    """Give the VOI LUT Function (0028,1056) that is applied, and whether the standard knows the file's own."""
    given = text(dataset, "VOILUTFunction") or VoiLutFunction.LINEAR
    if given in tuple(VoiLutFunction):
        return VoiLutFunction(given), True
    return VoiLutFunction.LINEAR, False
