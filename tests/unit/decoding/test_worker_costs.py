"""The table of what worker processes cost says what was measured, and how busy the machine was."""

import pytest

from benchmarks.workers import Comparison, Cost, compare, section

COMPARISON = Comparison(
    megapixels=5.0, here=Cost(clock_ms=16.0, cpu_ms=20.0), in_a_worker=Cost(clock_ms=21.5, cpu_ms=25.0)
)


def test_both_ways_are_timed() -> None:
    compared = compare(96, 80, rounds=2)

    assert min(compared.here.clock_ms, compared.in_a_worker.clock_ms) > 0
    assert min(compared.here.cpu_ms, compared.in_a_worker.cpu_ms) > 0


def test_one_process_is_the_unit_of_the_ratio() -> None:
    assert "| 5 | 20.0 | 25.0 | 5.0 | 1.25 | 16.0 | 21.5 | 5.5 |" in section([COMPARISON], load=0)


@pytest.mark.parametrize(
    ("load", "said"), [(0.1, "Nothing else ran."), (7.25, "It was busy: other programs wanted 7.2 of its")]
)
def test_a_busy_machine_is_said_to_be_one(load: float, said: str) -> None:
    assert said in section([COMPARISON], load=load)
