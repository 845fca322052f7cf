"""DICOM files that are refused, and those that are read although they do not say all they should."""

import time
from io import BytesIO

import numpy as np
import pytest
from pydicom import uid
from pydicom.encaps import encapsulate, get_frame

from model.errors import (
    ImageTooLargeError,
    UnreadableDicomError,
    UnsupportedPixelsError,
    UnsupportedTransferSyntaxError,
)
from model.imaging.dicom_pixels import PLUGINS
from model.imaging.limits import ReadLimits
from model.imaging.radiograph import (
    Radiograph,
)
from model.imaging.reader import read_radiograph
from tests.factories import (
    make_chest_dicom,
    make_chest_phantom,
    make_jpeg,
    make_lut,
    make_radiograph_dicom,
    make_step_wedge,
    read_back,
    write,
)

WINDOW = {"WindowCenter": "2048", "WindowWidth": "4096"}


def read(**attributes: object) -> Radiograph:
    return read_radiograph(make_radiograph_dicom(**(WINDOW | attributes)))  # type: ignore[arg-type]


def codes(radiograph: Radiograph) -> list[str]:
    return [caution.code for caution in radiograph.cautions]


# What is refused


def test_several_frames_are_refused() -> None:
    with pytest.raises(UnsupportedPixelsError, match="2 frames"):
        read(NumberOfFrames="2")


def test_size_is_checked_before_decoding() -> None:
    data = make_radiograph_dicom(Rows=20000, Columns=20000)

    with pytest.raises(ImageTooLargeError) as caught:
        read_radiograph(data)

    assert (caught.value.measured, caught.value.limit) == (400_000_000, 50_000_000)


@pytest.mark.parametrize(
    "limits",
    [ReadLimits(max_decoded_bytes=1000), ReadLimits(max_expansion=0, always_decoded_bytes=1000)],
    ids=["in all", "for its size"],
)
def test_deflated_data_set_is_inflated_only_up_to_the_limit(limits: ReadLimits) -> None:
    data = make_chest_dicom(rows=64, columns=64, transfer_syntax=uid.DeflatedExplicitVRLittleEndian)

    with pytest.raises(ImageTooLargeError, match="once decoded") as caught:
        read_radiograph(data, limits=limits)

    assert (caught.value.measured, caught.value.limit) == (1001, 1000)


@pytest.mark.parametrize("keyword", ["Rows", "Columns", "BitsAllocated", "BitsStored", "PhotometricInterpretation"])
def test_missing_attribute_is_named(keyword: str) -> None:
    with pytest.raises(UnreadableDicomError, match=keyword):
        read(**{keyword: None})


@pytest.mark.parametrize(
    "attributes",
    [
        {"Rows": 0},
        {"Rows": 17},
        {"BitsStored": 17},
        {"HighBit": 9},
        {"HighBit": 16},
        {"PhotometricInterpretation": "RGB"},
        {"RescaleSlope": "1", "RescaleIntercept": b"x"},
    ],
    ids=str,
)
def test_contradictory_header_is_refused(attributes: dict[str, object]) -> None:
    if isinstance(attributes.get("RescaleIntercept"), bytes):
        data = make_radiograph_dicom(RescaleSlope="1", RescaleIntercept="-77777").replace(b"-77777", b"-77x77")
    else:
        data = make_radiograph_dicom(**attributes)  # type: ignore[arg-type]

    with pytest.raises(UnreadableDicomError):
        read_radiograph(data)


@pytest.mark.parametrize(
    "attributes",
    [{"SamplesPerPixel": 2}, {"PhotometricInterpretation": "PALETTE COLOR"}, {"BitsAllocated": 32}],
    ids=str,
)
def test_pixels_of_another_kind_are_refused(attributes: dict[str, object]) -> None:
    with pytest.raises(UnsupportedPixelsError):
        read(**attributes)


@pytest.mark.parametrize(
    ("tag", "vr", "value"),
    [
        (0x00281053, "FD", float("nan")),  # Rescale Slope
        (0x00280010, "FD", 16.5),  # Rows
        (0x00280010, "LO", "sixteen"),
    ],
    ids=["not finite", "not whole", "not a number"],
)
def test_numbers_that_are_none_are_refused(tag: int, vr: str, value: object) -> None:
    dataset = read_back(make_radiograph_dicom())
    dataset.add_new(tag, vr, value)

    with pytest.raises(UnreadableDicomError, match="number"):
        read_radiograph(write(dataset))


def test_lookup_table_of_words_is_refused() -> None:
    table = make_lut([0, 1], first_value=0)
    table.add_new("LUTData", "LO", ["zero", "one"])

    with pytest.raises(UnreadableDicomError, match="something else than numbers"):
        read(ModalityLUTSequence=[table])


def test_decoded_pixels_that_contradict_the_header_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "model.imaging.dicom_pixels.decode_with_pydicom", lambda *_, **__: np.zeros((1, 1), dtype=np.uint8)
    )

    with pytest.raises(UnreadableDicomError, match="contradict"):
        read()


def test_file_without_pixels_is_refused() -> None:
    with pytest.raises(UnreadableDicomError, match="no image"):
        read(PixelData=None)


def test_floating_point_pixels_are_refused() -> None:
    with pytest.raises(UnsupportedPixelsError, match="floating-point"):
        read(PixelData=None, FloatPixelData=b"\0" * 2048)


def test_sequence_attribute_that_is_no_sequence_is_refused() -> None:
    dataset = read_back(make_radiograph_dicom())
    dataset.add_new(0x00283000, "LO", "TABLE")  # Modality LUT Sequence

    with pytest.raises(UnreadableDicomError, match="ModalityLUTSequence"):
        read_radiograph(write(dataset))


@pytest.mark.parametrize("cut", [10, 400, 900])
def test_truncated_file_is_refused(cut: int) -> None:
    with pytest.raises(UnreadableDicomError):
        read_radiograph(make_radiograph_dicom()[:-cut])


def test_unknown_compression_is_refused_by_name() -> None:
    dataset = read_back(make_radiograph_dicom(transfer_syntax=uid.JPEGLSLossless))
    dataset.file_meta.TransferSyntaxUID = uid.MPEG2MPML

    with pytest.raises(UnsupportedTransferSyntaxError, match="MPEG2") as caught:
        read_radiograph(write(dataset))

    assert caught.value.code == "UNSUPPORTED_TRANSFER_SYNTAX"


def test_12_bit_jpeg_extended_keeps_what_compression_lifts_above_the_brightest_value() -> None:
    """GDCM would mask 1024 to 10 bits, which is 0: a black dot in the brightest bone."""
    checkers = np.indices((64, 64)).sum(axis=0) // 3 % 2 * 1023
    data = make_radiograph_dicom(checkers, bits_stored=10, transfer_syntax=uid.JPEGExtended12Bit)

    radiograph = read_radiograph(data)

    assert radiograph.pixels.max() > 1023
    assert np.abs(radiograph.pixels - checkers).max() < 200
    assert "BITS_STORED_EXCEEDED" in codes(radiograph)


def test_jp2_box_without_a_length_does_not_stop_the_reader() -> None:
    """pydicom looks for the codestream in such a file for ever."""
    dataset = read_back(make_chest_dicom(rows=64, columns=64, transfer_syntax=uid.JPEG2000Lossless, **WINDOW))
    stream = get_frame(dataset.PixelData, 0, number_of_frames=1)
    jp2 = b"\0\0\0\x0cjP  \r\n\x87\n" + b"\0\0\0\0ftypjp2 "
    dataset.PixelData = encapsulate([jp2 + stream])

    expected = read_radiograph(make_chest_dicom(rows=64, columns=64))
    assert np.array_equal(read_radiograph(write(dataset)).pixels, expected.pixels)


@pytest.mark.parametrize("vr", [b"GW", b"O\xe0", b"OC"])
def test_pixel_data_of_an_unknown_kind_is_refused(vr: bytes) -> None:
    data = make_chest_dicom(rows=64, columns=64, transfer_syntax=uid.JPEG2000Lossless)

    with pytest.raises(UnreadableDicomError):
        read_radiograph(data.replace(b"\xe0\x7f\x10\0OB", b"\xe0\x7f\x10\0" + vr))


def test_pixel_data_without_bytes_is_no_image() -> None:
    data = make_chest_dicom(rows=64, columns=64, transfer_syntax=uid.JPEG2000Lossless)
    at = data.index(b"\xe0\x7f\x10\0OB\0\0")

    with pytest.raises(UnreadableDicomError, match="no image"):
        read_radiograph(data[: at + 8] + bytes(4))


@pytest.mark.parametrize("syntax", [uid.JPEGLSLossless, uid.JPEG2000Lossless, uid.JPEGLosslessSV1])
def test_stream_of_another_size_than_the_header_is_refused(syntax: uid.UID) -> None:
    dataset = read_back(make_chest_dicom(rows=64, columns=64, transfer_syntax=syntax))
    dataset.Rows = 63

    with pytest.raises(UnreadableDicomError, match="contradict"):
        read_radiograph(write(dataset))


@pytest.mark.parametrize("syntax", [uid.JPEGLSLossless, uid.JPEG2000Lossless, uid.JPEGBaseline8Bit])
def test_stream_without_a_header_is_refused(syntax: uid.UID) -> None:
    dataset = read_back(make_chest_dicom(rows=64, columns=64, bits_stored=8, transfer_syntax=syntax))
    dataset.PixelData = encapsulate([b"nothing of the kind "])

    with pytest.raises(UnreadableDicomError, match="no readable header"):
        read_radiograph(write(dataset))


def test_compressed_pixels_without_a_frame_are_refused() -> None:
    dataset = read_back(make_chest_dicom(rows=64, columns=64, transfer_syntax=uid.JPEG2000Lossless))
    dataset.PixelData = b"\xfe\xff\x00\xe0\x00\x00\x00\x00"  # an empty offset table and nothing after it
    dataset["PixelData"].is_undefined_length = True

    with pytest.raises(UnreadableDicomError):
        read_radiograph(write(dataset))


def test_native_pixels_under_a_compressed_syntax_are_refused() -> None:
    data = make_radiograph_dicom()
    native, compressed = b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2.5\0"
    rle = data.replace(native, compressed)
    jpeg_ls = make_radiograph_dicom(transfer_syntax=uid.JPEGLSLossless)
    start = jpeg_ls.index(b"\xfe\xff\x00\xe0")

    for damaged in (rle, jpeg_ls[:start] + b"\xff" * 8 + jpeg_ls[start + 8 :]):
        with pytest.raises(UnreadableDicomError):
            read_radiograph(damaged)


def test_baseline_stream_of_another_precision_is_refused() -> None:
    dataset = read_back(make_radiograph_dicom(bits_stored=8, transfer_syntax=uid.JPEGBaseline8Bit))
    dataset.PixelData = dataset.PixelData.replace(b"\xff\xc0\x00\x0b\x08", b"\xff\xc1\x00\x0b\x0c")

    with pytest.raises(UnreadableDicomError, match="contradict"):
        read_radiograph(write(dataset))


def test_malformed_jpeg_2000_stream_is_refused() -> None:
    dataset = read_back(make_chest_dicom(rows=128, columns=128, transfer_syntax=uid.JPEG2000Lossless))
    stream = bytearray(dataset.PixelData)
    stream[300:340] = bytes(40)
    dataset.PixelData = bytes(stream[: len(stream) // 4 * 2])

    with pytest.raises(UnreadableDicomError):
        read_radiograph(write(dataset))


@pytest.mark.parametrize(
    "syntax",
    [uid.RLELossless, uid.JPEGBaseline8Bit, uid.JPEGLosslessSV1, uid.JPEGLSLossless, uid.JPEG2000Lossless],
    ids=lambda syntax: syntax.keyword,
)
def test_truncated_stream_is_refused(syntax: uid.UID) -> None:
    bits_stored = 8 if syntax == uid.JPEGBaseline8Bit else 12
    dataset = read_back(make_chest_dicom(rows=64, columns=64, bits_stored=bits_stored, transfer_syntax=syntax))
    stream = get_frame(dataset.PixelData, 0, number_of_frames=1)
    dataset.PixelData = encapsulate([stream[: len(stream) * 4 // 5]])

    with pytest.raises(UnreadableDicomError, match="damaged or cut off"):
        read_radiograph(write(dataset))


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
@pytest.mark.parametrize(
    "syntax", [name for name in PLUGINS if uid.UID(name).is_encapsulated], ids=lambda name: uid.UID(name).keyword
)
def test_stream_that_was_cut_off_and_given_an_end_is_refused(syntax: str, share: float) -> None:
    """Decoders paint what is missing gray and say so to nobody."""
    bits_stored = 8 if syntax == uid.JPEGBaseline8Bit else 12
    dataset = read_back(make_chest_dicom(rows=128, columns=96, bits_stored=bits_stored, transfer_syntax=syntax))
    stream = get_frame(dataset.PixelData, 0, number_of_frames=1)
    dataset.PixelData = encapsulate([stream[: int(share * len(stream))].rstrip(b"\xff") + b"\xff\xd9"])

    with pytest.raises(UnreadableDicomError):
        read_radiograph(write(dataset))


@pytest.mark.parametrize("syntax", [uid.JPEGBaseline8Bit, uid.JPEGExtended12Bit, uid.JPEGLosslessSV1])
@pytest.mark.parametrize("rest", [b"", b"\xff\xd9", b"\xff\xd9\0", b"\xff\xd9" + bytes(range(256)) * 4])
def test_whole_jpeg_stream_is_read_whatever_follows_it(syntax: uid.UID, rest: bytes) -> None:
    bits_stored = 8 if syntax == uid.JPEGBaseline8Bit else 12
    data = make_chest_dicom(rows=64, columns=64, bits_stored=bits_stored, transfer_syntax=syntax)
    dataset = read_back(data)
    stream = get_frame(dataset.PixelData, 0, number_of_frames=1)
    dataset.PixelData = encapsulate([stream[: stream.rindex(b"\xff\xd9")] + rest])

    assert np.array_equal(read_radiograph(write(dataset)).pixels, read_radiograph(data).pixels)


@pytest.mark.parametrize("is_cut_off", [False, True])
def test_progressive_jpeg_stream_is_read_whole_or_not_at_all(is_cut_off: bool) -> None:
    gray = np.rint(255 * make_chest_phantom(64, 64)).astype(np.uint8)
    stream = make_jpeg(gray, is_progressive=True)
    dataset = read_back(make_radiograph_dicom(gray, bits_stored=8, transfer_syntax=uid.JPEGBaseline8Bit))
    dataset.PixelData = encapsulate([stream[: len(stream) * 4 // 5] + b"\xff\xd9" if is_cut_off else stream])

    if is_cut_off:
        with pytest.raises(UnreadableDicomError, match="cut off"):
            read_radiograph(write(dataset))
    else:
        assert np.abs(read_radiograph(write(dataset)).pixels - gray).max() < 30


def test_jpeg_stream_of_8_bits_is_read_into_16() -> None:
    data = make_chest_dicom(rows=64, columns=64, bits_stored=8, transfer_syntax=uid.JPEGBaseline8Bit)
    dataset = read_back(data)
    dataset.BitsAllocated = 16

    assert np.array_equal(read_radiograph(write(dataset)).pixels, read_radiograph(data).pixels)


SHIFTED = [uid.RLELossless, uid.JPEGLSLossless, uid.JPEG2000Lossless, uid.HTJ2KLossless, uid.JPEGLosslessSV1]


@pytest.mark.parametrize("is_signed", [False, True])
@pytest.mark.parametrize("syntax", SHIFTED, ids=lambda syntax: syntax.keyword)
def test_compressed_values_below_a_high_bit_are_shifted_down(syntax: uid.UID, is_signed: bool) -> None:
    wedge = make_step_wedge(64, 64, is_signed=is_signed)
    dataset = read_back(make_radiograph_dicom((wedge << 4) & 0xFFFF, bits_stored=16, transfer_syntax=syntax))
    dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 12, 15, int(is_signed)

    radiograph = read_radiograph(write(dataset))

    assert np.array_equal(radiograph.pixels, wedge)
    assert "BITS_STORED_EXCEEDED" not in codes(radiograph)


def test_compressed_values_of_just_the_stored_bits_are_not_shifted() -> None:
    wedge = make_step_wedge(64, 64)
    dataset = read_back(make_radiograph_dicom(wedge, transfer_syntax=uid.JPEGLosslessSV1))
    dataset.HighBit = 15

    assert np.array_equal(read_radiograph(write(dataset)).pixels, wedge)


def test_stream_whose_precision_lies_between_bits_stored_and_high_bit_is_refused() -> None:
    dataset = read_back(make_radiograph_dicom(bits_stored=14, transfer_syntax=uid.JPEGLosslessSV1))
    dataset.BitsStored, dataset.HighBit = 12, 15

    with pytest.raises(UnreadableDicomError, match="contradict"):
        read_radiograph(write(dataset))


@pytest.mark.parametrize("lowest", [0, -100])
def test_signed_stream_under_a_header_without_a_sign_is_read_unless_it_is_below_0(lowest: int) -> None:
    wedge = np.maximum(make_step_wedge(64, 64, is_signed=True), lowest)
    dataset = read_back(make_radiograph_dicom(wedge, is_signed=True, transfer_syntax=uid.JPEG2000Lossless))
    dataset.PixelRepresentation = 0

    if lowest < 0:
        with pytest.raises(UnreadableDicomError, match="below 0"):
            read_radiograph(write(dataset))
    else:
        assert np.array_equal(read_radiograph(write(dataset)).pixels, wedge)


@pytest.mark.parametrize(("excess", "is_read"), [(bytes(128), True), (b"\0\1", False)], ids=["zeros", "pixels"])
def test_zeros_after_uncompressed_pixels_are_padding(excess: bytes, is_read: bool) -> None:
    dataset = read_back(make_radiograph_dicom(**WINDOW))  # type: ignore[arg-type]
    dataset.PixelData += excess

    if is_read:
        assert np.array_equal(read_radiograph(write(dataset)).pixels, make_step_wedge())
    else:
        with pytest.raises(UnreadableDicomError, match="1026 bytes; its header describes 1024"):
            read_radiograph(write(dataset))


@pytest.mark.parametrize("photometric", ["YBR_ICT", "YBR_RCT"])
@pytest.mark.parametrize("syntax", [uid.ExplicitVRLittleEndian, uid.RLELossless, uid.JPEGLSLossless])
def test_colours_of_jpeg_2000_in_another_syntax_are_refused(syntax: uid.UID, photometric: str) -> None:
    gray = np.dstack([make_step_wedge(bits_stored=8)] * 3)
    dataset = read_back(make_radiograph_dicom(gray, bits_stored=8, transfer_syntax=syntax))
    dataset.PhotometricInterpretation = photometric

    with pytest.raises(UnsupportedPixelsError, match=f"{photometric} .* {syntax.name}"):
        read_radiograph(write(dataset))


@pytest.mark.parametrize("syntax", [uid.ExplicitVRLittleEndian, uid.RLELossless, uid.JPEGLSLossless])
def test_luma_and_chroma_of_more_than_8_bits_are_refused(syntax: uid.UID) -> None:
    gray = np.dstack([make_step_wedge()] * 3)
    dataset = read_back(make_radiograph_dicom(gray, transfer_syntax=syntax))
    dataset.PhotometricInterpretation = "YBR_FULL"

    with pytest.raises(UnsupportedPixelsError, match="16 bits") as caught:
        read_radiograph(write(dataset))

    assert (caught.value.measured, caught.value.limit) == (16, 8)


@pytest.mark.parametrize(("planes", "match"), [(None, "PlanarConfiguration.* missing"), (5, "neither 0 nor 1")])
def test_order_of_uncompressed_colours_must_be_told(planes: int | None, match: str) -> None:
    gray = np.dstack([make_step_wedge(bits_stored=8)] * 3)

    with pytest.raises(UnreadableDicomError, match=match):
        read_radiograph(make_radiograph_dicom(gray, bits_stored=8, PlanarConfiguration=planes))


def test_negative_number_of_frames_is_refused() -> None:
    with pytest.raises(UnreadableDicomError, match="Frames"):
        read(NumberOfFrames="-3")


def test_sequences_too_deep_to_be_parsed_are_not_called_damage() -> None:
    depth = 3000
    nested = b"\x09\0\x10\x10SQ\0\0\xff\xff\xff\xff\xfe\xff\0\xe0\xff\xff\xff\xff" * depth
    nested += b"\xfe\xff\x0d\xe0\0\0\0\0\xfe\xff\xdd\xe0\0\0\0\0" * depth
    data = make_radiograph_dicom()
    at = data.index(b"\x28\0\x02\0US")

    with pytest.raises(UnreadableDicomError, match="too deep"):
        read_radiograph(data[:at] + nested + data[at:])


@pytest.mark.parametrize(
    ("old", "new"), [(b"JFIF\0\x01", b"JFIF\0\0"), (b"\xff\xe0\0\x10", b"\xff\0\0\x10")], ids=["version", "marker"]
)
def test_odd_jpeg_header_does_not_end_the_process(old: bytes, new: bytes) -> None:
    """GDCM's library calls `terminate` over either; the first is read without it, the second refused before it."""
    dataset = read_back(make_radiograph_dicom(bits_stored=8, transfer_syntax=uid.JPEGBaseline8Bit))
    assert old in dataset.PixelData
    dataset.PixelData = dataset.PixelData.replace(old, new)

    if b"JFIF" in new:
        assert read_radiograph(write(dataset)).shape == (16, 32)
    else:
        with pytest.raises(UnreadableDicomError, match="no readable header"):
            read_radiograph(write(dataset))


@pytest.mark.parametrize("transform", [2, 255])
def test_odd_colour_transform_does_not_end_the_process(transform: int) -> None:
    """GDCM throws what nothing catches over either; without the segment the colours are those of most JPEG files."""
    tinted = np.dstack([make_step_wedge(bits_stored=8)] * 3)
    dataset = read_back(make_radiograph_dicom(tinted, bits_stored=8, transfer_syntax=uid.JPEGBaseline8Bit))
    stream = get_frame(dataset.PixelData, 0, number_of_frames=1)
    adobe = b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0" + bytes([transform])
    dataset.PixelData = encapsulate([stream[:2] + adobe + stream[2:]])

    assert read_radiograph(write(dataset)).shape == (16, 32)


@pytest.mark.parametrize("end", [b"", b"\0" * 64], ids=["cut off", "zeros"])
def test_jpeg_ls_stream_without_its_end_is_refused_at_once(end: bytes) -> None:
    """CharLS would count the zeros of some such streams for seconds."""
    dataset = read_back(make_chest_dicom(rows=64, columns=64, transfer_syntax=uid.JPEGLSLossless))
    stream = get_frame(dataset.PixelData, 0, number_of_frames=1)
    dataset.PixelData = encapsulate([stream[:200].replace(b"\xff\xd9", b"") + end])
    started = time.process_time()

    with pytest.raises(UnreadableDicomError, match="cut off"):
        read_radiograph(write(dataset))

    assert time.process_time() - started < 1


# Files that do not say all they should


def test_file_without_preamble_is_read() -> None:
    data = make_radiograph_dicom(**WINDOW)[132:]  # type: ignore[arg-type]

    assert np.array_equal(read_radiograph(data).pixels, make_step_wedge())


@pytest.mark.parametrize(
    ("is_implicit", "is_little"), [(True, True), (False, True), (False, False)], ids=["implicit", "explicit", "big"]
)
def test_file_without_transfer_syntax_is_read_as_uncompressed(is_implicit: bool, is_little: bool) -> None:
    syntax = uid.ExplicitVRLittleEndian if is_little else uid.ExplicitVRBigEndian
    dataset = read_back(make_radiograph_dicom(transfer_syntax=syntax, **WINDOW))  # type: ignore[arg-type]
    del dataset.file_meta
    buffer = BytesIO()
    dataset.save_as(buffer, implicit_vr=is_implicit, little_endian=is_little)

    radiograph = read_radiograph(buffer.getvalue())

    assert np.array_equal(radiograph.pixels, make_step_wedge())
    assert codes(radiograph) == ["TRANSFER_SYNTAX_ASSUMED"]


def test_odd_sizes_are_read() -> None:
    pixels = (make_chest_phantom(7, 5) * 255).astype(np.uint8)

    radiograph = read_radiograph(make_radiograph_dicom(pixels, bits_stored=8, WindowCenter="128", WindowWidth="256"))

    assert np.array_equal(radiograph.pixels, pixels)
