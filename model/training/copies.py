"""Radiographs that several collections hold, or one holds twice: told by their pixels, since no identity tells.

A copy would let a hospital "never seen" be seen after all, and a patient stand in two folds. Candidates look alike as
aligned thumbnails of the lung box; a pair is a copy when, one laid over the other by an affine fit, ribs and vessels
coincide too.
"""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from model.training.cache import Prepared
from model.training.data import Sample

COPIES_FILE = Path(__file__).parent / "splits" / "copies.csv"

THUMBNAIL = 40
ALIKE = 0.80
"""Correlation of thumbnails without their coarsest shades above which a pair is looked at closely."""

SAME = 0.87
"""Chosen: correlation after the fit from which it is a copy. Pairs of different collections gather above 0.93, most of
one film; towards 0.87 come chests of one collection with neighbouring numbers, and a few that may merely resemble each
other: leaving one of those out costs a radiograph, keeping a copy costs the test."""

Image = NDArray[np.float32]


def find_copies(prepared: Prepared) -> dict[str, str]:
    """Find the radiographs to leave out.

    Returns:
        Image id of each copy and of the one it repeats; of a pair, the larger source's is the copy, so that the source
        with few radiographs keeps its own.
    """
    samples, sizes = prepared.samples, Counter(sample.source for sample in prepared.samples)
    copies: dict[str, str] = {}
    for i, j in tqdm(list(_candidates(prepared.wide)), desc="copies", mininterval=5):
        known_patient = samples[i].patient == samples[j].patient  # one fold holds both already
        if not known_patient and likeness(prepared.wide[i], prepared.wide[j]) >= SAME:
            kept, copy = sorted((samples[i], samples[j]), key=lambda s: (sizes[s.source], s.image_id))
            copies[copy.image_id] = kept.image_id
    return copies


def likeness(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    """Correlation of middle-sized detail after an affine fit.

    Args:
        one: (W, W) wide crop of a lung box.
        other: Another.

    Returns:
        [-1, 1]; -1 where no fit is found.

    Source:
        Evangelidis and Psarakis, IEEE TPAMI 30(10), 2008 (the fit).
    """
    first, second = _detail(one), _detail(other)
    criteria = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 30, 1e-4)
    start: Image = np.eye(2, 3, dtype=np.float32)
    everywhere = np.full(first.shape, 255, np.uint8)
    try:
        _, matrix = cv2.findTransformECC(first, second, start, cv2.MOTION_AFFINE, criteria, everywhere, 5)
    except cv2.error:
        return -1.0
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    laid = cv2.warpAffine(second, matrix, first.shape[::-1], flags=flags)
    edge = first.shape[0] // 10  # what the fit moved in from beyond the crop
    inner = slice(edge, -edge)
    return float(np.corrcoef(first[inner, inner].ravel(), laid[inner, inner].ravel())[0, 1])


def without_copies(samples: Sequence[Sample], path: Path = COPIES_FILE) -> list[Sample]:
    """Leave out what the file calls copies."""
    copies = read_copies(path)
    return [sample for sample in samples if sample.image_id not in copies]


def write_copies(copies: dict[str, str], path: Path = COPIES_FILE) -> None:
    """Write `image_id,copy_of`, sorted, so that a difference can be read."""
    lines = [f"{copy},{kept}\n" for copy, kept in sorted(copies.items())]
    path.write_text("image_id,copy_of\n" + "".join(lines), encoding="utf-8")


def read_copies(path: Path = COPIES_FILE) -> dict[str, str]:
    """Read what `write_copies` wrote."""
    with path.open(newline="", encoding="utf-8") as file:
        return {row["image_id"]: row["copy_of"] for row in csv.DictReader(file)}


def _candidates(wide: NDArray[np.uint8]) -> Iterator[tuple[int, int]]:
    """Rows of pairs whose thumbnails are alike."""
    thumbnails = np.stack([_thumbnail(one) for one in wide])
    for i in range(len(thumbnails) - 1):
        for j in np.flatnonzero(thumbnails[i + 1 :] @ thumbnails[i] > ALIKE):
            yield i, i + 1 + int(j)


def _thumbnail(wide: NDArray[np.uint8]) -> Image:
    """(THUMBNAIL²,) of mean 0 and length 1, so that a product of two is their correlation."""
    small = cv2.resize(np.asarray(wide), (THUMBNAIL, THUMBNAIL), interpolation=cv2.INTER_AREA).astype(np.float32)
    flat = (small - cv2.GaussianBlur(small, (0, 0), 4)).ravel()
    flat -= flat.mean()
    return np.asarray(flat / max(float(np.linalg.norm(flat)), 1e-6), dtype=np.float32)


def _detail(wide: NDArray[np.uint8]) -> Image:
    """What lies between one and five pixels in size."""
    image = np.asarray(wide).astype(np.float32) / 255
    return np.asarray(cv2.GaussianBlur(image, (0, 0), 1) - cv2.GaussianBlur(image, (0, 0), 5), dtype=np.float32)
