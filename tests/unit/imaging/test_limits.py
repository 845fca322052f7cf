"""What is refused before it is decoded, and that refusing it takes no memory."""

import json
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from pydicom import uid
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, get_frame
from pydicom.sequence import Sequence

from model.errors import UnreadableDicomError, UnreadableFileError, UnreadableRasterError
from model.imaging.limits import ReadLimits
from model.imaging.reader import read_radiograph
from tests.factories import make_chest_dicom, make_jpeg, make_png, make_radiograph_dicom, read_back, write
from tests.pngs import SIGNATURE, png_chunk

ROOT = Path(__file__).resolve().parents[3]
GRAY = np.zeros((40, 30), dtype=np.uint8)


def refusal(data: bytes, limits: ReadLimits | None = None) -> tuple[str, float | None, float | None]:
    """Code, measured value and limit of what refuses a file."""
    with pytest.raises(UnreadableFileError) as caught:
        read_radiograph(data, limits=limits or ReadLimits())
    return caught.value.code, caught.value.measured, caught.value.limit


def test_bytes_of_the_file() -> None:
    data = make_png(GRAY)

    assert refusal(data, ReadLimits(max_bytes=50)) == ("IMAGE_TOO_LARGE", len(data), 50)


@pytest.mark.parametrize("make", [make_png, make_jpeg, make_radiograph_dicom])
def test_pixels(make) -> None:  # type: ignore[no-untyped-def]
    n_pixels = 16 * 32 if make is make_radiograph_dicom else 40 * 30
    data = make() if make is make_radiograph_dicom else make(GRAY)

    assert refusal(data, ReadLimits(max_pixels=100)) == ("IMAGE_TOO_LARGE", n_pixels, 100)


@pytest.mark.parametrize(
    ("data", "decoded"),
    [
        (make_png(np.zeros((40, 30, 3), dtype=np.uint16)), 40 * 30 * 6),
        (make_jpeg(np.zeros((40, 30, 3), dtype=np.uint8)), 40 * 30 * 3),
        (make_radiograph_dicom(np.zeros((40, 30), dtype=int), bits_stored=16), 40 * 30 * 2),
        (make_radiograph_dicom(np.zeros((40, 30, 3), dtype=int), bits_stored=8), 40 * 30 * 3),
    ],
    ids=["PNG", "JPEG", "DICOM", "DICOM colour"],
)
def test_bytes_that_the_header_promises(data: bytes, decoded: int) -> None:
    assert refusal(data, ReadLimits(max_decoded_bytes=1000)) == ("IMAGE_TOO_LARGE", decoded, 1000)


@pytest.mark.parametrize("syntax", [uid.RLELossless, uid.JPEGLSLossless, uid.JPEG2000Lossless])
def test_bytes_that_the_header_promises_for_the_size_of_the_file(syntax: uid.UID) -> None:
    blank = make_radiograph_dicom(np.zeros((1000, 1000), dtype=int), transfer_syntax=syntax)
    limits = ReadLimits(max_expansion=5, always_decoded_bytes=100_000)

    code, measured, limit = refusal(blank, limits)

    assert (code, measured) == ("IMAGE_TOO_LARGE", 2_000_000)
    assert limit == 100_000 + 5 * len(read_back(blank).PixelData)


def test_frames() -> None:
    assert refusal(make_radiograph_dicom(NumberOfFrames="3")) == ("UNSUPPORTED_PIXELS", 3, 1)


def chest(**attributes: object) -> bytes:
    return make_radiograph_dicom(**({"WindowCenter": "2048", "WindowWidth": "4096"} | attributes))  # type: ignore[arg-type]


def make_table(descriptor: list[int], n_entries: int) -> Sequence:
    table = Dataset()
    table.add_new("LUTDescriptor", "US", descriptor)
    table.add_new("LUTData", "US", list(range(n_entries)))
    return Sequence([table])


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({"BitsAllocated": 32}, ("UNSUPPORTED_PIXELS", 32, 16)),
        ({"SamplesPerPixel": 4}, ("UNSUPPORTED_PIXELS", 4, 3)),
        ({"BitsStored": 1, "HighBit": 0}, ("UNSUPPORTED_PIXELS", 1, 2)),
        ({"BitsStored": 17, "HighBit": 16}, ("UNREADABLE_DICOM", 17, 16)),
        ({"HighBit": 9}, ("UNREADABLE_DICOM", 12, 10)),
        ({"PixelRepresentation": 7}, ("UNREADABLE_DICOM", 7, 1)),
        ({"Rows": 17}, ("UNREADABLE_DICOM", 16 * 32 * 2, 17 * 32 * 2)),
        ({"Rows": 15}, ("UNREADABLE_DICOM", 16 * 32 * 2, 15 * 32 * 2)),
        ({"BitsAllocated": 8, "BitsStored": 8, "HighBit": 7}, ("UNREADABLE_DICOM", 16 * 32 * 2, 16 * 32)),
        ({"ModalityLUTSequence": make_table([300, 0, 8], 256)}, ("UNREADABLE_DICOM", 256, 300)),
        ({"ModalityLUTSequence": make_table([256, 0, 17], 256)}, ("UNREADABLE_DICOM", 17, 16)),
    ],
    ids=lambda value: ", ".join(value) if isinstance(value, dict) else "",
)
def test_what_the_header_contradicts_is_measured(
    attributes: dict[str, object], expected: tuple[str, float, float]
) -> None:
    assert refusal(chest(**attributes)) == expected


def test_elements_of_a_data_set() -> None:
    dataset = read_back(make_radiograph_dicom())
    for element in range(0x1000, 0x1400):
        dataset.add_new((0x0009, element), "LO", "x")

    assert refusal(write(dataset), ReadLimits(max_elements=1000)) == ("UNREADABLE_DICOM", 1001, 1000)


def test_elements_of_nested_sequences() -> None:
    item = b"\xfe\xff\x00\xe0\x00\x00\x00\x00"
    nested = b"\x08\x00\x40\x11SQ\0\0\xff\xff\xff\xff" + item * 2000 + b"\xfe\xff\xdd\xe0\0\0\0\0"
    data = make_radiograph_dicom()
    at = data.index(b"\x08\x00\x50\x00SH")  # Accession Number

    assert refusal(data[:at] + nested + data[at:], ReadLimits(max_elements=1000)) == ("UNREADABLE_DICOM", 1001, 1000)


def test_size_of_an_attribute_that_is_looked_up() -> None:
    table = Dataset()
    table.add_new("LUTDescriptor", "US", [2, 0, 8])
    table.add_new("LUTData", "OW", bytes(3_000_000))
    data = make_radiograph_dicom(ModalityLUTSequence=Sequence([table]))

    code, measured, limit = refusal(data)

    assert (code, limit) == ("UNREADABLE_DICOM", 2 * 1024 * 1024)
    assert measured is not None
    assert measured > 3_000_000


def test_fragments() -> None:
    dataset = read_back(make_chest_dicom(rows=64, columns=64, transfer_syntax=uid.JPEGLSLossless))
    stream = get_frame(dataset.PixelData, 0, number_of_frames=1)
    dataset.PixelData = encapsulate([stream], fragments_per_frame=200)

    assert read_radiograph(write(dataset)).shape == (64, 64)
    assert refusal(write(dataset), ReadLimits(max_fragments=100)) == ("IMAGE_TOO_LARGE", 201, 100)


def test_scans_of_a_progressive_jpeg() -> None:
    data = make_jpeg(GRAY)
    scan = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00"

    assert refusal(data[:-2] + scan * 99 + data[-2:]) == ("IMAGE_TOO_LARGE", 100, 64)


def test_scans_of_a_jpeg_in_dicom() -> None:
    dataset = read_back(make_radiograph_dicom(bits_stored=8, transfer_syntax=uid.JPEGBaseline8Bit))
    stream = get_frame(dataset.PixelData, 0, number_of_frames=1)
    dataset.PixelData = encapsulate([stream + b"\xff\xda" * 100])

    assert refusal(write(dataset)) == ("IMAGE_TOO_LARGE", 101, 64)


def test_tiles_of_a_jpeg_2000_image() -> None:
    dataset = read_back(make_chest_dicom(rows=80, columns=70, transfer_syntax=uid.JPEG2000Lossless))
    stream = bytearray(get_frame(dataset.PixelData, 0, number_of_frames=1))
    at = stream.index(b"\xff\x4f\xff\x51")
    stream[at + 24 : at + 32] = struct.pack(">II", 1, 1)
    dataset.PixelData = encapsulate([bytes(stream)])

    assert refusal(write(dataset)) == ("IMAGE_TOO_LARGE", 5600, 4096)


@pytest.mark.parametrize("size", [(0, 8), (8, 0)])
def test_jpeg_2000_tiles_without_pixels_are_refused(size: tuple[int, int]) -> None:
    dataset = read_back(make_chest_dicom(rows=80, columns=70, transfer_syntax=uid.JPEG2000Lossless))
    stream = bytearray(get_frame(dataset.PixelData, 0, number_of_frames=1))
    at = stream.index(b"\xff\x4f\xff\x51")
    stream[at + 24 : at + 32] = struct.pack(">II", *size)
    dataset.PixelData = encapsulate([bytes(stream)])

    with pytest.raises(UnreadableDicomError, match="header"):
        read_radiograph(write(dataset))


# Bombs: a few kilobytes that promise or become gigabytes


def png_bomb() -> bytes:
    """49 megapixels of black, in 200 kB."""
    side = 7000
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    lines = zlib.compress(bytes(side * (side + 1)), 1)
    return SIGNATURE + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", lines) + png_chunk(b"IEND", b"")


def png_text_bomb() -> bytes:
    """A small image with a text that inflates to 64 MB."""
    data = make_png(GRAY)
    return data[:33] + png_chunk(b"zTXt", b"name\0\0" + zlib.compress(bytes(64_000_000), 1)) + data[33:]


def deflate_bomb() -> bytes:
    """A deflated data set that inflates to 320 MB."""
    data = make_radiograph_dicom(transfer_syntax=uid.DeflatedExplicitVRLittleEndian)
    start = 144 + int.from_bytes(data[140:144], "little")
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = b"".join(squeeze.compress(bytes(10_000_000)) for _ in range(32)) + squeeze.flush()
    return data[:start] + body


def jpeg_2000_bomb() -> bytes:
    """49 megapixels of black in a stream of a few hundred bytes."""
    dataset = read_back(make_radiograph_dicom(np.zeros((64, 64), dtype=int), transfer_syntax=uid.JPEG2000Lossless))
    stream = bytearray(get_frame(dataset.PixelData, 0, number_of_frames=1))
    at = stream.index(b"\xff\x4f\xff\x51")
    stream[at + 8 : at + 16] = stream[at + 24 : at + 32] = struct.pack(">II", 7000, 7000)
    dataset.Rows = dataset.Columns = 7000
    dataset.PixelData = encapsulate([bytes(stream)])
    return write(dataset)


def rle_bomb() -> bytes:
    """A stream of 20 MB whose packets would become 1.2 GB."""
    dataset = read_back(make_radiograph_dicom(transfer_syntax=uid.RLELossless))
    dataset.PixelData = encapsulate([struct.pack("<16I", 2, 64, 66, *[0] * 13) + b"\x81\x00" * 10_000_000])
    return write(dataset)


MEASURE = """
import json, resource, sys
from model.errors import UnreadableFileError
from model.imaging.reader import read_radiograph
data = sys.stdin.buffer.read()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    code = "READ" if read_radiograph(data) else ""
except UnreadableFileError as error:
    code = error.code
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"code": code, "grown_mib": (after - before) / 1024}))
"""


@pytest.mark.parametrize(
    ("bomb", "code", "most_mib"),
    [
        (png_bomb, "IMAGE_TOO_LARGE", 8),
        (png_text_bomb, "READ", 16),
        (jpeg_2000_bomb, "IMAGE_TOO_LARGE", 8),
        # Inflating stops at 16 MiB and 64 times the file of 0.3 MB; for a moment it is there twice.
        (deflate_bomb, "IMAGE_TOO_LARGE", 80),
        (rle_bomb, "UNREADABLE_DICOM", 60),
    ],
)
def test_bombs_take_no_memory(bomb, code: str, most_mib: float) -> None:  # type: ignore[no-untyped-def]
    command = [sys.executable, "-c", MEASURE]
    output = subprocess.run(command, input=bomb(), cwd=ROOT, capture_output=True, check=True, timeout=120).stdout

    measured = json.loads(output)

    assert measured["code"] == code
    assert measured["grown_mib"] < most_mib


def test_deflated_data_set_that_is_none_is_refused() -> None:
    data = make_radiograph_dicom(transfer_syntax=uid.DeflatedExplicitVRLittleEndian)
    start = 144 + int.from_bytes(data[140:144], "little")

    with pytest.raises(UnreadableDicomError, match="cannot be parsed"):
        read_radiograph(data[:start] + b"\xff" * 100)


def test_deflated_data_set_without_a_preamble_is_bounded_too() -> None:
    bare = make_radiograph_dicom(transfer_syntax=uid.DeflatedExplicitVRLittleEndian)[132:]

    assert read_radiograph(bare).shape == (16, 32)
    assert refusal(bare, ReadLimits(max_decoded_bytes=100)) == ("IMAGE_TOO_LARGE", 101, 100)


def test_pydicom_never_inflates_a_data_set_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Should it ever find the syntax where we do not, it would inflate without a bound."""
    monkeypatch.setattr("model.imaging.dicom_file._is_outside_file_meta", lambda *_: True)

    with pytest.raises(UnreadableDicomError, match="file meta information"):
        read_radiograph(make_radiograph_dicom(transfer_syntax=uid.DeflatedExplicitVRLittleEndian))


def test_deflated_data_set_without_an_end_is_refused() -> None:
    data = make_chest_dicom(rows=64, columns=64, transfer_syntax=uid.DeflatedExplicitVRLittleEndian)

    with pytest.raises(UnreadableDicomError, match="no end"):
        read_radiograph(data[:-40])


def test_png_of_an_unknown_colour_type_is_refused() -> None:
    with pytest.raises(UnreadableRasterError, match="no pixels"):
        read_radiograph(SIGNATURE + png_chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 4, 8, 7, 0, 0, 0)))
