"""How well the map points at lesions that radiologists outlined, beside what chance would reach."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from model.explain import class_activation_map, localize, map_at_image_size
from model.lungs import mask_at_image_size
from model.network import CovidXNet
from model.preprocess import Box
from model.training.cache import Prepared
from model.training.data import MaskFile
from model.weights import MapScale

POINTING_TOLERANCE = 0.015
"""Share of the image's longer side by which a peak may miss an outline and still count (pointing game, Zhang et al.
2016, arXiv:1608.00507, with its 15 pixels made relative)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointing:
    """One outlined radiograph.

    Attributes:
        is_hit: The peak lies in the outline or within the tolerance; `False` where the map shows nothing.
        lesion_energy: Share of the map's sum inside the outline, `None` where the map shows nothing.
        lung_energy: Share of it inside the lungs.
        chance: Share of the lungs that the outline covers: what a random point in them would hit.
    """

    is_hit: bool
    lesion_energy: float | None
    lung_energy: float | None
    chance: float


def localization_figures(
    network: CovidXNet,
    prepared: Prepared,
    outlines: Sequence[MaskFile],
    folds: Mapping[str, int],
    held_out_fold: int,
    scale: MapScale,
) -> dict[str, Any]:
    """Score every outlined radiograph, those of the held-out fold apart from those that trained."""
    row_of = {sample.image_id: row for row, sample in enumerate(prepared.samples)}
    groups: dict[str, list[Pointing]] = {"held-out fold": [], "training folds": []}
    for outline in outlines:
        if outline.image_id in row_of:
            group = "held-out fold" if folds[outline.image_id] == held_out_fold else "training folds"
            groups[group].append(_point(network, prepared, row_of[outline.image_id], outline, scale))
    return {name: _summary(pointings) for name, pointings in groups.items() if pointings}


@torch.inference_mode()
def _point(network: CovidXNet, prepared: Prepared, row: int, outline: MaskFile, scale: MapScale) -> Pointing:
    rows, columns = (int(side) for side in prepared.shapes[row])
    drawn = cv2.imread(str(outline.path), cv2.IMREAD_GRAYSCALE)
    assert drawn is not None, outline.image_id
    lesion = drawn > 0
    lungs = mask_at_image_size(np.asarray(prepared.masks[row]), rows, columns)
    x0, y0, x1, y1 = (int(edge) for edge in prepared.boxes[row])
    _, maps = network(torch.from_numpy(np.array(prepared.plain[row])[None, None]))
    cam = class_activation_map(maps[0].numpy(), Box(x0=x0, y0=y0, x1=x1, y1=y1), scale)
    peak = localize(cam, lungs, rows, columns, scale.show_above).peak
    values = map_at_image_size(cam, rows, columns)
    total = float(values.sum())
    return Pointing(
        is_hit=peak is not None and _hits(peak, lesion),
        lesion_energy=float(values[lesion].sum()) / total if total else None,
        lung_energy=float(values[lungs].sum()) / total if total else None,
        chance=float((lesion & lungs).sum() / lungs.sum()),
    )


def _hits(peak: tuple[float, float], lesion: NDArray[np.bool_]) -> bool:
    distance = cv2.distanceTransform((~lesion).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    x, y = (min(int(value), side - 1) for value, side in zip(peak, lesion.shape[::-1], strict=True))
    return bool(distance[y, x] <= POINTING_TOLERANCE * max(lesion.shape))


def _summary(pointings: Sequence[Pointing]) -> dict[str, Any]:
    in_lesion = [p.lesion_energy for p in pointings if p.lesion_energy is not None]
    in_lungs = [p.lung_energy for p in pointings if p.lung_energy is not None]
    return {
        "n": len(pointings),
        "map_shows_something": len(in_lesion),
        "pointing_game": round(float(np.mean([p.is_hit for p in pointings])), 4),
        "chance": round(float(np.mean([p.chance for p in pointings])), 4),
        "energy_in_lesion": round(float(np.mean(in_lesion)), 4) if in_lesion else None,
        "energy_in_lungs": round(float(np.mean(in_lungs)), 4) if in_lungs else None,
    }
