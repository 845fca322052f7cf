"""One address, two answers: pages for browsers, JSON for everybody else. `Accept` decides."""

from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.routing import Match
from starlette.types import Scope


def wants_page(request: Request) -> bool:
    """Tell whether the client would rather have HTML than JSON; a client that takes anything gets JSON."""
    html, json = 0.0, 0.0
    for part in request.headers.get("accept", "").lower().split(","):
        media_type, *parameters = (piece.strip() for piece in part.split(";"))
        weight = _weight(parameters)
        if media_type in ("text/html", "application/xhtml+xml"):
            html = max(html, weight)
        elif media_type in ("application/json", "application/problem+json"):
            json = max(json, weight)
    return html > 0 and html >= json


class PageRoute(APIRoute):
    """A route that only exists for clients that want a page."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Match as usual, but leave the address to the API's route when JSON is wanted."""
        match, child = super().matches(scope)
        if match is not Match.NONE and not wants_page(Request(scope)):
            return Match.NONE, {}
        return match, child


def page_router(**options: Any) -> APIRouter:
    """Make the router of a feature's pages; they are no part of the API's description."""
    return APIRouter(route_class=PageRoute, include_in_schema=False, **options)


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter[2:])
            except ValueError:
                return 0.0
    return 1.0
