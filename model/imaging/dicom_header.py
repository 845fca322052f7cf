"""Looks values up in a DICOM data set: checked, typed, without a name or an identifier. Computes no pixels."""

import math
import re
from collections.abc import Sequence
from datetime import date

from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.sequence import Sequence as DicomSequence

from model.errors import UnreadableDicomError
from model.imaging.radiograph import PixelSpacing

# DICOM PS3.16 CID 4010, in SNOMED CT and in the retired SNOMED RT codes of older files.
_VIEW_CODES = {
    "399348003": "AP",
    "R-10206": "AP",
    "272479007": "PA",
    "R-10214": "PA",
    "399173006": "LL",
    "R-10236": "LL",
    "399198007": "RL",
    "R-10232": "RL",
    "399067008": "LATERAL",
}
_AGE_UNITS_PER_YEAR = {"D": 365.25, "W": 365.25 / 7, "M": 12.0, "Y": 1.0}

_SPACING_MM = (0.001, 100.0)
"""Chosen: detectors have 0.02 to 0.5 mm, a picture of one that was made smaller some millimetres."""

_MOST_STRETCHED = 20.0
"""Chosen: a pixel more than twenty times as high as wide, or as wide as high, is a mistake of the header."""

MAX_VALUE_BYTES = 2 * 1024 * 1024
"""Size of an attribute that is looked up, its sequence items with it. The largest table of 65536 entries has 131,072;
items of eight bytes would take seconds to parse well below what a file may hold."""

_LONGEST_TEXT = 64
"""Characters. A UID has 64 and a code string 16 (DICOM PS3.5 6.2); what is longer is neither."""


def values(dataset: Dataset, keyword: str) -> tuple[object, ...]:
    """Give the values of an attribute; an absent or empty one has none.

    Raises:
        UnreadableDicomError: The value does not parse, or is larger than `MAX_VALUE_BYTES`.
    """
    raw = getattr(dataset.get_item(keyword, keep_deferred=True), "value", None)
    if isinstance(raw, bytes) and len(raw) > MAX_VALUE_BYTES:
        raise UnreadableDicomError(
            f"The DICOM attribute {keyword} has {len(raw)} bytes; {MAX_VALUE_BYTES} are read.",
            measured=len(raw),
            limit=MAX_VALUE_BYTES,
        )
    try:
        value = dataset.get(keyword)
    except Exception as error:  # pydicom converts on access and raises whatever the conversion meets
        raise UnreadableDicomError(f"The DICOM attribute {keyword} is malformed.") from error
    if value is None or value == "":
        return ()
    return tuple(value) if isinstance(value, MultiValue | DicomSequence | list) else (value,)


def numbers(dataset: Dataset, keyword: str) -> tuple[float, ...]:
    """Give the values of a numeric attribute; an absent or empty one has none.

    Raises:
        UnreadableDicomError: A value is not a finite number.
    """
    try:
        found = tuple(float(value) for value in values(dataset, keyword))  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError) as error:
        raise UnreadableDicomError(f"The DICOM attribute {keyword} is not a number.") from error
    if not all(map(math.isfinite, found)):
        raise UnreadableDicomError(f"The DICOM attribute {keyword} is not a finite number.")
    return found


def integer(dataset: Dataset, keyword: str, *, default: int | None = None) -> int:
    """Give the single whole number of an attribute.

    Args:
        default: What an absent attribute means; `None` when it must be there.

    Raises:
        UnreadableDicomError: Absent without a default, or not a whole number.
    """
    found = numbers(dataset, keyword)
    if not found:
        if default is None:
            raise UnreadableDicomError(f"The DICOM attribute {keyword}, which the pixels need, is missing.")
        return default
    if not found[0].is_integer():
        raise UnreadableDicomError(f"The DICOM attribute {keyword} is not a whole number.")
    return int(found[0])


def text(dataset: Dataset, keyword: str) -> str | None:
    """Give the first value of a code string or UID in capitals; `None` when absent, empty, too long or malformed."""
    try:
        found = values(dataset, keyword)
    except UnreadableDicomError:
        return None
    given = str(found[0]).strip("\0 ").upper() if found else ""
    return given if 0 < len(given) <= _LONGEST_TEXT else None


def items(dataset: Dataset, keyword: str) -> Sequence[Dataset]:
    """Give the items of a sequence attribute; an absent one has none.

    Raises:
        UnreadableDicomError: The attribute is there and is no sequence.
    """
    found = values(dataset, keyword)
    if not all(isinstance(item, Dataset) for item in found):
        raise UnreadableDicomError(f"The DICOM attribute {keyword} is not a sequence.")
    return [item for item in found if isinstance(item, Dataset)]


def view_position(dataset: Dataset) -> str | None:
    """Give View Position (0018,5101), or what View Code Sequence (0054,0220) says in its place."""
    given = text(dataset, "ViewPosition")
    if given is not None:
        return given
    try:
        codes = [text(item, "CodeValue") for item in items(dataset, "ViewCodeSequence")]
    except UnreadableDicomError:
        return None
    return next((_VIEW_CODES[code] for code in codes if code in _VIEW_CODES), None)


def spacing(dataset: Dataset) -> PixelSpacing | None:
    """Give the distance between pixels and where it holds.

    Pixel Spacing that only repeats Imager Pixel Spacing has not been corrected for magnification and holds at the
    detector. `None` when neither is there or usable.

    Source:
        DICOM PS3.3 10.7.1.3.
    """
    corrected = _pair(dataset, "PixelSpacing", within=_SPACING_MM)
    at_detector = _pair(dataset, "ImagerPixelSpacing", within=_SPACING_MM)
    if corrected is not None and corrected != at_detector:
        return PixelSpacing(row_mm=corrected[0], column_mm=corrected[1], at_detector=False)
    if at_detector is not None:
        return PixelSpacing(row_mm=at_detector[0], column_mm=at_detector[1], at_detector=True)
    return None


def pixel_aspect_ratio(dataset: Dataset) -> float:
    """Give the height of a pixel over its width.

    From the spacing where there is one, else from Pixel Aspect Ratio (0028,0034); 1 where neither is usable.

    Returns:
        [1/20, 20].

    Source:
        DICOM PS3.3 C.7.6.3.1.7.
    """
    known = spacing(dataset)
    if known is not None:
        return known.row_mm / known.column_mm
    given = _pair(dataset, "PixelAspectRatio")
    return given[0] / given[1] if given else 1.0


def is_spacing_unusable(dataset: Dataset) -> bool:
    """Tell whether the header gives spacings or an aspect ratio, and none of them can be used."""
    if spacing(dataset) is not None or _pair(dataset, "PixelAspectRatio") is not None:
        return False
    given = (dataset.get_item(keyword) for keyword in ("PixelSpacing", "ImagerPixelSpacing", "PixelAspectRatio"))
    return any(element is not None and element.value not in (None, b"", "") for element in given)


def age_years(dataset: Dataset) -> float | None:
    """Give Patient's Age (0010,1010) in years, or the time from birth to study; `None` when unknown or impossible.

    `000Y` is what devices write for "not entered"; newborns are `000D` to `011M`.

    Source:
        DICOM PS3.5 6.2 (AS: `nnnD`, `nnnW`, `nnnM`, `nnnY`).
    """
    given = re.fullmatch(r"(\d{1,3})([DWMY])", text(dataset, "PatientAge") or "")
    if given and given[0] != "000Y":
        return int(given[1]) / _AGE_UNITS_PER_YEAR[given[2]]
    birth, study = _day(dataset, "PatientBirthDate"), _day(dataset, "StudyDate")
    if birth is None or study is None or not 0 <= (study - birth).days < 150 * 365:
        return None
    return (study - birth).days / 365.25


def burned_in_annotation(dataset: Dataset) -> bool | None:
    """Give Burned In Annotation (0028,0301); `None` when not said."""
    return {"YES": True, "NO": False}.get(text(dataset, "BurnedInAnnotation") or "")


def _pair(
    dataset: Dataset, keyword: str, *, within: tuple[float, float] = (0.0, math.inf)
) -> tuple[float, float] | None:
    """Give two numbers above 0 that can be the sides of a pixel; `None` where there are none."""
    try:
        found = numbers(dataset, keyword)
    except UnreadableDicomError:
        return None
    if len(found) != 2 or min(found) <= 0 or min(found) < within[0] or max(found) > within[1]:
        return None
    return (found[0], found[1]) if 1 / _MOST_STRETCHED <= found[0] / found[1] <= _MOST_STRETCHED else None


def _day(dataset: Dataset, keyword: str) -> date | None:
    found = re.fullmatch(r"(\d{4})(\d{2})(\d{2})", text(dataset, keyword) or "")
    if not found:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return None
