"""Radiographs that two collections hold are found, and leave training and evidence once."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from model.training.cache import Prepared
from model.training.copies import find_copies, likeness, read_copies, without_copies, write_copies
from model.training.data import Sample, data_folder, read_manifest
from model.training.folds import read_folds

SIDE = 160


def _chest(seed: int) -> NDArray[np.uint8]:
    """Texture of several sizes, as ribs, vessels and noise have."""
    rng = np.random.default_rng(seed)
    layers = [cv2.GaussianBlur(rng.normal(0, 1, (SIDE, SIDE)), (0, 0), size) * size for size in (1.5, 3, 8, 20)]
    field = np.sum(layers, axis=0)
    return np.asarray(255 * (field - field.min()) / (field.max() - field.min()), dtype=np.uint8)


def _again(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The same radiograph as another collection would hold it: shifted, resized, brighter, compressed."""
    moved = cv2.warpAffine(
        image, np.array([[1.02, 0.01, -1.5], [0.0, 0.98, 2.0]]), (SIDE, SIDE), borderMode=cv2.BORDER_REFLECT
    )
    brighter = (255 * (moved / 255.0) ** 0.8).astype(np.uint8)
    _, stream = cv2.imencode(".jpg", brighter, [cv2.IMWRITE_JPEG_QUALITY, 80])
    return np.asarray(cv2.imdecode(stream, cv2.IMREAD_GRAYSCALE))


def _sample(name: str, source: str, patient: str) -> Sample:
    return Sample(
        image_id=name,
        path=Path("nowhere"),
        source=source,
        label="covid",
        patient=patient,
        view="unknown",
        sex="",
        age_years=None,
        pediatric=False,
    )


@pytest.fixture
def prepared() -> Prepared:
    one, two = _chest(1), _chest(2)
    samples = [
        _sample("large-1", "large", "a"),
        _sample("large-2", "large", "b"),
        _sample("large-2-again", "large", "b"),
        _sample("small-1", "small", "c"),
    ]
    wide = np.stack([one, two, _again(two), _again(one)])
    return Prepared(
        samples=samples,
        plain=np.zeros((4, 1, 1), np.float32),
        wide=wide,
        masks=np.ones((4, 1, 1), bool),
        boxes=np.zeros((4, 4), np.int32),
        contents=np.zeros((4, 4), np.int32),
    )


def test_a_copy_is_found_in_the_larger_source_and_a_known_patient_is_let_be(prepared: Prepared) -> None:
    assert find_copies(prepared) == {"large-1": "small-1"}


def test_likeness_tells_a_copy_from_another_chest() -> None:
    assert likeness(_chest(1), _again(_chest(1))) > 0.9
    assert likeness(_chest(1), _chest(2)) < 0.5
    assert likeness(_chest(1), np.zeros((SIDE, SIDE), np.uint8)) == -1


def test_what_is_written_is_read_and_left_out(prepared: Prepared, tmp_path: Path) -> None:
    path = tmp_path / "copies.csv"
    write_copies({"large-1": "small-1"}, path)

    assert read_copies(path) == {"large-1": "small-1"}
    assert [sample.image_id for sample in without_copies(prepared.samples, path)] == [
        "large-2",
        "large-2-again",
        "small-1",
    ]


def test_a_child_by_age_is_no_adult(prepared: Prepared) -> None:
    sample = prepared.samples[0]

    assert sample.is_adult
    assert replace(sample, age_years=18.0).is_adult
    assert not replace(sample, age_years=12.0).is_adult
    assert not replace(sample, pediatric=True).is_adult


def test_the_files_copies_and_what_they_repeat_are_radiographs_of_the_data() -> None:
    copies, folds = read_copies(), read_folds()

    assert copies
    assert copies.keys() <= folds.keys()
    assert set(copies.values()) <= folds.keys()


@pytest.mark.skipif(not (data_folder() / "manifest.csv").exists(), reason="the data folder is absent")
def test_no_identical_file_is_left_in_two_places() -> None:
    """Pixel for pixel the same files are the least that must be found."""
    kept = without_copies([sample for sample in read_manifest(data_folder()) if sample.is_adult])
    small = [sample for sample in kept if sample.source in ("armiro-web", "ieee8023-journals", "radiopaedia", "sirm")]
    thumbnails = {}
    for sample in small:
        image = cv2.imread(str(sample.path), cv2.IMREAD_GRAYSCALE)
        key = cv2.resize(image, (24, 24), interpolation=cv2.INTER_AREA).tobytes()
        assert key not in thumbnails, (sample.image_id, thumbnails[key])
        thumbnails[key] = sample.image_id
