"""Damaged files through a real server, few enough for every test run; `make fuzz` sends thousands."""

import httpx2
import pytest

from fuzz.http import fuzz_http, holes


def test_every_damaged_file_is_answered_with_a_code_and_the_server_stays_as_it_was() -> None:
    tally = fuzz_http(seed=3, count=60, n_large=1)

    assert sum(tally.kinds.values()) == sum(tally.outcomes.values()) == 60
    assert tally.outcomes.keys() - {"READ"}
    assert (tally.uncoded, tally.unseen, tally.left) == ([], [], 0)
    assert tally.is_sound
    assert len(tally.memory_mib) == 10
    assert all(sample["server"] > 50 and sample["decoders"] > 10 for sample in tally.memory_mib)


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("grayscale", '{"low": 0, "padding": null, "stored": null, "voi": {"low": 1.5}}', []),
        (
            "grayscale",
            '{"low": null, "padding": [null, 5], "voi": {"low": NaN, "entries": [1, Infinity]}}',
            ["low", "padding", "low", "entries"],
        ),
        ("pixels", "no JSON", []),
    ],
)
def test_what_should_be_a_number_and_is_none_is_a_fault(path: str, body: str, expected: list[str]) -> None:
    answer = httpx2.Response(200, text=body, request=httpx2.Request("GET", f"http://server/radiographs/1/{path}"))

    assert holes(answer) == expected
