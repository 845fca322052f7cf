"""Random views with their truth: chests turned, mirrored, inverted, cut off or pasted together, and all the rest."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from model.gate import Kind
from model.training.augment import AugmentConfig, add_marks, change_texture, change_tone
from model.training.gate.bodies import cross_section
from model.training.gate.collection import FRAME, Collection
from model.training.gate.drawings import draw_other

Image = NDArray[np.float32]

WHOLE, CUT = 0.85, 0.6
"""Chosen: with this share of the lungs in the image it is a whole chest; with less than the second it is cut off."""

FEWEST_LUNGS = 0.05
"""With less than this share of the lungs it is no chest any more."""

SHARES = {
    Kind.FRONTAL: 0.43,
    Kind.LATERAL: 0.1,
    Kind.CROSS_SECTION: 0.12,
    Kind.CUT_OFF: 0.1,
    Kind.COLLAGE: 0.07,
    Kind.OTHER: 0.18,
}
"""Chosen: nearly half show a whole chest, of which all four turns and both polarities must be learned."""

AUGMENT = AugmentConfig(tone=0.5, texture=0.2, marks=0.35)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One picture and what is true of it.

    Attributes:
        pixels: (FRAME, FRAME) float32 [0, 1].
        quarter_turns: Clockwise quarter turns that bring it upright; `None` where that is not told.
        inverted: Whether black and white are exchanged; `None` where that is not told.
        mirrored: Whether left and right are exchanged; `None` where that is not told.
    """

    pixels: Image
    kind: Kind
    quarter_turns: int | None = None
    inverted: bool | None = None
    mirrored: bool | None = None


class Views:
    """Makes views of one part of the collection."""

    def __init__(self, collection: Collection, frontal: NDArray[np.intp], others: NDArray[np.intp]) -> None:
        """Take the rows of the collection that belong to the part."""
        self._collection = collection
        self._others = {
            kind: [i for i in others if collection.kinds[i] == kind]
            for kind in (Kind.LATERAL, Kind.CROSS_SECTION, Kind.OTHER)
        }
        whole = [i for i in frontal if collection.lungs[i].mean() > 0.08]
        by_source: dict[str, list[int]] = {}
        for i in whole:
            by_source.setdefault(str(collection.sources[i]), []).append(i)
        self._by_source = list(by_source.values())
        weights = np.sqrt([len(rows) for rows in self._by_source])
        self._weights = weights / weights.sum()

    def draw(self, rng: Generator) -> View:
        """Draw a kind, then a view of it."""
        return self.draw_kind(rng, list(SHARES)[rng.choice(len(SHARES), p=list(SHARES.values()))])

    def draw_kind(self, rng: Generator, kind: Kind) -> View:
        """Draw a view of one kind."""
        match kind:
            case Kind.FRONTAL:
                return _posed(rng, self._whole_chest(rng), kind)
            case Kind.CUT_OFF:
                return _posed(rng, self._cut_chest(rng, FEWEST_LUNGS, CUT), kind)
            case Kind.LATERAL:
                return _hung_anyhow(rng, _shaken(rng, self._other(rng, Kind.LATERAL)), kind)
            case Kind.CROSS_SECTION:
                is_drawn = rng.random() < 0.3
                slice_ = cross_section(rng, FRAME) if is_drawn else self._other(rng, Kind.CROSS_SECTION)
                return _hung_anyhow(rng, _shaken(rng, slice_), kind)
            case Kind.COLLAGE:
                return _hung_anyhow(rng, self._collage(rng), kind)
            case Kind.OTHER:
                return _hung_anyhow(rng, self._no_chest(rng), kind)

    def _row(self, rng: Generator) -> int:
        rows = self._by_source[rng.choice(len(self._by_source), p=self._weights)]
        return int(rows[rng.integers(len(rows))])

    def _whole_chest(self, rng: Generator) -> Image:
        for _ in range(8):
            row = self._row(rng)
            matrix = _affine(rng, zoom=(0.8, 1.45), shift=0.12, degrees=9)
            if visible_share(self._collection.lungs[row], matrix) >= WHOLE:
                return _warped(rng, self._frame(row), matrix)
        return self._frame(row)

    def _cut_chest(self, rng: Generator, least: float, most: float) -> Image:
        """A window on a chest in which between `least` and `most` of the lungs lie."""
        while True:
            row = self._row(rng)
            for _ in range(10):
                matrix = _affine(rng, zoom=(0.25, 0.95), shift=0.6, degrees=9)
                if least <= visible_share(self._collection.lungs[row], matrix) < most:
                    return _warped(rng, self._frame(row), matrix)

    def _frame(self, row: int) -> Image:
        return np.asarray(self._collection.frontal[row], dtype=np.float32) / np.float32(255)

    def _other(self, rng: Generator, kind: Kind) -> Image:
        rows = self._others[kind]
        return np.asarray(self._collection.others[rows[rng.integers(len(rows))]], dtype=np.float32) / np.float32(255)

    def _no_chest(self, rng: Generator) -> Image:
        choice = rng.random()
        if choice < 0.2 and self._others[Kind.OTHER]:
            return _shaken(rng, self._other(rng, Kind.OTHER))
        if choice < 0.35:
            return self._cut_chest(rng, 0.0, FEWEST_LUNGS)
        if choice < 0.45:
            return _shuffled(rng, self._whole_chest(rng))
        return _shaken(rng, draw_other(rng, FRAME))

    def _collage(self, rng: Generator) -> Image:
        """Two to six pictures in rows and columns, at least two of them of a patient."""
        rows, columns = ((1, 2), (1, 2), (1, 2), (2, 1), (2, 2), (1, 3), (2, 3))[int(rng.integers(7))]
        is_pair = (rows, columns) == (1, 2) and rng.random() < 0.5
        gap = int(rng.integers(1, 10)) if rng.random() < 0.5 else 0
        image = np.full((FRAME, FRAME), float(rng.choice(np.array([0.0, 1.0, rng.random()]))), np.float32)
        ys, xs = np.linspace(0, FRAME, rows + 1).astype(int), np.linspace(0, FRAME, columns + 1).astype(int)
        for n in range(rows * columns):
            row, column = divmod(n, columns)
            tile = self._tile(rng, n, is_pair=is_pair)
            h, w = ys[row + 1] - ys[row] - gap, xs[column + 1] - xs[column] - gap
            image[ys[row] : ys[row] + h, xs[column] : xs[column] + w] = cv2.resize(tile, (w, h))
        return image

    def _tile(self, rng: Generator, n: int, *, is_pair: bool) -> Image:
        """One picture of a collage; a pair is a frontal and a lateral."""
        kind = rng.random()
        if (is_pair and n == 1) or (not is_pair and n >= 2 and kind < 0.15):
            return self._other(rng, Kind.LATERAL)
        if is_pair or n == 0 or kind < 0.75:
            return change_tone(rng, self._whole_chest(rng), AUGMENT)
        return self._other(rng, Kind.CROSS_SECTION) if kind < 0.9 else draw_other(rng, FRAME)


def visible_share(lungs: NDArray[np.bool_], matrix: NDArray[np.float64]) -> float:
    """Give the share of the lungs that the window of `matrix` shows.

    Args:
        lungs: (FRAME, FRAME), not all `False`.
        matrix: (2, 3), from the view to the image, origins at their centres.
    """
    flags = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    seen = cv2.warpAffine(lungs.astype(np.uint8), _full(matrix), (FRAME, FRAME), flags=flags)
    area = abs(float(np.linalg.det(matrix[:, :2])))  # pixels of the image that a pixel of the view stands for
    return float(seen.sum()) * area / float(lungs.sum())


def turned(image: Image, *, quarter_turns: int, inverted: bool, mirrored: bool) -> Image:
    """Hang an upright image wrongly; `quarter_turns` clockwise bring it back."""
    hung = np.rot90(image[:, ::-1] if mirrored else image, quarter_turns)
    return np.ascontiguousarray(1 - hung if inverted else hung)


def _posed(rng: Generator, image: Image, kind: Kind) -> View:
    """Turn, mirror and invert a chest as often as not, and tell."""
    quarter_turns = int(rng.integers(4)) if rng.random() < 0.55 else 0
    inverted, mirrored = bool(rng.random() < 0.3), bool(rng.random() < 0.35)
    image = change_tone(rng, image, AUGMENT)
    image = turned(np.clip(image, 0, 1), quarter_turns=quarter_turns, inverted=inverted, mirrored=mirrored)
    return View(
        pixels=_published(rng, image),
        kind=kind,
        quarter_turns=quarter_turns if kind is Kind.FRONTAL else None,
        inverted=inverted,
        mirrored=mirrored if kind is Kind.FRONTAL else None,
    )


def _hung_anyhow(rng: Generator, image: Image, kind: Kind) -> View:
    image = np.clip(change_tone(rng, image, AUGMENT), 0, 1)
    quarter_turns = int(rng.integers(4)) if rng.random() < 0.5 else 0
    image = turned(
        image, quarter_turns=quarter_turns, inverted=bool(rng.random() < 0.25), mirrored=bool(rng.random() < 0.5)
    )
    return View(pixels=_published(rng, image), kind=kind)


def _published(rng: Generator, image: Image) -> Image:
    """Change texture, write marks and letters, add bars: what happens to a picture on its way."""
    image = add_marks(rng, change_texture(rng, image, AUGMENT), AUGMENT)
    if rng.random() < 0.12:
        image = _barred(rng, image)
    return np.clip(image, 0, 1).astype(np.float32)


def _barred(rng: Generator, image: Image) -> Image:
    """Shrink the picture between bars on two or four sides."""
    lost = rng.uniform(0, 0.35, 2) * rng.choice([(1, 0), (0, 1), (1, 1)])
    h, w = np.maximum(8, (FRAME * (1 - lost))).astype(int)
    top, left = ((FRAME - np.array([h, w])) * rng.choice([0.5, rng.random()])).astype(int)
    framed = np.full_like(image, rng.choice([0.0, 0.0, 1.0, rng.random()]))
    framed[top : top + h, left : left + w] = cv2.resize(image, (int(w), int(h)), interpolation=cv2.INTER_AREA)
    return framed


def _shaken(rng: Generator, image: Image) -> Image:
    """Shift, zoom and turn a picture a little, so that 30 laterals are more than 30."""
    return _warped(rng, image, _affine(rng, zoom=(0.6, 1.3), shift=0.12, degrees=12))


def _shuffled(rng: Generator, image: Image) -> Image:
    """The pieces of a chest in the wrong places: its texture without its shape."""
    n = int(rng.integers(2, 5))
    edge = FRAME // n
    tiles: Sequence[Image] = [
        image[y * edge : (y + 1) * edge, x * edge : (x + 1) * edge] for y in range(n) for x in range(n)
    ]
    order = np.roll(np.arange(n * n), 1 + rng.integers(n * n - 1)) if n == 2 else rng.permutation(n * n)
    rows = [
        np.hstack([np.rot90(tiles[int(order[y * n + x])], int(rng.integers(4))) for x in range(n)]) for y in range(n)
    ]
    return np.asarray(cv2.resize(np.vstack(rows), (FRAME, FRAME)), dtype=np.float32)


def _affine(rng: Generator, *, zoom: tuple[float, float], shift: float, degrees: float) -> NDArray[np.float64]:
    """Draw a (2, 3) matrix from output to input, origins at the centres; below 1 `zoom` is a window on the input."""
    angle = np.deg2rad(rng.uniform(-degrees, degrees))
    scale = rng.uniform(*zoom) * np.exp(rng.uniform(-0.18, 0.18, 2))
    linear = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ np.diag(scale)
    return np.column_stack([linear, rng.uniform(-shift, shift, 2) * FRAME])


def _full(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    center = np.full(2, (FRAME - 1) / 2)
    return np.column_stack([matrix[:, :2], center + matrix[:, 2] - matrix[:, :2] @ center])


def _warped(rng: Generator, image: Image, matrix: NDArray[np.float64]) -> Image:
    border = cv2.BORDER_REPLICATE if rng.random() < 0.3 else cv2.BORDER_CONSTANT
    value = float(rng.choice([0.0, 0.0, 1.0, rng.random()]))
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    out = cv2.warpAffine(image, _full(matrix), (FRAME, FRAME), flags=flags, borderMode=border, borderValue=value)
    return np.asarray(out, dtype=np.float32)
