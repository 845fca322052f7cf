"""What decoding one file can come to: values that cross from a worker to the server."""

from dataclasses import dataclass

from app.cases.header import HeaderFacts
from model.errors import UnreadableFileError
from model.imaging.radiograph import Radiograph


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """A file that decoded: its pixels, and the header facts for people."""

    radiograph: Radiograph
    header: HeaderFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A file that does not decode: the facts of an `UnreadableFileError`."""

    code: str
    reason: str
    measured: float | None = None
    limit: float | None = None

    def to_error(self) -> UnreadableFileError:
        """Make the exception that the reader raised."""
        kind = next((kind for kind in _kinds(UnreadableFileError) if kind.code == self.code), UnreadableFileError)
        error = kind.__new__(kind)
        Exception.__init__(error, self.reason)
        error.reason = self.reason
        for name in ("measured", "limit"):
            if getattr(self, name) is not None:
                setattr(error, name, getattr(self, name))
        return error


@dataclass(frozen=True, slots=True, kw_only=True)
class OutOfMemory:
    """The file needs more memory than the limit.

    Attributes:
        asked: Bytes that were asked for and not given; 0 where that is not known.
        held: Bytes that the worker had taken for this file by then.
    """

    asked: int
    held: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """The reader raised what it must not: a fault of ours, without any text that a file could have put into it.

    Attributes:
        error: Name of the exception's class.
        trace: The places it passed through.
    """

    error: str
    trace: tuple[str, ...]


Outcome = Decoded | Unreadable | OutOfMemory | Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of a file, as it is sent."""

    outcome: Outcome


def _kinds(kind: type[UnreadableFileError]) -> list[type[UnreadableFileError]]:
    return [kind, *(below for child in kind.__subclasses__() for below in _kinds(child))]
