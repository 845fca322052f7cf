"""The gate: what an image shows and which way up it hangs, judged before the lungs are sought.

The network (`model.gate_network`) sees the whole image at one small size; here is what it is fed, what its numbers mean
and what follows from them. Arrays and values; no network, and no words for people: those are in `model.quality`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from model.prediction import Correction
from model.preprocess import ONE_GREY_LEVEL

Floats = NDArray[np.float32]

LOW_PERCENTILE, HIGH_PERCENTILE = 1.0, 99.0
"""Chosen: markers and dead pixels fill less than a hundredth of an image and must not set the scale."""

GREY_LEVELS = 256
"""Levels ranked for the second channel: finer ones would rank the noise of an empty border."""

QUARTER_TURNS = 4

ROTATIONS: tuple[Literal[0, 90, 180, 270], ...] = (0, 90, 180, 270)
"""Degrees clockwise of each quarter turn."""


class Kind(StrEnum):
    """What an image shows, in the order of the network's outputs."""

    FRONTAL = "frontal chest"
    LATERAL = "lateral chest"
    CROSS_SECTION = "cross-section"
    CUT_OFF = "cut-off chest"
    COLLAGE = "collage"
    OTHER = "other"


KINDS = tuple(Kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the network says of one image.

    Attributes:
        kinds: P of each kind; they add up to 1.
        rotations: (4,) P that 0, 90, 180 or 270 degrees clockwise bring the image upright; they add up to 1.
        inverted: P that black and white are exchanged.
        mirrored: P that left and right are exchanged.
    """

    kinds: Mapping[Kind, float]
    rotations: NDArray[np.float64]
    inverted: float
    mirrored: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GateLimits:
    """The limits a judgement is held against; part of the release's card.

    Attributes:
        frontal: Least P(frontal chest) of a radiograph that is read.
        confirmed: The same where the header names another body part.
        as_stored: Least P that an image hangs upright, and that its polarity is right, to be read as it is.
        corrected: Least P of a turn, and of inverted polarity, to be corrected.
        mirrored: P(mirrored) from which a caution is given.
    """

    frontal: float
    confirmed: float
    as_stored: float
    corrected: float
    mirrored: float


class Obstacle(StrEnum):
    """Why the gate stays shut for a frontal chest."""

    ROTATION = "rotation"
    POLARITY = "polarity"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What follows from the judgement.

    Attributes:
        kind: The likeliest kind; `Kind.FRONTAL` only where it reached its limit.
        frontal: P(frontal chest), the value held against `limit`.
        limit: The limit of P(frontal chest) that applied.
        obstacle: What is too uncertain to read a frontal chest; `None` where it is read.
        certainty: P of the likeliest turn or polarity, whichever is the obstacle, else the less certain of the two.
        certainty_limit: The limit of `certainty` that applied.
        correction: How the image is turned and inverted before reading.
        is_mirrored: Whether left and right seem exchanged.
    """

    kind: Kind
    frontal: float
    limit: float
    obstacle: Obstacle | None
    certainty: float
    certainty_limit: float
    correction: Correction
    is_mirrored: bool


def gate_input(presentation: Floats, size: int) -> Floats:
    """Prepare a whole image for the gate: what no window and no gamma changes, and only inversion reverses.

    Turning the image turns the result, and inverting it negates the result.

    Args:
        presentation: (H, W) [0, 1], 0 = black.
        size: Side of the result; the aspect ratio is given up, since several sources were published squashed.

    Returns:
        (2, size, size) float32 [-1, 1]: the image stretched between its percentiles, and its grey values' ranks. All
        zeros for an image of one value.
    """
    resized = cv2.resize(presentation, (size, size), interpolation=cv2.INTER_AREA)
    low, high = np.percentile(resized, [LOW_PERCENTILE, HIGH_PERCENTILE])
    if high - low < ONE_GREY_LEVEL:
        return np.zeros((2, size, size), dtype=np.float32)
    stretched = np.clip((resized - np.float32(low)) / np.float32(high - low), 0, 1)
    return np.asarray(np.stack([2 * stretched - 1, _ranks(stretched)]), dtype=np.float32)


def _ranks(stretched: Floats) -> Floats:
    """Share of the pixels that are darker less the share that are brighter, for every pixel."""
    levels = np.rint(stretched * np.float32(GREY_LEVELS - 1)).astype(np.intp)
    counts = np.bincount(levels.ravel(), minlength=GREY_LEVELS)
    up_to = np.cumsum(counts)
    rank = (2 * up_to - counts - levels.size) / levels.size
    return np.asarray(rank[levels], dtype=np.float32)


def turn(pixels: NDArray[Any], correction: Correction) -> NDArray[Any]:
    """Turn (..., H, W) clockwise as a correction says; a view. Grey values stay."""
    return np.rot90(pixels, -correction.rotation // 90, axes=(-2, -1))


def judge(
    x: Floats, run: Callable[[Floats], list[Judgement]], limits: GateLimits, *, names_another_part: bool
) -> Verdict:
    """Judge one gate input, looking once where that is plain and eight times where it is not.

    In doubt the image is judged as all its four turns in both polarities, and the eight answers, turned back, are
    averaged: what the network sees in one of them only does not decide. A correction is checked: of the corrected image
    the network must say, on its own, that it hangs well.

    Args:
        x: (2, S, S) from `gate_input`.
        run: The network: (B, 2, S, S) to B judgements.
        names_another_part: Whether the header names a body part other than the chest.
    """
    limit = limits.confirmed if names_another_part else limits.frontal
    first = run(x[None])[0]
    if first.kinds[Kind.FRONTAL] >= max(limit, limits.corrected) and _hangs_well(first, limits.corrected):
        return decide(first, limits, limit)
    verdict = decide(_average(run(_eight_views(x))), limits, limit)
    if verdict.kind is not Kind.FRONTAL or verdict.obstacle or verdict.correction == Correction():
        return verdict
    turned = turn(x, verdict.correction)
    return _confirmed(verdict, run(np.ascontiguousarray(-turned if verdict.correction.inverted else turned)[None])[0])


def decide(judgement: Judgement, limits: GateLimits, limit: float) -> Verdict:
    """Hold a judgement against the limits.

    Args:
        limit: The limit of P(frontal chest) that applies.
    """
    frontal = judgement.kinds[Kind.FRONTAL]
    likeliest = max((kind for kind in KINDS if kind is not Kind.FRONTAL), key=lambda kind: judgement.kinds[kind])
    quarter_turns, is_inverted = int(np.argmax(judgement.rotations)), judgement.inverted >= 0.5
    certainties = [
        (
            Obstacle.ROTATION,
            float(judgement.rotations[quarter_turns]),
            limits.corrected if quarter_turns else limits.as_stored,
        ),
        (
            Obstacle.POLARITY,
            max(judgement.inverted, 1 - judgement.inverted),
            limits.corrected if is_inverted else limits.as_stored,
        ),
    ]
    obstacle, certainty, certainty_limit = min(certainties, key=lambda one: one[1] - one[2])
    return Verdict(
        kind=Kind.FRONTAL if frontal >= limit else likeliest,
        frontal=frontal,
        limit=limit,
        obstacle=obstacle if certainty < certainty_limit else None,
        certainty=certainty,
        certainty_limit=certainty_limit,
        correction=Correction(rotation=ROTATIONS[quarter_turns], inverted=is_inverted),
        is_mirrored=judgement.mirrored >= limits.mirrored,
    )


def _hangs_well(judgement: Judgement, least: float) -> bool:
    return bool(min(judgement.rotations[0], 1 - judgement.inverted) >= least)


def _confirmed(verdict: Verdict, corrected: Judgement) -> Verdict:
    """Withdraw a correction after which the image alone does not say that it hangs well."""
    if _hangs_well(corrected, 0.5):
        return verdict
    is_turned = corrected.rotations[0] < 0.5
    certainty = float(corrected.rotations[0]) if is_turned else 1 - corrected.inverted
    return replace(verdict, obstacle=Obstacle.ROTATION if is_turned else Obstacle.POLARITY, certainty=certainty)


def judgements(logits: Floats) -> list[Judgement]:
    """Read the network's outputs.

    Args:
        logits: (B, 6 + 4 + 2): kinds, quarter turns, inverted, mirrored.
    """
    kinds = _softmax(logits[:, : len(KINDS)])
    rotations = _softmax(logits[:, len(KINDS) : len(KINDS) + QUARTER_TURNS])
    inverted, mirrored = (1 / (1 + np.exp(-logits[:, len(KINDS) + QUARTER_TURNS :].astype(np.float64)))).T
    return [
        Judgement(
            kinds=dict(zip(KINDS, (float(p) for p in kinds[i]), strict=True)),
            rotations=rotations[i],
            inverted=float(inverted[i]),
            mirrored=float(mirrored[i]),
        )
        for i in range(len(logits))
    ]


def _eight_views(x: Floats) -> Floats:
    turned = [np.rot90(x, -k, axes=(-2, -1)) for k in range(QUARTER_TURNS)]
    return np.stack([*turned, *(-view for view in turned)])


def _average(views: list[Judgement]) -> Judgement:
    """Average the answers to `_eight_views`, each told as of the image itself."""
    turns = [np.roll(view.rotations, i % QUARTER_TURNS) for i, view in enumerate(views)]
    inverted = [view.inverted if i < QUARTER_TURNS else 1 - view.inverted for i, view in enumerate(views)]
    return Judgement(
        kinds={kind: float(np.mean([view.kinds[kind] for view in views])) for kind in KINDS},
        rotations=np.mean(turns, axis=0),
        inverted=float(np.mean(inverted)),
        mirrored=float(np.mean([view.mirrored for view in views])),
    )


def _softmax(logits: Floats) -> NDArray[np.float64]:
    powers = np.exp((logits - logits.max(axis=1, keepdims=True)).astype(np.float64))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
