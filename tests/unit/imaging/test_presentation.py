"""One anatomy in many files: whatever the encoding, the presentation pixels are the same."""

import cv2
import numpy as np
import pytest
from pydicom import uid

from model.imaging.pixels import presentation_pixels, to_uint16
from model.imaging.radiograph import PhotometricInterpretation
from model.imaging.reader import read_radiograph
from tests.factories import make_chest_dicom, make_chest_phantom, make_jpeg, make_png, make_radiograph_dicom

SYNTAXES = [
    uid.ImplicitVRLittleEndian,
    uid.ExplicitVRLittleEndian,
    uid.ExplicitVRBigEndian,
    uid.DeflatedExplicitVRLittleEndian,
    uid.RLELossless,
    uid.JPEGLosslessSV1,
    uid.JPEGLSLossless,
    uid.JPEG2000Lossless,
]


@pytest.mark.parametrize("monochrome1", [False, True], ids=["MONOCHROME2", "MONOCHROME1"])
@pytest.mark.parametrize("syntax", SYNTAXES, ids=lambda syntax: syntax.keyword)
def test_lossless_syntaxes_and_polarities_give_identical_presentation_pixels(
    syntax: uid.UID, monochrome1: bool
) -> None:
    expected = np.rint(make_chest_phantom(64, 52) * 4095).astype(np.float32) / np.float32(4095)

    radiograph = read_radiograph(make_chest_dicom(rows=64, columns=52, transfer_syntax=syntax, monochrome1=monochrome1))

    assert radiograph.cautions == ()
    assert (radiograph.photometric_interpretation is PhotometricInterpretation.MONOCHROME1) is monochrome1
    assert np.abs(presentation_pixels(radiograph) - expected).max() == 0


def test_16_bit_png_gives_the_presentation_pixels_of_the_16_bit_dicom_file() -> None:
    stored = np.rint(make_chest_phantom(64, 52) * 65535).astype(np.uint16)

    from_dicom = read_radiograph(make_chest_dicom(rows=64, columns=52, bits_stored=16))
    from_mirrored = read_radiograph(make_chest_dicom(rows=64, columns=52, bits_stored=16, monochrome1=True))
    from_png = read_radiograph(make_png(stored))

    assert np.array_equal(presentation_pixels(from_dicom), presentation_pixels(from_png))
    assert np.array_equal(presentation_pixels(from_mirrored), presentation_pixels(from_png))
    assert np.array_equal(to_uint16(presentation_pixels(from_png)), stored)


def test_every_16_bit_value_is_the_same_from_png_and_from_either_polarity() -> None:
    every = np.arange(65536).reshape(256, 256)
    window = {"WindowCenter": "32768", "WindowWidth": "65536"}

    from_png = presentation_pixels(read_radiograph(make_png(every.astype(np.uint16))))
    plain = presentation_pixels(read_radiograph(make_radiograph_dicom(every, bits_stored=16, **window)))
    mirrored = presentation_pixels(
        read_radiograph(
            make_radiograph_dicom(65535 - every, bits_stored=16, PhotometricInterpretation="MONOCHROME1", **window)
        )
    )

    assert np.array_equal(plain, from_png)
    assert np.array_equal(mirrored, from_png)


def test_8_bit_gray_is_divided_by_255_in_float32() -> None:
    every = np.arange(256, dtype=np.uint8).reshape(16, 16)

    shown = presentation_pixels(read_radiograph(make_png(every)))

    assert np.array_equal(shown, every.astype(np.float32) / np.float32(255))


def test_gray_jpeg_is_decoded_like_opencv() -> None:
    data = make_jpeg((make_chest_phantom(64, 52) * 255).astype(np.uint8))
    expected = cv2.imdecode(np.frombuffer(data, dtype=np.uint8), cv2.IMREAD_UNCHANGED)

    radiograph = read_radiograph(data)

    assert np.array_equal(radiograph.pixels, expected)


def test_jpeg_baseline_stays_within_its_loss() -> None:
    expected = make_chest_phantom(64, 52)

    radiograph = read_radiograph(
        make_chest_dicom(rows=64, columns=52, bits_stored=8, transfer_syntax=uid.JPEGBaseline8Bit)
    )

    assert np.abs(presentation_pixels(radiograph) - expected).max() < 0.05


@pytest.mark.parametrize("is_signed", [False, True], ids=["unsigned", "signed"])
@pytest.mark.parametrize("bits_stored", range(8, 17))
def test_every_depth_shows_the_step_wedge(bits_stored: int, is_signed: bool) -> None:
    # The window covers all stored values, so step k of 0..7 shows floor(k (2^bits - 1) / 7) / (2^bits - 1).
    highest = 2**bits_stored - 1
    center = 0 if is_signed else 2 ** (bits_stored - 1)
    data = make_radiograph_dicom(
        bits_stored=bits_stored, is_signed=is_signed, WindowCenter=str(center), WindowWidth=str(highest + 1)
    )

    shown = presentation_pixels(read_radiograph(data))[8]

    expected = np.array([k * highest // 7 for k in range(8)]) / np.float64(highest)
    assert np.array_equal(shown[::4], expected.astype(np.float32))
