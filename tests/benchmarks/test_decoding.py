"""The table of decoding says what was measured, and what pydicom cannot read."""

import pytest
from pydicom import uid

from benchmarks import decoding
from benchmarks.decoding import Timing, measure, section


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoding, "ROWS", 96)
    monkeypatch.setattr(decoding, "COLUMNS", 80)


def test_both_sides_are_timed() -> None:
    timing = measure(uid.JPEG2000Lossless, rounds=1)

    assert timing.pydicom_ms is not None
    assert min(timing.ours_ms, timing.pydicom_ms) > 0


def test_what_pydicom_cannot_read_is_said() -> None:
    timing = measure(uid.JPEGExtended12Bit, rounds=1)

    assert timing.pydicom_ms is None
    assert "| cannot | |" in section([timing])


def test_pydicom_is_the_unit_of_the_ratio() -> None:
    timing = Timing(syntax=uid.RLELossless, megabytes=6.04, ours_ms=20.4, pydicom_ms=40.0)

    assert "| RLE Lossless | 6.0 | 20 | 40 | 0.51 |" in section([timing])
