"""The preprocessing of the paper, variability reduction and contrast enhancement, as named pure steps.

Training, server, command line and viewer call these functions; nothing else makes a network input. The paper's abstract
names the two aims and not the algorithms, so the steps below are our own.

Source: Duran-Lopez et al., Applied Sciences 10(16):5683, 2020.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from model.prediction import PreprocessingStep

PIPELINE_VERSION = "1"
"""Raised whenever a change here or in `model.imaging.pixels` changes a network input."""

LOW_PERCENTILE, HIGH_PERCENTILE = 1.0, 99.0
"""Chosen: collimation edges and burnt-in letters fill under a hundredth of a lung box and must not set the scale."""

ONE_GREY_LEVEL = 1 / 65535
"""The least difference that a 16-bit file can hold."""

LOCAL_SIGMA = 1 / 10
"""Chosen, as a share of the input's side: about a third of a lung's width, wider than a patchy opacity."""

LOCAL_WEIGHT = 0.5
"""Chosen: half of the contrast is local; the other half stays global, so a hazy lung still differs from a clear one."""

NOISE_FLOOR = 0.25
"""Chosen, in global standard deviations: a flat region is not amplified beyond four times."""

CLIP_DEVIATIONS = 3.0
"""Values beyond three deviations, mostly metal and letters, saturate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle of the image in whole pixels: `x0 <= x < x1`, `y0 <= y < y1`."""

    x0: int
    y0: int
    x1: int
    y1: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InputSpec:
    """What a network was trained to receive; part of its card.

    Attributes:
        size: Side of the square input in pixels.
        margin: Added to each side of the lungs' bounding box, as a share of the box's width or height.
    """

    size: int = 128
    margin: float = 0.08


def crop_to_lungs(presentation: NDArray[np.float32], box: Box) -> NDArray[np.float32]:
    """Cut the lung box out, so that markers, abdomen and arms outside it cannot speak.

    Args:
        presentation: (H, W) [0, 1], 0 = black.

    Returns:
        (h, w) [0, 1], a view.
    """
    return presentation[box.y0 : box.y1, box.x0 : box.x1]


def resize(presentation: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    """Bring a crop to `size` x `size`: one resolution and one lung shape for every source.

    Shrinking averages areas, enlarging interpolates; the aspect ratio is given up on purpose, since several sources
    were published squashed.

    Returns:
        (size, size) [0, 1].
    """
    rows, columns = presentation.shape
    shrinks = rows >= size and columns >= size
    resized = cv2.resize(presentation, (size, size), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    return np.asarray(resized, dtype=np.float32)


def reduce_variability(presentation: NDArray[np.float32]) -> NDArray[np.float32]:
    """Stretch between the 1st and the 99th percentile: exposure and window no longer tell one scanner from another.

    Returns:
        (h, w) [0, 1]; all zeros for an image of one value.
    """
    low, high = np.percentile(presentation, [LOW_PERCENTILE, HIGH_PERCENTILE])
    if high - low < ONE_GREY_LEVEL:  # resampling leaves rounding noise on an image of one value; it is no contrast
        return np.zeros_like(presentation)
    return np.asarray(np.clip((presentation - np.float32(low)) / np.float32(high - low), 0, 1))


def enhance_contrast(reduced: NDArray[np.float32]) -> NDArray[np.float32]:
    """Weigh each pixel against its neighbourhood as well as against the whole box.

    The result is the mean of a global and a local standard score, clipped at three deviations and scaled to [-1, 1].

    Args:
        reduced: (h, w) [0, 1].

    Returns:
        (h, w) float32 [-1, 1].
    """
    deviation = float(reduced.std())
    if deviation == 0:
        return np.zeros_like(reduced)
    score = (reduced - reduced.mean()) / np.float32(deviation)
    sigma = LOCAL_SIGMA * reduced.shape[0]
    mean = cv2.GaussianBlur(score, (0, 0), sigma, borderType=cv2.BORDER_REFLECT)
    variance = cv2.GaussianBlur(np.square(score - mean), (0, 0), sigma, borderType=cv2.BORDER_REFLECT)
    local = (score - mean) / np.sqrt(variance + np.float32(NOISE_FLOOR**2))
    mixed = np.float32(1 - LOCAL_WEIGHT) * score + np.float32(LOCAL_WEIGHT) * local
    return np.asarray(np.clip(mixed / np.float32(CLIP_DEVIATIONS), -1, 1), dtype=np.float32)


def finish(resized: NDArray[np.float32]) -> NDArray[np.float32]:
    """Run the two steps that follow resizing; training calls it on augmented crops.

    Returns:
        (size, size) float32 [-1, 1], one channel of network input.
    """
    return enhance_contrast(reduce_variability(resized))


def preprocess(presentation: NDArray[np.float32], box: Box, spec: InputSpec) -> NDArray[np.float32]:
    """Make the network input of one radiograph.

    Args:
        presentation: (H, W) float32 [0, 1], 0 = black.
        box: The lung box, from `model.lungs.lung_box`.

    Returns:
        (size, size) float32 [-1, 1].
    """
    return finish(resize(crop_to_lungs(presentation, box), spec.size))


def preprocessing_steps(presentation: NDArray[np.float32], box: Box, spec: InputSpec) -> list[PreprocessingStep]:
    """Run `preprocess` keeping every step's picture; the last one is the network input itself.

    Returns:
        Presentation, lung box, resized, variability reduced, contrast enhanced.
    """
    cropped = crop_to_lungs(presentation, box)
    resized = resize(cropped, spec.size)
    reduced = reduce_variability(resized)
    enhanced = enhance_contrast(reduced)
    return [
        _step("As shown", "The radiograph through its window, white bone on black air.", presentation, 0, 1),
        _step("Lung box", "Only the lungs and a narrow margin are kept; nothing outside is seen.", cropped, 0, 1),
        _step("One size", f"Every lung box becomes {spec.size} x {spec.size} pixels.", resized, 0, 1),
        _step("Variability reduced", "Grey values are stretched, so exposure does not matter.", reduced, 0, 1),
        _step(
            "Contrast enhanced",
            "Each point is weighed against its surroundings. This is what is read.",
            enhanced,
            -1,
            1,
        ),
    ]


def _step(name: str, sentence: str, values: NDArray[np.float32], low: float, high: float) -> PreprocessingStep:
    return PreprocessingStep(name=name, sentence=sentence, values=values, low=low, high=high)
