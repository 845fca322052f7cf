"""Localisation figures on a network that sees nothing but brightness, and outlines drawn by hand."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from model.findings import ABNORMAL, HEADS
from model.network import CovidXNet, build_network
from model.training.cache import Prepared
from model.training.data import MaskFile, Sample
from model.training.evidence.localization import Outlined, localization_figures
from model.weights import MapScale
from tests.model.conftest import TOY_NETWORK

SCALE = MapScale(low=0.0, high=1.0, show_above=0.2)


class _Brightness(CovidXNet):
    """Evidence of abnormality is the brightness of a cell; nothing else is ever found."""

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        maps = torch.zeros(len(x), len(HEADS), x.shape[2] // 8, x.shape[3] // 8)
        maps[:, ABNORMAL] = torch.nn.functional.avg_pool2d(x, 8)[:, 0]
        return maps.mean((2, 3)), maps


def _prepared(tmp_path: Path, bright: list[tuple[int, int]], content: tuple[int, int, int, int]) -> Prepared:
    """64 x 64 radiographs that are all lung, each with one bright cell at (row, column)."""
    plain = np.zeros((len(bright), 64, 64), dtype=np.float32)
    for image, (row, column) in zip(plain, bright, strict=True):
        image[8 * row : 8 * row + 8, 8 * column : 8 * column + 8] = 1
    samples = [
        Sample(
            image_id=str(i),
            path=tmp_path,
            source="here",
            label="covid",
            patient=str(i),
            view="PA",
            sex="",
            age_years=None,
            pediatric=False,
        )
        for i in range(len(bright))
    ]
    return Prepared(
        samples=samples,
        plain=plain,
        wide=np.zeros((len(bright), 80, 80), dtype=np.uint8),
        masks=np.ones((len(bright), 16, 16), dtype=bool),
        boxes=np.tile(np.array([0, 0, 64, 64], dtype=np.int32), (len(bright), 1)),
        contents=np.tile(np.array(content, dtype=np.int32), (len(bright), 1)),
    )


def _outlined(tmp_path: Path, row: int, network: CovidXNet, left: int = 0) -> Outlined:
    """An outline, 32 pixels wide, that begins at `left`."""
    mask = np.zeros((64, 128), dtype=np.uint8)
    mask[:, left : left + 32] = 255
    path = tmp_path / f"{row}-{left}.png"
    cv2.imwrite(str(path), mask)
    return Outlined(
        row=row, outline=MaskFile(image_id=str(row), kind="lesion", origin="test", path=path), network=network
    )


@pytest.mark.parametrize("bars", [0, 50])
def test_a_peak_in_the_outline_is_a_hit_and_one_beside_it_is_not(tmp_path: Path, bars: int) -> None:
    """Outlines are in pixels of the stored image, maps in those of its content without bars."""
    network = _Brightness(TOY_NETWORK).eval()
    prepared = _prepared(tmp_path, [(4, 1), (4, 6)], (bars, 0, bars + 64, 64))

    figures = localization_figures(prepared, [_outlined(tmp_path, i, network, left=bars) for i in range(2)], SCALE)

    assert figures["n"] == 2
    assert figures["pointing_game"] == 0.5
    assert figures["energy_in_lesion"] == pytest.approx(0.5, abs=0.02)
    assert figures["energy_in_lungs"] == 1.0
    assert figures["lesion_share_of_lungs"] == 0.5
    assert figures["random_point_in_lungs"] == pytest.approx(0.5, abs=0.02)
    assert 0 < figures["iou_random_box"] < figures["lesion_share_of_lungs"]


def test_what_needs_no_network_is_scored_by_its_own_rules(tmp_path: Path) -> None:
    """The centre of the box lies left of the second outline; the other radiograph's peak lies in the first."""
    network = _Brightness(TOY_NETWORK).eval()
    prepared = _prepared(tmp_path, [(4, 6), (4, 1)], (0, 0, 64, 64))
    outlined = [_outlined(tmp_path, 0, network, left=2), _outlined(tmp_path, 1, network, left=34)]

    figures = localization_figures(prepared, outlined, SCALE)

    assert figures["pointing_game"] == 0.0
    assert figures["mean_map_of_the_others"] == 1.0
    assert figures["centre_of_lung_box"] == 0.5


def test_a_map_that_shows_nothing_hits_nothing(tmp_path: Path) -> None:
    network = build_network(TOY_NETWORK).eval()
    out_of_reach = MapScale(low=1e6, high=2e6, show_above=0.2)
    prepared = _prepared(tmp_path, [(4, 1)], (0, 0, 64, 64))

    figures = localization_figures(prepared, [_outlined(tmp_path, 0, network)], out_of_reach)

    assert figures["pointing_game"] == 0.0
    assert figures["map_shows_something"] == 0
    assert figures["energy_in_lungs"] == 0.0


def test_no_outlines_no_figures(tmp_path: Path) -> None:
    assert localization_figures(_prepared(tmp_path, [(4, 1)], (0, 0, 64, 64)), [], SCALE) == {"n": 0}
