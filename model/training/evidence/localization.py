"""How well the map points at lesions that radiologists outlined, beside what needs no network at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from model.explain import class_activation_map, localize, map_at_image_size
from model.network import CovidXNet
from model.prediction import ClassActivationMap
from model.training.cache import Prepared
from model.training.data import MaskFile
from model.training.targets import lesion_of
from model.weights import MapScale

POINTING_TOLERANCE = 0.015
"""Share of the image's longer side by which a peak may miss an outline and still count (pointing game, Zhang et al.
2016, arXiv:1608.00507, with its 15 pixels made relative)."""

RANDOM_BOXES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Pointing:
    """One outlined radiograph.

    Attributes:
        is_hit: The peak lies in the outline or within the tolerance; `False` where the map shows nothing.
        lesion_energy: Share of the map's sum inside the outline, `None` where the map shows nothing.
        lung_energy: Share of it inside the lungs.
        overlap: Intersection over union of the outline and the map at or above `show_above`.
        lungs_by_chance: What a random point in the lungs would hit, tolerance included.
        center_hit: The centre of the lung box hits.
        prior_hit: The peak of the mean map of all other outlined radiographs, laid over this lung box, hits.
        random_box: Mean intersection over union of a random box of the map's shown area.
        lesion_in_lungs: Share of the lungs that the outline covers: the energy of an even map over them.
    """

    is_hit: bool
    lesion_energy: float | None
    lung_energy: float | None
    overlap: float
    lungs_by_chance: float
    center_hit: bool
    prior_hit: bool
    random_box: float
    lesion_in_lungs: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlined:
    """An outlined radiograph and the network that reads it without having trained on it."""

    row: int
    outline: MaskFile
    network: CovidXNet


@torch.inference_mode()
def maps_of(network: CovidXNet, inputs: NDArray[np.float32]) -> NDArray[np.float32]:
    """Maps of (N, S, S) inputs, (N, 2, h, w)."""
    parts = torch.split(torch.from_numpy(np.array(inputs)[:, None]), 64)
    return np.concatenate([network(part)[1].numpy() for part in parts])


def localization_figures(prepared: Prepared, outlined: Sequence[Outlined], scale: MapScale) -> dict[str, Any]:
    """Score outlined radiographs together; `n` is 0 and nothing else is there without any."""
    if not outlined:
        return {"n": 0}
    maps = [maps_of(one.network, prepared.plain[[one.row]])[0] for one in outlined]
    total = np.sum([np.clip(m[0], 0, None) for m in maps], axis=0)
    pointings = [
        _point(prepared, one, m, total - np.clip(m[0], 0, None), scale) for one, m in zip(outlined, maps, strict=True)
    ]
    return _summary(pointings)


def _point(
    prepared: Prepared, one: Outlined, maps: NDArray[np.float32], prior: NDArray[np.float32], scale: MapScale
) -> Pointing:
    lesion, lungs, box = lesion_of(prepared, one.row, one.outline), prepared.lungs(one.row), prepared.box(one.row)
    rows, columns = lesion.shape
    cam = class_activation_map(maps, box, scale)
    peak = localize(cam, lungs, rows, columns, scale.show_above).peak
    mean = ClassActivationMap(
        values=(prior / max(float(prior.max()), 1e-6)).astype(np.float32), placement=cam.placement
    )
    prior_peak = localize(mean, lungs, rows, columns, scale.show_above).peak
    values = map_at_image_size(cam, rows, columns)
    total, near = float(values.sum()), _within_tolerance(lesion)
    center = ((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2)
    shown = values >= scale.show_above
    return Pointing(
        is_hit=peak is not None and _at(near, peak),
        lesion_energy=float(values[lesion].sum()) / total if total else None,
        lung_energy=float(values[lungs].sum()) / total if total else None,
        overlap=_overlap(shown, lesion),
        lungs_by_chance=float((near & lungs).sum() / lungs.sum()),
        center_hit=_at(near, center),
        prior_hit=prior_peak is not None and _at(near, prior_peak),
        random_box=_random_box(lesion, float(shown.mean()), seed=one.row),
        lesion_in_lungs=float((lesion & lungs).sum() / lungs.sum()),
    )


def _within_tolerance(lesion: NDArray[np.bool_]) -> NDArray[np.bool_]:
    distance = cv2.distanceTransform((~lesion).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return np.asarray(distance <= POINTING_TOLERANCE * max(lesion.shape))


def _at(field: NDArray[np.bool_], point: tuple[float, float]) -> bool:
    x, y = (min(int(value), side - 1) for value, side in zip(point, field.shape[::-1], strict=True))
    return bool(field[y, x])


def _overlap(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    either = int((one | other).sum())
    return int((one & other).sum()) / either if either else 0.0


def _random_box(lesion: NDArray[np.bool_], area: float, *, seed: int) -> float:
    """Mean overlap of a square of `area`, a share of the image, laid anywhere."""
    rng = np.random.default_rng(seed)
    rows, columns = lesion.shape
    height, width = (max(1, round(side * area**0.5)) for side in (rows, columns))
    overlaps = []
    for _ in range(RANDOM_BOXES):
        top, left = rng.integers(0, rows - height + 1), rng.integers(0, columns - width + 1)
        inside = int(lesion[top : top + height, left : left + width].sum())
        overlaps.append(inside / (height * width + int(lesion.sum()) - inside))
    return float(np.mean(overlaps))


def _summary(pointings: Sequence[Pointing]) -> dict[str, Any]:
    in_lesion = [p.lesion_energy for p in pointings if p.lesion_energy is not None]
    in_lungs = [p.lung_energy for p in pointings if p.lung_energy is not None]
    means: Mapping[str, float] = {
        "pointing_game": float(np.mean([p.is_hit for p in pointings])),
        "random_point_in_lungs": float(np.mean([p.lungs_by_chance for p in pointings])),
        "centre_of_lung_box": float(np.mean([p.center_hit for p in pointings])),
        "mean_map_of_the_others": float(np.mean([p.prior_hit for p in pointings])),
        "iou_shown": float(np.mean([p.overlap for p in pointings])),
        "iou_random_box": float(np.mean([p.random_box for p in pointings])),
        "energy_in_lesion": float(np.mean(in_lesion)) if in_lesion else 0.0,
        "lesion_share_of_lungs": float(np.mean([p.lesion_in_lungs for p in pointings])),
        "energy_in_lungs": float(np.mean(in_lungs)) if in_lungs else 0.0,
    }
    return {"n": len(pointings), "map_shows_something": len(in_lesion)} | {k: round(v, 4) for k, v in means.items()}
