"""Stand-ins that are real classes: a predictor whose answers a test can foretell from the pixels."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from model.cover import LungView, cover, lung_view
from model.errors import Refusal
from model.findings import Finding, Zone
from model.frame import Rectangle
from model.imaging.pixels import presentation_pixels
from model.imaging.radiograph import Radiograph
from model.prediction import (
    ClassActivationMap,
    Correction,
    Localization,
    ModelInfo,
    OperatingPoint,
    Prediction,
    PreprocessingStep,
    WhatIf,
    ZoneShare,
)
from model.preprocess import Box

MIN_SIDE = 32
THRESHOLD = 0.5
BAND = 0.05
OTHER_THRESHOLD = 0.6
VIEW_SIDE = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class FakeCard:
    """A card with what the application asks of one."""

    other_threshold: float = OTHER_THRESHOLD
    content: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The whole card."""
        return {"name": "fake", "other_threshold": self.other_threshold} | self.content

    def evidence(self) -> dict[str, Any] | None:
        """None came with it."""
        return None


class FakePredictor:
    """Takes the mean presentation brightness for P(covid-19): a white image is flagged, a dark one is normal.

    The rest goes to `normal`. Within `BAND` of the threshold it is indeterminate. An image with a side under `MIN_SIDE`
    is refused. `behaviour` may wait, raise or refuse before each radiograph.

    Attributes:
        batches: Size of every batch it was given.
    """

    def __init__(
        self,
        *,
        version: str = "1",
        delay_s: float = 0.0,
        behaviour: Callable[[Radiograph], Refusal | None] | None = None,
    ) -> None:
        self.card = FakeCard()
        self.info = ModelInfo(name="fake", version=version, sha256=version * 64, pipeline="1", device="cpu")
        self.batches: list[int] = []
        self._delay_s = delay_s
        self._behaviour = behaviour
        self._lock = threading.Lock()

    def predict_batch(self, radiographs: Sequence[Radiograph]) -> list[Prediction | Refusal]:
        """Read several radiographs."""
        with self._lock:
            self.batches.append(len(radiographs))
        if self._delay_s:
            time.sleep(self._delay_s)
        return [self._predict(radiograph) for radiograph in radiographs]

    def steps(self, radiograph: Radiograph) -> list[PreprocessingStep]:
        """Two steps: as shown, and its negative."""
        shown = presentation_pixels(radiograph)[::4, ::4]
        return [
            PreprocessingStep(name="Presentation", sentence="As shown.", values=shown, low=0.0, high=1.0),
            PreprocessingStep(
                name="Negative", sentence="Black and white exchanged.", values=1 - 2 * shown, low=-1, high=1
            ),
        ]

    def lung_view(self, radiograph: Radiograph, box: Box, correction: Correction) -> LungView:
        """Take up the radiograph where its map lies."""
        return lung_view(presentation_pixels(radiograph), box, correction, VIEW_SIDE)

    def read_covered(self, view: LungView, rectangles: Sequence[Rectangle]) -> WhatIf:
        """Take from P(covid-19) as large a share of it as is covered."""
        _, share = cover(view, rectangles)
        p_covid = float(view.resized.mean()) * (1 - share)
        finding = finding_of(p_covid)
        return WhatIf(
            finding=finding,
            flagged=finding is not Finding.NORMAL,
            probabilities=probabilities_of(p_covid),
            probability_range=range_round(p_covid),
            covered_share=share,
        )

    def _predict(self, radiograph: Radiograph) -> Prediction | Refusal:
        refusal = self._behaviour(radiograph) if self._behaviour else None
        if refusal is not None:
            return refusal
        if min(radiograph.shape) < MIN_SIDE:
            return Refusal(
                code="TOO_SMALL",
                detail="The shorter side is too small. Nothing was analysed. Send the full-size image.",
                measured=float(min(radiograph.shape)),
                limit=float(MIN_SIDE),
            )
        return make_prediction(float(presentation_pixels(radiograph).mean()), radiograph, self.info)


def finding_of(p_covid: float) -> Finding:
    """Name the finding that goes with P(covid-19)."""
    if abs(p_covid - THRESHOLD) < BAND:
        return Finding.INDETERMINATE
    return Finding.COVID_19 if p_covid >= THRESHOLD else Finding.NORMAL


def probabilities_of(p_covid: float) -> dict[Finding, float]:
    """Give what is not COVID-19 to normal."""
    return {Finding.NORMAL: 1 - p_covid, Finding.COVID_19: p_covid, Finding.OTHER: 0.0}


def range_round(p_covid: float) -> tuple[float, float]:
    """Give the range that goes with P(covid-19)."""
    return max(0.0, p_covid - BAND), min(1.0, p_covid + BAND)


def make_prediction(p_covid: float, radiograph: Radiograph, info: ModelInfo) -> Prediction:
    """Build the prediction that goes with P(covid-19)."""
    rows, columns = radiograph.shape
    finding = finding_of(p_covid)
    values = np.zeros((8, 8), np.float32)
    values[5, 2] = p_covid
    zones = tuple(ZoneShare(zone=zone, share=1.0 if zone is Zone.RIGHT_LOWER else 0.0) for zone in Zone)
    return Prediction(
        finding=finding,
        flagged=finding is not Finding.NORMAL,
        probabilities=probabilities_of(p_covid),
        probability_range=range_round(p_covid),
        operating_point=OperatingPoint(
            name="fake",
            threshold=THRESHOLD,
            sensitivity=0.9,
            specificity=0.8,
            sensitivity_interval=(0.85, 0.95),
            specificity_interval=(0.75, 0.85),
            set="none",
        ),
        localization=Localization(
            peak=(columns * 2.5 / 8, rows * 5.5 / 8),
            zones=zones,
            boxes=((0.0, rows / 2, columns / 2, float(rows)),),
            box_zones=(Zone.RIGHT_LOWER,),
        ),
        cam=ClassActivationMap(values=values, placement=(0.0, 0.0, float(columns), float(rows))),
        lungs=np.ones((rows, columns), np.bool_),
        model=info,
        cautions=radiograph.cautions,
        timings_ms={"preprocess": 1.0, "network": 2.0},
    )
