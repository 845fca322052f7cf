"""The worklist and the viewer, for people."""

from typing import Annotated
from uuid import UUID

from fastapi import Query, Request, Response

from app.cases import service
from app.cases.schemas import View
from app.cases.viewer_page import viewer_page
from app.cases.worklist_page import worklist_page
from app.web.deps import PartsDep, ReadSession
from app.web.negotiation import page_router
from model.findings import Finding

router = page_router()

DEFAULT_SHOW_ABOVE = 0.2
"""Chosen, for weights whose card names no display threshold of its own."""


@router.get("/cases", name="worklist")
def worklist(
    request: Request,
    session: ReadSession,
    parts: PartsDep,
    view: View = View.TO_REVIEW,
    finding: Finding | None = None,
    after: Annotated[str | None, Query(max_length=300)] = None,
) -> Response:
    """Show the worklist."""
    found = service.list_cases(session, view=view, finding=finding, after=after, limit=100)
    context = worklist_page(
        found,
        view=view,
        finding=finding,
        after=after,
        path=request.url.path,
        upload_limit_mb=parts.settings.files.upload_limit // 1024**2,
    )
    return parts.pages.render("cases/worklist.html", context)


@router.get("/cases/{case_id}", name="viewer")
def viewer(
    request: Request,
    session: ReadSession,
    parts: PartsDep,
    case_id: UUID,
    view: View = View.TO_REVIEW,
    finding: Finding | None = None,
    radiograph: UUID | None = None,
) -> Response:
    """Show one case in the viewer; next and previous keep to the list that the reader came from."""
    case = service.show_case(session, case_id, view=view, finding=finding)
    context = viewer_page(
        case,
        view=view,
        finding=finding,
        radiograph_id=radiograph,
        path=request.app.url_path_for("worklist"),
        show_above=parts.predictor.card.to_json().get("map_scale", {}).get("show_above", DEFAULT_SHOW_ABOVE),
    )
    return parts.pages.render("cases/viewer.html", context)
