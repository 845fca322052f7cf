"""Pages that belong to no feature: the API's description, drawn by our own script so that it works offline."""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response

from app.web.deps import PartsDep

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocsPage:
    """Context of `docs.html`.

    Attributes:
        openapi_href: Where the OpenAPI document is.
    """

    openapi_href: str


@router.get("/docs", name="docs")
def docs(request: Request, parts: PartsDep) -> Response:
    """Show the API's description."""
    return parts.pages.render("docs.html", DocsPage(openapi_href=request.app.openapi_url))
