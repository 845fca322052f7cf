"""The worked example of docs/pixel-pipeline.md is what the code computes."""

import re
from pathlib import Path

import numpy as np
import pytest

from model.imaging.pixels import apply_rescale, apply_voi_window, to_monochrome2
from model.imaging.radiograph import PhotometricInterpretation

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "pixel-pipeline.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\d+) \| (\S+) \| ([\d.]+)[^|]*\| ([\d.]+) \| ([\d.]+) \|$", PAGE, re.MULTILINE)


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def test_the_table_was_found() -> None:
    assert len(ROWS) == 5


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_worked_example(row: tuple[str, ...]) -> None:
    stored, modality, windowed, monochrome2, monochrome1 = map(number, row)

    rescaled = apply_rescale(np.array([[stored]]), slope=2, intercept=-1000)
    voi = apply_voi_window(rescaled, center=3000.5, width=4001)
    shown = [
        to_monochrome2(voi, photometric_interpretation=kind).item() for kind in reversed(PhotometricInterpretation)
    ]

    assert rescaled.item() == modality
    assert voi.item() == pytest.approx(windowed)
    assert shown == pytest.approx([monochrome2, monochrome1])
