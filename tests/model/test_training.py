"""Training: the same pixels as serving, folds without a shared patient, a loop that resumes."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from torch import nn

from model.findings import ABNORMAL, SUBTYPE
from model.imaging.pixels import presentation_pixels
from model.imaging.reader import read_radiograph
from model.lungs import lung_mask
from model.network import build_network
from model.predict import Predictor
from model.preprocess import InputSpec
from model.training.augment import AugmentConfig, cover_at_random, random_affine, warp
from model.training.cache import Prepared, prepare
from model.training.classifier import (
    COVID_19,
    NORMAL,
    OTHER,
    UNNAMED,
    ClassifierConfig,
    heads_loss,
    hidden_inputs,
    outside_share,
    read_logits,
    sampling_probabilities,
    target_loss,
    train_classifier,
)
from model.training.config import CONFIGS, read_config
from model.training.controls import Hide, hide
from model.training.data import Sample
from model.training.folds import N_FOLDS, make_folds, read_folds, write_folds
from model.training.gate.fit import GateTraining
from model.training.loop import Batch, LoopConfig, schedule, train
from model.training.lungs import LungConfig
from model.training.opacities import add_opacities
from tests.model.conftest import TOY_NETWORK, two_lungs

LOOP = LoopConfig(steps=6, batch_size=4, learning_rate=1e-3, weight_decay=0.01, average=0.9, checkpoint_every=2, seed=3)


def _sample(folder: Path, index: int, label: str = "normal", source: str = "here", patient: str = "") -> Sample:
    return Sample(
        image_id=f"image-{index}",
        path=folder / f"{index}.png",
        source=source,
        label=label,
        patient=patient or f"patient-{index}",
        view="PA",
        sex="",
        age_years=None,
        pediatric=False,
    )


def _write_images(folder: Path, n: int) -> list[Sample]:
    """Synthetic radiographs of three labels; COVID-19 has a bright patch in a lung."""
    samples = []
    for i in range(n):
        label = ("normal", "covid", "pneumonia")[i % 3]
        pixels = two_lungs(180 + i, 170)
        if label != "normal":
            pixels[100:150, 35:60] += np.float32(0.3)
        sample = _sample(folder, i, label, source=("here", "there")[i % 2])
        cv2.imwrite(str(sample.path), np.rint(pixels * 255).astype(np.uint8))
        samples.append(sample)
    return samples


@pytest.fixture
def predictor(toy_card: Path) -> Predictor:
    return Predictor.load(toy_card, device="cpu")


def _prepare(samples: list[Sample], predictor: Predictor, folder: Path) -> Prepared:
    return prepare(
        samples,
        lambda presentation: lung_mask(predictor.lung_probabilities(presentation)),
        predictor.card.lungs_sha256,
        predictor.card.input,
        folder=folder,
    )


def test_training_and_serving_make_identical_bytes_from_one_file(tmp_path: Path, predictor: Predictor) -> None:
    samples = _write_images(tmp_path, 3)

    prepared = _prepare(samples, predictor, tmp_path / "cache")

    for sample, plain in zip(prepared.samples, prepared.plain, strict=True):
        served = predictor.steps(read_radiograph(sample.path.read_bytes()))[-1].pixels
        assert ((plain + 1) / np.float32(2)).tobytes() == served.tobytes()


def test_the_cache_is_made_once(tmp_path: Path, predictor: Predictor) -> None:
    samples = _write_images(tmp_path, 2)
    first = _prepare(samples, predictor, tmp_path / "cache")
    for sample in samples:
        sample.path.unlink()

    again = _prepare(samples, predictor, tmp_path / "cache")

    assert np.array_equal(first.plain, again.plain)


def test_the_middle_of_the_wide_crop_is_the_lung_box(tmp_path: Path, predictor: Predictor) -> None:
    prepared = _prepare(_write_images(tmp_path, 1), predictor, tmp_path / "cache")
    side = predictor.card.input.size
    presentation = presentation_pixels(read_radiograph(prepared.samples[0].path.read_bytes()))
    x0, y0, x1, y1 = prepared.boxes[0]
    box = cv2.resize(presentation[y0:y1, x0:x1], (side, side), interpolation=cv2.INTER_AREA)

    middle = warp(prepared.wide[0].astype(np.float32) / 255, np.eye(2, 3), side)

    assert np.corrcoef(middle.ravel(), box.ravel())[0, 1] > 0.98


def test_folds_share_no_patient_and_are_even(tmp_path: Path) -> None:
    samples = [_sample(tmp_path, i, source=f"s{i % 3}", patient=f"p{i // 2}") for i in range(300)]

    folds = make_folds(samples)

    of_patient = defaultdict(set)
    for sample in samples:
        of_patient[sample.patient].add(folds[sample.image_id])
    assert all(len(fold) == 1 for fold in of_patient.values())
    counts = np.bincount(list(folds.values()), minlength=N_FOLDS)
    assert counts.max() - counts.min() <= 12


def test_folds_do_not_depend_on_the_order_of_the_manifest(tmp_path: Path) -> None:
    samples = [_sample(tmp_path, i) for i in range(50)]

    assert make_folds(samples) == make_folds(samples[::-1])


def test_folds_survive_writing(tmp_path: Path) -> None:
    folds = {"a": 1, "b": 0}

    write_folds(folds, tmp_path / "folds.csv")

    assert read_folds(tmp_path / "folds.csv") == folds


def test_every_fold_of_the_committed_split_is_used() -> None:
    assert set(read_folds().values()) == set(range(N_FOLDS))


def test_each_head_is_asked_its_own_question() -> None:
    """Cross-entropy of "abnormal" over all; of "COVID-19" over the named abnormal ones alone, with its weight."""
    logits, truth = torch.randn(4, 2), torch.tensor([NORMAL, COVID_19, OTHER, UNNAMED])
    entropy = nn.functional.binary_cross_entropy_with_logits
    first = entropy(logits[:, ABNORMAL], torch.tensor([0.0, 1.0, 1.0, 1.0]))
    second = entropy(logits[1:3, SUBTYPE], torch.tensor([1.0, 0.0]))

    loss = heads_loss(logits, truth, subtype_weight=0.3, smoothing=0.0)

    torch.testing.assert_close(loss, first + 0.3 * second)


def test_the_share_outside_the_lungs_counts_positive_evidence_only() -> None:
    evidence = torch.tensor([[[3.0, 1.0], [-5.0, 0.0]]])
    lungs = torch.tensor([[[1.0, 0.0], [0.0, 0.0]]])

    assert outside_share(evidence, lungs).item() == pytest.approx(0.25)
    assert outside_share(-evidence.relu(), lungs).item() == 0.0


def test_evidence_where_readers_saw_disease_costs_less() -> None:
    regions = torch.zeros(2, 1, 4, 4)
    regions[0, 0, :2] = 1
    weights = torch.tensor([[1.0], [0.0]])  # the second radiograph has no target
    inside, outside = torch.zeros(2, 4, 4), torch.zeros(2, 4, 4)
    inside[0, 0, 0], outside[0, 3, 3] = 9.0, 9.0

    even = target_loss(torch.zeros(2, 4, 4), regions, weights).item()

    assert even == pytest.approx(np.log(2), abs=1e-3)
    assert target_loss(inside, regions, weights).item() < even < target_loss(outside, regions, weights).item()


def test_classes_get_their_shares_and_hospitals_are_evened_out(tmp_path: Path) -> None:
    config = _config(class_shares=(0.5, 0.3, 0.2), hospital_balance=1.0)
    samples = [_sample(tmp_path, i, "normal", "nih") for i in range(8)]
    samples += [_sample(tmp_path, 8, "normal", "chestx-ray-com"), _sample(tmp_path, 9, "covid", "hannover")]
    samples += [_sample(tmp_path, 10, "pneumonia", "nih")]

    chances = sampling_probabilities(samples, np.array([NORMAL] * 9 + [COVID_19, OTHER]), config)

    assert chances[:8].sum() == pytest.approx(0.25)
    assert chances[8:].tolist() == pytest.approx([0.25, 0.3, 0.2])


def test_ap_normals_get_their_share_of_their_hospital(tmp_path: Path) -> None:
    samples = [_sample(tmp_path, i, "normal", "nih") for i in range(9)]
    samples += [replace(_sample(tmp_path, 9, "normal", "nih"), view="AP"), _sample(tmp_path, 10, "covid", "hannover")]
    truths = np.array([NORMAL] * 10 + [COVID_19])
    config = _config(class_shares=(0.6, 0.4, 0.0), ap_normals=0.5)

    chances = sampling_probabilities(samples, truths, config)

    assert chances[:9].sum() == pytest.approx(0.3)
    assert chances[9:].tolist() == pytest.approx([0.3, 0.4])


@pytest.mark.parametrize(
    ("kind", "keeps_lung", "keeps_rest"),
    [(Hide.NOTHING, True, True), (Hide.LUNGS, False, True), (Hide.ALL_BUT_LUNGS, True, False)],
)
def test_what_is_hidden_cannot_be_seen(kind: Hide, keeps_lung: bool, keeps_rest: bool) -> None:
    lungs = np.zeros((64, 64), np.float32)
    lungs[20:40, 20:40] = 1
    first, second = np.full((64, 64), 0.3, np.float32), np.full((64, 64), 0.6, np.float32)

    changed = hide(first, lungs, kind) != hide(second, lungs, kind)

    assert changed[30, 30] == keeps_lung
    assert changed[5, 5] == keeps_rest


def test_a_border_and_a_thumbnail_keep_what_they_are_named_for() -> None:
    view = np.random.default_rng(0).random((64, 64), dtype=np.float32)
    lungs = np.ones((64, 64), np.float32)

    border, thumbnail = hide(view, lungs, Hide.ALL_BUT_BORDER), hide(view, lungs, Hide.DETAIL)

    assert np.array_equal(border[0], view[0])
    assert not border[32, 8:56].any()
    assert thumbnail.std() < view.std() / 2


def test_drawn_opacities_lighten_lung_and_nothing_else() -> None:
    lungs = np.zeros((96, 96), np.float32)
    lungs[20:80, 10:40], lungs[20:80, 56:86] = 1, 1
    view = np.where(lungs > 0, np.float32(0.2), np.float32(0.8))
    far = cv2.dilate(lungs, np.ones((9, 9))) == 0

    drawn, where = add_opacities(np.random.default_rng(4), view, lungs)

    assert (drawn >= view).all()
    assert where.any()
    assert (drawn[where > 0] > view[where > 0]).any()
    assert np.array_equal(drawn[far], view[far])


def test_a_random_covering_fills_rectangles_and_leaves_the_rest() -> None:
    view = np.random.default_rng(0).random((64, 64), dtype=np.float32)

    covered = cover_at_random(np.random.default_rng(3), view, AugmentConfig(covering=1.0))
    left = cover_at_random(np.random.default_rng(3), view, AugmentConfig(covering=0.0))

    changed = covered != view
    assert np.array_equal(left, view)
    assert 0.01 < changed.mean() < 0.35
    assert covered[changed].std() < view[changed].std()


def test_without_lungs_nothing_is_drawn() -> None:
    view = np.full((32, 32), 0.5, np.float32)

    drawn, where = add_opacities(np.random.default_rng(0), view, np.zeros_like(view))

    assert np.array_equal(drawn, view)
    assert not where.any()


def test_a_resumed_run_repeats_an_unbroken_one(tmp_path: Path) -> None:
    def batch(step: int) -> dict[str, torch.Tensor]:
        generator = torch.Generator().manual_seed(step)
        return {"x": torch.randn(4, 1, 16, 16, generator=generator), "y": torch.tensor([0, 1, 1, 0])}

    def loss(network: nn.Module, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        return nn.functional.cross_entropy(network(batch["x"])[0], batch["y"])

    unbroken = train(build_network(TOY_NETWORK), batch, loss, LOOP, folder=tmp_path / "a")
    with pytest.raises(KeyboardInterrupt):
        train(build_network(TOY_NETWORK), _stops_at(4, batch), loss, LOOP, folder=tmp_path / "b")
    resumed = train(build_network(TOY_NETWORK), batch, loss, LOOP, folder=tmp_path / "b")

    for name, value in unbroken.state_dict().items():
        torch.testing.assert_close(value, resumed.state_dict()[name], rtol=1e-5, atol=1e-6)


def _stops_at(step: int, batch: Callable[[int], Batch]) -> Callable[[int], Batch]:
    def stopping(asked: int) -> Batch:
        if asked == step:
            raise KeyboardInterrupt
        return batch(asked)

    return stopping


def test_the_schedule_warms_up_and_ends_at_zero() -> None:
    assert schedule(0.0) < 0.05
    assert schedule(0.05) == pytest.approx(1.0)
    assert schedule(0.999) < 0.01


def test_without_strength_an_affine_change_is_none() -> None:
    still = AugmentConfig(rotation_degrees=0, zoom=0, shift=0, mirror=0)
    image = two_lungs(64, 64)

    unchanged = warp(image, random_affine(np.random.default_rng(0), 64, 1.0, still), 64)

    np.testing.assert_allclose(unchanged, image, atol=1e-5)


def _config(**changes: object) -> ClassifierConfig:
    config = ClassifierConfig(
        name="release-toy",
        sources=("here",),
        loop=LOOP,
        input=InputSpec(size=32),
        network=TOY_NETWORK,
    )
    return replace(config, **changes)  # type: ignore[arg-type]


def test_a_run_writes_its_curve_and_sees_what_it_was_trained_on(tmp_path: Path, predictor: Predictor) -> None:
    samples = _write_images(tmp_path, 24)
    prepared = _prepare(samples, predictor, tmp_path / "cache")
    folds = {sample.image_id: (i // 6) % 2 for i, sample in enumerate(samples)}
    config = _config(hide=Hide.LUNGS, early_share=0.5, early_size=16, drawn_opacities=0.5, outside_weight=0.1)

    train_classifier(prepared, {}, folds, config, folder=tmp_path / "run")

    assert (tmp_path / "run" / "curve.csv").read_text().startswith("step,processor_seconds,loss,auroc")
    seen = hidden_inputs(prepared, np.arange(2), config)
    assert seen.shape == (2, 32, 32)
    assert not np.allclose(seen, prepared.plain[:2])


def test_averaged_views_say_the_same_of_a_radiograph_and_its_mirror_image(tmp_path: Path, predictor: Predictor) -> None:
    prepared = _prepare(_write_images(tmp_path, 3), predictor, tmp_path / "cache")
    mirrored = replace(prepared, plain=prepared.plain[:, :, ::-1], wide=prepared.wide[:, :, ::-1])
    network, rows, config = build_network(TOY_NETWORK, seed=1).eval(), np.arange(3), _config(averages_views=True)

    said = read_logits(network, prepared, rows, config)

    np.testing.assert_allclose(read_logits(network, mirrored, rows, config), said, atol=1e-4)
    once = [read_logits(network, one, rows, _config()) for one in (prepared, mirrored)]
    assert not np.allclose(*once, atol=1e-4)


def test_a_closer_view_shows_less_round_the_middle(tmp_path: Path, predictor: Predictor) -> None:
    prepared = _prepare(_write_images(tmp_path, 1), predictor, tmp_path / "cache")
    wide = np.zeros_like(prepared.wide)
    wide[:, :, : wide.shape[2] // 2 + 12] = 200
    prepared = replace(prepared, wide=wide)

    edges = [
        int((hidden_inputs(prepared, np.arange(1), _config(enhances_contrast=False), zoom)[0, 16] > 0).sum())
        for zoom in (1.1, 1.0, 0.9)
    ]

    assert edges == sorted(set(edges))


def test_every_committed_config_reads() -> None:
    kinds = {"lungs": LungConfig, "gate": GateTraining}

    for path in CONFIGS.glob("*.toml"):
        read_config(path, kinds.get(path.stem, ClassifierConfig))


def test_an_unknown_key_in_a_config_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "c.toml"
    path.write_text((CONFIGS / "lungs.toml").read_text().replace("fold = 0", "fold = 0\nfolds = 5"))

    with pytest.raises(ValueError, match="unknown folds"):
        read_config(path, LungConfig)
