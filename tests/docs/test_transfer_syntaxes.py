"""docs/transfer-syntaxes.md is what reading every transfer syntax gives."""

from model.imaging.dicom_pixels import PLUGINS
from tests import colours, syntaxes


def test_the_page_is_what_is_measured() -> None:
    assert syntaxes.PAGE.read_text(encoding="utf-8") == syntaxes.page()


def test_every_syntax_that_is_read_has_a_row() -> None:
    read = syntaxes.page().partition("## Colour")[0]

    assert read.count("\n| ") == len(PLUGINS) + 1 == 17


def test_colours_are_those_of_pydicom_or_of_what_the_stream_says() -> None:
    rows = [row.strip("| ").split(" | ") for row in colours.section().splitlines() if row.startswith("| ")][1:]

    assert len(rows) == 21
    # Only where the mark of Adobe contradicts the header, which pydicom follows.
    assert {(row[1], row[2]) for row in rows if row[3] == "other colours"} == {
        ("luma, chroma; Adobe", "RGB"),
        ("red, green, blue; Adobe", "YBR_FULL_422"),
    }
    assert not any(row[4] == "other colours" for row in rows)
