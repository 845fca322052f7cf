"""What the worklist page shows: built from the service's answer, nothing looked up here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from app.cases.schemas import CaseRow, View, WorklistOut
from app.web.templating import FINDING_NAMES
from model.findings import Finding

VIEW_NAMES = {
    View.TO_REVIEW: "To review",
    View.FLAGGED: "Flagged",
    View.NOT_ANALYSED: "Not analysed",
    View.REVIEWED: "Reviewed",
    View.ALL: "All cases",
}

_RULES = {
    View.REVIEWED: "Last reviewed first.",
    View.ALL: "Cases to review come first, flagged and not analysed ones on top, longest waiting first.",
}
_RULE = "Flagged and not analysed cases come first, longest waiting first. A flag raises a case; nothing lowers one."


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One entry of the rail.

    Attributes:
        count: Cases behind it, or `None` where they are not counted.
        current: Whether the page shows it now.
    """

    name: str
    href: str
    count: int | None
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkGroup:
    """Entries of the rail below one heading."""

    title: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EmptyText:
    """What a list without rows says: that it is empty, and what to do."""

    title: str
    advice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorklistPage:
    """Context of `cases/worklist.html`.

    Attributes:
        rows: Cases of the view in its order.
        groups: The rail.
        suffix: Query that the links to cases carry, so that next and previous keep to this list.
        rule: The order of the list in a sentence.
        empty: Said instead of rows where there are none.
        next_href: Address of the cases after these, or `None`.
        first_href: Address of the list's beginning where the page is not it, or `None`.
        upload_limit_mb: Largest file accepted, in MiB.
        page_data: Values for the page's script.
    """

    rows: Sequence[CaseRow]
    groups: tuple[LinkGroup, ...]
    suffix: str
    rule: str
    empty: EmptyText
    next_href: str | None
    first_href: str | None
    upload_limit_mb: int
    page_data: Mapping[str, Any]


def worklist_page(
    worklist: WorklistOut, *, view: View, finding: Finding | None, after: str | None, path: str, upload_limit_mb: int
) -> WorklistPage:
    """Build the worklist page.

    Args:
        worklist: One page of rows, with the counts of all views.
        finding: The finding the list is narrowed to.
        after: The cursor the page began at.
        path: Path of the worklist.
        upload_limit_mb: Largest file accepted, in MiB.
    """
    return WorklistPage(
        rows=worklist.cases,
        groups=(_views(worklist, view, finding, path), _findings(view, finding, path)),
        suffix=list_suffix(view, finding),
        rule=_RULES.get(view, _RULE),
        empty=_empty(worklist, view, finding),
        next_href=path + list_suffix(view, finding, after=worklist.next) if worklist.next else None,
        first_href=path + list_suffix(view, finding) if after else None,
        upload_limit_mb=upload_limit_mb,
        page_data={"finding_names": FINDING_NAMES},
    )


def list_suffix(view: View, finding: Finding | None, **more: str) -> str:
    """Return the query that names a list; empty for the one shown first."""
    query = {"view": view.value} if view is not View.TO_REVIEW else {}
    if finding:
        query["finding"] = finding.value
    query |= more
    return f"?{urlencode(query)}" if query else ""


def _views(worklist: WorklistOut, view: View, finding: Finding | None, path: str) -> LinkGroup:
    links = tuple(
        Link(
            name=name,
            href=path + list_suffix(each, None),
            count=worklist.counts[each],
            current=each is view and finding is None,
        )
        for each, name in VIEW_NAMES.items()
    )
    return LinkGroup(title="Views", links=links)


def _findings(view: View, finding: Finding | None, path: str) -> LinkGroup:
    links = tuple(
        Link(name=name, href=path + list_suffix(view, Finding(value)), count=None, current=finding == value)
        for value, name in FINDING_NAMES.items()
    )
    return LinkGroup(title=f"Finding, {VIEW_NAMES[view].lower()}", links=links)


def _empty(worklist: WorklistOut, view: View, finding: Finding | None) -> EmptyText:
    if worklist.counts[View.ALL] == 0:
        return EmptyText(
            title="No radiographs yet",
            advice="Drop DICOM, PNG or JPEG files or a folder anywhere on this page, or press Upload radiographs.",
        )
    if finding:
        return EmptyText(
            title=f"No case with the finding {FINDING_NAMES[finding]} here",
            advice=f"The view {VIEW_NAMES[view]} has none. Choose another finding or view.",
        )
    if view is View.TO_REVIEW:
        return EmptyText(title="Everything is reviewed", advice="New cases appear here by themselves.")
    return EmptyText(
        title=f"No case in {VIEW_NAMES[view]}",
        advice="Cases appear here by themselves when there are some. Choose another view.",
    )
