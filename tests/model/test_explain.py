"""The map: one absolute scale, in the right place whatever the shape of the image."""

import numpy as np
import pytest

from model.explain import class_activation_map, evidence, localize, map_at_image_size
from model.findings import ABNORMAL, HEADS, SUBTYPE, Zone
from model.preprocess import Box
from model.weights import MapScale

SCALE = MapScale(low=1.0, high=5.0, show_above=0.2)


def _maps(abnormal: float = 0.0, *, cell: tuple[int, int] = (0, 0), size: int = 16) -> np.ndarray:
    maps = np.zeros((len(HEADS), size, size), dtype=np.float32)
    maps[ABNORMAL, *cell] = abnormal
    return maps


def test_evidence_is_of_the_first_head_alone() -> None:
    maps = _maps(3.0, cell=(2, 5))
    maps[SUBTYPE, 2, 5] = 1.0

    assert evidence(maps)[2, 5] == 3.0


def test_the_scale_is_absolute() -> None:
    """Evidence 3 between 1 and 5 is 0.5, however weak the rest of the image; 9 saturates; 0.5 shows nothing."""
    box = Box(x0=0, y0=0, x1=160, y1=160)

    values = [class_activation_map(_maps(v, cell=(4, 4)), box, SCALE).values.max() for v in (3.0, 9.0, 0.5)]

    assert values == [0.5, 1.0, 0.0]


@pytest.mark.parametrize(("rows", "columns"), [(200, 200), (200, 100), (100, 200), (300, 120), (111, 333)])
@pytest.mark.parametrize("cell", [(0, 0), (7, 3), (15, 15)])
def test_a_bright_cell_lies_where_it_was_seen(rows: int, columns: int, cell: tuple[int, int]) -> None:
    box = Box(x0=columns // 10, y0=rows // 8, x1=columns - columns // 5, y1=rows - rows // 6)
    cam = class_activation_map(_maps(5.0, cell=cell), box, SCALE)

    at_image_size = map_at_image_size(cam, rows, columns)
    found = localize(cam, np.ones((20, 20), dtype=bool), rows, columns, 0.2)

    width, height = (box.x1 - box.x0) / 16, (box.y1 - box.y0) / 16
    expected = (box.x0 + (cell[1] + 0.5) * width, box.y0 + (cell[0] + 0.5) * height)
    y, x = np.unravel_index(at_image_size.argmax(), at_image_size.shape)
    assert at_image_size.shape == (rows, columns)
    assert abs(x + 0.5 - expected[0]) <= width / 2
    assert abs(y + 0.5 - expected[1]) <= height / 2
    assert found.peak == pytest.approx(expected, abs=0.01)
    assert found.boxes[0][0] <= expected[0] <= found.boxes[0][2]
    assert found.boxes[0][1] <= expected[1] <= found.boxes[0][3]


def test_nothing_is_shown_outside_the_networks_input() -> None:
    maps = np.full((2, 16, 16), 0.0, dtype=np.float32)
    maps[ABNORMAL] = 5.0
    cam = class_activation_map(maps, Box(x0=20, y0=30, x1=80, y1=90), SCALE)

    image = map_at_image_size(cam, 100, 100)

    assert image[60, 50] == 1
    assert not image[:30].any()
    assert not image[:, 80:].any()


def test_shares_name_the_zone_of_the_evidence() -> None:
    lungs = np.zeros((100, 100), dtype=bool)
    lungs[10:90, 10:40] = lungs[10:90, 60:90] = True
    cam = class_activation_map(_maps(5.0, cell=(12, 3)), Box(x0=0, y0=0, x1=100, y1=100), SCALE)

    zones = {share.zone: share.share for share in localize(cam, lungs, 100, 100, 0.2).zones}

    assert zones[Zone.RIGHT_LOWER] == pytest.approx(1.0)
    assert sum(zones.values()) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("cell", "zone"),
    [((2, 3), Zone.RIGHT_UPPER), ((8, 12), Zone.LEFT_MIDDLE), ((12, 3), Zone.RIGHT_LOWER), ((14, 8), None)],
)
def test_a_box_belongs_to_the_zone_of_its_evidence(cell: tuple[int, int], zone: Zone | None) -> None:
    """Both lungs end at 90 % of the height, so that the zones are no thirds of the image; between them is none."""
    lungs = np.zeros((100, 100), dtype=bool)
    lungs[10:90, 10:40] = lungs[10:90, 60:90] = True
    cam = class_activation_map(_maps(5.0, cell=cell), Box(x0=0, y0=0, x1=100, y1=100), SCALE)

    found = localize(cam, lungs, 100, 100, 0.2)

    assert found.box_zones == (zone,)


def test_an_empty_map_has_no_peak_no_box_and_no_share() -> None:
    cam = class_activation_map(_maps(), Box(x0=0, y0=0, x1=100, y1=100), SCALE)

    found = localize(cam, np.ones((20, 20), dtype=bool), 100, 100, 0.2)

    assert found.peak is None
    assert found.boxes == found.box_zones == ()
    assert all(share.share == 0 for share in found.zones)
