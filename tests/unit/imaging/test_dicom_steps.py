"""From stored values to what is shown: modality values, padding, the VOI step, polarity, colour."""

import time

import numpy as np
import pytest
from pydicom import uid
from pydicom.dataset import Dataset

from model.errors import NotGrayscaleError, UnreadableDicomError, UnsupportedPixelsError
from model.imaging.pixels import presentation_pixels
from model.imaging.radiograph import (
    PhotometricInterpretation,
    PresentationLutShape,
    Radiograph,
    VoiLut,
    VoiLutFunction,
    VoiWindow,
)
from model.imaging.reader import read_radiograph
from tests.factories import (
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


# Modality values


def test_rescale_gives_modality_values_and_their_representable_range() -> None:
    radiograph = read(RescaleSlope="2", RescaleIntercept="-1000")

    assert radiograph.value_range == (-1000, 7190)
    assert np.array_equal(radiograph.pixels, make_step_wedge() * 2 - 1000)


def test_fractional_rescale_is_rounded_to_float32_once() -> None:
    radiograph = read(RescaleSlope="0.1", RescaleIntercept="0.3")

    assert np.array_equal(radiograph.pixels, (make_step_wedge() * 0.1 + 0.3).astype(np.float32))


def test_negative_slope_keeps_the_range_rising() -> None:
    assert read(RescaleSlope="-1", RescaleIntercept="0").value_range == (-4095, 0)


@pytest.mark.parametrize("slope", ["0", "1e38", "1e300", "1e-320"])
def test_rescale_without_a_range_of_values_is_refused(slope: str) -> None:
    with pytest.raises(UnreadableDicomError, match="Rescale"):
        read(RescaleSlope=slope, RescaleIntercept="1")


def test_modality_lut_takes_the_place_of_rescale() -> None:
    # Entry i for stored value i is 4095 - i, at 12 bits.
    table = make_lut([4095 - i for i in range(4096)], first_value=0, bits=12)

    radiograph = read(ModalityLUTSequence=[table])

    assert radiograph.value_range == (0, 4095)
    assert np.array_equal(radiograph.pixels, 4095 - make_step_wedge())


def test_signed_modality_lut_starts_below_zero() -> None:
    # 8 signed bits: stored -128 is entry 0, stored 127 entry 255.
    table = make_lut(list(range(256)), first_value=-128, bits=8)

    radiograph = read(bits_stored=8, is_signed=True, ModalityLUTSequence=[table])

    assert np.array_equal(radiograph.pixels, make_step_wedge(bits_stored=8, is_signed=True) + 128)


@pytest.mark.parametrize(
    ("first_value", "length", "expected"),
    [(-5, 4096, 5), (-25536, 25536, 0), (40000, 4096, 0)],
    ids=["below 0", "unsigned number taken for a signed one", "unsigned"],
)
def test_first_value_of_a_table_before_unsigned_values_is_what_the_table_has_room_for(
    first_value: int, length: int, expected: int
) -> None:
    """A table of 0, 1, 2, ... gives the stored value 0 the distance of its first value from 0."""
    table = make_lut(list(range(length)), first_value=0, bits=16)
    table.add_new("LUTDescriptor", "SS" if first_value < 0 else "US", [length, first_value, 16])

    assert read(ModalityLUTSequence=[table]).pixels.min() == expected


@pytest.mark.parametrize("high_bit", [11, 15])
def test_bits_outside_bits_stored_are_masked(high_bit: int) -> None:
    shift = high_bit - 11
    wedge = make_step_wedge()
    overlay = np.indices(wedge.shape).sum(axis=0) % 2
    dirty = (wedge << shift) | overlay * (0x8000 if shift == 0 else 0x0001)

    radiograph = read_radiograph(make_radiograph_dicom(dirty, bits_stored=12, HighBit=high_bit, **WINDOW))

    assert np.array_equal(radiograph.pixels, wedge)
    assert radiograph.value_range == (0, 4095)


@pytest.mark.parametrize("syntax", [uid.RLELossless, uid.JPEGLSLossless, uid.JPEG2000Lossless, uid.JPEGLosslessSV1])
def test_overlay_that_names_bits_of_compressed_pixels_is_masked(syntax: uid.UID) -> None:
    wedge = make_step_wedge(64, 64)
    overlay = np.indices(wedge.shape).sum(axis=0) % 2 * 0x8000
    dataset = read_back(make_radiograph_dicom(wedge | overlay, bits_stored=16, transfer_syntax=syntax, **WINDOW))
    dataset.BitsStored, dataset.HighBit = 12, 11
    dataset.add_new(0x60000102, "US", 15)  # Overlay Bit Position

    radiograph = read_radiograph(write(dataset))

    assert np.array_equal(radiograph.pixels, wedge)
    assert radiograph.cautions == ()


def test_overlay_with_data_of_its_own_leaves_compressed_pixels_alone() -> None:
    dataset = read_back(make_radiograph_dicom(bits_stored=16, transfer_syntax=uid.JPEGLSLossless, **WINDOW))
    dataset.BitsStored, dataset.HighBit = 12, 11
    dataset.add_new(0x60000102, "US", 0)
    dataset.add_new(0x60003000, "OW", bytes(64))  # Overlay Data

    assert read_radiograph(write(dataset)).pixels.max() == 65535


def test_signed_values_are_extended_from_the_highest_stored_bit() -> None:
    wedge = make_step_wedge(is_signed=True)

    radiograph = read_radiograph(make_radiograph_dicom(wedge & 0x0FFF, is_signed=True, **WINDOW))

    assert np.array_equal(radiograph.pixels, wedge)
    assert radiograph.value_range == (-2048, 2047)


@pytest.mark.parametrize("mask", [0x0FFF, 0xFFFF], ids=["as if without a sign", "extended"])
@pytest.mark.parametrize("syntax", [uid.JPEGLSLossless, uid.JPEG2000Lossless, uid.HTJ2KLossless, uid.JPEGLossless])
def test_signed_compressed_values_keep_their_sign(syntax: uid.UID, mask: int) -> None:
    wedge = make_step_wedge(64, 64, is_signed=True)
    unsigned = make_radiograph_dicom(wedge & mask, bits_stored=16, transfer_syntax=syntax, **WINDOW)
    dataset = read_back(unsigned)
    dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 12, 11, 1

    radiograph = read_radiograph(write(dataset))

    assert np.array_equal(radiograph.pixels, wedge)


def test_compressed_values_beyond_bits_stored_are_kept_with_a_caution() -> None:
    data = make_radiograph_dicom(bits_stored=16, transfer_syntax=uid.JPEGLSLossless, **WINDOW)
    dataset = read_back(data)
    dataset.BitsStored, dataset.HighBit = 12, 11

    radiograph = read_radiograph(write(dataset))

    assert radiograph.value_range == (0, 65535)
    assert "BITS_STORED_EXCEEDED" in codes(radiograph)


def test_padding_is_a_range_of_modality_values() -> None:
    radiograph = read(RescaleIntercept="-100", RescaleSlope="1", PixelPaddingValue=585, PixelPaddingRangeLimit=0)

    assert radiograph.padding == (-100, 485)


def test_signed_padding_written_without_its_sign_is_understood() -> None:
    assert read(is_signed=True, PixelPaddingValue=0xFFFF - 2047).padding == (-2048, -2048)


def test_padding_that_covers_the_whole_image_is_ignored() -> None:
    assert read(PixelPaddingValue=0, PixelPaddingRangeLimit=4095).padding is None


@pytest.mark.parametrize(
    ("is_signed", "value", "limit", "expected"),
    [
        (False, 4000, 65535, (4000, 4095)),
        (False, 5000, 65535, None),
        (True, -32768, -2000, (-2048, -2000)),
    ],
    ids=["one end", "both ends", "signed"],
)
def test_padding_ends_where_the_stored_values_do(
    is_signed: bool, value: int, limit: int, expected: tuple[float, float] | None
) -> None:
    assert read(is_signed=is_signed, PixelPaddingValue=value, PixelPaddingRangeLimit=limit).padding == expected


@pytest.mark.parametrize(
    ("vr", "value", "limit"),
    [("SL", -100_000_000, 0), ("SL", -2_000_000_000, 0), ("FD", 1e300, 0.0), ("UL", 4_000_000_000, 0)],
)
@pytest.mark.parametrize("is_signed", [False, True])
def test_padding_that_16_bits_do_not_hold_is_ignored_at_once(
    vr: str, value: float, limit: float, is_signed: bool
) -> None:
    dataset = read_back(make_radiograph_dicom(is_signed=is_signed, **WINDOW))  # type: ignore[arg-type]
    dataset.add_new(0x00280120, vr, value)
    dataset.add_new(0x00280121, vr, limit)
    data = write(dataset)
    started = time.process_time()

    assert read_radiograph(data).padding is None
    assert time.process_time() - started < 1


def test_padding_of_a_huge_slope_stays_finite() -> None:
    padding = read(RescaleSlope="8e34", RescaleIntercept="0", PixelPaddingValue=4000, PixelPaddingRangeLimit=0xFFFF)

    assert padding.padding == (float(np.float32(4000 * 8e34)), float(np.float32(4095 * 8e34)))


def test_padding_through_a_table_is_the_range_of_its_images() -> None:
    table = make_lut([100, 7, 300, *range(4093)], first_value=0, bits=12)

    assert read(ModalityLUTSequence=[table], PixelPaddingValue=0, PixelPaddingRangeLimit=2).padding == (7, 300)


# The VOI step


def test_first_of_several_windows_is_used() -> None:
    radiograph = read(WindowCenter=["2000", "100"], WindowWidth=["3000", "200"])

    assert radiograph.voi == VoiWindow(center=2000, width=3000)
    assert radiograph.cautions == ()


@pytest.mark.parametrize("function", list(VoiLutFunction))
def test_voi_lut_function_is_the_files(function: VoiLutFunction) -> None:
    assert read(VOILUTFunction=str(function)).voi == VoiWindow(center=2048, width=4096, function=function)


def test_unknown_voi_lut_function_is_linear_with_a_caution() -> None:
    radiograph = read(VOILUTFunction="CUBIC")

    assert radiograph.voi == VoiWindow(center=2048, width=4096)
    assert codes(radiograph) == ["VOI_FUNCTION_UNKNOWN"]


def test_voi_lut_sequence_wins_over_the_window() -> None:
    table = make_lut([i // 16 for i in range(4096)], first_value=0, bits=8)

    radiograph = read(VOILUTSequence=[table, make_lut([0, 1], first_value=0)])

    assert isinstance(radiograph.voi, VoiLut)
    # Step k holds floor(4095 k / 7); its entry is a sixteenth of that, of 255.
    expected = np.array([4095 * k // 7 // 16 / 255 for k in range(8)], dtype=np.float32)
    assert np.array_equal(presentation_pixels(radiograph)[8, ::4], expected)


def test_voi_lut_of_more_bits_than_announced_spans_what_it_uses() -> None:
    radiograph = read(bits_stored=8, VOILUTSequence=[make_lut([i * 16 for i in range(256)], first_value=0, bits=8)])

    assert isinstance(radiograph.voi, VoiLut)
    assert radiograph.voi.entries.tolist() == [i * 16 / 4095 for i in range(256)]


@pytest.mark.parametrize("packing", [1, 2])
def test_lut_data_of_bytes_is_one_or_two_an_entry(packing: int) -> None:
    item = Dataset()
    item.add_new("LUTDescriptor", "US", [256, 0, 8])
    item.add_new("LUTData", "OW", np.arange(256, dtype=f"<u{packing}").tobytes())

    radiograph = read(bits_stored=8, ModalityLUTSequence=[item], WindowCenter="128", WindowWidth="256")

    assert np.array_equal(radiograph.pixels, make_step_wedge(bits_stored=8))


@pytest.mark.parametrize(
    "descriptor", [[256, 0], [256, 0, 4], [300, 0, 8]], ids=["two values", "4 bits", "longer than its data"]
)
@pytest.mark.parametrize("vr", ["US", "OW"])
def test_contradictory_modality_lut_is_refused(descriptor: list[int], vr: str) -> None:
    entries = list(range(256))
    item = Dataset()
    item.add_new("LUTDescriptor", "US", descriptor)
    item.add_new("LUTData", vr, entries if vr == "US" else bytes(entries))

    with pytest.raises(UnreadableDicomError, match="lookup table"):
        read(bits_stored=8, ModalityLUTSequence=[item])


def test_missing_window_is_replaced_by_the_robust_range() -> None:
    radiograph = read(WindowCenter=None)

    assert radiograph.voi == VoiWindow(center=2047.5, width=4095, function=VoiLutFunction.LINEAR_EXACT)
    assert codes(radiograph) == ["NO_WINDOW"]


@pytest.mark.parametrize(
    ("center", "width"),
    [("50000", "100"), ("2048", "0"), ("2048", "-1"), ("2048", "1"), ("-1.7e308", "1.7e308"), ("2048", "1e12")],
    ids=["beside the values", "no width", "negative width", "threshold", "ends that are not finite", "far too wide"],
)
def test_unusable_window_is_replaced_by_the_robust_range(center: str, width: str) -> None:
    radiograph = read(WindowCenter=center, WindowWidth=width)

    assert radiograph.voi == VoiWindow(center=2047.5, width=4095, function=VoiLutFunction.LINEAR_EXACT)
    assert codes(radiograph) == ["WINDOW_UNUSABLE"]


UNUSABLE_LUTS = pytest.mark.parametrize(
    "entries", [[7, 7, 7], [0] * 2000 + [1], []], ids=["one value", "threshold", "empty"]
)


@UNUSABLE_LUTS
def test_unusable_voi_lut_is_replaced_by_the_window(entries: list[int]) -> None:
    radiograph = read(VOILUTSequence=[make_lut(entries, first_value=0)])

    assert radiograph.voi == VoiWindow(center=2048, width=4096)
    assert codes(radiograph) == ["WINDOW_SKIPPED"]


@UNUSABLE_LUTS
def test_unusable_voi_lut_without_a_window_is_replaced_by_the_robust_range(entries: list[int]) -> None:
    radiograph = read(VOILUTSequence=[make_lut(entries, first_value=0)], WindowCenter=None)

    assert radiograph.voi == VoiWindow(center=2047.5, width=4095, function=VoiLutFunction.LINEAR_EXACT)
    assert codes(radiograph) == ["WINDOW_UNUSABLE"]


@pytest.mark.parametrize("first", [("50000", "100"), ("2048", "0"), ("2048", "1")], ids=["beside", "none", "threshold"])
def test_first_usable_of_several_windows_is_used(first: tuple[str, str]) -> None:
    radiograph = read(WindowCenter=[first[0], "2000", "100"], WindowWidth=[first[1], "3000", "200"])

    assert radiograph.voi == VoiWindow(center=2000, width=3000)
    assert codes(radiograph) == ["WINDOW_SKIPPED"]


def test_malformed_window_is_replaced_by_the_robust_range() -> None:
    data = make_radiograph_dicom(WindowCenter="20482048", WindowWidth="4096").replace(b"20482048", b"2048x048")

    assert codes(read_radiograph(data)) == ["WINDOW_UNUSABLE"]


def test_malformed_voi_lut_sequence_is_replaced_by_the_window() -> None:
    dataset = read_back(make_radiograph_dicom(**WINDOW))  # type: ignore[arg-type]
    dataset.add_new(0x00283010, "LO", "TABLE")  # VOI LUT Sequence

    radiograph = read_radiograph(write(dataset))

    assert radiograph.voi == VoiWindow(center=2048, width=4096)
    assert codes(radiograph) == ["WINDOW_SKIPPED"]


def test_window_center_without_its_width_is_no_window() -> None:
    assert codes(read(WindowWidth=None)) == ["NO_WINDOW"]


def test_image_for_processing_is_shown_over_the_robust_range() -> None:
    by_intent = read(PresentationIntentType="FOR PROCESSING", WindowCenter="100", WindowWidth="100")
    by_class = read(SOPClassUID=uid.DigitalXRayImageStorageForProcessing)

    for radiograph in (by_intent, by_class):
        assert radiograph.voi == VoiWindow(center=2047.5, width=4095, function=VoiLutFunction.LINEAR_EXACT)
        assert codes(radiograph) == ["FOR_PROCESSING"]


def test_image_of_one_value_has_no_window() -> None:
    radiograph = read_radiograph(make_radiograph_dicom(np.full((4, 4), 700)))

    assert radiograph.voi is None
    assert codes(radiograph) == ["NO_WINDOW"]


# Polarity and colour


@pytest.mark.parametrize(
    ("photometric", "shape", "is_contradicted"),
    [
        ("MONOCHROME2", None, False),
        ("MONOCHROME2", "IDENTITY", False),
        ("MONOCHROME2", "INVERSE", True),
        ("MONOCHROME1", None, False),
        ("MONOCHROME1", "INVERSE", False),
        ("MONOCHROME1", "IDENTITY", True),
    ],
)
def test_photometric_interpretation_alone_decides_the_polarity(
    photometric: str, shape: str | None, is_contradicted: bool
) -> None:
    radiograph = read(PhotometricInterpretation=photometric, PresentationLUTShape=shape)

    is_dark_first = bool(presentation_pixels(radiograph)[8, 0] == 0)
    assert is_dark_first is (photometric == "MONOCHROME2")
    assert ("POLARITY_CONTRADICTED" in codes(radiograph)) is is_contradicted
    if shape is not None:
        assert radiograph.presentation_lut_shape == PresentationLutShape(shape)


def test_tint_becomes_gray_with_a_caution() -> None:
    tinted = np.full((8, 8, 3), (200, 180, 170), dtype=np.uint8)  # 0.299 * 200 + 0.587 * 180 + 0.114 * 170 = 184.8

    radiograph = read_radiograph(
        make_radiograph_dicom(tinted, bits_stored=8, SOPClassUID=uid.SecondaryCaptureImageStorage)
    )

    assert (radiograph.pixels == 185).all()
    assert radiograph.photometric_interpretation is PhotometricInterpretation.MONOCHROME2
    assert codes(radiograph) == ["COLOUR"]


@pytest.mark.parametrize("photometric", ["YBR_FULL", "YBR_FULL_422"])
def test_luma_and_chroma_in_rle_are_read_as_colour(photometric: str) -> None:
    luma = make_step_wedge(bits_stored=8)
    no_chroma = np.full_like(luma, 128)
    data = make_radiograph_dicom(
        np.dstack([luma, no_chroma, no_chroma]), bits_stored=8, transfer_syntax=uid.RLELossless
    )
    dataset = read_back(data)
    dataset.PhotometricInterpretation = photometric

    assert np.array_equal(read_radiograph(write(dataset)).pixels, luma)


def test_colour_of_another_compression_in_rle_is_refused() -> None:
    data = make_radiograph_dicom(np.zeros((8, 8, 3), dtype=int), bits_stored=8, transfer_syntax=uid.RLELossless)
    dataset = read_back(data)
    dataset.PhotometricInterpretation = "YBR_ICT"

    with pytest.raises(UnsupportedPixelsError, match="RLE"):
        read_radiograph(write(dataset))


def test_picture_in_colour_is_refused() -> None:
    stripes = np.zeros((32, 32, 3), dtype=np.uint8)
    stripes[:16, :, 0] = stripes[16:, :, 2] = 200

    with pytest.raises(NotGrayscaleError):
        read_radiograph(make_radiograph_dicom(stripes, bits_stored=8))


def test_gray_saved_in_colour_keeps_its_values() -> None:
    gray = make_step_wedge(bits_stored=8)

    radiograph = read_radiograph(make_radiograph_dicom(np.dstack([gray] * 3), bits_stored=8))

    assert np.array_equal(radiograph.pixels, gray)
    assert radiograph.cautions == ()
