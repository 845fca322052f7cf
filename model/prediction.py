"""What comes out of a reading: plain values, ready to be stored or sent. Computes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from model.findings import Finding, Zone
from model.imaging.radiograph import Caution


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatingPoint:
    """A named threshold on P(covid-19) and what it was measured to do.

    Attributes:
        threshold: Flag at or above this probability, [0, 1].
        sensitivity: Share of COVID-19 radiographs of `set` at or above the threshold, [0, 1].
        specificity: Share of normal radiographs of `set` below it, [0, 1].
        sensitivity_interval: 95 % interval of the sensitivity.
        specificity_interval: 95 % interval of the specificity.
        set: The radiographs it was fixed on.
    """

    name: str
    threshold: float
    sensitivity: float
    specificity: float
    sensitivity_interval: tuple[float, float]
    specificity_interval: tuple[float, float]
    set: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneShare:
    """How much of the map's evidence inside the lungs lies in one zone.

    Attributes:
        share: [0, 1]; the six shares add up to 1, or are all 0 when the map shows nothing.
    """

    zone: Zone
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Localization:
    """Where the evidence lies, in pixels of the stored radiograph; (0, 0) is the upper left corner.

    Attributes:
        peak: (x, y) of the map's highest value; `None` when the map shows nothing.
        zones: Six shares in the order of `Zone`.
        boxes: (x0, y0, x1, y1) round each region above the map's display threshold, strongest first.
        box_zones: The zone that holds most of each region's evidence; `None` for one outside the lungs.
    """

    peak: tuple[float, float] | None
    zones: tuple[ZoneShare, ...]
    boxes: tuple[tuple[float, float, float, float], ...]
    box_zones: tuple[Zone | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassActivationMap:
    """The exact class activation map on its one absolute scale.

    Attributes:
        values: (h, w) float32 [0, 1]; 0 = no evidence for COVID-19 against normal, 1 = as strong as the strongest
            on validation. Never stretched per image.
        placement: (x0, y0, x1, y1), the rectangle of the stored radiograph that the grid covers, edge to edge; it may
            reach beyond the image.
    """

    values: NDArray[np.float32]
    placement: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What was done to a stored radiograph that hung wrongly, before it was read.

    Attributes:
        rotation: Degrees clockwise by which it was turned.
        inverted: Whether black and white were exchanged.
    """

    rotation: Literal[0, 90, 180, 270] = 0
    inverted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelInfo:
    """Provenance of a prediction.

    Attributes:
        sha256: Hash of the network's weights.
        pipeline: Version of the pixel pipeline that made the network input.
        device: `cpu`, or the CUDA device's name.
    """

    name: str
    version: str
    sha256: str
    pipeline: str
    device: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """One pass of one model version over one radiograph.

    Attributes:
        probabilities: Calibrated P of each network output; they add up to 1.
        probability_range: Lowest and highest P(covid-19) that the members, or the validation noise of a single
            network, allow.
        cam: Evidence for COVID-19 against normal.
        lungs: (M, M) bool over the whole image, `True` inside the lungs; `model.lungs.mask_at_image_size` enlarges it.
        correction: How the stored radiograph was turned and inverted before reading. Map, boxes, peak and lungs lie on
            the radiograph as stored; the zones are the patient's.
        timings_ms: Milliseconds by stage: `gate`, `preprocess`, `network`.
    """

    finding: Finding
    flagged: bool
    probabilities: Mapping[Finding, float]
    probability_range: tuple[float, float]
    operating_point: OperatingPoint
    localization: Localization
    cam: ClassActivationMap
    lungs: NDArray[np.bool_]
    model: ModelInfo
    cautions: tuple[Caution, ...] = field(default=())
    correction: Correction = field(default=Correction())
    timings_ms: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """What the network says of a radiograph while a part of it is covered; a reading is never changed by it.

    Attributes:
        probabilities: Calibrated P of each network output; they add up to 1.
        probability_range: As of a `Prediction`.
        covered_share: Share of the network's input that was filled, [0, 1]; 0 where only pixels it never sees were
            covered.
    """

    finding: Finding
    flagged: bool
    probabilities: Mapping[Finding, float]
    probability_range: tuple[float, float]
    covered_share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PreprocessingStep:
    """One step between presentation pixels and network input, for display.

    Attributes:
        name: Short, for a caption.
        sentence: What the step does and why, for a radiologist.
        values: (h, w) float32, the step's result; of the last step, the network's input itself.
        low: Value that is shown black.
        high: Value that is shown white.
    """

    name: str
    sentence: str
    values: NDArray[np.float32]
    low: float
    high: float

    @property
    def pixels(self) -> NDArray[np.float32]:
        """(h, w) float32 [0, 1], the values as a picture, 0 = black."""
        return (self.values - np.float32(self.low)) / np.float32(self.high - self.low)
