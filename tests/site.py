"""A site of eight radiographs whose figures can be worked by hand."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from model.evaluation.manifest import Manifest, ManifestRow
from model.evaluation.report import NotRead, Run, SiteReading
from model.findings import Finding
from model.prediction import ModelInfo, OperatingPoint

PATIENT = "Doe^Jane"


def point(name: str, threshold: float) -> OperatingPoint:
    return OperatingPoint(
        name=name,
        threshold=threshold,
        sensitivity=0.9,
        specificity=0.8,
        sensitivity_interval=(0.85, 0.95),
        specificity_interval=(0.75, 0.85),
        set="drawn",
    )


RUN = Run(
    created=datetime(2026, 11, 24, 12, 0, tzinfo=UTC),
    software="1.2",
    model=ModelInfo(name="covid-xnet", version="9", sha256="ab" * 32, pipeline="1", device="cpu"),
    operating_points=(point("balanced", 0.5), point("screening", 0.2)),
    calibration_set="drawn",
    seconds=2.0,
)


def row(name: str, truth: Finding, *, hospital: str = "", age: str = "", patient: str | None = None) -> ManifestRow:
    return ManifestRow(
        name=name,
        path=Path(name),
        truth=truth,
        hospital=hospital,
        patient=patient or f"\x1falone\x1f{name}",
        groups={"age": age},
    )


def manifest(rows: Sequence[ManifestRow], *, has_hospitals: bool = True) -> Manifest:
    alone = sum("alone" in one.patient for one in rows)
    return Manifest(
        rows=tuple(rows), sha256="cd" * 32, has_hospitals=has_hospitals, n_without_patient=alone, groups=("age",)
    )


def reading(listed: ManifestRow, covid: float, finding: Finding, *, ms: float = 10.0) -> SiteReading:
    return SiteReading(
        row=listed,
        probabilities=(1 - covid, covid, 0.0),
        finding=finding,
        flagged=finding is not Finding.NORMAL,
        cautions=("NO_HEADER",) if covid > 0.8 else (),
        timings_ms={"network": ms},
    )


C1 = row("c1", Finding.COVID_19, hospital="north", age="60–79", patient=f"north\x1f{PATIENT}")
C2 = row("c2", Finding.COVID_19, hospital="south", age="under 18")
C3 = row("c3", Finding.COVID_19, hospital="south")
N1 = row("n1", Finding.NORMAL, hospital="north", age="60–79")
N2 = row("n2", Finding.NORMAL, hospital="south")
O1 = row("o1", Finding.OTHER, hospital="north")
LOST = row("lost", Finding.NORMAL)
SIDE = row("side", Finding.COVID_19)

MANIFEST = manifest([C1, C2, C3, N1, N2, O1, LOST, SIDE])
ANSWERS = [
    reading(C1, 0.9, Finding.COVID_19, ms=10),
    reading(C2, 0.52, Finding.INDETERMINATE, ms=20),
    reading(C3, 0.1, Finding.NORMAL, ms=30),
    reading(N1, 0.55, Finding.INDETERMINATE, ms=40),
    reading(N2, 0.32, Finding.NORMAL, ms=50),
    reading(O1, 0.85, Finding.COVID_19, ms=60),
    NotRead(row=LOST, status="failed", code="FILE_NOT_ACCESSIBLE"),
    NotRead(row=SIDE, status="refused", code="NOT_FRONTAL"),
]
