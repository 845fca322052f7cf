"""The table of problems is complete and unambiguous, and is what the server answers by."""

import logging

import pytest
from fastapi.testclient import TestClient

from app import errors as app_errors
from app.web.problems import INTERNAL, OTHERS, PROBLEMS, problem_by_slug
from model import errors as model_errors


def _subclasses(kind: type[Exception]) -> list[type[Exception]]:
    own = [kind] if kind.__module__ in (app_errors.__name__, model_errors.__name__) else []
    return own + [below for child in kind.__subclasses__() for below in _subclasses(child)]


@pytest.mark.parametrize("base", [app_errors.AppError, model_errors.ModelError])
def test_every_exception_has_its_own_entry(base: type[Exception]) -> None:
    assert [kind.__name__ for kind in _subclasses(base) if kind not in PROBLEMS] == []


def test_no_two_problems_share_a_code() -> None:
    problems = [problem for problem in PROBLEMS.values() if problem is not INTERNAL] + [INTERNAL, *OTHERS]
    codes = [problem.code for problem in problems]

    assert len(codes) == len(set(codes))


def test_a_fault_of_ours_is_an_error_in_the_log() -> None:
    assert {problem.level for problem in PROBLEMS.values() if problem.status == 500} == {logging.ERROR}


@pytest.mark.parametrize("problem", [*PROBLEMS.values(), *OTHERS])
def test_every_problem_has_an_address(quiet_client: TestClient, problem) -> None:  # type: ignore[no-untyped-def]
    assert problem_by_slug(problem.slug) is not None
    assert quiet_client.get(f"/problems/{problem.slug}").json()["code"] == problem.code


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "NOT_FOUND"),
        ("GET", "/problems/none", 404, "NOT_FOUND"),
        ("GET", "/cases/00000000-0000-0000-0000-000000000000", 404, "NOT_FOUND"),
        ("GET", "/radiographs/00000000-0000-0000-0000-000000000000", 404, "NOT_FOUND"),
        ("GET", "/radiographs/00000000-0000-0000-0000-000000000000/pixels", 404, "NOT_FOUND"),
        ("GET", "/radiographs/00000000-0000-0000-0000-000000000000/thumbnail", 404, "NOT_FOUND"),
        ("GET", "/radiographs/00000000-0000-0000-0000-000000000000/file", 404, "NOT_FOUND"),
        ("GET", "/readings/00000000-0000-0000-0000-000000000000", 404, "NOT_FOUND"),
        ("GET", "/readings/00000000-0000-0000-0000-000000000000/cam", 404, "NOT_FOUND"),
        ("GET", "/readings/00000000-0000-0000-0000-000000000000/steps", 404, "NOT_FOUND"),
        ("GET", "/cases?view=none", 422, "MALFORMED_REQUEST"),
        ("GET", "/cases?limit=0", 422, "MALFORMED_REQUEST"),
        ("GET", "/cases?after=none", 422, "INVALID_REQUEST"),
        ("GET", "/readings/none", 422, "MALFORMED_REQUEST"),
        ("DELETE", "/cases", 405, "METHOD_NOT_ALLOWED"),
    ],
)
def test_wrong_requests(quiet_client: TestClient, method: str, path: str, status: int, code: str) -> None:
    response = quiet_client.request(method, path)

    body = response.json()
    assert (response.status_code, body["code"], body["status"]) == (status, code, status)
    assert response.headers["content-type"] == "application/problem+json"
    assert body["instance"] == path.partition("?")[0]
    assert {"type", "title", "detail", "request_id"} <= set(body)


@pytest.mark.parametrize("path", ["/nowhere", "/cases/none", "/cases/00000000-0000-0000-0000-000000000000"])
def test_a_person_gets_a_page(quiet_client: TestClient, path: str) -> None:
    response = quiet_client.get(path, headers={"Accept": "text/html,*/*;q=0.8"})

    assert response.status_code in (404, 422)
    assert response.headers["content-type"].startswith("text/html")
    assert response.headers["x-request-id"] in response.text
