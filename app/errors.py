"""What can go wrong between a request and its answer, apart from the pixels (those are in `model.errors`).

    AppError
     ├ NotFoundError         no case, radiograph or reading with this key
     ├ InvalidRequestError   the request lacks or contradicts something
     ├ ConflictError         the request does not fit the present state
     ├ FileTooLargeError     more bytes than the limit allows
     ├ MalformedUploadError  the body of an upload is no form of one file
     ├ UploadStalledError    the sender stopped sending
     ├ BusyError             the queue is full; nothing was stored
     ├ StoppingError         the server stops; the case is kept and read after the next start
     ├ RejectedFileError     the bytes do not decode; only a receipt is kept
     ├ DecodersLostError     no process that decodes can be kept alive
     ├ RefusedReadingError   the case is kept, the network must not read it
     ├ ReadingFailedError    the case is kept, its reading failed
     ├ StorageError          the disk is full or does not take the file
     └ SchemaError           the database is not of the schema this program knows

    UnreadableFileError (of `model.errors`)
     └ DecoderCrashedError             the file ended the process that decoded it
         ├ DecoderTimedOutError        it computed or waited for too long
         └ DecoderOutOfMemoryError     it needs more memory than a file may take

Exceptions state facts; statuses and sentences for people belong to `app.web.problems`.
"""

from uuid import UUID

from model.errors import Refusal, UnreadableFileError


class AppError(Exception):
    """Base of every error this package raises on purpose."""


class NotFoundError(AppError):
    """Nothing of this kind has this key. The caller has an old or mistyped address."""

    def __init__(self, kind: str, key: object) -> None:
        super().__init__(f"no {kind} {key}")
        self.kind = kind


class InvalidRequestError(AppError):
    """The request lacks or contradicts something; `reason` is one sentence for the person who sent it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ConflictError(AppError):
    """The request does not fit the present state; `reason` is one sentence for the person who sent it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class FileTooLargeError(AppError):
    """More bytes than the limit allows; reading stopped there and nothing was stored.

    Attributes:
        measured: Bytes announced or read so far.
        limit: Bytes allowed.
    """

    def __init__(self, *, measured: int, limit: int) -> None:
        super().__init__(f"{measured} bytes, {limit} allowed")
        self.measured = measured
        self.limit = limit


class MalformedUploadError(AppError):
    """The body of an upload is no form of one file; nothing was stored. The caller sends one file as `file`.

    Attributes:
        reason: What is wrong with the form, without any content of it.
    """

    def __init__(self, fault: str) -> None:
        super().__init__(fault)
        self.reason = f"The upload is not a form of one file: {fault.rstrip('.')}."


class UploadStalledError(AppError):
    """Too little came for too long; nothing was stored. The caller sends the file again.

    Attributes:
        limit: Seconds that are waited for the next piece.
    """

    def __init__(self, *, limit: float) -> None:
        super().__init__(f"too little for {limit:g} s")
        self.measured = limit
        self.limit = limit


class BusyError(AppError):
    """As many radiographs wait as the queue takes; nothing was stored. The caller sends the file again later."""

    def __init__(self, *, limit: int) -> None:
        super().__init__(f"{limit} radiographs are waiting")
        self.limit = limit


class StoppingError(AppError):
    """The server stops before the reading was made. The case is kept and read after the next start."""


class RejectedFileError(AppError):
    """The bytes of an upload do not decode; only a receipt is kept. The caller sends another file.

    Attributes:
        unreadable: What is wrong with them.
        receipt_id: Key of the receipt.
    """

    def __init__(self, unreadable: UnreadableFileError, receipt_id: UUID) -> None:
        super().__init__(unreadable.code)
        self.unreadable = unreadable
        self.receipt_id = receipt_id


class DecodersLostError(AppError):
    """No process that decodes can be kept alive, which says nothing about the file. An operator looks there."""


class DecoderCrashedError(UnreadableFileError):
    """The bytes ended the process that decoded them. They are not tried again by this version; the caller exports anew.

    Attributes:
        measured: What was measured before the end, or `None`.
        limit: What it was held against.
    """

    code = "DECODER_CRASHED"

    def __init__(self, reason: str, *, measured: float | None = None, limit: float | None = None) -> None:
        super().__init__(reason)
        self.measured = measured
        self.limit = limit


class DecoderTimedOutError(DecoderCrashedError):
    """Decoding took longer than a file may take; `measured` and `limit` are seconds."""

    code = "DECODER_TIMED_OUT"


class DecoderOutOfMemoryError(DecoderCrashedError):
    """Decoding needs more memory than a file may take; `measured` and `limit` are bytes."""

    code = "DECODER_OUT_OF_MEMORY"


class RefusedReadingError(AppError):
    """The radiograph is kept, its reading is `refused`. The caller sends what the refusal names.

    Attributes:
        is_duplicate: Whether the same bytes were sent before; `None` where no file was sent.
    """

    def __init__(
        self,
        refusal: Refusal,
        *,
        case_id: UUID,
        radiograph_id: UUID,
        reading_id: UUID,
        is_duplicate: bool | None = None,
    ) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal
        self.case_id = case_id
        self.radiograph_id = radiograph_id
        self.reading_id = reading_id
        self.is_duplicate = is_duplicate


class ReadingFailedError(AppError):
    """The radiograph is kept and its reading failed. The caller may send the same file again.

    Attributes:
        case_id: The case that was kept.
        code: What failed, as stored with the reading.
    """

    def __init__(self, *, case_id: UUID, radiograph_id: UUID, reading_id: UUID, code: str) -> None:
        super().__init__(code)
        self.case_id = case_id
        self.radiograph_id = radiograph_id
        self.reading_id = reading_id
        self.code = code


class StorageError(AppError):
    """The disk is full or does not take the file; nothing was stored. An operator makes room."""


class SchemaError(AppError):
    """The database is not of the schema this program knows; `covid-xnet migrate` or another version is needed."""

    def __init__(self, *, found: str | None, expected: str) -> None:
        super().__init__(f"database schema {found or 'none'}, this version needs {expected}")
        self.found = found
        self.expected = expected
