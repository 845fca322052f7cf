"""The part of a stored image that is read, and the way back: what was found there, in pixels of the stored image."""

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from model.imaging.bars import content_box
from model.prediction import ClassActivationMap, Correction, Localization, PreprocessingStep
from model.preprocess import Box

Rectangle = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """How a stored image is looked at: cut to its content, then turned and inverted.

    Attributes:
        shape: Rows and columns of the stored image.
        content: The part of it without bars.
        correction: What is done to that part.
    """

    shape: tuple[int, int]
    content: Box
    correction: Correction

    @classmethod
    def of(cls, presentation: NDArray[np.float32]) -> Self:
        """The image inside its bars, uncorrected."""
        rows, columns = presentation.shape
        x0, y0, x1, y1 = content_box(presentation)
        return cls(shape=(rows, columns), content=Box(x0=x0, y0=y0, x1=x1, y1=y1), correction=Correction())

    @classmethod
    def whole(cls, shape: tuple[int, int]) -> Self:
        """The stored image as it is."""
        return cls(shape=shape, content=Box(x0=0, y0=0, x1=shape[1], y1=shape[0]), correction=Correction())

    def corrected(self, correction: Correction) -> Self:
        """The same part, turned and inverted."""
        return replace(self, correction=correction)

    def look(self, presentation: NDArray[np.float32]) -> NDArray[np.float32]:
        """Cut, turn and invert presentation pixels of the stored image.

        Args:
            presentation: (H, W) float32 [0, 1].

        Returns:
            (h, w) float32 [0, 1], contiguous; `presentation` itself where there is nothing to do.
        """
        box = self.content
        return self.turn(presentation[box.y0 : box.y1, box.x0 : box.x1])

    def turn(self, content: NDArray[np.float32]) -> NDArray[np.float32]:
        """Turn and invert the content, or a reduction of it.

        Args:
            content: (h, w) float32 [0, 1].

        Returns:
            float32 [0, 1], contiguous; `content` itself where there is nothing to do.
        """
        turned = np.rot90(content, -self._quarter_turns)
        return np.ascontiguousarray(1 - turned if self.correction.inverted else turned)

    def steps(self, presentation: NDArray[np.float32]) -> list[PreprocessingStep]:
        """Picture the stored image where it is not read as stored; else nothing.

        Args:
            presentation: (H, W) float32 [0, 1].
        """
        done = [
            (self.has_bars, "its bars were cut off"),
            (self.correction.rotation, f"it was turned by {self.correction.rotation}° clockwise"),
            (self.correction.inverted, "black and white were exchanged"),
        ]
        words = ", ".join(words for is_done, words in done if is_done)
        if not words:
            return []
        sentence = f"The image as it was sent. Before reading, {words}."
        return [PreprocessingStep(name="As stored", sentence=sentence, values=presentation, low=0.0, high=1.0)]

    def map_back(self, cam: ClassActivationMap) -> ClassActivationMap:
        """Lay a map over the stored image."""
        return replace(cam, values=self._turn_back(cam.values), placement=self.rectangle_back(cam.placement))

    def localization_back(self, localization: Localization) -> Localization:
        """Give peak and boxes in pixels of the stored image; the zones are the patient's and stay."""
        peak = None if localization.peak is None else self.point_back(*localization.peak)
        boxes = tuple(self.rectangle_back(box) for box in localization.boxes)
        return replace(localization, peak=peak, boxes=boxes)

    def mask_back(self, mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Spread a mask of what was looked at over the whole stored image.

        Args:
            mask: (M, M) bool.

        Returns:
            (M, M) bool, `False` in the bars.
        """
        (rows, columns), box, side = self.shape, self.content, mask.shape[0]
        y = ((np.arange(side) + 0.5) * rows / side - box.y0) / (box.y1 - box.y0)
        x = ((np.arange(side) + 0.5) * columns / side - box.x0) / (box.x1 - box.x0)
        inside = ((y >= 0) & (y < 1))[:, None] & ((x >= 0) & (x < 1))[None, :]
        rows_of = np.clip((y * side).astype(int), 0, side - 1)
        columns_of = np.clip((x * side).astype(int), 0, side - 1)
        return np.asarray(self._turn_back(mask)[np.ix_(rows_of, columns_of)] & inside)

    def point_back(self, x: float, y: float) -> tuple[float, float]:
        """Give a point of what was looked at in pixels of the stored image."""
        box = self.content
        height, width = box.y1 - box.y0, box.x1 - box.x0
        match self.correction.rotation:
            case 90:
                x, y = y, height - x
            case 180:
                x, y = width - x, height - y
            case 270:
                x, y = width - y, x
        return x + box.x0, y + box.y0

    def rectangle_back(self, rectangle: Rectangle) -> Rectangle:
        """Give a rectangle x0, y0, x1, y1 of what was looked at in pixels of the stored image."""
        (xa, ya), (xb, yb) = self.point_back(*rectangle[:2]), self.point_back(*rectangle[2:])
        return min(xa, xb), min(ya, yb), max(xa, xb), max(ya, yb)

    @property
    def has_bars(self) -> bool:
        """Whether less than the whole image is read."""
        return self.content != Frame.whole(self.shape).content

    @property
    def _quarter_turns(self) -> int:
        return self.correction.rotation // 90

    def _turn_back(self, grid: NDArray[Any]) -> NDArray[Any]:
        return np.ascontiguousarray(np.rot90(grid, self._quarter_turns))
