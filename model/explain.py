"""Where the evidence lies: the exact class activation map on its absolute scale, its peak, zones and boxes."""

from collections.abc import Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from model.findings import ABNORMAL, Zone
from model.lungs import zone_masks
from model.prediction import ClassActivationMap, Localization, ZoneShare
from model.preprocess import Box
from model.weights import MapScale

MAX_BOXES = 5

FINE = 8
"""Grid points per cell when boxes are drawn: fine enough that an edge is off by less than a sixteenth of a cell."""


def evidence(maps: NDArray[np.float32]) -> NDArray[np.float32]:
    """Evidence in every cell that the radiograph is abnormal.

    Its mean over the cells is the logit of "abnormal" before calibration, so the map shows exactly what was added up.

    Args:
        maps: (2, h, w) in the order of `HEADS`.

    Returns:
        (h, w) logits.
    """
    return np.asarray(maps[ABNORMAL])


def class_activation_map(maps: NDArray[np.float32], box: Box, scale: MapScale) -> ClassActivationMap:
    """Put the evidence on the absolute scale and say which part of the image it covers.

    Args:
        maps: (2, h, w) from the network.
        box: The part of the image that was the network's input; cells tile it edge to edge.
    """
    values = np.clip((evidence(maps) - scale.low) / (scale.high - scale.low), 0, 1)
    placement = (float(box.x0), float(box.y0), float(box.x1), float(box.y1))
    return ClassActivationMap(values=values.astype(np.float32), placement=placement)


def map_at_image_size(cam: ClassActivationMap, rows: int, columns: int) -> NDArray[np.float32]:
    """Resample a map to the image, linearly between the cells' centres.

    Returns:
        (rows, columns) float32 [0, 1]; 0 outside the placement.
    """
    return _sample(cam, np.arange(columns) + 0.5, np.arange(rows) + 0.5)


def localize(
    cam: ClassActivationMap, lungs: NDArray[np.bool_], rows: int, columns: int, show_above: float
) -> Localization:
    """Sum the map up in words and numbers.

    Args:
        lungs: (M, M) bool, lung mask of the whole image at any size.
        rows: Height of the image, whose pixels the result is in.
        columns: Width of the image.
        show_above: Value from which a region gets a box.
    """
    zones = zone_masks(lungs)
    boxes = _boxes(cam, zones, rows, columns, show_above)
    return Localization(
        peak=_peak(cam, rows, columns),
        zones=_zone_shares(cam, zones, rows, columns),
        boxes=tuple(box for box, _ in boxes),
        box_zones=tuple(zone for _, zone in boxes),
    )


def _sample(cam: ClassActivationMap, x: NDArray[np.floating], y: NDArray[np.floating]) -> NDArray[np.float32]:
    """Values at the crossings of image coordinates `x` and `y`, pixel edges at whole numbers."""
    x0, y0, x1, y1 = cam.placement
    h, w = cam.values.shape
    grid_x = ((x - x0) / (x1 - x0) * w - 0.5).astype(np.float32)
    grid_y = ((y - y0) / (y1 - y0) * h - 0.5).astype(np.float32)
    map_x, map_y = np.meshgrid(np.clip(grid_x, 0, w - 1), np.clip(grid_y, 0, h - 1))
    values = cv2.remap(cam.values, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    inside = ((y >= y0) & (y <= y1))[:, None] & ((x >= x0) & (x <= x1))[None, :]
    return np.where(inside, values, np.float32(0))


def _peak(cam: ClassActivationMap, rows: int, columns: int) -> tuple[float, float] | None:
    """Centre of the highest cell, drawn towards its stronger neighbours."""
    values = cam.values
    if values.max() <= 0:
        return None
    h, w = values.shape
    top, left = np.unravel_index(int(values.argmax()), values.shape)
    ys, xs = np.mgrid[max(0, top - 1) : min(h, top + 2), max(0, left - 1) : min(w, left + 2)]
    weights = values[ys, xs]
    x0, y0, x1, y1 = cam.placement
    x = x0 + (x1 - x0) * (float((weights * xs).sum() / weights.sum()) + 0.5) / w
    y = y0 + (y1 - y0) * (float((weights * ys).sum() / weights.sum()) + 0.5) / h
    return round(min(max(x, 0.0), columns), 2), round(min(max(y, 0.0), rows), 2)


def _zone_shares(
    cam: ClassActivationMap, zones: Mapping[Zone, NDArray[np.bool_]], rows: int, columns: int
) -> tuple[ZoneShare, ...]:
    height, width = next(iter(zones.values())).shape
    x = (np.arange(width) + 0.5) * columns / width
    y = (np.arange(height) + 0.5) * rows / height
    values = _sample(cam, x, y)
    sums = {zone: float(values[mask].sum()) for zone, mask in zones.items()}
    total = sum(sums.values())
    return tuple(ZoneShare(zone=zone, share=round(s / total, 4) if total else 0.0) for zone, s in sums.items())


def _boxes(
    cam: ClassActivationMap, zones: Mapping[Zone, NDArray[np.bool_]], rows: int, columns: int, show_above: float
) -> list[tuple[tuple[float, float, float, float], Zone | None]]:
    """A box round each region, strongest first, with the zone that holds most of the region."""
    x0, y0, x1, y1 = cam.placement
    h, w = (side * FINE for side in cam.values.shape)
    xs, ys = x0 + (np.arange(w) + 0.5) * (x1 - x0) / w, y0 + (np.arange(h) + 0.5) * (y1 - y0) / h
    fine = _sample(cam, xs, ys)
    zone_of = _zones_at(zones, xs / columns, ys / rows)
    n_labels, labels, stats, _ = cv2.connectedComponentsWithStats((fine >= show_above).astype(np.uint8))
    strength = np.bincount(labels.ravel(), weights=fine.ravel(), minlength=n_labels)
    order = [i for i in np.argsort(-strength) if i > 0 and stats[i, cv2.CC_STAT_AREA] >= FINE * FINE]
    boxes = []
    for i in order[:MAX_BOXES]:
        left, top, width, height = (int(v) for v in stats[i, :4])
        edges_x = [x0 + (x1 - x0) * edge / w for edge in (left, left + width)]
        edges_y = [y0 + (y1 - y0) * edge / h for edge in (top, top + height)]
        edges_x = [round(min(max(x, 0.0), columns), 1) for x in edges_x]
        edges_y = [round(min(max(y, 0.0), rows), 1) for y in edges_y]
        own = labels == i
        held = np.bincount(zone_of[own], weights=fine[own], minlength=len(zones) + 1)[1:]
        zone = tuple(zones)[int(held.argmax())] if held.any() else None
        boxes.append(((edges_x[0], edges_y[0], edges_x[1], edges_y[1]), zone))
    return boxes


def _zones_at(
    zones: Mapping[Zone, NDArray[np.bool_]], across: NDArray[np.floating], down: NDArray[np.floating]
) -> NDArray[np.intp]:
    """Number of the zone at the crossings of two shares of the image, counted from 1; 0 outside the lungs."""
    numbered = sum(number * mask.astype(np.intp) for number, mask in enumerate(zones.values(), start=1))
    field = np.asarray(numbered, dtype=np.intp)
    height, width = field.shape
    columns = np.clip((across * width).astype(np.intp), 0, width - 1)
    lines = np.clip((down * height).astype(np.intp), 0, height - 1)
    return np.asarray(field[np.ix_(lines, columns)])
