"""docs/transfer-syntaxes.md is what reading every transfer syntax gives."""

from model.imaging.dicom_pixels import PLUGINS
from tests import syntaxes


def test_the_page_is_what_is_measured() -> None:
    assert syntaxes.PAGE.read_text(encoding="utf-8") == syntaxes.page()


def test_every_syntax_that_is_read_has_a_row() -> None:
    assert syntaxes.page().count("\n| ") == len(PLUGINS) + 1 == 17
