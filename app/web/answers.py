"""Turns problems into responses: a document for programs, a page for people."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.errors import AppError
from app.web.deps import find_parts
from app.web.negotiation import wants_page
from app.web.problems import (
    INTERNAL,
    MALFORMED,
    MEDIA_TYPE,
    Occurrence,
    Problem,
    ProblemOut,
    occurrence_of,
    plain_occurrence,
)
from app.web.templating import Pages
from model.errors import ModelError

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPage:
    """Context of `error.html`.

    Attributes:
        status: HTTP status.
        title: The problem in a few words.
        detail: What happened, what was not done, what to do.
        request_id: What the operator can find in the log.
    """

    status: int
    title: str
    detail: str
    request_id: str


def register_problems(app: FastAPI) -> None:
    """Let every exception be answered by the table of problems."""
    for kind in (AppError, ModelError, HTTPException):
        app.add_exception_handler(kind, _answer_error)
    app.add_exception_handler(RequestValidationError, _answer_invalid)


def answer_problem(request: Request, occurrence: Occurrence) -> Response:
    """Answer with a problem document, or with a page where a person waits."""
    problem = occurrence.problem
    parts = find_parts(request)
    if parts is not None:
        parts.metrics.problems.labels(problem.code).inc()
    log.log(problem.level, "problem", code=problem.code, status=problem.status)
    body = occurrence.body(instance=request.url.path, request_id=request.scope.get("request_id", ""))
    headers = {**occurrence.headers, "Cache-Control": "no-store", "Vary": "Accept"}
    if parts is not None and wants_page(request):
        return _page(parts.pages, problem, body, headers)
    return JSONResponse(body, status_code=problem.status, media_type=MEDIA_TYPE, headers=headers)


def _page(pages: Pages, problem: Problem, body: Mapping[str, Any], headers: Mapping[str, str]) -> Response:
    own = f"errors/{problem.status}.html"
    template = own if own in pages.environment.list_templates() else "error.html"
    context = ErrorPage(
        status=problem.status, title=problem.title, detail=body["detail"], request_id=body["request_id"]
    )
    response = pages.render(template, context, status_code=problem.status)
    response.headers.update(headers)
    return response


def internal_problem(request: Request) -> Response:
    """Answer a fault of ours; says nothing about it but the request's id."""
    return answer_problem(request, plain_occurrence(INTERNAL))


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Describe problem answers for the API's description."""
    texts = {
        404: "There is nothing with this key.",
        408: "The sender stopped sending.",
        409: "Not possible in the present state.",
        413: "The file is larger than this server accepts; reading it stopped there.",
        415: "The content is neither DICOM nor PNG nor JPEG.",
        422: "The request or the file cannot be used; `code` says why. A refused radiograph is kept: see `case_id`.",
        503: "Not now; `Retry-After` says when to try again.",
    }
    return {
        status: {
            "description": texts[status],
            "content": {MEDIA_TYPE: {"schema": {"$ref": f"#/components/schemas/{ProblemOut.__name__}"}}},
        }
        for status in statuses
    }


async def _answer_error(request: Request, error: Exception) -> Response:
    parts = find_parts(request)
    seconds = 2 if parts is None else round(parts.settings.inference.retry_after.total_seconds())
    return answer_problem(request, occurrence_of(error, retry_after_s=max(1, seconds)))


async def _answer_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    errors = [{"where": _where(item), "what": item["msg"]} for item in error.errors()]
    return answer_problem(
        request, Occurrence(problem=MALFORMED, detail=MALFORMED.detail, extensions={"errors": errors})
    )


def _where(item: Mapping[str, Any]) -> list[str]:
    """Say which member is wrong, in our words alone: one that is not ours may be called after a patient."""
    steps = [str(step) for step in item["loc"]]
    return steps[:-1] if item["type"] == "extra_forbidden" else steps
