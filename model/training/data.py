"""The data folder's manifest: which radiographs there are, of whom, from where, and what is true of them."""

import csv
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from model.findings import Finding

LABELS = {
    "normal": Finding.NORMAL,
    "covid": Finding.COVID_19,
    "pneumonia": Finding.OTHER,
    "other": Finding.OTHER,
}
"""The manifest's words and the network's."""

HOSPITALS = {
    "nih": "nih",
    "rsna": "nih",
    "bimcv-inferred": "bimcv-qatar",
    "qatar-db-mixed": "bimcv-qatar",
    "shenzhen": "nlm",
    "montgomery": "nlm",
    "ieee8023-journals": "journals-sirm",
    "sirm": "journals-sirm",
}
"""Sources that are one hospital, or cannot be told apart; a source not named here is a hospital of its own."""

ADULT_YEARS = 18

KEPT_TOGETHER = frozenset({"tb-db-mixed"})
"""Sources with runs of similar films and no patient identity: the whole source goes into one fold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One radiograph of the manifest.

    Attributes:
        path: The image file.
        patient: Images of one patient share it; unique to the image where the patient is unknown.
        view: `AP`, `PA`, `AP-supine` or `unknown`.
    """

    image_id: str
    path: Path
    source: str
    label: str
    patient: str
    view: str
    sex: str
    age_years: float | None
    pediatric: bool

    @property
    def finding(self) -> Finding:
        """What the network should say."""
        return LABELS[self.label]

    @property
    def is_adult(self) -> bool:
        """Whether neither flag nor age says child; where both are missing, an adult is assumed."""
        return not self.pediatric and (self.age_years is None or self.age_years >= ADULT_YEARS)

    @property
    def hospital(self) -> str:
        """The hospital, or group of hospitals, that the source stands for."""
        return HOSPITALS.get(self.source, self.source)


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskFile:
    """One outline drawn on a radiograph of the manifest: `kind` is `lung`, `lesion`, ...; `origin` who drew it."""

    image_id: str
    kind: str
    origin: str
    path: Path


def data_folder() -> Path:
    """Find the data folder: `COVID_XNET_DATA`, else `shared/data` beside the repository."""
    return Path(os.environ.get("COVID_XNET_DATA", Path(__file__).parents[2].parent / "shared" / "data"))


def read_manifest(folder: Path) -> list[Sample]:
    """Read every row of `manifest.csv`, children included.

    Raises:
        FileNotFoundError: the folder holds no manifest.
    """
    return [_sample(folder, row) for row in _rows(folder / "manifest.csv")]


def read_masks(folder: Path, kinds: Sequence[str]) -> list[MaskFile]:
    """List the outlines of the given kinds."""
    return [
        MaskFile(image_id=row["image_id"], kind=row["kind"], origin=row["origin"], path=folder / row["file"])
        for row in _rows(folder / "masks.csv")
        if row["kind"] in kinds
    ]


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def _sample(folder: Path, row: dict[str, str]) -> Sample:
    if row["source"] in KEPT_TOGETHER:
        patient = row["source"]
    elif row["patient_id"]:
        patient = f"{row['source']}:{row['patient_id']}"
    else:
        patient = row["image_id"]
    return Sample(
        image_id=row["image_id"],
        path=folder / row["file"],
        source=row["source"],
        label=row["label"],
        patient=patient,
        view=row["view"],
        sex=row["sex"],
        age_years=float(row["age"]) if row["age"] else None,
        pediatric=row["pediatric"] == "1",
    )
