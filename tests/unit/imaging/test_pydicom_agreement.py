"""Our modality and VOI steps against pydicom's own, on every image it ships and on real radiographs."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.data.data_manager import DATA_ROOT
from pydicom.dataset import Dataset
from pydicom.pixels import apply_modality_lut, apply_voi_lut

from model.errors import UnreadableDicomError, UnreadableFileError
from model.imaging.pixels import apply_voi_window, presentation_pixels
from model.imaging.quiet import quiet_pydicom
from model.imaging.radiograph import PhotometricInterpretation, Radiograph
from model.imaging.reader import read_radiograph
from tests.factories import make_lut, make_radiograph_dicom, make_step_wedge

FOLDER = Path(DATA_ROOT) / "test_files"

REFUSED = {
    # Cut off, a damaged JPEG 2000 header, attributes malformed or missing.
    "MR_truncated.dcm": "UNREADABLE_DICOM",
    "JPEG2000-embedded-sequence-delimiter.dcm": "UNREADABLE_DICOM",
    "badVR.dcm": "UNREADABLE_DICOM",
    "meta_missing_tsyntax.dcm": "UNREADABLE_DICOM",
    "nested_priv_SQ.dcm": "UNREADABLE_DICOM",
    # Palettes, masks of one bit, doses of 32 bits.
    "examples_palette.dcm": "UNSUPPORTED_PIXELS",
    "liver_1frame.dcm": "UNSUPPORTED_PIXELS",
    "liver_expb_1frame.dcm": "UNSUPPORTED_PIXELS",
    "rtdose_1frame.dcm": "UNSUPPORTED_PIXELS",
    "rtdose_expb_1frame.dcm": "UNSUPPORTED_PIXELS",
    "rtdose_rle_1frame.dcm": "UNSUPPORTED_PIXELS",
    "SC_rgb_rle_32bit.dcm": "UNSUPPORTED_PIXELS",
    # Several frames.
    "SC_rgb_rle_16bit_2frame.dcm": "UNSUPPORTED_PIXELS",
    "SC_rgb_rle_2frame.dcm": "UNSUPPORTED_PIXELS",
    "SC_rgb_rle_32bit_2frame.dcm": "UNSUPPORTED_PIXELS",
    "examples_ybr_color.dcm": "UNSUPPORTED_PIXELS",
    "rtdose.dcm": "UNSUPPORTED_PIXELS",
    "rtdose_expb.dcm": "UNSUPPORTED_PIXELS",
    "rtdose_rle.dcm": "UNSUPPORTED_PIXELS",
    # A test pattern of saturated stripes, in every encoding; an ultrasound image that is all yellow.
    **dict.fromkeys(
        (
            "SC_rgb_dcmtk_+eb+cr.dcm",
            "SC_rgb_dcmtk_+eb+cy+n1.dcm",
            "SC_rgb_dcmtk_+eb+cy+n2.dcm",
            "SC_rgb_dcmtk_+eb+cy+np.dcm",
            "SC_rgb_dcmtk_+eb+cy+s2.dcm",
            "SC_rgb_dcmtk_+eb+cy+s4.dcm",
            "SC_rgb_gdcm_KY.dcm",
            "SC_rgb_jls_lossy_line.dcm",
            "SC_rgb_jls_lossy_sample.dcm",
            "SC_rgb_jpeg_dcmtk.dcm",
            "SC_rgb_jpeg_gdcm.dcm",
            "SC_rgb_jpeg_lossy_gdcm.dcm",
            "SC_rgb_rle.dcm",
            "SC_rgb_rle_16bit.dcm",
            "SC_ybr_full_422_uncompressed.dcm",
            "ExplVR_BigEnd.dcm",
        ),
        "NOT_GRAYSCALE",
    ),
}

BEYOND_PYDICOM = {"JPEG-lossy.dcm", "JPGExtended.dcm"}
"""JPEG Extended of 12 bits, which pydicom reads with none of the decoders installed here."""


def images(folder: Path) -> Iterator[Path]:
    """Files that parse and hold pixels, however they are named."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        with quiet_pydicom():
            try:
                if "PixelData" in dcmread(path, force=True):
                    yield path
            except Exception:  # noqa: BLE001 - not a file this test is about
                continue


SHIPPED = list(images(FOLDER))


def test_pydicom_ships_enough_files_to_compare() -> None:
    assert len(SHIPPED) >= 75
    assert {path.name for path in SHIPPED} >= set(REFUSED) | BEYOND_PYDICOM


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_every_image_that_pydicom_ships_agrees_or_is_refused(path: Path) -> None:
    data = path.read_bytes()
    if path.name in REFUSED:
        with pytest.raises(UnreadableFileError) as caught:
            read_radiograph(data)
        assert caught.value.code == REFUSED[path.name]
    elif path.name in BEYOND_PYDICOM:
        assert read_radiograph(data).shape == (1024, 256)
    else:
        check(path)


@pytest.mark.data
def test_real_radiographs_agree(data_folder: Path) -> None:
    paths = [path for path in images(data_folder / "dicom") if path.name not in UNREADABLE_BY_PYDICOM]

    for path in paths:
        check(path)
    assert len(paths) == 8


UNREADABLE_BY_PYDICOM = {"dx-chest-malformed-j2k-stream.dcm", "nema-rg3-extremity-jpeg-extended.dcm"}


@pytest.mark.data
def test_malformed_stream_is_refused(data_folder: Path) -> None:
    with pytest.raises(UnreadableDicomError):
        read_radiograph((data_folder / "dicom" / "dx-chest-malformed-j2k-stream.dcm").read_bytes())


@pytest.mark.data
def test_12_bit_jpeg_extended_is_its_lossless_twin_within_the_loss(data_folder: Path) -> None:
    lossy = read_radiograph((data_folder / "dicom" / "nema-rg3-extremity-jpeg-extended.dcm").read_bytes())
    twin = read_radiograph((data_folder / "dicom" / "nema-rg3-extremity-monochrome1-jpegls-lossless.dcm").read_bytes())

    difference = np.abs(lossy.pixels - twin.pixels)

    assert difference.mean() < 2
    assert difference.max() < 64  # of 1023; values that compression lifts above 1023 do not fall to 0


@pytest.mark.data
def test_retagged_radiograph_is_the_mirror_of_its_twin(data_folder: Path) -> None:
    twin = read_radiograph((data_folder / "dicom" / "rsna-sample-cr-pa-jpeg-baseline.dcm").read_bytes())
    mirrored = read_radiograph((data_folder / "dicom" / "rsna-sample-retagged-monochrome1.dcm").read_bytes())

    assert np.array_equal(twin.pixels, mirrored.pixels)
    assert np.allclose(presentation_pixels(twin), 1 - presentation_pixels(mirrored), atol=1e-6)


@pytest.mark.data
def test_one_radiograph_in_three_lossless_syntaxes_is_one(data_folder: Path) -> None:
    shown = [
        presentation_pixels(read_radiograph(path.read_bytes()))
        for path in sorted((data_folder / "dicom").glob("nema-rg2-hip-*.dcm"))
    ]

    assert len(shown) == 3
    assert all(np.array_equal(other, shown[0]) for other in shown[1:])


def make(**attributes: object) -> bytes:
    return make_radiograph_dicom(make_step_wedge(64, 64), **attributes)  # type: ignore[arg-type]


TABLE = [round(4095 * (i / 4095) ** 0.6) for i in range(4096)]
STEPS = {
    "rescale": make(RescaleSlope="2.5", RescaleIntercept="-77", WindowCenter="4000", WindowWidth="6000"),
    "modality LUT": make(ModalityLUTSequence=[make_lut(TABLE, first_value=0)], WindowCenter="2048", WindowWidth="4000"),
    "several windows": make(WindowCenter=["2048", "100", "3000"], WindowWidth=["4096", "1", "2"]),
    "VOI LUT": make(VOILUTSequence=[make_lut(TABLE, first_value=0, bits=12)]),
    "short VOI LUT": make(VOILUTSequence=[make_lut(TABLE[:2000], first_value=900, bits=12)]),
    "VOI LUT before a window": make(
        VOILUTSequence=[make_lut(TABLE, first_value=0, bits=12)], WindowCenter="100", WindowWidth="50"
    ),
    "LINEAR_EXACT": make(VOILUTFunction="LINEAR_EXACT", WindowCenter="2000", WindowWidth="3000"),
    "SIGMOID": make(VOILUTFunction="SIGMOID", WindowCenter="2000", WindowWidth="1500"),
}


@pytest.mark.parametrize("name", STEPS)
def test_steps_that_no_shipped_file_takes_agree(name: str) -> None:
    radiograph = read_radiograph(STEPS[name])
    dataset = dcmread(BytesIO(STEPS[name]))
    modality = np.asarray(apply_modality_lut(dataset.pixel_array, dataset))

    shown = np.asarray(apply_voi_lut(modality, dataset), dtype=np.float64)

    low, high = (0, 4095) if "VOILUTSequence" in dataset else radiograph.value_range
    expected = (shown - low) / (high - low)
    assert radiograph.cautions == ()
    assert np.array_equal(radiograph.pixels, modality.astype(np.float32))
    np.testing.assert_allclose(presentation_pixels(radiograph), expected, atol=1e-6)


def check(path: Path) -> None:
    """Compare modality values exactly, and each window and table of the file over the range that pydicom maps it to."""
    radiograph = read_radiograph(path.read_bytes())
    with quiet_pydicom():
        dataset = dcmread(path, force=True)
        stored = dataset.pixel_array
        if stored.ndim == 3:
            assert np.array_equal(radiograph.pixels, luma(stored))
            return
        modality = apply_modality_lut(stored, dataset)
    assert np.array_equal(radiograph.pixels, np.asarray(modality, dtype=np.float32))
    check_windows(dataset, modality, radiograph)
    if radiograph.cautions:
        return
    shown = of_pydicom(dataset, modality, radiograph, index=0)
    np.testing.assert_allclose(presentation_pixels(radiograph), polarity(shown, radiograph), atol=1e-6)


def check_windows(dataset: Dataset, modality: NDArray[np.generic], radiograph: Radiograph) -> None:
    """Compare our arithmetic with pydicom's for every window, whether it would be chosen or not."""
    if "VOILUTSequence" in dataset or "WindowWidth" not in dataset:
        return
    centers, widths = np.atleast_1d(dataset.WindowCenter), np.atleast_1d(dataset.WindowWidth)
    for index, (center, width) in enumerate(zip(centers, widths, strict=True)):
        ours = apply_voi_window(np.asarray(modality, dtype=np.float64), center=float(center), width=float(width))
        np.testing.assert_allclose(ours, of_pydicom(dataset, modality, radiograph, index=index), atol=1e-9)


def of_pydicom(
    dataset: Dataset, modality: NDArray[np.generic], radiograph: Radiograph, *, index: int
) -> NDArray[np.float64]:
    """Values after pydicom's window or VOI LUT, brought to [0, 1]."""
    windowed = np.asarray(apply_voi_lut(modality, dataset, index=index), dtype=np.float64)
    low, high = radiograph.value_range
    return (windowed - low) / (high - low)


def luma(stored: NDArray[np.generic]) -> NDArray[np.generic]:
    """ITU-R BT.601 of red, green, blue; the value itself where the three are equal."""
    if (stored == stored[..., :1]).all():
        return stored[..., 0]
    return np.asarray(cv2.cvtColor(np.ascontiguousarray(stored), cv2.COLOR_RGB2GRAY))


def polarity(shown: NDArray[np.float64], radiograph: Radiograph) -> NDArray[np.float64]:
    if radiograph.photometric_interpretation is PhotometricInterpretation.MONOCHROME1:
        shown = 1 - shown
    if radiograph.padding is not None:
        low, high = radiograph.padding
        shown = np.where((radiograph.pixels >= low) & (radiograph.pixels <= high), 0, shown)
    return shown
