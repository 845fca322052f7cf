"""The one way in: content decides, and whatever the bytes, only `UnreadableFileError` comes out."""

import mmap
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom import uid

from app.cases.header import read_header
from model.errors import UnknownFormatError, UnreadableFileError
from model.imaging.radiograph import Encoding
from model.imaging.reader import read_radiograph
from tests.factories import make_chest_dicom, make_chest_phantom, make_jpeg, make_lut, make_png

GRAY = (make_chest_phantom(64, 48) * 255).astype("uint8")
# JPEG streams inside DICOM go through a C++ library in this process; their refusals are tested one by one.
FILES = {
    "png": make_png(GRAY),
    "jpeg": make_jpeg(GRAY),
    "lut": make_chest_dicom(
        rows=64, columns=48, bits_stored=8, VOILUTSequence=[make_lut(list(range(256)), first_value=0, bits=8)]
    ),
} | {
    syntax.keyword: make_chest_dicom(rows=64, columns=48, transfer_syntax=syntax)
    for syntax in (
        uid.ImplicitVRLittleEndian,
        uid.DeflatedExplicitVRLittleEndian,
        uid.ExplicitVRBigEndian,
        uid.RLELossless,
        uid.JPEGLSLossless,
        uid.JPEG2000Lossless,
    )
}

quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (FILES["png"], Encoding.PNG),
        (FILES["jpeg"], Encoding.JPEG),
        (FILES["lut"], Encoding.DICOM),
    ],
    ids=["png", "jpeg", "dicom"],
)
def test_content_decides_the_format(data: bytes, encoding: Encoding) -> None:
    assert read_radiograph(data).encoding is encoding


@pytest.mark.parametrize("name", FILES)
def test_a_mapped_file_is_read_as_its_bytes_are(tmp_path: Path, name: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(FILES[name])
    expected = read_radiograph(FILES[name])

    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        mapped.seek(100)  # whoever had it may have read from it
        read, header = read_radiograph(mapped), read_header(mapped, expected.encoding)

    np.testing.assert_array_equal(read.pixels, expected.pixels)
    assert read.cautions == expected.cautions
    assert header == read_header(FILES[name], expected.encoding)


@pytest.mark.parametrize("data", [b"", b"\0" * 400, b"GIF89a" + b"\0" * 200, b"%PDF-1.7 "], ids=repr)
def test_other_formats_are_refused(data: bytes) -> None:
    with pytest.raises(UnknownFormatError, match="neither DICOM nor PNG nor JPEG"):
        read_radiograph(data)


@quick
@given(st.sampled_from(sorted(FILES)), st.floats(0, 1))
def test_truncated_files_are_read_or_refused_never_worse(name: str, share: float) -> None:
    data = FILES[name]

    read_or_refuse(data[: int(share * len(data))])


@quick
@given(
    st.sampled_from(sorted(FILES)), st.lists(st.tuples(st.floats(0, 1), st.integers(1, 255)), min_size=1, max_size=8)
)
def test_files_with_flipped_bits_are_read_or_refused_never_worse(name: str, flips: list[tuple[float, int]]) -> None:
    data = bytearray(FILES[name])
    for share, mask in flips:
        data[int(share * (len(data) - 1))] ^= mask

    read_or_refuse(bytes(data))


@quick
@given(st.sampled_from(sorted(FILES)), st.lists(st.tuples(st.integers(128, 1500), st.integers(1, 255)), max_size=6))
def test_files_with_a_damaged_header_are_read_or_refused_never_worse(name: str, flips: list[tuple[int, int]]) -> None:
    data = bytearray(FILES[name])
    for position, mask in flips:
        data[position % len(data)] ^= mask

    read_or_refuse(bytes(data))


def read_or_refuse(data: bytes) -> None:
    try:
        read_radiograph(data)
    except UnreadableFileError as error:
        assert error.reason  # noqa: PT017 - reading without an error is as good
