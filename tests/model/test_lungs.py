"""Lung geometry on masks drawn by hand."""

import numpy as np
import pytest

from model.findings import Zone
from model.lungs import count_regions, lung_box, lung_mask, mask_at_image_size, segmentation_input, zone_masks


def _two_rectangles() -> np.ndarray:
    mask = np.zeros((100, 100), dtype=bool)
    mask[20:80, 10:40] = True
    mask[20:80, 60:90] = True
    return mask


def test_the_two_largest_regions_are_kept_and_their_holes_filled() -> None:
    probabilities = np.where(_two_rectangles(), 0.9, 0.1).astype(np.float32)
    probabilities[45:50, 20:25] = 0.1  # a hole
    probabilities[0:12, 45:56] = 0.9  # a third region

    mask = lung_mask(probabilities)

    assert np.array_equal(mask, _two_rectangles())
    assert count_regions(mask) == 2


def test_specks_are_no_lungs() -> None:
    probabilities = np.zeros((100, 100), dtype=np.float32)
    probabilities[50:55, 50:55] = 1

    assert not lung_mask(probabilities).any()


def test_the_box_scales_with_the_image_and_takes_its_margin() -> None:
    """Lungs span 10 to 90 % across and 20 to 80 % down; a tenth of 80 and of 60 % is added: 2 to 98 and 14 to 86 %."""
    box = lung_box(_two_rectangles(), 200, 400, margin=0.1)

    assert (box.x0, box.x1) == (8, 392)
    assert (box.y0, box.y1) == (28, 172)


def test_the_box_stays_within_the_image() -> None:
    box = lung_box(_two_rectangles(), 200, 400, margin=0.5)

    assert (box.x0, box.x1, box.y1) == (0, 400, 200)


def test_an_empty_mask_has_no_box() -> None:
    with pytest.raises(ValueError, match="no lung"):
        lung_box(np.zeros((10, 10), dtype=bool), 100, 100, margin=0.1)


def test_zones_are_the_patients_sides_and_partition_the_lungs() -> None:
    mask = _two_rectangles()

    zones = zone_masks(mask)

    assert list(zones) == list(Zone)
    assert zones[Zone.RIGHT_UPPER][25, 20]  # left of the image is the patient's right
    assert zones[Zone.LEFT_MIDDLE][50, 75]
    assert zones[Zone.LEFT_LOWER][75, 75]
    assert np.array_equal(sum(zone.astype(int) for zone in zones.values()), mask.astype(int))


def test_lungs_grown_together_are_still_divided() -> None:
    mask = np.zeros((60, 100), dtype=bool)
    mask[10:50, 10:90] = True

    zones = zone_masks(mask)

    assert zones[Zone.RIGHT_MIDDLE].sum() == pytest.approx(zones[Zone.LEFT_MIDDLE].sum(), rel=0.05)


def test_a_mask_comes_back_at_the_images_size() -> None:
    mask = mask_at_image_size(_two_rectangles(), 250, 300)

    assert mask.shape == (250, 300)
    assert mask.mean() == pytest.approx(0.36, abs=0.01)


def test_segmentation_sees_standard_scores() -> None:
    x = segmentation_input(np.linspace(0, 1, 90 * 80, dtype=np.float32).reshape(90, 80), 32)

    assert x.shape == (32, 32)
    assert x.mean() == pytest.approx(0, abs=1e-5)
    assert x.std() == pytest.approx(1, abs=1e-4)


def test_segmentation_of_one_value_sees_zeros() -> None:
    assert not segmentation_input(np.full((50, 50), 0.5, dtype=np.float32), 32).any()
