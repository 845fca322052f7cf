"""The Predictor on a toy release: one result whatever the company, refusals with reasons."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from model.errors import Refusal, RefusedRadiographError
from model.findings import OUTPUTS
from model.imaging.pixels import presentation_pixels
from model.imaging.radiograph import PhotometricInterpretation, Radiograph
from model.lungs import lung_box, lung_mask
from model.predict import Predictor, choose_device
from model.prediction import Prediction
from model.preprocess import preprocess
from tests.model.conftest import radiograph_of, two_lungs, write_toy_release


@pytest.fixture
def predictor(toy_card: Path) -> Predictor:
    return Predictor.load(toy_card, device="cpu")


def _different(n: int) -> list[Radiograph]:
    return [radiograph_of(two_lungs(160 + 20 * i, 200) * np.float32(1 - 0.05 * i)) for i in range(n)]


def test_a_prediction_is_complete(predictor: Predictor) -> None:
    prediction = predictor.predict(radiograph_of(two_lungs(200, 180)))

    assert tuple(prediction.probabilities) == OUTPUTS
    assert sum(prediction.probabilities.values()) == pytest.approx(1)
    assert prediction.cam.values.shape == (4, 4)
    assert prediction.lungs.shape == (32, 32)
    assert prediction.lungs.mean() == pytest.approx(0.36, abs=0.1)
    assert prediction.model.sha256 == predictor.card.sha256
    assert prediction.timings_ms.keys() == {"gate", "preprocess", "network"}


def test_alone_or_in_a_batch_the_result_is_the_same(predictor: Predictor) -> None:
    radiographs = _different(3)

    together = predictor.predict_batch(radiographs)

    for radiograph, one in zip(radiographs, together, strict=True):
        assert isinstance(one, Prediction)
        alone = predictor.predict(radiograph)
        np.testing.assert_allclose(list(one.probabilities.values()), list(alone.probabilities.values()), atol=1e-5)
        np.testing.assert_allclose(one.cam.values, alone.cam.values, atol=1e-5)


def test_twice_is_the_same_to_the_bit(predictor: Predictor) -> None:
    radiograph = radiograph_of(two_lungs(200, 180))

    first, second = predictor.predict(radiograph), predictor.predict(radiograph)

    assert first.probabilities == second.probabilities
    assert np.array_equal(first.cam.values, second.cam.values)


def test_threads_do_not_mix_their_radiographs(predictor: Predictor) -> None:
    radiographs = _different(4)
    expected = [predictor.predict(radiograph).probabilities for radiograph in radiographs]

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda i: predictor.predict(radiographs[i % 4]).probabilities, range(32)))

    assert all(found[i] == expected[i % 4] for i in range(32))


def test_a_refusal_in_a_batch_keeps_its_place(predictor: Predictor) -> None:
    good, lateral = radiograph_of(two_lungs(200, 180)), replace(radiograph_of(two_lungs(200, 180)), view_position="LL")

    outcomes = predictor.predict_batch([good, lateral, good])

    assert [isinstance(one, Refusal) for one in outcomes] == [False, True, False]


def _stripe() -> np.ndarray:
    """A bright image in which nothing is as large as a lung."""
    return np.tile(np.where(abs(np.arange(180) - 90) < 2, 0, 200), (200, 1)).astype(np.float32)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"view_position": "LL"}, "NOT_FRONTAL"),
        ({"modality": "CT"}, "WRONG_MODALITY"),
        ({"age_years": 7.0}, "OUT_OF_SCOPE_AGE"),
        ({"pixels": np.full((200, 180), 100, dtype=np.float32)}, "BLANK"),
        ({"pixels": np.tile(np.linspace(0, 255, 100, dtype=np.float32), (100, 1))}, "TOO_SMALL"),
        ({"pixels": _stripe()}, "NOT_A_FRONTAL_CHEST"),
    ],
)
def test_what_must_not_be_read_is_refused_with_its_code(
    predictor: Predictor, changes: dict[str, object], code: str
) -> None:
    radiograph = replace(radiograph_of(two_lungs(200, 180)), **changes)  # type: ignore[arg-type]

    with pytest.raises(RefusedRadiographError) as error:
        predictor.predict(radiograph)

    assert error.value.refusal.code == code
    assert "Nothing was analysed." in error.value.refusal.detail


def test_monochrome1_reads_as_its_mirror(predictor: Predictor) -> None:
    radiograph = radiograph_of(two_lungs(200, 180))
    mirrored = replace(
        radiograph,
        pixels=255 - radiograph.pixels,
        photometric_interpretation=PhotometricInterpretation.MONOCHROME1,
    )

    assert predictor.predict(mirrored).probabilities == predictor.predict(radiograph).probabilities


def test_the_last_step_is_byte_for_byte_the_network_input(predictor: Predictor) -> None:
    radiograph = radiograph_of(two_lungs(200, 180))
    presentation = presentation_pixels(radiograph)
    mask = lung_mask(predictor.lung_probabilities(presentation))
    box = lung_box(mask, 200, 180, margin=predictor.card.input.margin)

    last = predictor.steps(radiograph)[-1]

    expected = preprocess(presentation, box, predictor.card.input)
    assert last.values.tobytes() == expected.tobytes()


def test_the_range_of_an_ensemble_is_its_members(tmp_path: Path) -> None:
    predictor = Predictor.load(write_toy_release(tmp_path, n_members=3), device="cpu")

    low, high = predictor.predict(radiograph_of(two_lungs(200, 180))).probability_range

    assert low < high


def test_an_explicit_device_is_taken_as_it_is() -> None:
    assert choose_device("cpu") == "cpu"
    assert choose_device() in ("cpu", "cuda")
