"""PNG and JPEG files: full depth, honest refusals, and the cautions that go with a file without a header."""

import struct
import zlib

import cv2
import numpy as np
import pytest

from model.errors import ImageTooLargeError, UnreadableRasterError, UnsupportedPixelsError
from model.imaging.limits import ReadLimits
from model.imaging.radiograph import Encoding, PhotometricInterpretation
from model.imaging.reader import read_radiograph
from tests.factories import make_chest_phantom, make_jpeg, make_png

GRAY = (make_chest_phantom(40, 30) * 255).astype(np.uint8)


def codes(data: bytes) -> list[str]:
    return [caution.code for caution in read_radiograph(data).cautions]


@pytest.mark.parametrize(("dtype", "white"), [(np.uint8, 255), (np.uint16, 65535)])
def test_png_is_read_at_its_full_depth(dtype: type, white: int) -> None:
    pixels = (make_chest_phantom(40, 30) * white).astype(dtype)

    radiograph = read_radiograph(make_png(pixels))

    assert np.array_equal(radiograph.pixels, pixels)
    assert radiograph.value_range == (0, white)
    assert radiograph.encoding is Encoding.PNG
    assert radiograph.photometric_interpretation is PhotometricInterpretation.MONOCHROME2
    assert radiograph.voi is None


def test_raster_files_carry_the_caution_that_they_have_no_header() -> None:
    assert codes(make_png(GRAY)) == ["NO_HEADER"]
    assert codes(make_jpeg(GRAY)) == ["NO_HEADER"]
    assert read_radiograph(make_jpeg(GRAY)).encoding is Encoding.JPEG


def test_colour_becomes_luma_with_a_caution() -> None:
    colour = np.zeros((8, 8, 3), dtype=np.uint8)
    colour[..., 1] = 100  # green: 0.587 * 100 = 58.7

    radiograph = read_radiograph(make_png(colour))

    assert (radiograph.pixels == 59).all()
    assert [caution.code for caution in radiograph.cautions] == ["NO_HEADER", "COLOUR"]


def test_gray_saved_in_colour_keeps_its_values() -> None:
    data = make_png(np.dstack([GRAY] * 3))

    assert np.array_equal(read_radiograph(data).pixels, GRAY)
    assert codes(data) == ["NO_HEADER"]


@pytest.mark.parametrize(("alpha", "expected"), [(255, ["NO_HEADER"]), (9, ["NO_HEADER", "TRANSPARENCY_IGNORED"])])
def test_transparency_is_ignored_and_said(alpha: int, expected: list[str]) -> None:
    data = make_png(np.dstack([GRAY, GRAY, GRAY, np.full_like(GRAY, alpha)]))

    assert np.array_equal(read_radiograph(data).pixels, GRAY)
    assert codes(data) == expected


def test_colour_jpeg_is_read() -> None:
    data = make_jpeg(np.dstack([GRAY, GRAY, np.zeros_like(GRAY)]))

    assert codes(data) == ["NO_HEADER", "COLOUR"]


def test_exif_orientation_is_honoured() -> None:
    """Orientation 6 stands for a camera turned to the left: the image is shown turned a quarter to the right."""
    entry = struct.pack("<HHIHH", 0x0112, 3, 1, 6, 0)
    exif = b"Exif\0\0II*\0\x08\0\0\0" + struct.pack("<H", 1) + entry + b"\0\0\0\0"
    plain = make_jpeg(GRAY)
    turned = plain[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + plain[2:]

    assert np.array_equal(read_radiograph(turned).pixels, np.rot90(read_radiograph(plain).pixels, -1))


@pytest.mark.parametrize("make", [make_png, make_jpeg])
def test_size_is_checked_before_decoding(make) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ImageTooLargeError) as caught:
        read_radiograph(make(GRAY), limits=ReadLimits(max_pixels=1199))

    assert (caught.value.measured, caught.value.limit) == (1200, 1199)


@pytest.mark.parametrize("share", [0.02, 0.5, 0.99])
@pytest.mark.parametrize("make", [make_png, make_jpeg])
def test_truncated_file_is_refused(make, share: float) -> None:  # type: ignore[no-untyped-def]
    data = make(GRAY)

    with pytest.raises(UnreadableRasterError):
        read_radiograph(data[: int(share * len(data))])


def test_damaged_png_is_refused_by_its_checksum() -> None:
    data = bytearray(make_png(GRAY))
    data[60] ^= 1

    with pytest.raises(UnreadableRasterError, match="checksum"):
        read_radiograph(bytes(data))


def test_png_without_pixels_is_refused() -> None:
    header = b"IHDR" + struct.pack(">IIBBBBB", 0, 4, 8, 0, 0, 0, 0)
    chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))

    with pytest.raises(UnreadableRasterError, match="no pixels"):
        read_radiograph(b"\x89PNG\r\n\x1a\n" + chunk)


def test_png_whose_data_do_not_inflate_is_refused() -> None:
    data = make_png(GRAY)
    start = data.index(b"IDAT")
    body = b"IDAT" + b"\0" * 20
    broken = data[: start - 4] + struct.pack(">I", 20) + body + struct.pack(">I", zlib.crc32(body))

    with pytest.raises(UnreadableRasterError):
        read_radiograph(broken + data[-12:])


def test_12_bit_jpeg_is_refused() -> None:
    data = bytearray(make_jpeg(GRAY))
    data[data.index(b"\xff\xc0") + 4] = 12

    with pytest.raises(UnsupportedPixelsError, match="12 bits"):
        read_radiograph(bytes(data))


def test_jpeg_that_opencv_refuses_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise cv2.error("no")

    monkeypatch.setattr(cv2, "imdecode", refuse)

    with pytest.raises(UnreadableRasterError, match="damaged"):
        read_radiograph(make_jpeg(GRAY))
