"""Finds the bars that a screen capture or a slide puts round a radiograph, so that they can be cropped."""

import numpy as np
from numpy.typing import NDArray

from model.imaging.radiograph import Caution

TOLERANCE = 0.025
"""Chosen: JPEG leaves up to 6 of 255 grey levels in an even surface."""

MIN_SHARE = 0.05
"""Of a side; chosen: the lungs are found as well with a narrower bar, which one radiograph in forty has."""

EDGE_LINES = 4
"""Chosen: JPEG blurs the edge of a bar over half of one of its blocks."""

MIN_EDGE = 0.6
"""Share of an edge's length at which the image begins all at once. The dark air beside a patient ends along the skin:
at its first lines a tenth of the length is brighter, rarely a third."""

MIN_CONTENT = 0.25
"""Of either side; chosen: less is no radiograph with bars but something else."""

BARS_CROPPED = Caution(
    code="BARS_CROPPED",
    detail="This image has bars of one colour at its edges. They were left out before it was read.",
)


def content_box(presentation: NDArray[np.float32]) -> tuple[int, int, int, int]:
    """Give the image inside its bars.

    A bar is a run of lines at an edge, all of one value, black, white or between, that ends in a straight edge. So the
    dark background of a radiograph is none, and a collimated border, which the beam never reached, may be one.

    Args:
        presentation: (H, W) float32 [0, 1].

    Returns:
        (x0, y0, x1, y1) in pixels, edges at whole numbers; (0, 0, W, H) where there are no bars.
    """
    rows, columns = presentation.shape
    x0, y0, x1, y1 = 0, 0, columns, rows
    # Twice: where bars at the sides differ in colour from those above and below, the one is seen without the other.
    for _ in range(2):
        inner = presentation[y0:y1, x0:x1]
        y0, y1 = y0 + _bar(inner), y1 - _bar(inner[::-1])
        inner = presentation[y0:y1, x0:x1].T
        x0, x1 = x0 + _bar(inner), x1 - _bar(inner[::-1])
    if x1 - x0 < MIN_CONTENT * columns or y1 - y0 < MIN_CONTENT * rows:
        return 0, 0, columns, rows
    return x0, y0, x1, y1


def _bar(lines: NDArray[np.float32]) -> int:
    """Count the first lines that make a bar.

    Args:
        lines: (N, M), from the edge inwards.
    """
    level = np.median(lines[0])
    width = next((n for n, line in enumerate(lines) if (np.abs(line - level) > TOLERANCE).any()), len(lines))
    if width < MIN_SHARE * len(lines) or width == len(lines):
        return 0
    edge = np.abs(lines[width : width + EDGE_LINES] - level) > TOLERANCE
    return width if edge.mean(axis=1).max() >= MIN_EDGE else 0
