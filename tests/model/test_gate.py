"""The gate: what it is fed, what its numbers mean, what follows from them."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from model.gate import (
    KINDS,
    ROTATIONS,
    GateLimits,
    Judgement,
    Kind,
    Obstacle,
    decide,
    gate_input,
    judge,
    judgements,
    turn,
)
from model.gate_network import GateConfig, build_gate_network
from model.prediction import Correction
from model.unet import n_parameters
from tests.model.conftest import two_lungs

LIMITS = GateLimits(frontal=0.5, confirmed=0.9, as_stored=0.6, corrected=0.9, mirrored=0.97)
SIZE = 32


def judgement(
    kind: Kind = Kind.FRONTAL, p: float = 0.95, *, quarter_turns: int = 0, sure: float = 0.99, inverted: float = 0.01
) -> Judgement:
    rest = (1 - p) / (len(KINDS) - 1)
    rotations = np.full(4, (1 - sure) / 3)
    rotations[quarter_turns] = sure
    return Judgement(
        kinds={one: p if one is kind else rest for one in KINDS}, rotations=rotations, inverted=inverted, mirrored=0.1
    )


def decided(one: Judgement) -> tuple[Kind, Obstacle | None, Correction]:
    verdict = decide(one, LIMITS, LIMITS.frontal)
    return verdict.kind, verdict.obstacle, verdict.correction


class Compass:
    """Stands for the network: finds the bright corner that an upright input has at its upper left.

    Attributes:
        calls: Inputs of every call.
    """

    def __init__(self, kind: Kind = Kind.FRONTAL, p: float = 0.99) -> None:
        self.calls: list[int] = []
        self._kind, self._p = kind, p

    def __call__(self, inputs: NDArray[np.float32]) -> list[Judgement]:
        self.calls.append(len(inputs))
        return [self._judge(x[0]) for x in inputs]

    def _judge(self, x: NDArray[np.float32]) -> Judgement:
        half = SIZE // 2
        corners = np.array([x[:half, :half], x[half:, :half], x[half:, half:], x[:half, half:]]).mean((1, 2))
        odd = np.abs(corners - np.median(corners))
        quarter_turns = int(odd.argmax())  # a corner at the lower left needs one clockwise quarter turn, and so on
        is_dark = corners[quarter_turns] < np.median(corners)
        return judgement(self._kind, self._p, quarter_turns=quarter_turns, inverted=0.99 if is_dark else 0.01)


def marked() -> NDArray[np.float32]:
    image = np.full((64, 64), 0.4, np.float32)
    image[:24, :24] = 0.9
    return image


# ------------------------------------------------------------------------------------------------ input


def test_input_is_two_bounded_channels() -> None:
    x = gate_input(two_lungs(120, 90), SIZE)

    assert (x.shape, x.dtype) == ((2, SIZE, SIZE), np.float32)
    assert x.min() >= -1
    assert x.max() <= 1


@given(low=st.floats(0, 0.4), extent=st.floats(0.1, 0.6))
def test_no_linear_window_changes_the_input(low: float, extent: float) -> None:
    image = two_lungs(96, 96)

    np.testing.assert_allclose(
        gate_input((low + extent * image).astype(np.float32), SIZE), gate_input(image, SIZE), atol=0.02
    )


@pytest.mark.parametrize("gamma", [0.5, 2.0])
def test_gamma_changes_the_ranks_less_than_the_grey_values(gamma: float) -> None:
    """Only levels that fall together once rounded lose their order."""
    ramp = np.tile(np.linspace(0, 1, SIZE, dtype=np.float32), (SIZE, 1))

    changed = np.abs(gate_input(np.power(ramp, np.float32(gamma)), SIZE) - gate_input(ramp, SIZE)).mean(axis=(1, 2))

    assert changed[1] < 0.02 < 0.2 < changed[0]


def test_inversion_negates_the_input() -> None:
    image = two_lungs(100, 80)

    np.testing.assert_allclose(gate_input(1 - image, SIZE), -gate_input(image, SIZE), atol=0.02)


def test_turning_the_image_turns_the_input() -> None:
    image = two_lungs(96, 96)
    correction = Correction(rotation=90)

    np.testing.assert_allclose(
        gate_input(np.ascontiguousarray(turn(image, correction)), SIZE),
        turn(gate_input(image, SIZE), correction),
        atol=1e-5,
    )


def test_an_image_of_one_value_is_zero() -> None:
    assert not gate_input(np.full((50, 50), 0.3, np.float32), SIZE).any()


# ------------------------------------------------------------------------------------------------ decisions


def test_an_upright_frontal_chest_is_read_as_it_is() -> None:
    assert decided(judgement()) == (Kind.FRONTAL, None, Correction())


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind is not Kind.FRONTAL])
def test_every_other_kind_keeps_its_name(kind: Kind) -> None:
    verdict = decide(judgement(kind), LIMITS, LIMITS.frontal)

    assert verdict.kind is kind
    assert verdict.frontal < verdict.limit == LIMITS.frontal


@pytest.mark.parametrize("quarter_turns", [1, 2, 3])
def test_a_certain_turn_is_corrected(quarter_turns: int) -> None:
    expected = Correction(rotation=ROTATIONS[quarter_turns])

    assert decided(judgement(quarter_turns=quarter_turns)) == (Kind.FRONTAL, None, expected)


def test_certain_inversion_is_corrected() -> None:
    assert decided(judgement(inverted=0.95)) == (Kind.FRONTAL, None, Correction(inverted=True))


@pytest.mark.parametrize(
    ("one", "obstacle", "certainty", "limit"),
    [
        (judgement(quarter_turns=1, sure=0.85), Obstacle.ROTATION, 0.85, 0.9),
        (judgement(quarter_turns=0, sure=0.55), Obstacle.ROTATION, 0.55, 0.6),
        (judgement(inverted=0.8), Obstacle.POLARITY, 0.8, 0.9),
        (judgement(inverted=0.45), Obstacle.POLARITY, 0.55, 0.6),
    ],
)
def test_an_uncertain_pose_is_an_obstacle(one: Judgement, obstacle: Obstacle, certainty: float, limit: float) -> None:
    verdict = decide(one, LIMITS, LIMITS.frontal)

    assert verdict.obstacle is obstacle
    assert (verdict.certainty, verdict.certainty_limit) == (pytest.approx(certainty), limit)


def test_reading_upright_needs_less_certainty_than_turning() -> None:
    assert decided(judgement(quarter_turns=0, sure=0.7))[1] is None
    assert decided(judgement(quarter_turns=2, sure=0.7))[1] is Obstacle.ROTATION


# ------------------------------------------------------------------------------------------------ looking


def see(run: Callable[[NDArray[np.float32]], list[Judgement]], image: NDArray[np.float32], **facts: bool) -> Correction:
    verdict = judge(gate_input(image, SIZE), run, LIMITS, **({"names_another_part": False} | facts))
    assert verdict.kind is Kind.FRONTAL
    assert verdict.obstacle is None
    return verdict.correction


def test_a_plain_case_is_looked_at_once() -> None:
    run = Compass()

    assert see(run, marked()) == Correction()
    assert run.calls == [1]


@pytest.mark.parametrize("inverted", [False, True])
@pytest.mark.parametrize("rotation", ROTATIONS)
def test_a_wrongly_hung_image_is_told_from_eight_views(rotation: int, *, inverted: bool) -> None:
    """What hangs `rotation` degrees too far to the left needs as many clockwise."""
    hung = np.rot90(marked(), rotation // 90)
    run = Compass()

    correction = see(run, np.ascontiguousarray(1 - hung if inverted else hung))

    assert correction == Correction(rotation=rotation, inverted=inverted)  # type: ignore[arg-type]
    assert run.calls == ([1] if correction == Correction() else [1, 8, 1])


def test_a_correction_that_the_corrected_image_denies_is_withdrawn() -> None:
    """A network that always says 'one quarter turn' is never satisfied."""
    verdict = judge(
        gate_input(marked(), SIZE),
        lambda inputs: [
            judgement(
                quarter_turns=[1, 0, 3, 2, 1, 0, 3, 2][i] if len(inputs) == 8 else 1, inverted=0.01 if i < 4 else 0.99
            )
            for i in range(len(inputs))
        ],
        LIMITS,
        names_another_part=False,
    )

    assert verdict.obstacle is Obstacle.ROTATION
    assert verdict.certainty < verdict.certainty_limit


def test_a_header_that_names_another_part_raises_the_limit() -> None:
    x = gate_input(marked(), SIZE)

    unnamed = judge(x, Compass(p=0.8), LIMITS, names_another_part=False)
    named = judge(x, Compass(p=0.8), LIMITS, names_another_part=True)

    assert unnamed.kind is Kind.FRONTAL
    assert named.kind is not Kind.FRONTAL
    assert (named.frontal, named.limit) == (pytest.approx(0.8), LIMITS.confirmed)


# ------------------------------------------------------------------------------------------------ network


def test_logits_become_probabilities() -> None:
    logits = np.array([[5.0, 0, 0, 0, 0, 0, 0, 0, 5, 0, -5, 5]], dtype=np.float32)

    one = judgements(logits)[0]

    assert sum(one.kinds.values()) == pytest.approx(1)
    assert one.rotations.sum() == pytest.approx(1)
    assert one.rotations.argmax() == 2
    assert one.inverted == pytest.approx(1 / (1 + np.exp(5)))
    assert one.mirrored == pytest.approx(1 / (1 + np.exp(-5)))


def test_the_network_is_small_and_answers_every_question() -> None:
    network = build_gate_network(GateConfig()).eval()

    with torch.inference_mode():
        logits = network(torch.zeros(3, 2, 80, 80))

    assert logits.shape == (3, len(KINDS) + 4 + 2)
    assert n_parameters(network) <= 150_000
