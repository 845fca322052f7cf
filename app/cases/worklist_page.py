"""What the worklist page shows: built from the service's answer, nothing looked up here."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.cases.listing import REVIEWED_VIEWS, Listing, Received, Sort
from app.cases.order import LONGEST_WAIT
from app.cases.schemas import CaseRow, View, WorklistOut
from app.web.words import say
from model.findings import Finding

FINDINGS = (Finding.COVID_19, Finding.INDETERMINATE, Finding.OTHER, Finding.NORMAL)
"""The order of the rail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One entry of the rail.

    Attributes:
        count: Cases behind it.
        current: Whether the page shows it now; following the link of a filter that is on takes it away.
        may_cover: Whether it tells what the network says of cases without a review, which read-first covers.
    """

    name: str
    href: str
    count: int
    current: bool
    may_cover: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkGroup:
    """Entries of the rail below one heading.

    Attributes:
        may_cover: Whether they tell what the network says of cases without a review, which read-first covers.
    """

    title: str
    links: tuple[Link, ...]
    may_cover: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Something that narrows the list, and the address of the list without it."""

    name: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SortLink:
    """What a column's heading does.

    Attributes:
        href: The list in this column's order, or in its own where it already is.
        advice: What following it does.
        current: Whether the list is in this column's order.
    """

    href: str
    advice: str
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptyText:
    """What a list without rows says: that it is empty, and what to do.

    Attributes:
        href: Where to go instead, or `None`.
        action: What following it does.
    """

    title: str
    advice: str
    href: str | None = None
    action: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorklistPage:
    """Context of `cases/worklist.html`.

    Attributes:
        rows: Cases of the list in its order.
        groups: The rail.
        filters: What narrows the list.
        sorts: What the headings `received` and `probability` do.
        may_cover: Whether cases without a review are listed; read-first covers an order that gives the answer away.
        suffix: Query that the links to cases carry, so that next and previous keep to this list.
        search_href: Where a search within this list is sent.
        words: What was searched for.
        is_lost: Whether the server has forgotten the search of this address.
        rule: The order of the list in a sentence.
        found: What the search found, in a sentence, or `None` without one.
        empty: Said instead of rows where there are none.
        is_new: Whether there is no case at all yet.
        n_demonstration: Demonstration cases that are there.
        next_href: Address of the cases after these, or `None`.
        first_href: Address of the list's beginning where the page is not it, or `None`.
        upload_limit_mb: Largest file accepted, in MiB.
    """

    rows: Sequence[CaseRow]
    groups: tuple[LinkGroup, ...]
    filters: tuple[Filter, ...]
    sorts: dict[str, SortLink]
    may_cover: bool
    suffix: str
    search_href: str
    words: str
    is_lost: bool
    rule: str
    found: str | None
    empty: EmptyText
    is_new: bool
    n_demonstration: int
    next_href: str | None
    first_href: str | None
    upload_limit_mb: int


def worklist_page(
    worklist: WorklistOut,
    *,
    listing: Listing,
    after: str | None,
    path: str,
    search_path: str,
    n_demonstration: int,
    upload_limit_mb: int,
) -> WorklistPage:
    """Build the worklist page.

    Args:
        worklist: One page of rows, with the counts.
        listing: The list they are of.
        after: The cursor the page began at.
        path: Path of the worklist.
        search_path: Path that takes searches.
        n_demonstration: Demonstration cases that are there.
        upload_limit_mb: Largest file accepted, in MiB.
    """
    here = path + listing.suffix()
    return WorklistPage(
        rows=worklist.cases,
        groups=(
            _views(worklist, listing, path),
            _findings(worklist, listing, path),
            _spans(worklist, listing, path),
        ),
        filters=_filters(listing, path),
        sorts=_sorts(listing, path),
        may_cover=_may_cover(listing),
        suffix=listing.suffix(),
        search_href=search_path + listing.but(search=None).suffix(),
        words=listing.words,
        is_lost=listing.is_lost,
        rule=_rule(listing),
        found=_found(worklist),
        empty=_empty(worklist, listing, path),
        is_new=worklist.counts[View.ALL] == 0,
        n_demonstration=n_demonstration,
        next_href=path + listing.suffix(after=worklist.next) if worklist.next else None,
        first_href=here if after else None,
        upload_limit_mb=upload_limit_mb,
    )


def _views(worklist: WorklistOut, listing: Listing, path: str) -> LinkGroup:
    links = tuple(
        Link(
            name=say(f"views.{view}"),
            href=path + listing.but(view=view).suffix(),
            count=worklist.counts[view],
            current=view is listing.view,
            may_cover=view is View.FLAGGED and view is not listing.view,
        )
        for view in View
    )
    return LinkGroup(title=say("views.title"), links=links)


def _findings(worklist: WorklistOut, listing: Listing, path: str) -> LinkGroup:
    links = tuple(
        Link(
            name=say(f"findings.{finding}"),
            href=path + listing.but(finding=None if listing.finding is finding else finding).suffix(),
            count=worklist.findings[finding],
            current=listing.finding is finding,
        )
        for finding in FINDINGS
    )
    is_covering = _may_cover(listing) and listing.finding is None
    return LinkGroup(title=say("worklist.finding_title"), links=links, may_cover=is_covering)


def _may_cover(listing: Listing) -> bool:
    return listing.view not in REVIEWED_VIEWS


def _spans(worklist: WorklistOut, listing: Listing, path: str) -> LinkGroup:
    links = tuple(
        Link(
            name=say(f"received.{span}"),
            href=path + listing.but(received=None if listing.received is span else span).suffix(),
            count=worklist.received[span],
            current=listing.received is span,
        )
        for span in Received
    )
    return LinkGroup(title=say("received.title"), links=links)


def _filters(listing: Listing, path: str) -> tuple[Filter, ...]:
    filters = []
    if listing.words:
        name = say("worklist.searched", words=listing.words)
        filters.append(Filter(name=name, href=path + listing.but(search=None).suffix()))
    if listing.finding:
        name = say(f"findings.{listing.finding}")
        filters.append(Filter(name=name, href=path + listing.but(finding=None).suffix()))
    if listing.received:
        name = say(f"received.{listing.received}")
        filters.append(Filter(name=name, href=path + listing.but(received=None).suffix()))
    return tuple(filters)


def _sorts(listing: Listing, path: str) -> dict[str, SortLink]:
    sorts = {}
    for column, sort in (("received", Sort.NEWEST), ("probability", Sort.PROBABILITY)):
        is_current = listing.order is sort
        sorts[column] = SortLink(
            href=path + listing.but(sort=None if is_current else sort).suffix(),
            advice=say("worklist.sort_own") if is_current else say(f"worklist.sort_{sort}"),
            current=is_current,
        )
    return sorts


def _rule(listing: Listing) -> str:
    if listing.order is Sort.QUEUE and listing.view is View.ALL:
        return say("rules.all")
    return say(f"rules.{listing.order}", hours=round(LONGEST_WAIT.total_seconds() / 3600))


def _found(worklist: WorklistOut) -> str | None:
    if not worklist.found:  # without a search nothing is said, and without a hit the empty list says it
        return None
    if worklist.is_cut:
        return say("worklist.found_cut", n=worklist.found)
    return say("worklist.found", n=worklist.found)


def _empty(worklist: WorklistOut, listing: Listing, path: str) -> EmptyText:
    name = say(f"views.{listing.view}")
    if worklist.counts[View.ALL] == 0:
        return EmptyText(title=say("empty.first_title"), advice=say("empty.first_advice"))
    if listing.words:
        wider = listing.but(view=View.ALL, finding=None, received=None)
        href = None if wider == listing else path + wider.suffix()
        return EmptyText(
            title=say("empty.search_title"),
            advice=say("empty.search_advice"),
            href=href,
            action=say("empty.search_all"),
        )
    if listing.finding or listing.received:
        return EmptyText(
            title=say("empty.narrow_title", view=name),
            advice=say("empty.narrow_advice"),
            href=path + listing.but(finding=None, received=None).suffix(),
            action=say("empty.narrow_clear", view=name),
        )
    if listing.view is View.TO_REVIEW:
        return EmptyText(title=say("empty.done_title"), advice=say("empty.done_advice"))
    return EmptyText(title=say("empty.view_title", view=name), advice=say("empty.view_advice"))
