"""Reads a lookup table item of a DICOM file: LUT Descriptor (0028,3002) and LUT Data (0028,3006)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from model.errors import UnreadableDicomError
from model.imaging.dicom_header import numbers, values


@dataclass(frozen=True, slots=True, kw_only=True)
class Lut:
    """A lookup table as stored.

    Attributes:
        entries: (N,) uint16.
        first_value: Input value that the first entry stands for.
        full_scale: Highest value that an entry can represent.
    """

    entries: NDArray[np.uint16]
    first_value: int
    full_scale: int


def read_lut(item: Dataset, *, lowest_input: float) -> Lut:
    """Look a table up and check it.

    Args:
        lowest_input: Lowest value that the table's input can take; below 0 the descriptor's first value is signed.

    Raises:
        UnreadableDicomError: The descriptor or the data are missing, malformed or contradict each other.

    Source:
        DICOM PS3.3 C.11.1.1 and C.11.2.1.1.
    """
    descriptor = numbers(item, "LUTDescriptor")
    if len(descriptor) != 3:
        raise UnreadableDicomError("A lookup table of this DICOM file has no descriptor of three values.")
    length = int(descriptor[0]) & 0xFFFF or 0x10000
    bits = int(descriptor[2])
    if not 8 <= bits <= 16:
        raise UnreadableDicomError(
            f"A lookup table of this DICOM file has entries of {bits} bits; 8 to 16 are read.",
            measured=bits,
            limit=16 if bits > 16 else 8,
        )
    first_value = _first_value(int(descriptor[1]), length=length, is_signed=lowest_input < 0)
    entries = _entries(item, length)
    # Some devices announce fewer bits than their entries use.
    full_scale = max(2**bits - 1, 2 ** int(entries.max()).bit_length() - 1)
    return Lut(entries=entries, first_value=first_value, full_scale=full_scale)


def _first_value(given: int, *, length: int, is_signed: bool) -> int:
    """Give the input that the first entry stands for, as the descriptor means it.

    One below 0 was written as a signed number. Before unsigned values it means what it says where the table, read as
    unsigned, would go on beyond 65535; otherwise a parser took an unsigned number for a signed one.
    """
    unsigned = given & 0xFFFF
    is_below_0 = unsigned > 0x7FFF and (is_signed or (given < 0 and unsigned + length > 0x10000))
    return unsigned - 0x10000 if is_below_0 else unsigned


def _entries(item: Dataset, length: int) -> NDArray[np.uint16]:
    """Read LUT Data as numbers, or as bytes of one or two an entry."""
    data = values(item, "LUTData")
    found: NDArray[Any]
    if len(data) == 1 and isinstance(data[0], bytes):
        raw = data[0]
        if len(raw) >= 2 * length:
            order = "<" if item.original_encoding[1] is not False else ">"
            found = np.frombuffer(raw, dtype=f"{order}u2", count=length)
        elif len(raw) in (length, length + 1):
            found = np.frombuffer(raw, dtype=np.uint8, count=length)
        else:
            raise _too_short(len(raw), "bytes", length)
        return found.astype(np.uint16)
    try:
        found = np.array([int(value) for value in data[:length]], dtype=np.int64) & 0xFFFF  # type: ignore[call-overload]
    except (TypeError, ValueError) as error:
        raise UnreadableDicomError("A lookup table of this DICOM file holds something else than numbers.") from error
    if len(found) != length:
        raise _too_short(len(found), "entries", length)
    return found.astype(np.uint16)


def _too_short(measured: int, unit: str, length: int) -> UnreadableDicomError:
    return UnreadableDicomError(
        f"A lookup table of this DICOM file has {measured} {unit}; its descriptor says {length} entries.",
        measured=measured,
        limit=length,
    )
