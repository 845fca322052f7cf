"""The tree of errors: a code for each, no two alike."""

from collections.abc import Iterator

from app.decoding.answer import Unreadable
from model.errors import ImageTooLargeError, UnreadableFileError, WeightsCorruptError


def subclasses(of: type[UnreadableFileError]) -> Iterator[type[UnreadableFileError]]:
    yield of
    for child in of.__subclasses__():
        yield from subclasses(child)


def test_every_unreadable_file_has_a_code_of_its_own() -> None:
    codes = [error.code for error in subclasses(UnreadableFileError)]

    assert len(codes) == len(set(codes)) >= 7


def test_errors_carry_their_facts() -> None:
    too_large = ImageTooLargeError("The image is too large.", measured=3, limit=2)
    corrupt = WeightsCorruptError("another hash", expected="aa", actual="bb")

    assert (too_large.reason, too_large.measured, too_large.limit) == ("The image is too large.", 3, 2)
    assert str(corrupt) == "another hash: expected aa, found bb"
    assert (corrupt.expected, corrupt.actual) == ("aa", "bb")


def test_answer_of_a_code_that_no_class_has_is_a_file_that_is_not_read() -> None:
    error = Unreadable(code="OF_ANOTHER_VERSION", reason="Not read.").to_error()

    assert (type(error), error.code, error.reason) == (UnreadableFileError, "UNREADABLE_FILE", "Not read.")
