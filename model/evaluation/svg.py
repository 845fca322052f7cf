"""What plots are drawn with: axes, lines, text, legend and the frame round them, as SVG without script or style sheet.

Everything is drawn in `currentColor`, so that a drawing is readable on any page, dark or light. Coordinates are units
of the drawing, y downwards; what is plotted lies in [0, 1].
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

SIDE = 360.0
"""Of the square plotting area."""

LEFT, TOP = 56.0, 14.0
WIDTH = LEFT + SIDE + 20.0

AXIS = 46.0
"""Height of an axis' numbers and name below an area."""

N_SERIES = 5
"""Colours that a page may give, as the classes `plot-series-1` to `plot-series-5`; after them they begin again."""

_ROW = 22.0
_TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_DASHES = ("", "7 4", "2 3", "9 3 2 3", "14 4")
_SHAPES = (
    '<circle r="5.5"/>',
    '<path d="M-5 -5h10v10h-10Z"/>',
    '<path d="M0 -6.5L6.5 5H-6.5Z"/>',
    '<path d="M0 -7L7 0L0 7L-7 0Z"/>',
)

# For files that are shown as pictures, which no page's style sheet reaches.
_OWN_COLOURS = """<style>
:root { color: #14181d; font-family: Inter, system-ui, sans-serif }
.plot-series-1 { color: #1260a8 } .plot-series-2 { color: #b23a14 } .plot-series-3 { color: #12705d }
.plot-series-4 { color: #5b3fb5 } .plot-series-5 { color: #7a5200 }
@media (prefers-color-scheme: dark) {
:root { color: #e8edf2 }
.plot-series-1 { color: #6fb3f2 } .plot-series-2 { color: #ff8f6b } .plot-series-3 { color: #67c7b2 }
.plot-series-4 { color: #bda7f5 } .plot-series-5 { color: #f5b73d }
}
</style>"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """Where the unit square lies in a drawing."""

    top: float
    height: float
    left: float = LEFT
    right: float = LEFT + SIDE

    @property
    def bottom(self) -> float:
        """Where y is 0."""
        return self.top + self.height

    def x(self, value: float) -> float:
        """Place a value of [0, 1] from left to right."""
        return self.left + value * (self.right - self.left)

    def y(self, value: float) -> float:
        """Place a value of [0, 1] from bottom to top."""
        return self.bottom - value * self.height


def drawing(
    parts: Iterable[str], height: float, *, title: str, description: str, name: str, standalone: bool = False
) -> str:
    """Wrap a drawing up, with its text alternative.

    Args:
        name: Begins its ids; different for each drawing of a page.
        standalone: Give it colours and a size of its own, for a file that is shown as a picture.
    """
    size = f' width="{number(WIDTH)}" height="{number(height)}"' if standalone else ""
    return (
        f'<svg class="plot" viewBox="0 0 {number(WIDTH)} {number(height)}"{size} role="img" '
        f'aria-labelledby={quoteattr(f"{name}-title {name}-desc")} xmlns="http://www.w3.org/2000/svg">'
        f"<title id={quoteattr(f'{name}-title')}>{escape(title)}</title>"
        f"<desc id={quoteattr(f'{name}-desc')}>{escape(description)}</desc>"
        f"{_OWN_COLOURS if standalone else ''}{''.join(parts)}</svg>"
    )


def axes(area: Area, *, x_name: str = "", y_name: str = "", x_numbers: bool = True, y_numbers: bool = True) -> str:
    """Draw grid, axes, their numbers and names."""
    ys = _TICKS if y_numbers else ()
    grid = [f"M{number(area.x(tick))} {number(area.top)}V{number(area.bottom)}" for tick in _TICKS]
    grid += [f"M{number(area.left)} {number(area.y(tick))}H{number(area.right)}" for tick in ys]
    border = f"M{number(area.left)} {number(area.top)}V{number(area.bottom)}H{number(area.right)}"
    parts = [stroke("".join(grid), opacity=0.14), stroke(border, opacity=0.6)]
    if x_numbers:
        parts += [text(area.x(tick), area.bottom + 18, f"{tick:.1f}", anchor="middle") for tick in _TICKS]
    parts += [text(area.left - 8, area.y(tick) + 4, f"{tick:.1f}", anchor="end") for tick in ys]
    if x_name:
        parts.append(text((area.left + area.right) / 2, area.bottom + 38, x_name, anchor="middle"))
    if y_name:
        middle = (area.top + area.bottom) / 2
        parts.append(text(14, middle, y_name, anchor="middle", turn=f"rotate(-90 14 {number(middle)})"))
    return "".join(parts)


def diagonal(area: Area) -> str:
    """Draw what chance, or perfect calibration, would give."""
    path = f"M{number(area.left)} {number(area.bottom)}L{number(area.right)} {number(area.top)}"
    return stroke(path, opacity=0.45, dash="3 4")


def line(area: Area, points: Iterable[tuple[float, float]], *, dash: str = "") -> str:
    """Draw a line through points of [0, 1]; nothing through none."""
    path = "L".join(f"{number(area.x(x))} {number(area.y(y))}" for x, y in points)
    return stroke(f"M{path}", width=2.25, dash=dash) if path else ""


def bars(area: Area, shares: Sequence[float]) -> str:
    """Draw bars side by side, each a share of the area's height."""
    width = (area.right - area.left) / max(1, len(shares))
    return "".join(
        f'<rect x="{number(area.left + index * width + 1)}" y="{number(area.y(share))}" width="{number(width - 2)}" '
        f'height="{number(area.bottom - area.y(share))}" fill="currentColor" fill-opacity="0.7"/>'
        for index, share in enumerate(shares)
        if share
    )


def marker(index: int, x: float, y: float) -> str:
    """Draw a circle, square, triangle or diamond, translucent so that a curve shows through."""
    return (
        f'<g transform="translate({number(x)} {number(y)})" fill="currentColor" fill-opacity="0.25" '
        f'stroke="currentColor" stroke-width="1.75">{_SHAPES[index % len(_SHAPES)]}</g>'
    )


def series(index: int, content: str) -> str:
    """Give content the colour of its series."""
    return f'<g class="plot-series plot-series-{index % N_SERIES + 1}">{content}</g>'


def dash_of(index: int) -> str:
    """Return the dashes of a series: with the colour they make 25 series different, alone they make 5."""
    return _DASHES[(index + index // N_SERIES) % len(_DASHES)]


def legend(rows: Sequence[tuple[str, str]], top: float) -> tuple[str, float]:
    """Stack rows of a sign, drawn round (15, 0), and its label below `top`.

    Returns:
        The rows, and where they end.
    """
    placed = [
        f'<g transform="translate({number(LEFT)} {number(top + (index + 0.6) * _ROW)})">{sign}{text(40, 4, label)}</g>'
        for index, (sign, label) in enumerate(rows)
    ]
    return "".join(placed), top + len(rows) * _ROW + (8 if rows else 0)


def line_sign(dash: str) -> str:
    """Draw a line's sign for a legend."""
    return stroke("M0 0H30", width=2.25, dash=dash)


def stroke(path: str, *, width: float = 1, opacity: float = 1, dash: str = "") -> str:
    """Draw along a path."""
    faint = "" if opacity == 1 else f' stroke-opacity="{opacity:g}"'
    dashed = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path d="{path}" fill="none" stroke="currentColor" stroke-width="{width:g}"{faint}{dashed}/>'


def text(x: float, y: float, content: str, *, anchor: str = "start", turn: str = "") -> str:
    """Write text, escaped."""
    turned = f' transform="{turn}"' if turn else ""
    place = f'x="{number(x)}" y="{number(y)}" font-size="13" text-anchor="{anchor}"'
    return f'<text {place} fill="currentColor"{turned}>{escape(content)}</text>'


def number(value: float) -> str:
    """Write a coordinate to a tenth of a unit."""
    return f"{value:.1f}".removesuffix(".0")
