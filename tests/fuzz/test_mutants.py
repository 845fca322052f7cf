"""Mutants can be made again, are of every kind, and are made of sound files."""

from random import Random

import pytest

from fuzz.mutate import _HEADER_TAGS, _MUTATIONS, _PAIRS, mutant, mutants
from fuzz.seeds import seeds
from fuzz.worker import READ, outcome_of
from tests.factories import make_radiograph_dicom, read_back

ATTRIBUTES = (*_HEADER_TAGS, *(tag for pair in _PAIRS for tag in pair))
REFUSED_SEEDS = {"NOT_GRAYSCALE", "UNKNOWN_FORMAT", "UNREADABLE_DICOM", "UNSUPPORTED_PIXELS"}
"""What becomes of some files that pydicom ships, and of 12-bit JPEG outside DICOM."""


def test_a_mutant_is_made_again_from_its_number() -> None:
    made = list(mutants(1, 20))

    assert made[10:] == list(mutants(1, 10, start=10))
    assert made[7] == mutant(1, 7)
    assert made != list(mutants(2, 20))


def test_every_kind_of_damage_occurs() -> None:
    kinds = {kind for kind, _ in mutants(1, 300)}

    assert len(kinds) == 16


def test_values_of_every_representation_and_extreme_pairs_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mutant that pydicom does not write is damaged byte by byte instead, and few may be."""
    monkeypatch.setattr("fuzz.mutate._set_bytes", lambda _, data: data)
    sound = make_radiograph_dicom()
    found: dict[str, set[str]] = {"other representation": set(), "extreme pairs": set()}
    for name, kinds in found.items():
        for number in range(300):
            dataset = read_back(bytes(_MUTATIONS[name](Random(number), bytearray(sound))))
            kinds |= {
                f"{element.tag:08X} {element.VR}"
                for element in (dataset.get_item(tag) for tag in ATTRIBUTES)
                if element
            }

    assert {"00280120 SL", "00280120 FD", "00280010 FD", "00280101 SV", "00281053 FL"} <= found["other representation"]
    assert {"00181164 DS", "00280034 DS", "00281053 DS", "00280121 SL"} <= found["extreme pairs"]


def test_nearly_every_mutant_differs_from_its_file() -> None:
    sound = {data for _, data in seeds()}

    assert sum(data in sound for _, data in mutants(1, 500)) < 50


def test_seeds_are_sound() -> None:
    outcomes = {name: outcome_of(data) for name, data in seeds()}

    assert set(outcomes.values()) <= REFUSED_SEEDS | {READ}
    drawn = {name: outcome for name, outcome in outcomes.items() if not name.endswith(".dcm")}
    assert {name for name, outcome in drawn.items() if outcome != READ} == {"jpeg-12"}
