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
from tests.codecs import encode_cmyk_jpeg
from tests.factories import make_chest_phantom, make_jpeg, make_png
from tests.pngs import draw_png, png_chunk

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


def test_tint_becomes_luma_with_a_caution() -> None:
    tinted = np.full((8, 8, 3), (170, 180, 200), dtype=np.uint8)  # 0.114 * 170 + 0.587 * 180 + 0.299 * 200 = 184.8

    radiograph = read_radiograph(make_png(tinted))

    assert (radiograph.pixels == 185).all()
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
    data = make_jpeg(np.dstack([GRAY, GRAY, GRAY // 2]))

    assert codes(data) == ["NO_HEADER", "COLOUR"]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("order", ["<", ">"])
def test_exif_orientation_is_honoured(orientation: int, order: str) -> None:
    exif = exif_of(orientation, order)
    plain_jpeg, plain_png = make_jpeg(GRAY), make_png(GRAY)
    segment = b"\xff\xe1" + struct.pack(">H", len(exif) + 8) + b"Exif\0\0" + exif

    jpeg = read_radiograph(plain_jpeg[:2] + segment + plain_jpeg[2:])
    png = read_radiograph(plain_png[:33] + png_chunk(b"eXIf", exif) + plain_png[33:])

    assert np.array_equal(jpeg.pixels, UPRIGHT[orientation](read_radiograph(plain_jpeg).pixels))
    assert np.array_equal(png.pixels, UPRIGHT[orientation](GRAY))


# What EXIF calls the orientations, by where the first row and the first column lie: 6 is "right, top".
UPRIGHT = {
    1: lambda pixels: pixels,
    2: np.fliplr,
    3: lambda pixels: np.rot90(pixels, 2),
    4: np.flipud,
    5: np.transpose,
    6: lambda pixels: np.rot90(pixels, -1),
    7: lambda pixels: np.rot90(pixels, 2).T,
    8: np.rot90,
}


def exif_of(orientation: int, order: str) -> bytes:
    mark = {"<": b"II*\0", ">": b"MM\0*"}[order]
    entry = struct.pack(f"{order}HHIHH", 0x0112, 3, 1, orientation, 0)
    return mark + struct.pack(f"{order}IH", 8, 1) + entry + bytes(4)


@pytest.mark.parametrize(
    "exif",
    [
        b"",
        b"II*\0",
        b"II*\0\xff\xff\xff\xff",
        b"II*\0\x08\0\0\0\xff\xff",
        exif_of(0, "<"),
        exif_of(9, ">"),
        b"XX*\0" * 9,
    ],
    ids=repr,
)
def test_malformed_exif_leaves_the_image_as_it_is(exif: bytes) -> None:
    data = make_png(GRAY)

    radiograph = read_radiograph(data[:33] + png_chunk(b"eXIf", exif) + data[33:])

    assert np.array_equal(radiograph.pixels, GRAY)


def test_cmyk_jpeg_with_the_mark_of_adobe_is_read_with_a_caution() -> None:
    black_ink = np.dstack([np.full((40, 30, 3), 255, dtype=np.uint8), GRAY])

    radiograph = read_radiograph(encode_cmyk_jpeg(black_ink))

    assert np.abs(radiograph.pixels - GRAY).max() <= 8
    assert [caution.code for caution in radiograph.cautions] == ["NO_HEADER", "PRINTING_COLOURS"]


def test_cmyk_jpeg_that_does_not_say_which_end_is_black_is_refused() -> None:
    data = encode_cmyk_jpeg(np.dstack([np.full((40, 30, 3), 255, dtype=np.uint8), GRAY]))

    with pytest.raises(UnsupportedPixelsError, match="which end"):
        read_radiograph(data.replace(b"Adobe", b"Nobod"))


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


@pytest.mark.parametrize("share", [0.5, 0.9])
@pytest.mark.parametrize("is_progressive", [False, True])
def test_jpeg_that_was_cut_off_and_given_an_end_is_refused(share: float, is_progressive: bool) -> None:
    """OpenCV would read it, gray where data are missing."""
    data = make_jpeg(GRAY, is_progressive=is_progressive)

    with pytest.raises(UnreadableRasterError, match="damaged"):
        read_radiograph(data[: int(share * len(data))].rstrip(b"\xff") + b"\xff\xd9")


def test_jpeg_that_declares_more_rows_than_it_holds_is_refused() -> None:
    data = bytearray(make_jpeg(GRAY))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 7] = struct.pack(">H", 80)

    with pytest.raises(UnreadableRasterError, match="damaged"):
        read_radiograph(bytes(data))


@pytest.mark.parametrize("is_progressive", [False, True])
@pytest.mark.parametrize("rest", [b"", b"behind it", make_jpeg(GRAY[:9])], ids=["nothing", "text", "another image"])
def test_whole_jpeg_is_read_as_opencv_does(rest: bytes, is_progressive: bool) -> None:
    data = make_jpeg(GRAY, is_progressive=is_progressive)

    expected = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), cv2.IMREAD_ANYCOLOR)

    assert np.array_equal(read_radiograph(data + rest).pixels, expected)


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


@pytest.mark.parametrize("depth", [1, 2, 4, 8, 16])
def test_every_depth_of_gray_png_is_spread_over_its_range(depth: int) -> None:
    # The values 0 to 3 of a depth of 2 become 0, 85, 170, 255; 1 bit has 0 and 255.
    white = 2**depth - 1
    values = np.array([[0, white, white // 2, 0, white // 3, 1, white, 0]])

    radiograph = read_radiograph(draw_png(values, depth=depth, colour_type=0))

    expected = values if depth >= 8 else values * (255 // white)
    assert radiograph.pixels.tolist() == expected.tolist()
    assert radiograph.value_range == (0, 65535 if depth == 16 else 255)


def test_16_bit_ramp_keeps_every_level() -> None:
    ramp = np.arange(65536, dtype=np.uint16).reshape(256, 256)

    assert np.array_equal(read_radiograph(make_png(ramp)).pixels, ramp)


@pytest.mark.parametrize("depth", [1, 2, 4, 8])
def test_palette_of_grays_is_read_through_its_entries(depth: int) -> None:
    palette = bytes(value for entry in range(2**depth) for value in [255 - entry] * 3)
    indices = np.arange(16).reshape(2, 8) % 2**depth

    radiograph = read_radiograph(draw_png(indices, depth=depth, colour_type=3, extra=png_chunk(b"PLTE", palette)))

    assert np.array_equal(radiograph.pixels, 255 - indices)
    assert [caution.code for caution in radiograph.cautions] == ["NO_HEADER"]


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize(("colour_type", "samples"), [(2, 3), (4, 2), (6, 4)], ids=["RGB", "gray+alpha", "RGB+alpha"])
def test_gray_in_any_number_of_samples_is_exact(depth: int, colour_type: int, samples: int) -> None:
    gray = np.rint(make_chest_phantom(9, 7) * (2**depth - 1)).astype(np.int64)
    values = np.dstack([gray] * samples)
    if samples in (2, 4):
        values[..., -1] = 2**depth - 1

    radiograph = read_radiograph(draw_png(values.reshape(9, -1), depth=depth, colour_type=colour_type, columns=7))

    assert np.array_equal(radiograph.pixels, gray)
    assert [caution.code for caution in radiograph.cautions] == ["NO_HEADER"]


@pytest.mark.parametrize("name", [b"tEXt", b"zTXt", b"iCCP", b"gAMA", b"acTL"])
def test_chunks_beside_the_pixels_change_nothing(name: bytes) -> None:
    data = make_png(GRAY)
    extra = png_chunk(name, b"name\0\0" + zlib.compress(bytes(1 << 20)))

    assert np.array_equal(read_radiograph(data[:33] + extra + data[33:]).pixels, GRAY)


def test_jpeg_that_opencv_refuses_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise cv2.error("no")

    monkeypatch.setattr(cv2, "imdecode", refuse)

    with pytest.raises(UnreadableRasterError, match="damaged"):
        read_radiograph(make_jpeg(GRAY))
