"""RLE Lossless, packet by packet."""

import struct
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from pydicom.pixels.encoders import RLELosslessEncoder

from model.errors import UnreadableDicomError
from model.imaging.rle import decode_rle


def frame(*segments: bytes) -> bytes:
    """A frame with a header that fits its segments."""
    offsets = np.cumsum([64, *(len(segment) for segment in segments)])[:-1].tolist()
    return struct.pack("<16I", len(segments), *offsets, *[0] * (15 - len(offsets))) + b"".join(segments)


def decode(stream: bytes, *, columns: int, sample_bytes: int = 1, samples: int = 1) -> list[int]:
    decoded = decode_rle(stream, rows=1, columns=columns, samples=samples, sample_bytes=sample_bytes)
    result: list[int] = decoded[0].tolist()
    return result


def test_packets_bring_bytes_repeat_one_or_do_nothing() -> None:
    # 2: three bytes follow. 254: repeat the next 257 - 254 = 3 times. 128: nothing.
    assert decode(frame(bytes([2, 10, 20, 30, 128, 254, 7])), columns=6) == [10, 20, 30, 7, 7, 7]


def test_most_significant_bytes_come_first() -> None:
    assert decode(frame(bytes([1, 1, 2]), bytes([1, 3, 4])), columns=2, sample_bytes=2) == [0x0103, 0x0204]


def test_colours_come_one_after_the_other() -> None:
    stream = frame(bytes([255, 1]), bytes([255, 2]), bytes([255, 3]))

    assert decode(stream, columns=2, samples=3) == [[1, 2, 3], [1, 2, 3]]


@pytest.mark.parametrize(
    "padding", [b"\0", b"\x05\x01\x02", b"\x81\x09" * 40], ids=["zero", "half a packet", "packets"]
)
def test_padding_after_the_image_is_left_out(padding: bytes) -> None:
    assert decode(frame(bytes([1, 5, 6]) + padding), columns=2) == [5, 6]


@pytest.mark.parametrize(
    "segment",
    [b"", b"\x80" * 9, bytes([0, 5]), bytes([1, 5]), bytes([255]), bytes([0, 5, 255])],
    ids=["nothing", "no operation", "too short", "literal cut off", "repeat cut off", "last repeat cut off"],
)
def test_segment_that_ends_before_the_image_is_refused(segment: bytes) -> None:
    with pytest.raises(UnreadableDicomError, match="cut off"):
        decode(frame(segment), columns=2)


@pytest.mark.parametrize(
    "header",
    [(0, 64), (2, 64, 66), (1, 63), (1, 9999), (1,)],
    ids=["no segment", "another number", "inside the header", "beyond the end", "no offset"],
)
def test_header_that_does_not_fit_is_refused(header: tuple[int, ...]) -> None:
    stream = struct.pack(f"<{len(header)}I", *header).ljust(64, b"\0") + bytes([1, 5, 6])

    with pytest.raises(UnreadableDicomError, match="header"):
        decode(stream, columns=2)


def test_stream_shorter_than_its_header_is_refused() -> None:
    with pytest.raises(UnreadableDicomError, match="header"):
        decode(b"\x01\0\0\0\x40", columns=2)


@pytest.mark.parametrize("packets", [b"\x81\x00" * 2_000_000, b"\x80" * 4_000_000], ids=["repeats", "no operations"])
def test_what_comes_after_the_image_costs_nothing(packets: bytes) -> None:
    stream = frame(bytes([255, 5]) + packets)
    tracemalloc.start()

    assert decode(stream, columns=2) == [5, 5]

    assert tracemalloc.get_traced_memory()[1] < 10_000_000  # the segment is cut out of the stream once
    tracemalloc.stop()


@settings(max_examples=50, deadline=None)
@given(arrays(np.uint16, array_shapes(min_dims=2, max_dims=2, max_side=40), elements=st.integers(0, 3)))
def test_what_pydicom_encodes_comes_back(pixels: np.ndarray) -> None:  # type: ignore[type-arg]
    rows, columns = pixels.shape
    stream = RLELosslessEncoder.encode(
        pixels,
        rows=rows,
        columns=columns,
        number_of_frames=1,
        samples_per_pixel=1,
        bits_allocated=16,
        bits_stored=16,
        pixel_representation=0,
        photometric_interpretation="MONOCHROME2",
    )

    assert np.array_equal(decode_rle(stream, rows=rows, columns=columns, samples=1, sample_bytes=2), pixels)
