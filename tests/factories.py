"""Makes files for tests: real DICOM Part 10, PNG and JPEG bytes around synthetic pixels. No patient's data, ever."""

import hashlib
from io import BytesIO
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread, uid
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate

from tests.phantoms import make_chest_phantom, make_step_wedge

__all__ = [
    "make_chest_dicom",
    "make_chest_phantom",
    "make_jpeg",
    "make_lut",
    "make_png",
    "make_radiograph_dicom",
    "make_step_wedge",
    "read_back",
    "write",
]

_UID_ROOT = "1.2.826.0.1.3680043.10.1337."
_ENCODERS = {
    uid.RLELossless: "pydicom",
    uid.JPEGLSLossless: "pyjpegls",
    uid.JPEG2000Lossless: "pylibjpeg",
}
_ORDERS = {
    uid.ImplicitVRLittleEndian: (True, True),
    uid.ExplicitVRLittleEndian: (False, True),
    uid.DeflatedExplicitVRLittleEndian: (False, True),
    uid.ExplicitVRBigEndian: (False, False),
}


def make_radiograph_dicom(
    pixels: NDArray[Any] | None = None,
    *,
    bits_allocated: int | None = None,
    bits_stored: int = 12,
    is_signed: bool = False,
    transfer_syntax: str = uid.ExplicitVRLittleEndian,
    **attributes: object,
) -> bytes:
    """Write a computed radiograph as a DICOM file.

    Args:
        pixels: (H, W) stored values, or (H, W, 3) colours; `None` for the step wedge of these bits.
        bits_allocated: `None` for the fewest that hold `bits_stored`.
        transfer_syntax: Any that the application reads.
        attributes: Values by DICOM keyword, over the defaults; `None` leaves the attribute out.
    """
    if pixels is None:
        pixels = make_step_wedge(bits_stored=bits_stored, is_signed=is_signed)
    if bits_allocated is None:
        bits_allocated = 8 if bits_stored <= 8 else 16
    dataset = _describe(pixels, bits_allocated=bits_allocated, bits_stored=bits_stored, is_signed=is_signed)
    native = np.ascontiguousarray(pixels).astype(f"<{'i' if is_signed else 'u'}{bits_allocated // 8}")
    syntax = uid.UID(transfer_syntax)
    if syntax == uid.ExplicitVRBigEndian:
        native = native.astype(native.dtype.newbyteorder(">"))
    dataset.PixelData = native.tobytes() + b"\0" * (native.nbytes % 2)
    dataset["PixelData"].VR = "OB" if bits_allocated == 8 else "OW"
    for keyword, value in attributes.items():
        _set(dataset, keyword, value)
    return _write(dataset, syntax, pixels)


def make_chest_dicom(
    *,
    rows: int = 256,
    columns: int = 208,
    seed: int = 0,
    opacity: bool = False,
    bits_stored: int = 12,
    monochrome1: bool = False,
    transfer_syntax: str = uid.ExplicitVRLittleEndian,
    patient_id: str | None = "PHANTOM-1",
    patient_name: str | None = "Phantom^Chest",
    accession_number: str | None = "A-0001",
    study_instance_uid: str | None = None,
    view_position: str | None = "PA",
    modality: str | None = "DX",
    age: str | None = "045Y",
    **attributes: object,
) -> bytes:
    """Write the drawn thorax as a DX image with a window over its whole range.

    Args:
        seed: Another seed is another patient's anatomy and another SOP Instance UID.
        study_instance_uid: `None` for one made from patient, accession number and seed.
        age: Patient's Age as written, such as `045Y`.
        attributes: Values by DICOM keyword, over all others; `None` leaves the attribute out.
    """
    highest = 2**bits_stored - 1
    stored = np.rint(make_chest_phantom(rows, columns, seed, opacity=opacity) * highest).astype(np.int64)
    defaults: dict[str, object] = {
        "SOPClassUID": uid.DigitalXRayImageStorageForPresentation,
        "PresentationIntentType": "FOR PRESENTATION",
        "Modality": modality,
        "PatientID": patient_id,
        "PatientName": patient_name,
        "PatientAge": age,
        "AccessionNumber": accession_number,
        "StudyInstanceUID": study_instance_uid or _make_uid("study", patient_id, accession_number, seed),
        "ViewPosition": view_position,
        "WindowCenter": str(2.0 ** (bits_stored - 1)),
        "WindowWidth": str(2.0**bits_stored),
        "ImagerPixelSpacing": ["0.139", "0.139"],
        "PhotometricInterpretation": "MONOCHROME1" if monochrome1 else "MONOCHROME2",
        "PresentationLUTShape": "INVERSE" if monochrome1 else "IDENTITY",
    }
    return make_radiograph_dicom(
        highest - stored if monochrome1 else stored,
        bits_stored=bits_stored,
        transfer_syntax=transfer_syntax,
        **(defaults | attributes),
    )


def make_lut(entries: list[int], *, first_value: int, bits: int = 16) -> Dataset:
    """Make an item of a Modality or VOI LUT Sequence.

    Args:
        first_value: Input of the first entry; written as an unsigned 16-bit number.
    """
    item = Dataset()
    item.add_new("LUTDescriptor", "US", [len(entries) % 0x10000, first_value % 0x10000, bits])
    item.add_new("LUTData", "US", entries)
    return item


def make_png(pixels: NDArray[Any]) -> bytes:
    """Encode uint8 or uint16 pixels, gray (H, W) or blue, green, red (H, W, 3), as PNG."""
    return _encode(".png", pixels)


def make_jpeg(pixels: NDArray[np.uint8], *, quality: int = 92, is_progressive: bool = False) -> bytes:
    """Encode uint8 pixels, gray (H, W) or blue, green, red (H, W, 3), as baseline or progressive JPEG."""
    options = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_PROGRESSIVE, int(is_progressive)]
    return _encode(".jpg", pixels, options)


def read_back(data: bytes) -> Dataset:
    """Parse a file that this module made, to change it and `write` it again."""
    return dcmread(BytesIO(data))


def write(dataset: Dataset) -> bytes:
    """Write a data set as it stands, however it contradicts itself."""
    buffer = BytesIO()
    implicit, little = _ORDERS.get(dataset.file_meta.TransferSyntaxUID, (False, True))
    dataset.save_as(buffer, implicit_vr=implicit, little_endian=little, overwrite=True)
    return buffer.getvalue()


def _encode(extension: str, pixels: NDArray[Any], options: list[int] | None = None) -> bytes:
    is_encoded, encoded = cv2.imencode(extension, pixels, options or [])
    assert is_encoded
    return bytes(encoded)


def _describe(pixels: NDArray[Any], *, bits_allocated: int, bits_stored: int, is_signed: bool) -> Dataset:
    dataset = Dataset()
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.SOPClassUID = uid.ComputedRadiographyImageStorage
    dataset.StudyDate = "20200401"
    dataset.StudyTime = "101500"
    dataset.AccessionNumber = "A-0001"
    dataset.Modality = "CR"
    dataset.PatientName = "Phantom^Wedge"
    dataset.PatientID = "PHANTOM-0"
    dataset.PatientBirthDate = None
    dataset.PatientSex = "O"
    dataset.BodyPartExamined = "CHEST"
    dataset.StudyInstanceUID = _make_uid("study")
    dataset.SeriesInstanceUID = _make_uid("series")
    dataset.InstanceNumber = "1"
    dataset.SamplesPerPixel = 1 if pixels.ndim == 2 else pixels.shape[2]
    dataset.PhotometricInterpretation = "MONOCHROME2" if pixels.ndim == 2 else "RGB"
    if pixels.ndim == 3:
        dataset.PlanarConfiguration = 0
    dataset.Rows, dataset.Columns = pixels.shape[:2]
    dataset.BitsAllocated = bits_allocated
    dataset.BitsStored = bits_stored
    dataset.HighBit = bits_stored - 1
    dataset.PixelRepresentation = int(is_signed)
    return dataset


def _set(dataset: Dataset, keyword: str, value: object) -> None:
    if value is None:
        if keyword in dataset:
            delattr(dataset, keyword)
    elif keyword in ("PixelPaddingValue", "PixelPaddingRangeLimit") and isinstance(value, int):
        dataset.add_new(keyword, "SS" if value < 0 else "US", value)
    else:
        setattr(dataset, keyword, value)


def _write(dataset: Dataset, syntax: uid.UID, pixels: NDArray[Any]) -> bytes:
    dataset.SOPInstanceUID = dataset.get("SOPInstanceUID") or _make_uid("instance", repr(dataset), pixels.tobytes())
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax if syntax in _ORDERS else uid.ExplicitVRLittleEndian
    if syntax in _ENCODERS:
        dataset.compress(syntax, encoding_plugin=_ENCODERS[syntax], generate_instance_uid=False)
    elif syntax not in _ORDERS:
        dataset.PixelData = encapsulate([_encode_stream(syntax, pixels, dataset.BitsStored)])
        dataset["PixelData"].VR = "OB"
        dataset.file_meta.TransferSyntaxUID = syntax
    implicit, little = _ORDERS.get(syntax, (False, True))
    buffer = BytesIO()
    dataset.save_as(buffer, enforce_file_format=True, implicit_vr=implicit, little_endian=little)
    return buffer.getvalue()


def _encode_stream(syntax: uid.UID, pixels: NDArray[Any], bits_stored: int) -> bytes:
    if syntax == uid.JPEGBaseline8Bit:
        return make_jpeg(pixels.astype(np.uint8))
    from tests import codecs  # its library is the developers', and this module also serves `make bench`

    match syntax:
        case uid.JPEGExtended12Bit:
            return codecs.encode_jpeg(pixels, precision=8 if bits_stored <= 8 else 12)
        case uid.JPEGLossless:
            return codecs.encode_lossless_jpeg(pixels, precision=max(bits_stored, 2), selection=4)
        case uid.JPEGLosslessSV1:
            return codecs.encode_lossless_jpeg(pixels, precision=max(bits_stored, 2))
        case uid.JPEGLSNearLossless:
            return codecs.encode_near_lossless(pixels, near=2)
        case uid.JPEG2000:
            return codecs.encode_jpeg2000(pixels, decibels=84)
        case uid.HTJ2KLossless | uid.HTJ2KLosslessRPCL:
            return codecs.encode_htj2k(pixels)
        case uid.HTJ2K:
            return codecs.encode_htj2k(pixels, step=0.0002)
    raise ValueError(f"no encoder for {syntax.name}")


def _make_uid(*parts: object) -> str:
    """Make the same UID from the same parts, so that files are the same bytes on every run."""
    digest = hashlib.sha256(repr(parts).encode()).digest()
    return _UID_ROOT + str(int.from_bytes(digest[:12]))
