"""Lung geometry: from lung probabilities to a mask, the lung box and six zones. Arrays in, arrays out; no network.

Sides are the patient's: the image is taken as hung, the patient's right at the left of the image.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from model.findings import Zone
from model.preprocess import ONE_GREY_LEVEL, Box

MIN_COMPONENT_SHARE = 0.01
"""Chosen: a piece under a hundredth of the image is noise; the smaller lung of a normal chest has 5 to 15."""

MAX_COMPONENTS = 2


def reduce(presentation: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    """Average areas down to (size, size); the aspect ratio is given up."""
    return np.asarray(cv2.resize(presentation, (size, size), interpolation=cv2.INTER_AREA), dtype=np.float32)


def segmentation_input(presentation: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    """Prepare a radiograph for the segmentation network: one size, standard scores of the stretched image.

    Args:
        presentation: (H, W) float32 [0, 1], 0 = black.

    Returns:
        (size, size) float32, mean 0 and deviation 1 (all zeros for an image of one value).
    """
    resized = reduce(presentation, size)
    low, high = np.percentile(resized, [1, 99])
    clipped = np.clip(resized, low, high)
    deviation = float(clipped.std())
    if deviation < ONE_GREY_LEVEL:
        return np.zeros_like(clipped)
    return np.asarray((clipped - clipped.mean()) / np.float32(deviation), dtype=np.float32)


def lung_mask(probabilities: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Keep the two largest regions above one half, holes filled.

    Args:
        probabilities: (S, S) float32 [0, 1].

    Returns:
        (S, S) bool; all `False` where no lung was found.
    """
    binary = (probabilities > 0.5).astype(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(binary, connectivity=4)
    areas = stats[1:, cv2.CC_STAT_AREA]
    largest = [i + 1 for i in np.argsort(areas)[::-1][:MAX_COMPONENTS] if areas[i] >= MIN_COMPONENT_SHARE * binary.size]
    kept = np.isin(labels, largest).astype(np.uint8)
    contours, _ = cv2.findContours(kept, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    filled = cv2.drawContours(np.zeros_like(kept), contours, -1, color=1, thickness=cv2.FILLED)
    return np.asarray(filled, dtype=np.uint8).astype(np.bool_)


def count_regions(mask: NDArray[np.bool_]) -> int:
    """Count the separate regions of a mask."""
    return int(cv2.connectedComponents(mask.astype(np.uint8), connectivity=4)[0]) - 1


def mask_at_image_size(mask: NDArray[np.bool_], rows: int, columns: int) -> NDArray[np.bool_]:
    """Bring a mask of the segmentation's size to the image's.

    Returns:
        (rows, columns) bool.
    """
    soft = cv2.resize(mask.astype(np.float32), (columns, rows), interpolation=cv2.INTER_LINEAR)
    return np.asarray(soft > 0.5)


def lung_box(mask: NDArray[np.bool_], rows: int, columns: int, *, margin: float) -> Box:
    """Find the box round both lungs, with a margin, within the image.

    Args:
        mask: (S, S) bool of any size; not all `False`.
        margin: Added to each side, as a share of the box's width or height.

    Returns:
        The box in pixels of a (rows, columns) image.

    Raises:
        ValueError: the mask is empty: a caller asks `model.quality` first.
    """
    ys, xs = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not len(ys):
        raise ValueError("no lung in the mask")
    y0, y1 = ys[0] / mask.shape[0], (ys[-1] + 1) / mask.shape[0]
    x0, x1 = xs[0] / mask.shape[1], (xs[-1] + 1) / mask.shape[1]
    dy, dx = margin * (y1 - y0), margin * (x1 - x0)
    return Box(
        x0=max(0, round((x0 - dx) * columns)),
        y0=max(0, round((y0 - dy) * rows)),
        x1=min(columns, round((x1 + dx) * columns)),
        y1=min(rows, round((y1 + dy) * rows)),
    )


def zone_masks(mask: NDArray[np.bool_]) -> dict[Zone, NDArray[np.bool_]]:
    """Divide the lungs in six: each side of the midline in thirds of its own height.

    The midline is the middle between the two lungs' centres; with one region found, the middle of its box.

    Args:
        mask: (h, w) bool.

    Returns:
        (h, w) bool for each zone; they do not overlap and together are `mask`.
    """
    middle = _midline(mask)
    columns = np.arange(mask.shape[1])[None, :]
    sides = {"right": mask & (columns < middle), "left": mask & (columns >= middle)}
    zones: dict[Zone, NDArray[np.bool_]] = {}
    for side, half in sides.items():
        rows = np.flatnonzero(half.any(axis=1))
        top, bottom = (rows[0], rows[-1] + 1) if len(rows) else (0, 0)
        edges = [0, top + (bottom - top) / 3, top + 2 * (bottom - top) / 3, mask.shape[0]]
        centers = np.arange(mask.shape[0])[:, None] + 0.5
        for level, low, high in zip(("upper", "middle", "lower"), edges, edges[1:], strict=False):
            zones[Zone(f"{side}-{level}")] = half & (centers > low) & (centers <= high)
    return {zone: zones[zone] for zone in Zone}


def _midline(mask: NDArray[np.bool_]) -> float:
    n_labels, _, _, centers = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=4)
    if n_labels == MAX_COMPONENTS + 1:
        return float(centers[1:, 0].mean())
    columns = np.flatnonzero(mask.any(axis=0))
    return float(columns[0] + columns[-1] + 1) / 2 if len(columns) else mask.shape[1] / 2
