"""From exceptions to answers: one table says what each means in HTTP, in the words of RFC 9457 and of a colleague."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from app import errors as app_errors
from model import errors as model_errors

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What one kind of exception means to the person at the other end.

    Attributes:
        code: Upper snake case; the slug of its address is the same words.
        detail: What happened, what was not done, what to do; the exception's own sentence goes before it.
        level: Level of the log line.
    """

    status: int
    code: str
    title: str
    detail: str
    level: int = logging.INFO

    @property
    def slug(self) -> str:
        """The last part of the problem's address."""
        return slug_of(self.code)


@dataclass(frozen=True, slots=True, kw_only=True)
class Occurrence:
    """One problem as it is answered.

    Attributes:
        extensions: Named facts that go beside the standard members.
        headers: Extra headers of the answer.
    """

    problem: Problem
    detail: str
    extensions: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self, *, instance: str, request_id: str) -> dict[str, Any]:
        """The members of the problem document."""
        return {
            "type": f"/problems/{self.problem.slug}",
            "title": self.problem.title,
            "status": self.problem.status,
            "detail": self.detail,
            "instance": instance,
            "code": self.problem.code,
            "request_id": request_id,
            **{name: value for name, value in self.extensions.items() if value is not None},
        }


class ProblemOut(BaseModel):
    """A problem document (RFC 9457); named facts such as `measured`, `limit`, `case_id` stand beside these members."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "type": "/problems/not-frontal",
                    "title": "Radiograph not analysed",
                    "status": 422,
                    "detail": "The header names a lateral view. Nothing was analysed. Send the PA or AP image.",
                    "instance": "/predict",
                    "code": "NOT_FRONTAL",
                    "request_id": "8f14e45fceea167a",
                    "case_id": "5d1b6f0e-7c0f-4f6e-9b61-0c4a3f7a3a10",
                }
            ]
        },
    )

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str = Field(description="Stable; programs decide by it.")
    request_id: str


def slug_of(code: str) -> str:
    """Turn a code into the last part of its address."""
    return code.lower().replace("_", "-")


def _unreadable(kind: type[model_errors.UnreadableFileError], status: int, title: str, advice: str) -> Problem:
    return Problem(status=status, code=kind.code, title=title, detail=f"Nothing was stored. {advice}")


INTERNAL = Problem(
    status=500,
    code="INTERNAL",
    title="Fault of the server",
    detail="The server met a fault of its own. What was stored before stays. Tell its operator the request id.",
    level=logging.ERROR,
)
FORBIDDEN_ORIGIN = Problem(
    status=403,
    code="FORBIDDEN_ORIGIN",
    title="Request from another site",
    detail="A page of another site sent this request. Nothing was done. Use this server's own pages or a program.",
    level=logging.WARNING,
)
UNKNOWN_HOST = Problem(
    status=421,
    code="UNKNOWN_HOST",
    title="Unknown host name",
    detail="This server does not answer under this host name. Its operator can allow it in the settings.",
    level=logging.WARNING,
)
NOT_READY = Problem(
    status=503,
    code="NOT_READY",
    title="Not ready",
    detail="The server cannot read a radiograph now.",
    level=logging.WARNING,
)
MALFORMED_HTTP = Problem(
    status=400,
    code="MALFORMED_HTTP",
    title="No HTTP request",
    detail="What was sent is no HTTP request, or goes on after the length that it announced. Nothing was done. Use an "
    "HTTP client.",
)
MALFORMED = Problem(
    status=422,
    code="MALFORMED_REQUEST",
    title="Malformed request",
    detail="The request lacks something or holds something unexpected. Nothing was done. See `errors`.",
)

_E, _M = app_errors, model_errors
_NOT_AGAIN = "These bytes will not be tried again."

PROBLEMS: dict[type[Exception], Problem] = {
    _E.AppError: INTERNAL,
    _E.NotFoundError: Problem(
        status=404,
        code="NOT_FOUND",
        title="Not found",
        detail="There is nothing at this address. Open the worklist and choose the case there.",
    ),
    _E.InvalidRequestError: Problem(status=422, code="INVALID_REQUEST", title="Invalid request", detail=""),
    _E.ConflictError: Problem(status=409, code="CONFLICT", title="Not possible now", detail=""),
    _E.FileTooLargeError: Problem(
        status=413,
        code="FILE_TOO_LARGE",
        title="File too large",
        detail="The file is larger than this server accepts. Nothing was stored. Export it compressed, or ask the "
        "operator to raise the limit.",
    ),
    _E.MalformedUploadError: Problem(
        status=422,
        code="MALFORMED_UPLOAD",
        title="Malformed upload",
        detail="Nothing was stored. Send each file in a form of its own, as its member `file`.",
    ),
    _E.UploadStalledError: Problem(
        status=408,
        code="UPLOAD_STALLED",
        title="Upload stalled",
        detail="The rest of the file did not come. Nothing was stored. Send it again over a better connection.",
    ),
    _E.BusyError: Problem(
        status=503,
        code="BUSY",
        title="Queue full",
        detail="As many radiographs are received or wait as the server takes. Nothing was stored. Send it again in a "
        "moment.",
        level=logging.WARNING,
    ),
    _E.StoppingError: Problem(
        status=503,
        code="STOPPING",
        title="Server stops",
        detail="The server is stopping. A radiograph that was already received is kept and read after the next start. "
        "Send the file again then to see its reading.",
        level=logging.WARNING,
    ),
    _E.RejectedFileError: Problem(
        status=422, code="FILE_REJECTED", title="File not readable", detail="Nothing was stored. Send another file."
    ),
    _E.DecodersLostError: Problem(
        status=503,
        code="DECODERS_LOST",
        title="Decoders not running",
        detail="The processes that decode files cannot be kept running. Nothing was stored. Tell the operator, then "
        "send the file again.",
        level=logging.ERROR,
    ),
    _E.DecoderCrashedError: _unreadable(
        _E.DecoderCrashedError, 422, "File ended its decoder", f"{_NOT_AGAIN} Export the radiograph anew and send it."
    ),
    _E.DecoderTimedOutError: _unreadable(
        _E.DecoderTimedOutError,
        422,
        "Decoding took too long",
        f"{_NOT_AGAIN} Export it uncompressed and send it again.",
    ),
    _E.DecoderOutOfMemoryError: _unreadable(
        _E.DecoderOutOfMemoryError, 422, "Decoding needs too much memory", f"{_NOT_AGAIN} Send it with fewer pixels."
    ),
    _E.RefusedReadingError: Problem(status=422, code="RADIOGRAPH_REFUSED", title="Radiograph not analysed", detail=""),
    _E.ReadingFailedError: Problem(
        status=503,
        code="READING_FAILED",
        title="Reading failed",
        detail="The radiograph is kept, but reading it failed. Nothing was analysed. Send the same file again to try "
        "once more; if it fails again, tell the operator.",
        level=logging.ERROR,
    ),
    _E.StorageError: Problem(
        status=503,
        code="STORAGE_UNAVAILABLE",
        title="Storage full or not writable",
        detail="The server cannot store anything now. Nothing was stored. Tell its operator, then send the file again.",
        level=logging.ERROR,
    ),
    _E.SchemaError: Problem(
        status=500, code="SCHEMA_UNKNOWN", title="Other database schema", detail=INTERNAL.detail, level=logging.ERROR
    ),
    _M.ModelError: INTERNAL,
    _M.UnreadableFileError: _unreadable(
        _M.UnreadableFileError, 422, "File not readable", "Export the radiograph again and send it."
    ),
    _M.UnknownFormatError: _unreadable(
        _M.UnknownFormatError, 415, "Unknown file format", "Send the radiograph as DICOM, PNG or JPEG."
    ),
    _M.UnreadableDicomError: _unreadable(
        _M.UnreadableDicomError, 422, "Damaged DICOM file", "Export the radiograph again and send it."
    ),
    _M.UnreadableRasterError: _unreadable(
        _M.UnreadableRasterError, 422, "Damaged image file", "Export the image again and send it."
    ),
    _M.UnsupportedTransferSyntaxError: _unreadable(
        _M.UnsupportedTransferSyntaxError, 422, "Unsupported compression", "Export it uncompressed and send it again."
    ),
    _M.UnsupportedPixelsError: _unreadable(
        _M.UnsupportedPixelsError, 422, "Unsupported kind of image", "Send a single greyscale radiograph."
    ),
    _M.NotGrayscaleError: _unreadable(
        _M.NotGrayscaleError, 422, "Picture in colour", "Send the radiograph itself, without colours laid over it."
    ),
    _M.ImageTooLargeError: _unreadable(
        _M.ImageTooLargeError, 422, "Image too large", "Send the radiograph with fewer pixels."
    ),
    _M.RefusedRadiographError: Problem(status=422, code="NOT_ANALYSED", title="Radiograph not analysed", detail=""),
    _M.InvalidWindowError: Problem(status=422, code="INVALID_WINDOW", title="Invalid window", detail=""),
    _M.WeightsMissingError: Problem(
        status=500, code="WEIGHTS_MISSING", title="Weights missing", detail=INTERNAL.detail, level=logging.ERROR
    ),
    _M.WeightsCorruptError: Problem(
        status=500, code="WEIGHTS_CORRUPT", title="Weights corrupt", detail=INTERNAL.detail, level=logging.ERROR
    ),
    _M.InferenceError: Problem(
        status=503, code="INFERENCE_FAILED", title="Network failed", detail=INTERNAL.detail, level=logging.ERROR
    ),
}
"""What each exception means; looked up along its base classes."""

OTHERS = (FORBIDDEN_ORIGIN, UNKNOWN_HOST, NOT_READY, MALFORMED, MALFORMED_HTTP)
"""Problems that no exception of ours stands for."""


def problem_by_slug(slug: str) -> Problem | None:
    """Return the problem with this address."""
    return next((problem for problem in (*PROBLEMS.values(), *OTHERS) if problem.slug == slug), None)


def occurrence_of(error: Exception, *, retry_after_s: int = 2) -> Occurrence:
    """Say what an exception means here."""
    match error:
        case _E.RejectedFileError():
            inner = occurrence_of(error.unreadable)
            return Occurrence(
                problem=inner.problem,
                detail=inner.detail,
                extensions={**inner.extensions, "receipt_id": str(error.receipt_id)},
            )
        case _E.RefusedReadingError():
            return _refused(error)
        case HTTPException() if not isinstance(error, _E.AppError):
            return _of_status(error)
    problem = next(PROBLEMS[kind] for kind in (*type(error).__mro__, _E.AppError) if kind in PROBLEMS)
    sentence = getattr(error, "reason", "")
    return Occurrence(
        problem=problem,
        detail=" ".join(part for part in (sentence, problem.detail) if part),
        extensions=_facts(error),
        headers={"Retry-After": str(retry_after_s)} if problem.status == HTTPStatus.SERVICE_UNAVAILABLE else {},
    )


def plain_occurrence(problem: Problem) -> Occurrence:
    """Return a problem with nothing to add."""
    return Occurrence(problem=problem, detail=problem.detail)


def _refused(error: app_errors.RefusedReadingError) -> Occurrence:
    table = PROBLEMS[app_errors.RefusedReadingError]
    refusal = error.refusal
    return Occurrence(
        problem=Problem(status=table.status, code=refusal.code, title=table.title, detail=refusal.detail),
        detail=refusal.detail,
        extensions=_facts(error)
        | {"measured": refusal.measured, "limit": refusal.limit, "duplicate": error.is_duplicate},
    )


def _facts(error: Exception) -> dict[str, Any]:
    facts: dict[str, Any] = {name: getattr(error, name) for name in ("measured", "limit") if hasattr(error, name)}
    if isinstance(error, app_errors.RefusedReadingError | app_errors.ReadingFailedError):
        facts |= {name: str(getattr(error, name)) for name in ("case_id", "radiograph_id", "reading_id")}
    if isinstance(error, app_errors.ReadingFailedError):
        facts["reason"] = error.code
    return facts


def _of_status(error: HTTPException) -> Occurrence:
    status = HTTPStatus(error.status_code)
    headers = dict(error.headers or {})
    if status is HTTPStatus.NOT_FOUND:
        problem = PROBLEMS[app_errors.NotFoundError]
    elif status is HTTPStatus.BAD_REQUEST:
        problem = MALFORMED
    else:
        code = status.phrase.upper().replace(" ", "_").replace("-", "_")
        problem = Problem(
            status=status, code=code, title=status.phrase, detail=f"{status.description or status.phrase}."
        )
    return Occurrence(problem=problem, detail=problem.detail, headers=headers)
