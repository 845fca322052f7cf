"""docs/refusals.md explains every refusal, and every refusal has a test."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import app.errors  # noqa: F401 - its errors are subclasses too
from model import quality
from model.errors import UnreadableFileError
from model.quality import REFUSAL_CODES

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "refusals.md").read_text(encoding="utf-8")
ROWS = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if line.startswith("| `")]
OF_RADIOGRAPHS = PAGE[: PAGE.index("## Corrected")]
OF_FILES = PAGE[PAGE.index("## Files") :]


def codes_of(section: str) -> set[str]:
    return set(re.findall(r"^\| `([A-Z_]+)` ", section, re.MULTILINE))


def subclasses(of: type[UnreadableFileError]) -> Iterator[type[UnreadableFileError]]:
    yield of
    for child in of.__subclasses__():
        yield from subclasses(child)


def test_every_refused_radiograph_is_explained() -> None:
    assert codes_of(OF_RADIOGRAPHS) == set(REFUSAL_CODES)


def test_every_unreadable_file_is_explained() -> None:
    of_the_product = {error.code for error in subclasses(UnreadableFileError) if "test" not in error.__module__}

    assert codes_of(OF_FILES) == of_the_product


def test_the_list_of_codes_is_what_the_source_says() -> None:
    source = Path(quality.__file__).read_text(encoding="utf-8").partition("MIN_SIDE")[2]  # below the list itself
    used = re.findall(r'code="([A-Z_]+)"|^\s+"([A-Z]+(?:_[A-Z]+)*)",$', source, re.MULTILINE)
    cautions = {"INVERTED", "MIRRORED_SUSPECTED"}

    assert {code for pair in used for code in pair if code} - cautions == set(REFUSAL_CODES)


def test_every_row_says_what_to_send() -> None:
    assert [row[0] for row in ROWS if not row[-1].strip()] == []


def source_in(*folders: str) -> str:
    """Source of the tests, this one left out."""
    paths = (path for folder in folders for path in sorted((ROOT / "tests" / folder).rglob("test_*.py")))
    return "".join(path.read_text(encoding="utf-8") for path in paths)


@pytest.mark.parametrize("code", REFUSAL_CODES)
def test_every_code_has_a_test(code: str) -> None:
    assert f'"{code}"' in source_in("model")


@pytest.mark.parametrize("code", sorted(codes_of(OF_FILES)))
def test_every_code_of_a_file_has_a_test(code: str) -> None:
    assert f'"{code}"' in source_in("unit", "web")


@pytest.mark.parametrize("what", ["fragments", "scans", "tiles", "pixels", "bytes"])
def test_what_is_too_much_is_called_too_large(what: str) -> None:
    row = next(row for row in ROWS if row[0] == "`IMAGE_TOO_LARGE`")
    limits = (ROOT / "tests" / "unit" / "imaging" / "test_limits.py").read_text(encoding="utf-8")

    assert what in row[2]
    assert re.search(rf'def test_{what}.*?"IMAGE_TOO_LARGE"', limits, re.DOTALL)


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("at least 18 ", quality.MIN_AGE_YEARS),
        ("at least 128 ", quality.MIN_SIDE),
        ("at least 0.02 ", quality.MIN_DEVIATION),
        ("0.06 to ", quality.LUNG_AREA[0]),
        ("to 0.75", quality.LUNG_AREA[1]),
        ("spans 0.4 ", quality.MIN_SPAN),
        ("; 0.8 ", quality.MIN_LUNG_CERTAINTY),
    ],
)
def test_limits_are_those_in_force(words: str, value: float) -> None:
    assert words in OF_RADIOGRAPHS
    assert float(re.findall(r"[\d.]+", words)[0]) == value
