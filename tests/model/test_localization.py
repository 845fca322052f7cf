"""Localisation figures on a network that sees nothing but brightness, and outlines drawn by hand."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from model.findings import OUTPUTS, Finding
from model.network import CovidXNet, build_network
from model.training.cache import Prepared
from model.training.data import MaskFile, Sample
from model.training.localization import localization_figures
from model.weights import MapScale
from tests.model.conftest import TOY_NETWORK

SCALE = MapScale(low=0.0, high=1.0, show_above=0.2)


class _Brightness(CovidXNet):
    """Evidence for COVID-19 is the brightness of a cell; nothing else is ever found."""

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        maps = torch.zeros(len(x), len(OUTPUTS), x.shape[2] // 8, x.shape[3] // 8)
        maps[:, OUTPUTS.index(Finding.COVID_19)] = torch.nn.functional.avg_pool2d(x, 8)[:, 0]
        return maps.mean((2, 3)), maps


def _prepared(tmp_path: Path, bright: list[tuple[int, int]]) -> Prepared:
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
        shapes=np.tile(np.array([64, 64], dtype=np.int32), (len(bright), 1)),
    )


def _outline(tmp_path: Path, image_id: str) -> MaskFile:
    """An outline of the image's left half."""
    mask = np.zeros((64, 64), dtype=np.uint8)
    mask[:, :32] = 255
    path = tmp_path / f"{image_id}.png"
    cv2.imwrite(str(path), mask)
    return MaskFile(image_id=image_id, kind="lesion", origin="test", path=path)


def test_a_peak_in_the_outline_is_a_hit_and_one_beside_it_is_not(tmp_path: Path) -> None:
    network = _Brightness(TOY_NETWORK).eval()
    prepared = _prepared(tmp_path, [(4, 1), (4, 6), (2, 2)])
    outlines = [_outline(tmp_path, str(i)) for i in range(3)]

    figures = localization_figures(network, prepared, outlines, {"0": 0, "1": 0, "2": 1}, 0, SCALE)

    assert figures["held-out fold"]["pointing_game"] == 0.5
    assert figures["held-out fold"]["energy_in_lesion"] == pytest.approx(0.5, abs=0.02)
    assert figures["training folds"] == {
        "n": 1,
        "map_shows_something": 1,
        "pointing_game": 1.0,
        "chance": 0.5,
        "energy_in_lesion": 1.0,
        "energy_in_lungs": 1.0,
    }


def test_a_map_that_shows_nothing_hits_nothing(tmp_path: Path) -> None:
    network = build_network(TOY_NETWORK).eval()
    out_of_reach = MapScale(low=1e6, high=2e6, show_above=0.2)

    figures = localization_figures(
        network, _prepared(tmp_path, [(4, 1)]), [_outline(tmp_path, "0")], {"0": 0}, 0, out_of_reach
    )

    assert figures["held-out fold"]["pointing_game"] == 0.0
    assert figures["held-out fold"]["map_shows_something"] == 0
    assert figures["held-out fold"]["energy_in_lungs"] is None
