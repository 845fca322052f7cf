"""One anatomy in many files gives one network input, to the last bit."""

import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom import uid

from model.imaging.pixels import presentation_pixels
from model.imaging.radiograph import VoiLutFunction
from model.imaging.reader import read_radiograph
from model.preprocess import Box, InputSpec, preprocess
from tests.factories import make_chest_dicom, make_chest_phantom, make_png, make_radiograph_dicom

ROWS, COLUMNS = 300, 240
LOSSLESS = [
    uid.ImplicitVRLittleEndian,
    uid.ExplicitVRLittleEndian,
    uid.ExplicitVRBigEndian,
    uid.DeflatedExplicitVRLittleEndian,
    uid.RLELossless,
    uid.JPEGLossless,
    uid.JPEGLosslessSV1,
    uid.JPEGLSLossless,
    uid.JPEG2000Lossless,
    uid.HTJ2KLossless,
    uid.HTJ2KLosslessRPCL,
]
STORED = np.rint(make_chest_phantom(ROWS, COLUMNS) * 65535).astype(np.int64)
WINDOW = {"WindowCenter": "32768", "WindowWidth": "65536"}
BOX = Box(x0=20, y0=30, x1=220, y1=270)


def network_input(data: bytes) -> NDArray[np.float32]:
    return preprocess(presentation_pixels(read_radiograph(data)), BOX, InputSpec())


@pytest.fixture(scope="module")
def from_png() -> NDArray[np.float32]:
    return network_input(make_png(STORED.astype(np.uint16)))


@pytest.mark.parametrize("monochrome1", [False, True], ids=["MONOCHROME2", "MONOCHROME1"])
@pytest.mark.parametrize("syntax", LOSSLESS, ids=lambda syntax: syntax.keyword)
def test_16_bits_give_the_input_of_the_16_bit_png(
    syntax: uid.UID, monochrome1: bool, from_png: NDArray[np.float32]
) -> None:
    data = make_radiograph_dicom(
        65535 - STORED if monochrome1 else STORED,
        bits_stored=16,
        transfer_syntax=syntax,
        PhotometricInterpretation="MONOCHROME1" if monochrome1 else "MONOCHROME2",
        **WINDOW,
    )

    assert np.abs(network_input(data) - from_png).max() == 0


@pytest.mark.parametrize("bits_stored", [8, 10, 12, 14])
@pytest.mark.parametrize("syntax", LOSSLESS, ids=lambda syntax: syntax.keyword)
def test_polarity_and_syntax_do_not_reach_the_network(syntax: uid.UID, bits_stored: int) -> None:
    plain = make_chest_dicom(rows=ROWS, columns=COLUMNS, bits_stored=bits_stored)
    mirrored = make_chest_dicom(
        rows=ROWS, columns=COLUMNS, bits_stored=bits_stored, monochrome1=True, transfer_syntax=syntax
    )

    assert np.abs(network_input(plain) - network_input(mirrored)).max() == 0


@pytest.mark.parametrize("function", list(VoiLutFunction))
def test_no_voi_lut_function_lets_polarity_reach_the_network(function: VoiLutFunction) -> None:
    # Mirrored at 4095: a window centred half way, and for LINEAR half a value above it, is its own mirror image.
    center = "2048" if function is VoiLutFunction.LINEAR else "2047.5"
    shown = {"VOILUTFunction": str(function), "WindowCenter": center, "WindowWidth": "3000"}
    plain = make_chest_dicom(rows=ROWS, columns=COLUMNS, **shown)
    mirrored = make_chest_dicom(rows=ROWS, columns=COLUMNS, monochrome1=True, **shown)

    assert np.abs(network_input(plain) - network_input(mirrored)).max() == 0


@pytest.mark.parametrize("monochrome1", [False, True], ids=["MONOCHROME2", "MONOCHROME1"])
def test_robust_range_gives_either_polarity_the_same_input(monochrome1: bool) -> None:
    attributes = {"WindowCenter": None, "WindowWidth": None, "PresentationIntentType": "FOR PROCESSING"}
    plain = make_chest_dicom(rows=ROWS, columns=COLUMNS, **attributes)
    other = make_chest_dicom(rows=ROWS, columns=COLUMNS, monochrome1=monochrome1, **attributes)

    assert np.abs(network_input(plain) - network_input(other)).max() == 0


def test_signed_pixels_give_the_input_of_unsigned_ones() -> None:
    plain = make_chest_dicom(rows=ROWS, columns=COLUMNS)
    stored = np.rint(make_chest_phantom(ROWS, COLUMNS) * 4095).astype(np.int64)
    signed = make_radiograph_dicom(stored - 2048, is_signed=True, WindowCenter="0", WindowWidth="4096")

    assert np.abs(network_input(plain) - network_input(signed)).max() == 0
