"""Three files that show the application at work: a normal chest, one with opacities, and a lateral that is refused."""

from dataclasses import dataclass
from io import BytesIO
from uuid import NAMESPACE_URL, uuid5

import cv2
import numpy as np
from pydicom import uid
from pydicom.dataset import Dataset, FileMetaDataset

from app.demo.thorax import Floats, draw_chest, draw_lateral

ROWS, COLUMNS, BITS_STORED = 1400, 1200, 12


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    """One drawn person, and how the chest is seen."""

    key: str
    age: str
    sex: str
    view_position: str
    seed: int
    opacity: bool = False


_SUBJECTS = (
    _Subject(key="DEMO-1", age="058Y", sex="F", view_position="PA", seed=11),
    _Subject(key="DEMO-2", age="064Y", sex="M", view_position="AP", seed=3, opacity=True),
    _Subject(key="DEMO-3", age="047Y", sex="F", view_position="LL", seed=7),
)


def _uid(name: str) -> str:
    """Make an identifier of the UUID-derived root, the same each time."""
    return f"2.25.{uuid5(NAMESPACE_URL, f'covid-xnet:demonstration:{name}').int}"


STUDY_INSTANCE_UIDS = tuple(_uid(f"study:{subject.key}") for subject in _SUBJECTS)
"""What demonstration cases are known by; no scanner makes these."""


def draw_files() -> list[tuple[str, bytes]]:
    """Draw the files: name and DICOM bytes of each, the same bytes each time."""
    return [(f"{subject.key.lower()}.dcm", _dicom(subject)) for subject in _SUBJECTS]


def _dicom(subject: _Subject) -> bytes:
    highest = 2**BITS_STORED - 1
    stored = np.rint(_marked(_draw(subject)) * highest).astype("<u2")
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = uid.ExplicitVRLittleEndian
    dataset.SOPClassUID = uid.DigitalXRayImageStorageForPresentation
    dataset.SOPInstanceUID = _uid(f"instance:{subject.key}")
    dataset.StudyInstanceUID = _uid(f"study:{subject.key}")
    dataset.SeriesInstanceUID = _uid(f"series:{subject.key}")
    dataset.AccessionNumber = subject.key
    dataset.PatientID = "drawn"
    dataset.PatientName = "Drawn^Not a patient"
    dataset.PatientAge, dataset.PatientSex = subject.age, subject.sex
    dataset.StudyDescription = "Demonstration, drawn"
    dataset.Modality = "DX"
    dataset.PresentationIntentType = "FOR PRESENTATION"
    dataset.BodyPartExamined = "CHEST"
    dataset.ViewPosition = subject.view_position
    dataset.ImagerPixelSpacing = ["0.29", "0.29"]
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.Rows, dataset.Columns = stored.shape
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit = 16, BITS_STORED, BITS_STORED - 1
    dataset.PixelRepresentation = 0
    dataset.WindowCenter, dataset.WindowWidth = str((highest + 1) / 2), str(highest + 1)
    dataset.PixelData = stored.tobytes()
    buffer = BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def _draw(subject: _Subject) -> Floats:
    if subject.view_position == "LL":
        return draw_lateral(ROWS, COLUMNS, subject.seed)
    return draw_chest(ROWS, COLUMNS, subject.seed, opacity=subject.opacity)


def _marked(pixels: Floats) -> Floats:
    """Say on the picture itself that it is drawn, where no lung lies."""
    text = np.zeros((ROWS, COLUMNS), np.uint8)
    cv2.putText(text, "DRAWN", (40, ROWS - 40), cv2.FONT_HERSHEY_SIMPLEX, 1.6, 255, 4, cv2.LINE_AA)
    return np.maximum(pixels, text.astype(np.float32) / 255)
