"""Mutants can be made again, are of every kind, and are made of sound files."""

from fuzz.mutate import mutant, mutants
from fuzz.seeds import seeds
from fuzz.worker import READ, outcome_of

REFUSED_SEEDS = {"NOT_GRAYSCALE", "UNKNOWN_FORMAT", "UNREADABLE_DICOM", "UNSUPPORTED_PIXELS"}
"""What becomes of some files that pydicom ships, and of 12-bit JPEG outside DICOM."""


def test_a_mutant_is_made_again_from_its_number() -> None:
    made = list(mutants(1, 20))

    assert made[10:] == list(mutants(1, 10, start=10))
    assert made[7] == mutant(1, 7)
    assert made != list(mutants(2, 20))


def test_every_kind_of_damage_occurs() -> None:
    kinds = {kind for kind, _ in mutants(1, 300)}

    assert len(kinds) == 14


def test_nearly_every_mutant_differs_from_its_file() -> None:
    sound = {data for _, data in seeds()}

    assert sum(data in sound for _, data in mutants(1, 500)) < 50


def test_seeds_are_sound() -> None:
    outcomes = {name: outcome_of(data) for name, data in seeds()}

    assert set(outcomes.values()) <= REFUSED_SEEDS | {READ}
    drawn = {name: outcome for name, outcome in outcomes.items() if not name.endswith(".dcm")}
    assert {name for name, outcome in drawn.items() if outcome != READ} == {"jpeg-12"}
