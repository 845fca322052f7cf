"""The list that a request names: its view, what narrows it, its order and its search."""

from typing import Annotated

from fastapi import Depends, Query

from app.cases.listing import Listing, Received, Sort
from app.cases.schemas import View
from app.web.deps import PartsDep
from model.findings import Finding


def get_listing(
    parts: PartsDep,
    view: Annotated[View, Query(description="Which cases.")] = View.TO_REVIEW,
    finding: Annotated[Finding | None, Query(description="Only cases whose most urgent reading says this.")] = None,
    received: Annotated[
        Received | None, Query(description="Only cases received in the last 24 hours or 7 days.")
    ] = None,
    sort: Annotated[Sort | None, Query(description="The order; the view's own without it.")] = None,
    search: Annotated[str | None, Query(max_length=40, description="Key that `POST /cases/searches` gave.")] = None,
) -> Listing:
    """Read the list from the address, and the words of its search from memory."""
    words = parts.searches.recall(search) if search else ""
    return Listing(view=view, finding=finding, received=received, sort=sort, search=search or None, words=words)


ListingDep = Annotated[Listing, Depends(get_listing)]
