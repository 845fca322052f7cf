"""Damaged files through a real server, few enough for every test run; `make fuzz` sends thousands."""

from fuzz.http import fuzz_http


def test_every_damaged_file_is_answered_with_a_code_and_the_server_stays_as_it_was() -> None:
    tally = fuzz_http(seed=3, count=60, n_large=1)

    assert sum(tally.kinds.values()) == sum(tally.outcomes.values()) == 60
    assert tally.outcomes.keys() - {"READ"}
    assert (tally.uncoded, tally.unseen, tally.left) == ([], [], 0)
    assert tally.is_sound
    assert len(tally.memory_mib) == 10
    assert all(sample["server"] > 50 and sample["decoders"] > 10 for sample in tally.memory_mib)
