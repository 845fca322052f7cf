"""What the gate does to held-out patients: the confusion table of the card, from the very functions that serve."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.evaluation.metrics import proportion
from model.frame import Frame
from model.gate import ROTATIONS, Judgement, Kind, gate_input, judge
from model.lungs import count_regions, lung_mask
from model.prediction import Correction
from model.quality import check_lungs, check_verdict
from model.training.gate.collection import FRAME, Collection, Segment
from model.training.gate.fit import GateTraining
from model.training.gate.views import Image, Views, turned

READ, CORRECTED, WRONGLY = "read as stored", "corrected", "corrected wrongly"

FRONTAL, CHILD, MIRRORED = "frontal chest of an adult", "frontal chest of a child", "mirrored"
"""What is rightly read as stored; a child is refused by the age that its header names."""

N_POSED, N_VIEWS = 250, 200
"""Held-out chests in each pose, and random views of each other kind."""

Run = Callable[[NDArray[np.float32]], list[Judgement]]

POSES = {
    "turned by 90°": (1, False, False),
    "turned by 180°": (2, False, False),
    "turned by 270°": (3, False, False),
    "inverted": (0, True, False),
    "turned by 90° and inverted": (1, True, False),
    "turned by 180° and inverted": (2, True, False),
    "turned by 270° and inverted": (3, True, False),
    MIRRORED: (0, False, True),
}
"""Clockwise quarter turns to upright, inverted, mirrored."""


class Gatekeeper:
    """The gate and the second line, the lungs, as the predictor runs them."""

    def __init__(self, run: Run, segment: Segment, config: GateTraining) -> None:
        self._run, self._segment, self._config = run, segment, config

    def outcome(self, image: Image, *, truth: Correction) -> tuple[str, bool]:
        """Say what happens to an image, and whether mirroring is suspected.

        Args:
            image: (H, W) float32 [0, 1].
            truth: What would bring it upright.

        Returns:
            One of `READ`, `CORRECTED`, `WRONGLY`, or the refusal's code.
        """
        x = gate_input(image, self._config.network.size)
        verdict = judge(x, self._run, self._config.limits, names_another_part=False)
        refusal = check_verdict(verdict, names_another_part=False)
        if refusal is None:
            frame = Frame.whole((image.shape[0], image.shape[1])).corrected(verdict.correction)
            probabilities = self._segment(frame.look(image))
            mask = lung_mask(probabilities)
            refusal = check_lungs(probabilities, mask, count_regions(mask))
        if refusal is not None:
            return refusal.code, False
        if verdict.correction != truth:
            return WRONGLY, verdict.is_mirrored
        return (READ if truth == Correction() else CORRECTED), verdict.is_mirrored


def gate_figures(collection: Collection, keeper: Gatekeeper, fold: int) -> dict[str, Any]:
    """Confusion table and rates on the fold that was held out.

    Returns:
        `confusion`: counts of outcomes for each thing shown; `rates`: shares with intervals; `set`, in words.
    """
    table: dict[str, Counter[str]] = {}
    mirrored: dict[str, list[bool]] = {}
    for name, image, truth in _shown(collection, fold):
        outcome, is_mirrored = keeper.outcome(image, truth=truth)
        table.setdefault(name, Counter())[outcome] += 1
        if outcome in (READ, CORRECTED):
            mirrored.setdefault(name, []).append(is_mirrored)
    return {
        "set": f"fold {fold}: patients that no training of the gate saw",
        "confusion": {name: dict(sorted(counts.items())) for name, counts in table.items()},
        "rates": _rates(table, mirrored),
    }


def _rates(table: dict[str, Counter[str]], mirrored: dict[str, list[bool]]) -> dict[str, Any]:
    good = table[FRONTAL]
    posed = {name: counts for name, counts in table.items() if name in POSES and name != MIRRORED}
    others = {name: counts for name, counts in table.items() if name not in POSES and name not in (FRONTAL, CHILD)}
    rates = {
        "good radiographs refused or wrongly corrected": (good.total() - good[READ], good.total()),
        "turned or inverted radiographs corrected or refused": (
            _total(posed) - _count(posed, READ) - _count(posed, WRONGLY),
            _total(posed),
        ),
        "turned or inverted radiographs corrected": (_count(posed, CORRECTED), _total(posed)),
        "whatever is no whole frontal chest, refused": (
            _total(others) - _count(others, READ) - _count(others, WRONGLY),
            _total(others),
        ),
        "mirrored radiographs with the caution": (sum(mirrored[MIRRORED]), len(mirrored[MIRRORED])),
        "other radiographs with that caution": (sum(mirrored[FRONTAL]), len(mirrored[FRONTAL])),
    }
    return {name: asdict(proportion(*counts)) for name, counts in rates.items()}


def _total(table: dict[str, Counter[str]]) -> int:
    return sum(counts.total() for counts in table.values())


def _count(table: dict[str, Counter[str]], outcome: str) -> int:
    return sum(counts[outcome] for counts in table.values())


def _shown(collection: Collection, fold: int) -> Iterator[tuple[str, Image, Correction]]:
    """Every held-out image as it is, chests in every pose, and random views of what must be refused."""
    upright = Correction()
    adults = np.flatnonzero((collection.folds == fold) & ~collection.pediatric)
    for i in adults:
        yield FRONTAL, _image(collection.frontal[i]), upright
    for i in np.flatnonzero((collection.folds == fold) & collection.pediatric):
        yield CHILD, _image(collection.frontal[i]), upright
    for name, (quarter_turns, inverted, is_mirrored) in POSES.items():
        for i in adults[:: max(1, len(adults) // N_POSED)]:
            image = turned(
                _image(collection.frontal[i]), quarter_turns=quarter_turns, inverted=inverted, mirrored=is_mirrored
            )
            yield name, image, Correction(rotation=ROTATIONS[quarter_turns], inverted=inverted)
    others = np.flatnonzero(collection.other_folds == fold)
    for i in others:
        yield f"{collection.kinds[i]}, as stored", _image(collection.others[i]), upright
    views = Views(collection, adults, others)
    rng = np.random.default_rng(0)
    for kind in (Kind.LATERAL, Kind.CROSS_SECTION, Kind.CUT_OFF, Kind.COLLAGE, Kind.OTHER):
        for _ in range(N_VIEWS):
            yield f"{kind}, random views", views.draw_kind(rng, kind).pixels, upright
    for name, image in _plain():
        yield name, image, upright


def _plain() -> Iterator[tuple[str, Image]]:
    """What needs no drawing."""
    rng = np.random.default_rng(1)
    for _ in range(50):
        yield "white noise", rng.random((FRAME, FRAME), dtype=np.float32)
        ramp = np.linspace(0, 1, FRAME, dtype=np.float32)
        yield "gradient", np.asarray(np.rot90(np.tile(ramp, (FRAME, 1)), int(rng.integers(4))) ** rng.uniform(0.3, 3))


def _image(frame: NDArray[np.uint8]) -> Image:
    return frame.astype(np.float32) / np.float32(255)
