"""The weights that ship: they load, they are what their card says, and the card's page repeats the card."""

from pathlib import Path

import numpy as np
import pytest

from model.findings import OUTPUTS, Finding
from model.imaging.reader import read_radiograph
from model.network import CovidXNet
from model.predict import Predictor
from model.training.report import model_card
from model.unet import n_parameters
from model.weights import CARD_NAME, RELEASED, build_lungs, build_members, default_card, read_card
from tests.factories import make_chest_dicom, make_chest_phantom, make_png

pytestmark = pytest.mark.weights
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return Predictor.load(device="cpu")


@pytest.mark.parametrize("path", sorted(RELEASED.glob(f"*/{CARD_NAME}")), ids=lambda path: path.parent.name)
def test_every_release_loads_and_is_small(path: Path) -> None:
    card = read_card(path)

    build_lungs(card, "cpu")

    assert len(build_members(card, "cpu")) == card.n_members
    assert n_parameters(CovidXNet(card.network)) <= 1_000_000
    assert 0 < card.operating_points[0].threshold < 1


def test_a_synthetic_radiograph_is_read(predictor: Predictor) -> None:
    prediction = predictor.predict(read_radiograph(make_chest_dicom(rows=1000, columns=900)))

    assert tuple(prediction.probabilities) == OUTPUTS
    assert sum(prediction.probabilities.values()) == pytest.approx(1)
    assert prediction.cam.values.max() <= 1
    assert 0.1 < prediction.lungs.mean() < 0.6


def test_opacities_raise_the_probability_of_an_abnormality(predictor: Predictor) -> None:
    clear, opaque = (
        predictor.predict(read_radiograph(make_png(np.rint(pixels * 255).astype(np.uint8)))).probabilities
        for pixels in (make_chest_phantom(800, 700), make_chest_phantom(800, 700, opacity=True))
    )

    assert opaque[Finding.COVID_19] > clear[Finding.COVID_19]


def test_noise_is_no_chest(predictor: Predictor) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (500, 500), dtype=np.uint8)

    outcome = predictor.predict_batch([read_radiograph(make_png(noise))])[0]

    assert getattr(outcome, "code", None) == "NOT_A_CHEST_RADIOGRAPH"


def test_one_radiograph_gives_one_result_in_any_batch(predictor: Predictor) -> None:
    radiographs = [read_radiograph(make_chest_dicom(rows=600 + 50 * i, columns=600)) for i in range(3)]

    together = predictor.predict_batch(radiographs)

    for radiograph, one in zip(radiographs, together, strict=True):
        alone = predictor.predict(radiograph)
        assert alone.probabilities == pytest.approx(dict(one.probabilities), abs=1e-5)  # type: ignore[union-attr]


def test_the_model_card_repeats_the_card() -> None:
    """`python -m model.training card` writes it."""
    assert (ROOT / "docs" / "model-card.md").read_text(encoding="utf-8") == model_card(read_card(default_card()))
