"""A site's list of its radiographs with their truth: a CSV file to rows that are valid by construction."""

import csv
import hashlib
import io
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import zip_longest
from pathlib import Path, PureWindowsPath

from model.errors import ModelError
from model.findings import Finding

LABELS = {
    "normal": Finding.NORMAL,
    "covid-19": Finding.COVID_19,
    "covid19": Finding.COVID_19,
    "covid": Finding.COVID_19,
    "other": Finding.OTHER,
    "pneumonia": Finding.OTHER,
}
"""What may stand in the column `label`, in any case. Pneumonia that is not COVID-19 is an other abnormality."""

REQUIRED = ("file", "label")
USUAL_GROUPS = ("view", "sex", "age")
"""Columns that are reported apart wherever they are there."""

HOSPITAL_COLUMNS = ("hospital", "source")
PRIVATE = ("file", "label", "patient")
"""Columns that cannot be groups: a group's values are printed."""

MAX_VALUES = 50
"""Of a group or of hospitals. Chosen: more are names or numbers rather than groups, and may be of patients."""

AGE_BANDS = ((18, "under 18"), (40, "18–39"), (60, "40–59"), (80, "60–79"), (200, "80 and over"))
"""Upper bound, not attained, and name. Exact ages stay out of every report."""

_UNKNOWN = ("", "-", "unknown", "n/a", "na")
_SEXES = {"f": "female", "female": "female", "m": "male", "male": "male"}
_AGE = re.compile(r"(\d{1,3})(?:\.\d+)?\s*([ymwd]?)", re.IGNORECASE)
_UNITS_IN_A_YEAR = {"": 1, "y": 1, "m": 12, "w": 52, "d": 365}
_ALONE = "\x1falone\x1f"
"""Begins the key of a radiograph without a patient: no cell that a person typed holds a unit separator."""


class ManifestFault(StrEnum):
    """What is wrong with a manifest: one code for each different thing to do about it."""

    UNREADABLE = "MANIFEST_UNREADABLE"
    EMPTY = "MANIFEST_EMPTY"
    COLUMN_MISSING = "MANIFEST_COLUMN_MISSING"
    COLUMN_TWICE = "MANIFEST_COLUMN_TWICE"
    GROUP_REFUSED = "MANIFEST_GROUP_REFUSED"
    FILE_MISSING = "MANIFEST_FILE_MISSING"
    FILE_OUTSIDE = "MANIFEST_FILE_OUTSIDE"
    FILE_TWICE = "MANIFEST_FILE_TWICE"
    LABEL_UNKNOWN = "MANIFEST_LABEL_UNKNOWN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One mistake in a manifest.

    Attributes:
        line: Line of the file, the header being 1; `None` where it concerns the whole file.
        detail: What is wrong and what to do, without any content of the file but a column's name.
    """

    code: ManifestFault
    line: int | None
    detail: str


class ManifestError(ModelError):
    """A manifest that cannot be used; nothing was read. `faults` holds every mistake that was found, in order."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(", ".join(dict.fromkeys(fault.code for fault in faults)))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestRow:
    """One radiograph of a site.

    Attributes:
        name: Its file as the manifest names it, with forward slashes.
        path: Where the file should lie; it need not be there.
        hospital: Empty where unknown.
        patient: Key that images of one patient share; never printed. Without a patient each image is one of its own.
        groups: Value of each group; empty where unknown.
    """

    name: str
    path: Path
    truth: Finding
    hospital: str
    patient: str
    groups: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """All radiographs of a site.

    Attributes:
        sha256: Hash of the file, so that a report says which list it is about.
        has_hospitals: Whether a column names hospitals.
        n_without_patient: Radiographs that count as a patient of their own.
        groups: Names of the groups, in the order of the report.
    """

    rows: tuple[ManifestRow, ...]
    sha256: str
    has_hospitals: bool
    n_without_patient: int
    groups: tuple[str, ...]


def read_manifest(path: Path, folder: Path, *, groups: Sequence[str] = ()) -> Manifest:
    """Read a manifest: UTF-8, a header, columns parted by comma, semicolon or tab; names and labels in any case.

    Args:
        folder: What `file` is relative to. A link in it may lead elsewhere; a name may not.
        groups: Further columns to report apart.

    Raises:
        ManifestError: with every mistake found.
        OSError: the file cannot be opened.
    """
    content = path.read_bytes()
    header, lines = _table(content)
    usual = [name for name in USUAL_GROUPS if name in header]
    chosen = tuple(dict.fromkeys([*usual, *map(_key, groups)]))
    _refuse([*_header_faults(header, chosen)])
    found = _Rows(folder=folder, groups=chosen)
    for line, cells in lines:
        found.add(line, cells)
    _refuse(found.faults)
    _refuse([*_table_faults(found.rows, chosen)])
    return Manifest(
        rows=tuple(found.rows),
        sha256=hashlib.sha256(content).hexdigest(),
        has_hospitals=any(name in header for name in HOSPITAL_COLUMNS),
        n_without_patient=sum(row.patient.startswith(_ALONE) for row in found.rows),
        groups=chosen,
    )


def _table(content: bytes) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    """Split into header and numbered lines without the blank ones."""
    try:
        text = content.decode("utf-8-sig")
        first = text.partition("\n")[0]
        table = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
        header = [_key(name) for name in next(table, [])]
        lines = [(table.line_num, [cell.strip() for cell in cells]) for cells in table]
    except (UnicodeDecodeError, csv.Error) as error:
        raise ManifestError([_unreadable(None, "It is not a table in UTF-8 text. Save it as CSV UTF-8.")]) from error
    if "\0" in text:
        _refuse([_unreadable(None, "It holds binary zeros. Save it as CSV UTF-8.")])
    too_long = "It has more cells than the header. Quote the cell that holds the separator."
    _refuse([_unreadable(n, too_long) for n, cells in lines if any(cells[len(header) :])])
    return header, [
        (n, dict(zip_longest(header, cells[: len(header)], fillvalue=""))) for n, cells in lines if any(cells)
    ]


def _unreadable(line: int | None, detail: str) -> Fault:
    return Fault(code=ManifestFault.UNREADABLE, line=line, detail=detail)


def _key(name: str) -> str:
    return name.strip().lower()


def _refuse(faults: Sequence[Fault]) -> None:
    if faults:
        raise ManifestError(faults)


def _header_faults(header: Sequence[str], groups: Sequence[str]) -> Iterator[Fault]:
    for name in (*REQUIRED, *groups):
        if name not in header:
            yield Fault(code=ManifestFault.COLUMN_MISSING, line=1, detail=f"There is no column `{name}`. Add it.")
    for name in dict.fromkeys((*REQUIRED, *HOSPITAL_COLUMNS, "patient", *groups)):
        if header.count(name) > 1:
            detail = f"The column `{name}` is there {header.count(name)} times. Keep one."
            yield Fault(code=ManifestFault.COLUMN_TWICE, line=1, detail=detail)
    for name in groups:
        if name in PRIVATE:
            detail = f"The column `{name}` cannot be a group: a report prints the values of groups."
            yield Fault(code=ManifestFault.GROUP_REFUSED, line=1, detail=detail)


def _table_faults(rows: Sequence[ManifestRow], groups: Sequence[str]) -> Iterator[Fault]:
    if not rows:
        yield Fault(code=ManifestFault.EMPTY, line=None, detail="It lists no radiograph.")
    values = {"hospital": {row.hospital for row in rows}} | {
        name: {row.groups[name] for row in rows} for name in groups
    }
    for name, different in values.items():
        if len(different) > MAX_VALUES:
            detail = (
                f"The column `{name}` has {len(different)} different values, the limit is {MAX_VALUES}. "
                "Fold them into fewer, or rename a column that is no group."
            )
            yield Fault(code=ManifestFault.GROUP_REFUSED, line=None, detail=detail)


@dataclass(slots=True, kw_only=True)
class _Rows:
    """Builds rows line by line and collects what is wrong with them."""

    folder: Path
    groups: Sequence[str]
    rows: list[ManifestRow] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)

    def add(self, line: int, cells: Mapping[str, str]) -> None:
        name, truth = self._name(line, cells["file"]), LABELS.get(cells["label"].lower())
        if truth is None:
            self._fault(line, ManifestFault.LABEL_UNKNOWN, f"The label is none of {', '.join(LABELS)}. Correct it.")
        if name is None or truth is None:
            return
        hospital = next((cells[column] for column in HOSPITAL_COLUMNS if cells.get(column)), "")
        patient = cells.get("patient", "")
        self.rows.append(
            ManifestRow(
                name=name,
                path=self.folder / name,
                truth=truth,
                hospital=hospital,
                # Two hospitals may give the same number to different people.
                patient=f"{hospital}\x1f{patient}" if patient else f"{_ALONE}{name}",
                groups={group: _group_value(group, cells[group]) for group in self.groups},
            )
        )

    def _name(self, line: int, cell: str) -> str | None:
        if not cell:
            self._fault(line, ManifestFault.FILE_MISSING, "No file is named. Name one.")
            return None
        given = PureWindowsPath(cell)  # reads both kinds of slash
        name = posixpath.normpath(given.as_posix())
        if given.anchor or name == ".." or name.startswith("../"):
            detail = "The file lies outside the folder. Name it relative to the folder, or give a folder above it."
            self._fault(line, ManifestFault.FILE_OUTSIDE, detail)
            return None
        if name in self.lines:
            detail = f"The file is named on line {self.lines[name]} already. Keep one of the two."
            self._fault(line, ManifestFault.FILE_TWICE, detail)
            return None
        self.lines[name] = line
        return name

    def _fault(self, line: int, code: ManifestFault, detail: str) -> None:
        self.faults.append(Fault(code=code, line=line, detail=detail))


def _group_value(group: str, cell: str) -> str:
    if cell.lower() in _UNKNOWN:
        return ""
    match group:
        case "age":
            return age_band(cell)
        case "sex":
            return _SEXES.get(cell.lower(), "other")
        case "view":
            return cell.upper()
    return cell


def age_band(cell: str) -> str:
    """Name the band of an age, written in years or as DICOM does (`057Y`, `006M`); empty for anything else."""
    age = _AGE.fullmatch(cell)
    if age is None:
        return ""
    years = int(age[1]) // _UNITS_IN_A_YEAR[age[2].lower()]
    return next((name for bound, name in AGE_BANDS if years < bound), "")
