"""Prepared inputs at training size, made once by the very functions that serve, and memory-mapped afterwards."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from model.frame import Frame
from model.imaging.pixels import presentation_pixels
from model.imaging.reader import read_radiograph
from model.lungs import lung_box, mask_at_image_size
from model.preprocess import PIPELINE_VERSION, Box, InputSpec, preprocess
from model.training.data import Sample

WIDE = 1.25
"""Side of the wide crop, in sides of the lung box: room for turning, shifting and zooming."""

Segment = Callable[[NDArray[np.float32]], NDArray[np.bool_]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """Everything training and evaluation need of N samples.

    Attributes:
        samples: Those in which lungs were found, in the order of the arrays.
        plain: (N, S, S) float32 [-1, 1], the network inputs that serving would make.
        wide: (N, W, W) uint8, the lung box and an eighth more on every side, presentation pixels.
        masks: (N, M, M) bool, lung masks of the content.
        boxes: (N, 4) int32, lung boxes x0, y0, x1, y1 in pixels of the content.
        contents: (N, 4) int32, the stored image without its bars, x0, y0, x1, y1 in pixels of the stored image.
    """

    samples: Sequence[Sample]
    plain: NDArray[np.float32]
    wide: NDArray[np.uint8]
    masks: NDArray[np.bool_]
    boxes: NDArray[np.int32]
    contents: NDArray[np.int32]

    def box(self, row: int) -> Box:
        """The lung box of a row."""
        return _box(self.boxes[row])

    def content(self, row: int) -> Box:
        """The part of the stored image of a row that is read."""
        return _box(self.contents[row])

    def lungs(self, row: int) -> NDArray[np.bool_]:
        """The lung mask of a row at the content's size."""
        content = self.content(row)
        return mask_at_image_size(np.asarray(self.masks[row]), content.y1 - content.y0, content.x1 - content.x0)

    def select(self, keep: Callable[[Sample], bool]) -> NDArray[np.intp]:
        """Rows of the samples that `keep` accepts."""
        return np.flatnonzero([keep(sample) for sample in self.samples])


def prepare(
    samples: Sequence[Sample],
    segment: Segment,
    lungs_sha256: str,
    spec: InputSpec,
    *,
    folder: Path,
    whole_frame: bool = False,
) -> Prepared:
    """Read what an earlier call with the same samples, lungs and spec stored, or make and store it.

    Args:
        segment: Presentation pixels to lung mask, (M, M) bool.
        lungs_sha256: Hash of the weights behind `segment`.
        whole_frame: Take the whole radiograph for the lung box, for an ablation.
    """
    identity = [PIPELINE_VERSION, _ARRAYS, lungs_sha256, asdict(spec), [sample.image_id for sample in samples]]
    identity += ["whole frame"] * whole_frame
    key = hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:16]
    target = folder / key
    if not (target / "done").exists():
        _make(samples, segment, spec, target, whole_frame=whole_frame)
    kept = {str(image_id) for image_id in np.load(target / "image_ids.npy")}
    arrays = {name: np.load(target / f"{name}.npy", mmap_mode="r") for name in _ARRAYS}
    return Prepared(samples=[sample for sample in samples if sample.image_id in kept], **arrays)


_ARRAYS = ("plain", "wide", "masks", "boxes", "contents")


def _make(samples: Sequence[Sample], segment: Segment, spec: InputSpec, target: Path, *, whole_frame: bool) -> None:
    columns: dict[str, list[object]] = {name: [] for name in (*_ARRAYS, "image_ids")}
    for sample in tqdm(samples, desc="prepare", mininterval=5):
        stored = presentation_pixels(read_radiograph(sample.path.read_bytes()))
        frame = Frame.of(stored)
        presentation = frame.look(stored)
        mask = segment(presentation)
        if not mask.any():
            continue
        height, width = presentation.shape
        lungs = lung_box(mask, height, width, margin=spec.margin)
        box = Box(x0=0, y0=0, x1=width, y1=height) if whole_frame else lungs
        columns["image_ids"].append(sample.image_id)
        columns["plain"].append(preprocess(presentation, box, spec))
        wide = wide_crop(presentation, box, round(WIDE * spec.size))
        columns["wide"].append(np.rint(np.clip(wide, 0, 1) * 255).astype(np.uint8))
        columns["masks"].append(mask)
        columns["boxes"].append(_edges(box))
        columns["contents"].append(_edges(frame.content))
    target.mkdir(parents=True, exist_ok=True)
    for name, values in columns.items():
        np.save(target / f"{name}.npy", np.array(values))
    (target / "done").touch()


def _box(edges: NDArray[np.int32]) -> Box:
    x0, y0, x1, y1 = (int(edge) for edge in edges)
    return Box(x0=x0, y0=y0, x1=x1, y1=y1)


def _edges(box: Box) -> NDArray[np.int32]:
    return np.array([box.x0, box.y0, box.x1, box.y1], dtype=np.int32)


def wide_crop(field: NDArray[np.float32], box: Box, side: int) -> NDArray[np.float32]:
    """Cut the lung box and an eighth more on every side out of an image or a mask.

    Args:
        field: (H, W) float32, of the content's size.

    Returns:
        (side, side) float32; what lies beyond the edge is mirrored.
    """
    extra = (WIDE - 1) / 2
    dx, dy = round(extra * (box.x1 - box.x0)), round(extra * (box.y1 - box.y0))
    padded = cv2.copyMakeBorder(field, dy, dy, dx, dx, cv2.BORDER_REFLECT_101)
    crop = padded[box.y0 : box.y1 + 2 * dy, box.x0 : box.x1 + 2 * dx]
    return np.asarray(cv2.resize(crop, (side, side), interpolation=cv2.INTER_AREA), dtype=np.float32)
