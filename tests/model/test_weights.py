"""Weights load with a true card or not at all."""

import json
from pathlib import Path
from typing import Any

import pytest

from model.errors import WeightsCorruptError, WeightsMissingError
from model.weights import build_lungs, build_members, read_card
from tests.model.conftest import write_toy_release


def _change(card: Path, **changes: Any) -> None:
    content = json.loads(card.read_text())
    card.write_text(json.dumps(content | changes))


def test_a_card_survives_writing_and_reading(toy_card: Path) -> None:
    card = read_card(toy_card)

    assert json.loads(toy_card.read_text()) == json.loads(json.dumps(card.to_json()))


def test_every_member_is_built(tmp_path: Path) -> None:
    card = read_card(write_toy_release(tmp_path, n_members=2))

    first, second = build_members(card, "cpu")

    assert not first.training
    assert (first.heads.weight != second.heads.weight).any()


def test_one_changed_byte_refuses_to_load(toy_card: Path) -> None:
    card = read_card(toy_card)
    content = bytearray((card.folder / card.file).read_bytes())
    content[-1] ^= 1
    (card.folder / card.file).write_bytes(content)

    with pytest.raises(WeightsCorruptError) as error:
        build_members(card, "cpu")

    assert error.value.expected == card.sha256
    assert error.value.actual != card.sha256


def test_lungs_are_checked_too(toy_card: Path) -> None:
    _change(toy_card, lungs_sha256="0" * 64)

    with pytest.raises(WeightsCorruptError):
        build_lungs(read_card(toy_card), "cpu")


def test_missing_files_are_named(toy_card: Path) -> None:
    card = read_card(toy_card)
    (card.folder / card.file).unlink()

    with pytest.raises(WeightsMissingError, match=r"weights\.safetensors"):
        build_members(card, "cpu")
    with pytest.raises(WeightsMissingError, match=r"nowhere\.json"):
        read_card(toy_card.with_name("nowhere.json"))


@pytest.mark.parametrize(
    "changes",
    [
        {"unknown": 1},
        {"pipeline": "0"},
        {"outputs": ["covid-19", "normal", "other"]},
        {"network": {"layers": 3}},
        {"calibration": None},
    ],
)
def test_a_card_that_says_something_else_is_refused(toy_card: Path, changes: dict[str, Any]) -> None:
    _change(toy_card, **changes)

    with pytest.raises(WeightsCorruptError):
        read_card(toy_card)


def test_other_tensors_than_the_architecture_are_refused(toy_card: Path) -> None:
    _change(toy_card, network={"widths": [4, 6, 8, 10], "blocks": [1, 1], "dropout": 0.0})

    with pytest.raises(WeightsCorruptError, match="CovidXNet"):
        build_members(read_card(toy_card), "cpu")


def test_a_card_that_is_no_json_is_refused(toy_card: Path) -> None:
    toy_card.write_text("{")

    with pytest.raises(WeightsCorruptError):
        read_card(toy_card)
