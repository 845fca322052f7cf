"""Where the map should lie: in the lungs, on outlined lesions, in zones by the severity that readers scored.

Source of the zone scores: Signoroni et al. 2021, Medical Image Analysis 71, 102046 (Brixia score, zones A to F).
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from model.findings import Zone
from model.lungs import zone_masks
from model.training.cache import Prepared, wide_crop
from model.training.data import MaskFile

BRIXIA_ZONES = dict(
    zip(
        "ABCDEF",
        (
            Zone.RIGHT_UPPER,
            Zone.RIGHT_MIDDLE,
            Zone.RIGHT_LOWER,
            Zone.LEFT_UPPER,
            Zone.LEFT_MIDDLE,
            Zone.LEFT_LOWER,
        ),
        strict=True,
    )
)
"""The score's letters and our zones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapTarget:
    """What readers said about one radiograph.

    Attributes:
        regions: (R, W, W) float32 [0, 1], in the wide crop.
        weights: (R,) float32, how much of the evidence each should hold; they add up to 1.
    """

    regions: NDArray[np.float32]
    weights: NDArray[np.float32]


def map_targets(prepared: Prepared, outlines: Sequence[MaskFile], brixia: Path) -> dict[int, MapTarget]:
    """Targets by row: an outlined lesion is one region; where there is none, each zone weighs by its score.

    Args:
        outlines: Lesions.
        brixia: File of the zone scores.
    """
    row_of = {sample.image_id: row for row, sample in enumerate(prepared.samples)}
    targets = {}
    for image_id, scores in read_brixia(brixia).items():
        if image_id in row_of and sum(scores.values()) > 0:
            targets[row_of[image_id]] = _from_scores(prepared, row_of[image_id], scores)
    for outline in outlines:
        if outline.image_id in row_of:
            row = row_of[outline.image_id]
            lesion = lesion_of(prepared, row, outline).astype(np.float32)
            regions = wide_crop(lesion, prepared.box(row), prepared.wide.shape[1])[None]
            targets[row] = MapTarget(regions=regions, weights=np.ones(1, np.float32))
    return targets


def lesion_of(prepared: Prepared, row: int, outline: MaskFile) -> NDArray[np.bool_]:
    """Read an outline, cut to what is read of the image.

    Returns:
        (H, W) bool of the content's size.
    """
    drawn = cv2.imread(str(outline.path), cv2.IMREAD_GRAYSCALE)
    assert drawn is not None, outline.image_id
    content = prepared.content(row)
    return np.asarray(drawn[content.y0 : content.y1, content.x0 : content.x1] > 0)


def read_brixia(path: Path) -> dict[str, dict[Zone, float]]:
    """Read the mean of the readers' scores, 0 to 3 each zone, by image id; rows without numbers are left out."""
    scores = {}
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            read = {
                zone: _mean([row[f"{reader}-{letter}"] for reader in "SJ"]) for letter, zone in BRIXIA_ZONES.items()
            }
            scores[row["image_id"]] = {zone: score for zone, score in read.items() if score is not None}
    return scores


def wide_lungs(prepared: Prepared, rows: NDArray[np.intp]) -> NDArray[np.uint8]:
    """Lung masks in the wide crop, (N, W, W) uint8 [0, 255]."""
    side = prepared.wide.shape[1]
    crops = [wide_crop(prepared.lungs(row).astype(np.float32), prepared.box(row), side) for row in rows]
    return np.rint(np.stack(crops) * 255).astype(np.uint8)


def _from_scores(prepared: Prepared, row: int, scores: dict[Zone, float]) -> MapTarget:
    zones = zone_masks(prepared.lungs(row))
    box, side = prepared.box(row), prepared.wide.shape[1]
    total = sum(scores.values())
    regions = [wide_crop(zones[zone].astype(np.float32), box, side) for zone in scores]
    weights = np.array([score / total for score in scores.values()], np.float32)
    return MapTarget(regions=np.stack(regions), weights=weights)


def _mean(texts: Sequence[str]) -> float | None:
    values = [float(text) for text in texts if text.strip()]
    return sum(values) / len(values) if values else None
