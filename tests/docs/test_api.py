"""docs/api.md and the application know the same routes."""

import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.routing import Match

from app.main import create_app
from app.settings import load_settings

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
DOCUMENTED = set(re.findall(r"^\| `(GET|POST|PUT|PATCH|DELETE) (/[^`]*)`", PAGE, re.MULTILINE))
UNLISTED = {("GET", "/openapi.json")}


@pytest.fixture(scope="module")
def routes() -> set[tuple[str, str]]:
    """Method and path of every route, parameters under their names."""
    return {
        (method.upper(), path)
        for path, methods in create_app(load_settings(env_file=None)).openapi()["paths"].items()
        for method in methods
    }


def test_every_route_is_documented(routes: set[tuple[str, str]]) -> None:
    assert routes - DOCUMENTED - UNLISTED == set()


def test_every_documented_route_exists(routes: set[tuple[str, str]]) -> None:
    app = create_app(load_settings(env_file=None))
    outside_schema = DOCUMENTED - routes

    assert [path for method, path in outside_schema if not is_served(app, method, path)] == []


def test_views_and_verdicts_are_named() -> None:
    from app.cases.schemas import View

    assert [view for view in View if f"`{view}`" not in PAGE] == []


def is_served(app: FastAPI, method: str, path: str) -> bool:
    scope = {"type": "http", "method": method, "path": path, "headers": [], "root_path": ""}
    return any(route.matches(scope)[0] is Match.FULL for route in app.routes)
