"""The worklist and the viewer, for people."""

from typing import Annotated
from uuid import UUID

from fastapi import Form, Query, Request, Response
from starlette.responses import RedirectResponse

from app.annotations.service import count_annotations
from app.cases import service
from app.cases.priors import list_priors
from app.cases.search import tidy
from app.cases.viewer_page import choose_radiograph, viewer_page
from app.cases.worklist_page import worklist_page
from app.demo.service import count as count_demonstration
from app.web.deps import PartsDep, ReadSession
from app.web.listing import ListingDep
from app.web.negotiation import page_router

router = page_router()

PAGE = 100
"""Chosen: rows of one page; more than a reader scrolls through, few enough to draw at once."""

DEFAULT_SHOW_ABOVE = 0.2
"""Chosen, for weights whose card names no display threshold of its own."""


@router.get("/cases", name="worklist")
def worklist(
    request: Request,
    session: ReadSession,
    parts: PartsDep,
    listing: ListingDep,
    after: Annotated[str | None, Query(max_length=300)] = None,
) -> Response:
    """Show the worklist."""
    found = service.list_cases(session, listing, after=after, limit=PAGE)
    context = worklist_page(
        found,
        listing=listing,
        after=after,
        path=request.url.path,
        search_path=request.app.url_path_for("search"),
        n_demonstration=count_demonstration(session),
        upload_limit_mb=parts.settings.files.upload_limit // 1024**2,
    )
    return parts.pages.render("cases/worklist.html", context)


@router.post("/cases/searches", name="search")
def search(
    request: Request, parts: PartsDep, listing: ListingDep, words: Annotated[str, Form(max_length=1000)] = ""
) -> Response:
    """Remember what was typed and lead to the list of what it finds; the address holds a key alone."""
    typed = tidy(words)
    found = listing.but(search=parts.searches.remember(typed) if typed else None)
    return RedirectResponse(request.app.url_path_for("worklist") + found.suffix(), status_code=303)


@router.get("/cases/{case_id}", name="viewer")
def viewer(
    request: Request,
    session: ReadSession,
    parts: PartsDep,
    case_id: UUID,
    listing: ListingDep,
    radiograph: UUID | None = None,
) -> Response:
    """Show one case in the viewer; next and previous keep to the list that the reader came from."""
    case = service.show_case(session, case_id, listing)
    shown = choose_radiograph(case, radiograph)
    context = viewer_page(
        case,
        listing=listing,
        priors=list_priors(session, case_id),
        n_marks=count_annotations(session, shown.radiograph_id),
        radiograph_id=shown.radiograph_id,
        path=request.app.url_path_for("worklist"),
        show_above=parts.predictor.card.to_json().get("map_scale", {}).get("show_above", DEFAULT_SHOW_ABOVE),
    )
    return parts.pages.render("cases/viewer.html", context)
