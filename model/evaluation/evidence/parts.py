"""What a section is made of, and how figures are written in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from model.evaluation.metrics import FEWEST_PATIENTS

Results = Mapping[str, Any]

NO_INTERVAL = f"no interval: fewer than {FEWEST_PATIENTS} patients known"
"""What stands in the place of an interval that a figure does not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Headings and cells, line by line."""

    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A drawing: `svg` for a page that brings its own colours, `standalone` for a file shown as a picture."""

    name: str
    title: str
    svg: str
    standalone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceSection:
    """One part of the evidence.

    Attributes:
        key: Anchor.
        parts: Paragraphs, tables and plots, in their order.
    """

    key: str
    title: str
    parts: tuple[str | Table | Plot, ...]


def estimate_text(value: Results) -> str:
    """Write a figure with its interval and number; a dash where it cannot be computed."""
    return f"{figure_text(value)}, n = {value['n']}"


def interval_text(value: Results) -> str:
    """Write the interval of a figure, or that it has none."""
    return NO_INTERVAL if value["low"] is None else f"{value['low']:.3f}–{value['high']:.3f}"


def figure_text(value: Results) -> str:
    """Write a figure with its interval; a dash where it cannot be computed."""
    return "–" if value["value"] is None else f"{value['value']:.3f} ({interval_text(value)})"
