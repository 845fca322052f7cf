"""Decodes RLE Lossless: packets are found one by one, their bytes put in place at once, never more than the image."""

import numpy as np
from numpy.typing import NDArray

from model.errors import UnreadableDicomError

_HEADER_BYTES = 64
_NO_OPERATION = 128
_LONGEST_PACKET = 129


def decode_rle(
    stream: bytes, *, rows: int, columns: int, samples: int, sample_bytes: int
) -> NDArray[np.uint8 | np.uint16]:
    """Decode one frame.

    Args:
        sample_bytes: 1 or 2.

    Returns:
        (H, W) or, for more than one sample, (H, W, samples).

    Raises:
        UnreadableDicomError: The header does not fit the image, or a segment ends before the image does.

    Source:
        DICOM PS3.5 annex G. Bytes after the end of the image are padding, as some encoders write it.
    """
    n_segments, size = samples * sample_bytes, rows * columns
    header = np.frombuffer(stream[:_HEADER_BYTES].ljust(_HEADER_BYTES, b"\0"), dtype="<u4").astype(int)
    bounds = [*header[1 : 1 + n_segments].tolist(), len(stream)]
    if header[0] != n_segments or bounds[0] < _HEADER_BYTES or sorted(bounds) != bounds:
        raise UnreadableDicomError("The compressed pixels of this DICOM file have no readable header.")
    pixels = np.zeros((samples, size), dtype=f"u{sample_bytes}")
    for number in range(n_segments):
        # The most significant byte comes first.
        plane = pixels[number // sample_bytes]
        if number % sample_bytes:
            plane <<= 8
        plane |= _decode_segment(stream[bounds[number] : bounds[number + 1]], size)
    planes = pixels.reshape(samples, rows, columns)
    return planes[0] if samples == 1 else np.ascontiguousarray(np.moveaxis(planes, 0, -1))


def _decode_segment(segment: bytes, size: int) -> NDArray[np.uint8]:
    """Expand the packets of a segment to `size` bytes.

    A packet of header n < 128 brings n + 1 bytes, one of n > 128 a byte to be repeated 257 - n times.
    """
    starts = _find_packets(segment, size)
    # A cut-off packet is filled up here and found out below.
    source = np.frombuffer(segment + bytes(_LONGEST_PACKET), dtype=np.uint8)
    headers = source[starts].astype(np.int32)
    is_literal = headers < _NO_OPERATION
    lengths = np.where(is_literal, headers + 1, 257 - headers)
    lengths[headers == _NO_OPERATION] = 0
    bodies = np.where(is_literal, lengths, np.minimum(lengths, 1))
    is_cut_off = starts.size == 0 or starts[-1] + 1 + bodies[-1] > len(segment)
    if is_cut_off or lengths.sum(dtype=np.int64) < size:
        raise UnreadableDicomError("The compressed pixels of this DICOM file are damaged or cut off.")
    expanded = np.repeat(source[starts + 1], lengths)
    flags = np.stack([np.zeros_like(is_literal), is_literal], axis=1).ravel()
    is_literal_byte = np.repeat(flags, np.stack([np.ones_like(bodies), bodies], axis=1).ravel())
    expanded[np.repeat(is_literal, lengths)] = source[: is_literal_byte.size][is_literal_byte]
    return expanded[:size]


def _find_packets(segment: bytes, size: int) -> NDArray[np.int64]:
    """Give the offsets of the packets up to the one that completes `size` bytes."""
    starts = []
    # Two bytes of the segment for one of the image is the worst that packets can do; more is padding or mischief.
    position, found, end = 0, 0, min(len(segment), 2 * size + 2)
    while position < end and found < size:
        starts.append(position)
        header = segment[position]
        if header < _NO_OPERATION:
            found += header + 1
            position += header + 2
        elif header > _NO_OPERATION:
            found += 257 - header
            position += 2
        else:
            position += 1
    return np.array(starts, dtype=np.int64)
