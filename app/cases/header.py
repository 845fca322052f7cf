"""The header facts that people need beside the image: who, when, which study. They never pass through `model`."""

from dataclasses import dataclass, fields

from pydicom import dcmread
from pydicom.dataset import Dataset

from model.imaging.dicom_file import FileBytes, as_stream
from model.imaging.quiet import quiet_pydicom
from model.imaging.radiograph import Encoding


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderFacts:
    """Text as the file holds it, cut to the standard's length; `None` when absent or empty.

    Attributes:
        study_instance_uid: Study Instance UID (0020,000D).
        patient_id: Patient ID (0010,0020).
        patient_name: Patient's Name (0010,0010), components parted by a comma.
        patient_sex: Patient's Sex (0010,0040).
        patient_age: Patient's Age (0010,1010), such as `057Y`.
        accession_number: Accession Number (0008,0050).
        study_date: Study Date (0008,0020), `YYYYMMDD`.
        study_time: Study Time (0008,0030).
        study_description: Study Description (0008,1030).
    """

    study_instance_uid: str | None = None
    patient_id: str | None = None
    patient_name: str | None = None
    patient_sex: str | None = None
    patient_age: str | None = None
    accession_number: str | None = None
    study_date: str | None = None
    study_time: str | None = None
    study_description: str | None = None


_ATTRIBUTES = {
    "study_instance_uid": ("StudyInstanceUID", 64),
    "patient_id": ("PatientID", 64),
    "patient_name": ("PatientName", 324),
    "patient_sex": ("PatientSex", 16),
    "patient_age": ("PatientAge", 4),
    "accession_number": ("AccessionNumber", 16),
    "study_date": ("StudyDate", 8),
    "study_time": ("StudyTime", 16),
    "study_description": ("StudyDescription", 64),
}


def read_header(data: FileBytes, encoding: Encoding) -> HeaderFacts:
    """Read the header of a file that decoded; a raster file has none.

    A malformed value counts as absent: it must not keep a radiograph that decoded from being read.
    """
    if encoding is not Encoding.DICOM:
        return HeaderFacts()
    with quiet_pydicom():
        dataset = dcmread(as_stream(data), force=True, stop_before_pixels=True)
        return HeaderFacts(**{field.name: _text(dataset, *_ATTRIBUTES[field.name]) for field in fields(HeaderFacts)})


def _text(dataset: Dataset, keyword: str, length: int) -> str | None:
    try:
        value = dataset.get(keyword)
        text = "" if value is None else str(value)
    except Exception:  # noqa: BLE001 pydicom converts on access and raises whatever the conversion meets
        return None
    if keyword == "PatientName":
        text = text.split("=")[0].rstrip("^").replace("^", ", ", 1).replace("^", " ")
    text = "".join(character for character in text if character.isprintable()).strip()
    return text[:length] or None
