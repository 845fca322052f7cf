"""Which cases a list shows and in which order; the same value names a list in addresses, pages and queries."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Self
from urllib.parse import urlencode

from app.cases.schemas import View
from model.findings import Finding


class Sort(StrEnum):
    """The order of a list."""

    QUEUE = "queue"
    REVIEWED = "reviewed"
    NEWEST = "newest"
    PROBABILITY = "probability"


class Received(StrEnum):
    """How far back a list goes. Spans, not days: a server does not know when the reader's day began."""

    DAY = "24h"
    WEEK = "7d"


REVIEWED_VIEWS = (View.DISCORDANT, View.REVIEWED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A view, narrowed and ordered.

    Attributes:
        received: Only cases received within this span; `None` for all.
        sort: The order asked for; `None` for the view's own.
        search: Key of a search that the server remembers. What was typed never stands in an address.
        words: What was typed; empty without a search, or when the server does not know it any more.
    """

    view: View = View.TO_REVIEW
    finding: Finding | None = None
    received: Received | None = None
    sort: Sort | None = None
    search: str | None = None
    words: str = ""

    @property
    def order(self) -> Sort:
        """The order in force. Only reviewed cases have a last review to be ordered by."""
        own = Sort.REVIEWED if self.view in REVIEWED_VIEWS else Sort.QUEUE
        if self.sort is None or self.sort is Sort.REVIEWED or (self.sort is Sort.QUEUE and own is not Sort.QUEUE):
            return own
        return self.sort

    @property
    def is_lost(self) -> bool:
        """Whether it names a search that the server does not remember."""
        return self.search is not None and not self.words

    def but(self, **changes: Any) -> Self:
        """Return the same list with something changed."""
        return replace(self, **changes)

    def suffix(self, **more: str) -> str:
        """Return the query that names this list; empty for the one shown first."""
        query = {"view": self.view.value} if self.view is not View.TO_REVIEW else {}
        for name, value in (("finding", self.finding), ("received", self.received), ("sort", self.sort)):
            if value is not None:
                query[name] = value.value
        if self.search is not None:
            query["search"] = self.search
        query |= more
        return f"?{urlencode(query)}" if query else ""
