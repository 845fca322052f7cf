"""The reader survives mutants; what does not is counted and does not end the run."""

import json

import pytest

from fuzz import reader
from fuzz.reader import fuzz_reader


def test_every_mutant_is_read_or_refused_with_a_code() -> None:
    tally = fuzz_reader(seed=20, count=400)

    assert tally.ended == []
    assert tally.uncoded == []
    assert sum(tally.outcomes.values()) == sum(tally.kinds.values()) == 400
    assert len(tally.peak_mib) == 10


def test_crashes_stalls_and_slow_or_uncoded_answers_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "WORKER", "tests.fuzz.dying_worker")
    monkeypatch.setattr(reader, "STALL_S", 0.5)
    monkeypatch.setattr(reader, "START_S", 2.0)

    tally = fuzz_reader(seed=1, count=10)

    assert [(one["number"], one["how"]) for one in tally.ended] == [(3, "CRASH -6"), (5, "STALL"), (7, "SLOW")]
    assert [one["number"] for one in tally.uncoded] == [6]
    assert tally.outcomes == {"READ": 7, "UNCODED KeyError": 1, "CRASH -6": 1, "STALL": 1}
    assert not tally.is_sound
    assert json.loads(tally.to_json())["count"] == 10
