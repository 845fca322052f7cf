"""Every file that the benchmark posts is new to the server, and decodes to the same pixels."""

import itertools

import pytest

from benchmarks import samples
from model.imaging.reader import read_radiograph


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    monkeypatch.setattr(samples, "ROWS", 250)
    monkeypatch.setattr(samples, "COLUMNS", 200)
    return samples.draw(2)


def test_no_file_comes_twice(drawn: list[bytes]) -> None:
    sent = list(itertools.islice(samples.renewed(drawn), 6))

    assert len(set(sent)) == 6


def test_only_identifiers_change(drawn: list[bytes]) -> None:
    first = next(samples.renewed(drawn))

    assert len(first) == len(drawn[0])
    assert (read_radiograph(first).pixels == read_radiograph(drawn[0]).pixels).all()
