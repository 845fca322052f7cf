"""What the gate is trained on: views that are true to their labels, and depend on the seed alone."""

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from model.gate import KINDS, GateLimits, Judgement, Kind, turn
from model.gate_network import GateConfig, build_gate_network
from model.prediction import Correction
from model.training.gate.bodies import cross_section
from model.training.gate.collection import FRAME, Collection
from model.training.gate.drawings import draw_other
from model.training.gate.export import carry_gate, write_gate
from model.training.gate.figures import CORRECTED, READ, WRONGLY, Gatekeeper, gate_figures
from model.training.gate.fit import UNTOLD, GateTraining, batch_of, gate_loss, run_with, train_gate
from model.training.gate.views import View, Views, turned, visible_share
from model.training.loop import LoopConfig
from model.weights import sha256_of
from tests.model.conftest import two_lungs

SIZE = 32
CONFIG = GateTraining(
    fold=0,
    network=GateConfig(size=SIZE, widths=(4, 6, 8, 8)),
    limits=GateLimits(frontal=0.5, confirmed=0.9, as_stored=0.6, corrected=0.9, mirrored=0.97),
    loop=LoopConfig(
        steps=2, batch_size=4, learning_rate=1e-3, weight_decay=0.0, average=0.9, checkpoint_every=1, seed=0
    ),
)
"""A training of two steps."""


@pytest.fixture(scope="module")
def collection() -> Collection:
    """Ten drawn chests of two sources and two folds, two laterals, slices and others."""
    chest = two_lungs(FRAME, FRAME)
    frames = [np.rint(255 * np.roll(chest, i, axis=0)).astype(np.uint8) for i in range(10)]
    others = [np.rint(255 * draw_other(np.random.default_rng(i), FRAME)).astype(np.uint8) for i in range(6)]
    return Collection(
        frontal=np.array(frames),
        lungs=np.array([frame < 90 for frame in frames]),
        sources=np.array(["here", "there"] * 5),
        folds=np.array([0, 0, 1, 1, 1] * 2),
        pediatric=np.array([False] * 9 + [True]),
        others=np.array(others),
        kinds=np.array([Kind.LATERAL, Kind.LATERAL, Kind.CROSS_SECTION, Kind.CROSS_SECTION, Kind.OTHER, Kind.OTHER]),
        other_folds=np.array([0, 1, 0, 1, 1, 1]),
    )


@pytest.fixture(scope="module")
def views(collection: Collection) -> Views:
    return Views(collection, np.arange(10), np.arange(6))


# ------------------------------------------------------------------------------------------------ views


@pytest.mark.parametrize("inverted", [False, True])
@pytest.mark.parametrize("quarter_turns", range(4))
def test_the_correction_of_a_view_undoes_its_turn(quarter_turns: int, *, inverted: bool) -> None:
    image = np.random.default_rng(0).random((8, 8), dtype=np.float32)

    hung = turned(image, quarter_turns=quarter_turns, inverted=inverted, mirrored=False)

    back = turn(hung, Correction(rotation=90 * quarter_turns))  # type: ignore[arg-type]
    np.testing.assert_allclose(1 - back if inverted else back, image, atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_drawn_and_depends_on_the_generator_alone(views: Views, kind: Kind) -> None:
    first, second = (views.draw_kind(np.random.default_rng(7), kind) for _ in range(2))

    assert first.kind is kind
    assert (first.pixels.shape, first.pixels.dtype) == ((FRAME, FRAME), np.float32)
    assert 0 <= first.pixels.min() <= first.pixels.max() <= 1
    assert np.array_equal(first.pixels, second.pixels)


def test_only_a_chest_tells_its_pose(views: Views) -> None:
    told = {kind: views.draw_kind(np.random.default_rng(1), kind) for kind in KINDS}

    assert [kind for kind, view in told.items() if view.quarter_turns is not None] == [Kind.FRONTAL]
    assert {kind for kind, view in told.items() if view.inverted is not None} == {Kind.FRONTAL, Kind.CUT_OFF}


@pytest.mark.parametrize(
    ("matrix", "share"),
    [
        ([[1, 0, 0], [0, 1, 0]], 1.0),
        ([[2, 0, 0], [0, 2, 0]], 1.0),  # the whole image at half its size
        ([[0.5, 0, -0.25], [0, 1, 0]], 0.5),  # a window on the left half of what the lungs fill
        ([[1, 0, 2], [0, 1, 0]], 0.0),
    ],
)
def test_the_visible_share_is_that_of_the_lungs(matrix: list[list[float]], share: float) -> None:
    """Lungs that fill the image: what is seen of them is what is seen of it. Shifts in sides of the image."""
    lungs = np.ones((FRAME, FRAME), dtype=np.bool_)

    assert visible_share(lungs, np.array(matrix) * [1, 1, FRAME]) == pytest.approx(share, abs=0.02)


@pytest.mark.parametrize("seed", range(30))
def test_drawings_are_pictures(seed: int) -> None:
    for draw in (draw_other, cross_section):
        image = draw(np.random.default_rng(seed), 64)
        assert (image.shape, image.dtype) == ((64, 64), np.float32)
        assert 0 <= image.min() <= image.max() <= 1


# ------------------------------------------------------------------------------------------------ training


def _view(**truth: object) -> View:
    return View(pixels=two_lungs(FRAME, FRAME), **({"kind": Kind.OTHER} | truth))  # type: ignore[arg-type]


def test_what_a_view_does_not_tell_is_marked() -> None:
    batch = batch_of([_view(), _view(kind=Kind.FRONTAL, quarter_turns=3, inverted=True, mirrored=False)], SIZE)

    assert batch["kind"].tolist() == [KINDS.index(Kind.OTHER), KINDS.index(Kind.FRONTAL)]
    assert batch["quarter_turns"].tolist() == [UNTOLD, 3]
    assert batch["inverted"].tolist() == [UNTOLD, 1]
    assert batch["mirrored"].tolist() == [UNTOLD, 0]


def test_a_batch_without_poses_has_a_finite_loss_of_its_kinds_alone() -> None:
    network = build_gate_network(CONFIG.network)

    loss = gate_loss(network, batch_of([_view(), _view(kind=Kind.COLLAGE)], SIZE))
    loss.backward()

    assert torch.isfinite(loss)
    assert network.head.weight.grad is not None
    assert not network.head.weight.grad[len(KINDS) :].any()


def test_training_writes_what_the_release_carries(collection: Collection, tmp_path: Path) -> None:
    network = train_gate(collection, CONFIG, folder=tmp_path / "run")
    write_gate(network, CONFIG, {"set": "none"}, folder=tmp_path / "run")
    (tmp_path / "release").mkdir()

    card = carry_gate(tmp_path / "run", tmp_path / "release")

    assert sha256_of(tmp_path / "release" / card.file) == card.sha256
    assert (card.network, card.limits, card.validation) == (CONFIG.network, CONFIG.limits, {"set": "none"})
    assert len(run_with(network)(np.zeros((3, 2, SIZE, SIZE), np.float32))) == 3


# ------------------------------------------------------------------------------------------------ figures


def _keeper(*, frontal: float = 0.99, quarter_turns: int = 0) -> Gatekeeper:
    """A gate that says the same of every image, before lungs that are always found."""
    rotations = np.full(4, 0.001)
    rotations[quarter_turns] = 0.997
    rest = {kind: (1 - frontal) / 5 for kind in KINDS if kind is not Kind.FRONTAL}
    one = Judgement(kinds={Kind.FRONTAL: frontal} | rest, rotations=rotations, inverted=0.001, mirrored=0.0)

    def segment(image: NDArray[np.float32]) -> NDArray[np.float32]:
        lungs = np.zeros((20, 20), np.float32)
        lungs[4:16, 2:8] = lungs[4:16, 12:18] = 1
        return lungs

    return Gatekeeper(lambda inputs: [one] * len(inputs), segment, CONFIG)


def test_an_outcome_is_measured_against_the_truth() -> None:
    image = two_lungs(FRAME, FRAME)

    assert _keeper().outcome(image, truth=Correction()) == (READ, False)
    assert _keeper().outcome(image, truth=Correction(rotation=90)) == (WRONGLY, False)
    assert _keeper(frontal=0.1).outcome(image, truth=Correction())[0] in ("NOT_FRONTAL", "WRONG_MODALITY")


def test_every_image_of_the_table_is_counted_once(collection: Collection) -> None:
    figures = gate_figures(collection, _keeper(), 0)

    confusion = figures["confusion"]
    assert confusion["frontal chest of an adult"] == {READ: 4}
    assert confusion["turned by 90°"] == {WRONGLY: 4}
    assert confusion["lateral chest, as stored"] == {READ: 1}
    rates = figures["rates"]
    assert rates["good radiographs refused or wrongly corrected"]["value"] == 0
    assert rates["turned or inverted radiographs corrected or refused"]["value"] == 0
    assert rates["whatever is no whole frontal chest, refused"]["value"] == 0
    assert CORRECTED not in {outcome for counts in confusion.values() for outcome in counts}
