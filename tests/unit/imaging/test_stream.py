"""What compressed streams declare about themselves, before a decoder sees them."""

import numpy as np
import pytest
from pydicom import uid
from pydicom.encaps import get_frame

from model.imaging.stream import is_luma_and_chroma, jpeg_endings, read_jpeg2000_header, read_jpeg_header
from tests import colours
from tests.factories import make_chest_dicom, make_jpeg, read_back


def frame(syntax: uid.UID) -> bytes:
    dataset = read_back(make_chest_dicom(rows=70, columns=66, transfer_syntax=syntax))
    return get_frame(dataset.PixelData, 0, number_of_frames=1)


@pytest.mark.parametrize("syntax", [uid.JPEGLSLossless, uid.JPEGLosslessSV1])
def test_jpeg_headers_are_read(syntax: uid.UID) -> None:
    header = read_jpeg_header(frame(syntax))

    assert header is not None
    assert (header.rows, header.columns, header.components) == (70, 66, 1)
    assert 12 <= header.precision <= 16


def test_jpeg_2000_header_is_read() -> None:
    header = read_jpeg2000_header(frame(uid.JPEG2000Lossless))

    assert header is not None
    assert (header.rows, header.columns, header.components, header.precision) == (70, 66, 1, 12)


def test_fill_bytes_between_segments_are_skipped() -> None:
    stream = make_jpeg(np.zeros((8, 8), dtype=np.uint8))

    header = read_jpeg_header(stream[:2] + b"\xff\xff" + stream[2:])

    assert header is not None
    assert header.body == 2 + stream.index(b"\xff\xda") + 10


@pytest.mark.parametrize(
    "stream",
    [
        b"",
        b"\xff\xd8",
        b"\xff\xd8\x00\x00\x00\x04",
        b"\xff\xd8\xff\xe0\x00\x01\x00\x00",
        b"\xff\xd8\xff\xd9\x00\x02\x00\x00",
        b"\xff\xd8\xff\xc0\x00\x04\x08\x00\x00",
        b"\xff\xd8\xff\xda\x00\x04\x00\x00\x00",
        b"\xff\xd8\xff\xe0\xff\xff",
    ],
    ids=repr,
)
def test_stream_without_a_frame_header_has_none(stream: bytes) -> None:
    assert read_jpeg_header(stream) is None


def test_arithmetic_coding_keeps_its_end_mark() -> None:
    stream = make_jpeg(np.zeros((8, 8), dtype=np.uint8))
    header = read_jpeg_header(stream.replace(b"\xff\xc0", b"\xff\xc9"))

    assert header is not None
    assert jpeg_endings(header) == (b"\xff\xd9",)


@pytest.mark.parametrize(
    ("mark", "names", "expected"),
    [
        (b"", b"\1\2\3", None),
        (b"", b"\0\1\2", None),
        (b"", b"RGB", False),
        (b"", b"rgb", False),
        (colours.JFIF, b"RGB", True),
        (colours.JFIF + colours.adobe(0), b"\1\2\3", True),
        (colours.adobe(0), b"\1\2\3", False),
        (colours.adobe(1), b"RGB", True),
        (colours.adobe(2), b"RGB", False),
        (b"\xff\xee\0\x07Adobe", b"\1\2\3", None),
    ],
    ids=repr,
)
def test_stream_says_what_its_components_are(mark: bytes, names: bytes, expected: bool | None) -> None:
    assert is_luma_and_chroma(colours.jpeg(mark, names=names)) is expected


@pytest.mark.parametrize("stream", [b"", b"\xff\x4f\xff\x51", b"\0" * 100], ids=repr)
def test_stream_without_a_siz_segment_has_none(stream: bytes) -> None:
    assert read_jpeg2000_header(stream) is None
