"""A site's manifest: what it may say, and how each mistake is named."""

from pathlib import Path

import pytest

from model.evaluation.manifest import LABELS, MAX_VALUES, ManifestError, ManifestFault, age_band, read_manifest
from model.findings import Finding

MARKER = "Doe^Jane"


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "manifest.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def faults(folder: Path, text: str | bytes, *groups: str) -> list[tuple[str, int | None]]:
    with pytest.raises(ManifestError) as caught:
        read_manifest(written(folder, text), folder, groups=groups)
    assert all(fault.detail.endswith(".") for fault in caught.value.faults)
    assert MARKER not in repr(caught.value.faults) + str(caught.value)
    return [(fault.code.value, fault.line) for fault in caught.value.faults]


def test_a_whole_row(tmp_path: Path) -> None:
    path = written(tmp_path, "file,label,patient,hospital,view,sex,age\nward/a.dcm,COVID-19,7,north,pa,F,057Y\n")

    manifest = read_manifest(path, tmp_path)

    (row,) = manifest.rows
    assert (row.name, row.path, row.truth) == ("ward/a.dcm", tmp_path / "ward" / "a.dcm", Finding.COVID_19)
    assert row.hospital == "north"
    assert row.groups == {"view": "PA", "sex": "female", "age": "40–59"}
    assert manifest.groups == ("view", "sex", "age")
    assert (manifest.has_hospitals, manifest.n_without_patient) == (True, 0)
    assert len(manifest.sha256) == 64


def test_two_columns_are_enough(tmp_path: Path) -> None:
    manifest = read_manifest(written(tmp_path, "file,label\na.png,normal\nb.png,normal\n"), tmp_path)

    assert (manifest.groups, manifest.has_hospitals, manifest.n_without_patient) == ((), False, 2)
    assert len({row.patient for row in manifest.rows}) == 2


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_what_spreadsheets_write_is_read(tmp_path: Path, separator: str) -> None:
    """A byte order mark, another separator, CRLF, names in capitals, blank lines, a quoted comma, trailing cells."""
    lines = ["File,LABEL,Source,", '"a, b.png",Normal,x,', ",,,", "sub\\c.png,pneumonia,x,", ""]
    text = "\r\n".join(lines).replace("a, b", "a# b").replace(",", separator).replace("a# b", "a, b")

    manifest = read_manifest(written(tmp_path, b"\xef\xbb\xbf" + text.encode()), tmp_path)

    assert [(row.name, row.truth) for row in manifest.rows] == [
        ("a, b.png", Finding.NORMAL),
        ("sub/c.png", Finding.OTHER),
    ]


def test_every_label_is_one_of_the_outputs() -> None:
    assert set(LABELS.values()) == {Finding.NORMAL, Finding.COVID_19, Finding.OTHER}


def test_one_patient_number_of_two_hospitals_is_two_people(tmp_path: Path) -> None:
    text = "file,label,patient,hospital\na,normal,1,north\nb,normal,1,south\nc,normal,1,south\n"

    a, b, c = (row.patient for row in read_manifest(written(tmp_path, text), tmp_path).rows)

    assert a != b == c


@pytest.mark.parametrize(
    ("age", "band"),
    [
        ("0", "under 18"),
        ("17", "under 18"),
        ("18", "18–39"),
        ("40.5", "40–59"),
        ("079Y", "60–79"),
        ("80 y", "80 and over"),
        ("006M", "under 18"),
        ("fifty", ""),
        ("-3", ""),
        ("1961-04-02", ""),
        ("", ""),
    ],
)
def test_ages_become_bands(age: str, band: str) -> None:
    assert age_band(age) == band


def test_unknown_values_are_one(tmp_path: Path) -> None:
    text = "file,label,view,sex,lamp\na,normal,unknown,,N/A\nb,normal,-,diverse,on\n"

    first, second = read_manifest(written(tmp_path, text), tmp_path, groups=["Lamp"]).rows

    assert first.groups == {"view": "", "sex": "", "lamp": ""}
    assert second.groups == {"view": "", "sex": "other", "lamp": "on"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [("MANIFEST_COLUMN_MISSING", 1), ("MANIFEST_COLUMN_MISSING", 1)]),
        ("file,truth\na,normal\n", [("MANIFEST_COLUMN_MISSING", 1)]),
        ("file,label,label\na,normal,normal\n", [("MANIFEST_COLUMN_TWICE", 1)]),
        ("file,label\n", [("MANIFEST_EMPTY", None)]),
        (f"file,label\na,{MARKER}\nb,normal\nc,\n", [("MANIFEST_LABEL_UNKNOWN", 2), ("MANIFEST_LABEL_UNKNOWN", 4)]),
        ("file,label\n,normal\n", [("MANIFEST_FILE_MISSING", 2)]),
        ("file,label\na,normal\n./a,normal\n", [("MANIFEST_FILE_TWICE", 3)]),
        (f"file,label\na,normal,{MARKER}\n", [("MANIFEST_UNREADABLE", 2)]),
        (b"\xff\xfef\x00i\x00", [("MANIFEST_UNREADABLE", None)]),
        ("file,label\na\0b,normal\n", [("MANIFEST_UNREADABLE", None)]),
        ('file,label\n"a,normal\n', [("MANIFEST_UNREADABLE", None)]),
    ],
)
def test_mistakes_have_a_code_and_a_line(
    tmp_path: Path, text: str | bytes, expected: list[tuple[str, int | None]]
) -> None:
    assert faults(tmp_path, text) == expected


@pytest.mark.parametrize("name", ["../a.png", "ward/../../a.png", "/etc/a.png", "C:\\a.png", "..\\a.png", ".."])
def test_a_file_outside_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    assert faults(tmp_path, f"file,label\n{name},normal\n") == [("MANIFEST_FILE_OUTSIDE", 2)]


def test_dots_that_stay_inside_are_no_mistake(tmp_path: Path) -> None:
    (row,) = read_manifest(written(tmp_path, "file,label\nward/../..a.png,normal\n"), tmp_path).rows

    assert row.name == "..a.png"


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    assert faults(tmp_path, "file,label\n../a,normal\nb,sick\nb,normal\n") == [
        ("MANIFEST_FILE_OUTSIDE", 2),
        ("MANIFEST_LABEL_UNKNOWN", 3),
        ("MANIFEST_FILE_TWICE", 4),
    ]


def test_a_group_must_be_there_and_may_not_name_people(tmp_path: Path) -> None:
    text = "file,label,patient\na,normal,1\n"

    assert faults(tmp_path, text, "lamp") == [("MANIFEST_COLUMN_MISSING", 1)]
    assert faults(tmp_path, text, "patient") == [("MANIFEST_GROUP_REFUSED", 1)]


@pytest.mark.parametrize(("column", "groups"), [("hospital", ()), ("view", ()), ("lamp", ("lamp",))])
def test_a_column_of_names_is_no_group(tmp_path: Path, column: str, groups: tuple[str, ...]) -> None:
    rows = "".join(f"{n},normal,{MARKER}{n}\n" for n in range(MAX_VALUES + 1))

    assert faults(tmp_path, f"file,label,{column}\n{rows}", *groups) == [("MANIFEST_GROUP_REFUSED", None)]


def test_every_code_is_documented() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "evaluate.md").read_text(encoding="utf-8")

    assert [fault for fault in ManifestFault if f"`{fault}`" not in page] == []
    assert [label for label in LABELS if f"`{label}`" not in page] == []
