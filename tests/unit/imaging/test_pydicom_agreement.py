"""Our modality and VOI steps against pydicom's own, on the files it ships and on the collection of real radiographs."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.data.data_manager import DATA_ROOT
from pydicom.dataset import Dataset
from pydicom.pixels import apply_modality_lut, apply_voi_lut

from model.errors import UnreadableDicomError, UnsupportedTransferSyntaxError
from model.imaging.pixels import apply_voi_window, presentation_pixels
from model.imaging.quiet import quiet_pydicom
from model.imaging.radiograph import PhotometricInterpretation, Radiograph, VoiWindow
from model.imaging.reader import read_radiograph

# Refused on purpose: 12-bit JPEG Extended, cut-off pixels, a damaged JPEG 2000 header, attributes missing or malformed.
REFUSED = {
    "JPEG-lossy.dcm": UnsupportedTransferSyntaxError,
    "JPGExtended.dcm": UnsupportedTransferSyntaxError,
    "MR_truncated.dcm": UnreadableDicomError,
    "JPEG2000-embedded-sequence-delimiter.dcm": UnreadableDicomError,
    "badVR.dcm": UnreadableDicomError,
}


def monochrome_files(folder: Path) -> Iterator[Path]:
    """Files of one gray frame of 8 or 16 bits."""
    for path in sorted(folder.glob("*.dcm")):
        with quiet_pydicom():
            try:
                dataset = dcmread(path, stop_before_pixels=True)
                frames = int(dataset.get("NumberOfFrames") or 1)
            except Exception:  # noqa: BLE001 - not a file this test is about
                continue
            if (
                str(dataset.get("PhotometricInterpretation", "")).startswith("MONOCHROME")
                and frames == 1
                and dataset.get("BitsAllocated") in (8, 16)
                and dataset.get("BitsStored") is not None
            ):
                yield path


SHIPPED = [path for path in monochrome_files(Path(DATA_ROOT) / "test_files") if path.name not in REFUSED]


def of_pydicom(dataset: Dataset) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Modality values, and values after window or VOI LUT, as pydicom has them."""
    modality = apply_modality_lut(dataset.pixel_array, dataset)
    return np.asarray(modality, dtype=np.float64), np.asarray(apply_voi_lut(modality, dataset), dtype=np.float64)


def test_pydicom_ships_enough_files_to_compare() -> None:
    assert len(SHIPPED) >= 15


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_files_that_pydicom_ships_agree(path: Path) -> None:
    check(path)


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_files_out_of_scope_are_refused(name: str) -> None:
    with pytest.raises(REFUSED[name]):
        read_radiograph((Path(DATA_ROOT) / "test_files" / name).read_bytes())


@pytest.mark.data
def test_real_radiographs_agree(data_folder: Path) -> None:
    paths = [
        path
        for path in monochrome_files(data_folder / "dicom")
        if "malformed" not in path.name and "jpeg-extended" not in path.name
    ]

    for path in paths:
        check(path)
    assert len(paths) >= 8


@pytest.mark.data
def test_malformed_and_12_bit_extended_radiographs_are_refused(data_folder: Path) -> None:
    with pytest.raises(UnreadableDicomError):
        read_radiograph((data_folder / "dicom" / "dx-chest-malformed-j2k-stream.dcm").read_bytes())
    with pytest.raises(UnsupportedTransferSyntaxError):
        read_radiograph((data_folder / "dicom" / "nema-rg3-extremity-jpeg-extended.dcm").read_bytes())


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


def check(path: Path) -> None:
    """Compare modality values exactly, and the window over the range that pydicom maps it to."""
    radiograph = read_radiograph(path.read_bytes())
    with quiet_pydicom():
        modality, windowed = of_pydicom(dcmread(path))
    assert np.array_equal(radiograph.pixels, modality.astype(np.float32))
    if not isinstance(radiograph.voi, VoiWindow) or radiograph.cautions:
        return
    window = radiograph.voi
    low, high = radiograph.value_range
    expected = (windowed - low) / (high - low)
    ours = apply_voi_window(modality, center=window.center, width=window.width, function=window.function)
    np.testing.assert_allclose(ours, expected, atol=1e-9)
    np.testing.assert_allclose(presentation_pixels(radiograph), polarity(expected, radiograph), atol=1e-6)


def polarity(shown: NDArray[np.float64], radiograph: Radiograph) -> NDArray[np.float64]:
    if radiograph.photometric_interpretation is PhotometricInterpretation.MONOCHROME1:
        shown = 1 - shown
    if radiograph.padding is not None:
        low, high = radiograph.padding
        shown = np.where((radiograph.pixels >= low) & (radiograph.pixels <= high), 0, shown)
    return shown
