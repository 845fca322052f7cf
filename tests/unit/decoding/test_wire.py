"""What crosses from a worker to the server: values come back as they were, and nonsense is no value."""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from app.decoding.shared import AnswerMemory, make_shared
from app.decoding.wire import DEAD, MESSAGE_BYTES, Message, pack, unpack


class Colour(StrEnum):
    GRAY = "gray"


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    x: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    entries: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Everything:
    pixels: NDArray[np.float32]
    shown: Point | Table | None
    colour: Colour
    names: tuple[str, ...]
    pair: tuple[float, int]
    is_set: bool | None
    count: int = 1


VALUE = Everything(
    pixels=np.arange(6, dtype=np.float32).reshape(2, 3)[:, ::2],
    shown=Point(x=1.5, y=np.float64(2)),
    colour=Colour.GRAY,
    names=("a", "ü"),
    pair=(0.5, 3),
    is_set=None,
)


SIZE = 64 * 1024


@pytest.fixture
def memory() -> Iterator[AnswerMemory]:
    handle = make_shared(size=SIZE)
    yield AnswerMemory(handle)
    os.close(handle)


def _again(value: Everything, memory: AnswerMemory) -> Everything:
    memory.clear()
    return unpack(Everything, memory, pack(value, memory))


def test_a_value_comes_back_as_it_was(memory: AnswerMemory) -> None:
    back = _again(VALUE, memory)

    np.testing.assert_array_equal(back.pixels, VALUE.pixels)
    assert back.pixels.dtype == np.float32
    assert replace(back, pixels=VALUE.pixels) == VALUE


def test_a_union_is_told_by_its_fields(memory: AnswerMemory) -> None:
    back = _again(replace(VALUE, shown=Table(entries=np.linspace(0, 1, 5))), memory)

    assert isinstance(back.shown, Table)
    np.testing.assert_array_equal(back.shown.entries, np.linspace(0, 1, 5))
    assert _again(replace(VALUE, shown=None), memory).shown is None


def test_an_array_made_in_the_memory_stays_where_it_is(memory: AnswerMemory) -> None:
    pixels = memory.allocate((20, 30))
    pixels[...] = 7
    start = memory.place(pixels)

    back = unpack(Everything, memory, pack(replace(VALUE, pixels=pixels), memory))

    assert start == memory.place(pixels)
    np.testing.assert_array_equal(back.pixels, pixels)


def test_what_came_back_is_not_changed_by_the_next_answer(memory: AnswerMemory) -> None:
    first = _again(VALUE, memory)

    _again(replace(VALUE, pixels=np.full((2, 2), 9, np.float32)), memory)

    np.testing.assert_array_equal(first.pixels, VALUE.pixels)
    assert not first.pixels.flags.writeable


def test_an_answer_that_finds_no_room_says_so(memory: AnswerMemory) -> None:
    with pytest.raises(MemoryError):
        memory.allocate((SIZE, 1))
    with pytest.raises(MemoryError):
        pack(replace(VALUE, pixels=np.zeros((SIZE, 1), np.float32)), memory)


def test_nobody_shortens_the_memory_of_the_other_side() -> None:
    handle = make_shared(size=SIZE)

    with pytest.raises(PermissionError):
        os.ftruncate(handle, 0)

    os.close(handle)


@pytest.mark.parametrize(
    "changed",
    [
        {"pixels": {"start": 0, "dtype": "<f4", "shape": [1000, 1000]}},
        {"pixels": {"start": 0, "dtype": "<f4", "shape": [-1, -2]}},
        {"pixels": {"start": 0, "dtype": "<f4", "shape": [-1]}},
        {"pixels": {"start": 0, "dtype": "<f4", "shape": [2**62, 4]}},
        {"pixels": {"start": -4, "dtype": "<f4", "shape": [1]}},
        {"pixels": {"start": SIZE - 2, "dtype": "<f4", "shape": [1]}},
        {"pixels": {"start": 2**70, "dtype": "<f4", "shape": [1]}},
        {"pixels": {"start": 0, "dtype": "O", "shape": [1]}},
        {"pixels": {"start": 0, "dtype": "V0", "shape": [1]}},
        {"pixels": {"start": 0, "dtype": "nothing", "shape": [1]}},
        {"pixels": {"dtype": "<f4", "shape": [1]}},
        {"pixels": None},
        {"shown": {"z": 1}},
        {"shown": "text"},
        {"colour": "none"},
        {"names": [1]},
        {"pair": [1.0]},
        {"count": "1"},
    ],
)
def test_what_is_no_value_is_refused(memory: AnswerMemory, changed: dict[str, Any]) -> None:
    start, length = pack(VALUE, memory)
    facts = json.loads(memory.copy(start, (length,), np.uint8).tobytes()) | changed
    text = np.frombuffer(json.dumps(facts).encode(), np.uint8)

    with pytest.raises((ValueError, TypeError, KeyError, OverflowError)):
        unpack(Everything, memory, (memory.place(text), len(text)))


@pytest.mark.parametrize("facts", [(0, SIZE + 1), (SIZE, 2), (-8, 8), (0, -1), (0, 2**62), (0, 0)])
def test_facts_beyond_the_memory_are_refused(memory: AnswerMemory, facts: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=r"."):
        unpack(Everything, memory, facts)


@pytest.mark.skipif(not hasattr(os, "memfd_create"), reason="this system has no memory to give back")
def test_what_only_the_largest_answers_need_is_given_back() -> None:
    handle = make_shared(size=48 * 1024**2)
    memory = AnswerMemory(handle)
    memory.allocate((12 * 1024**2,))[...] = 1

    memory.give_back()

    assert os.fstat(handle).st_blocks * 512 == 32 * 1024**2
    os.close(handle)


def test_messages_are_of_one_size_and_come_back() -> None:
    message = Message(kind=DEAD, pid=7, job=2**40, signal=11, cpu_s=1.5, facts=(64, 2**33))

    assert len(message.to_bytes()) == MESSAGE_BYTES
    assert Message.from_bytes(message.to_bytes()) == message
    with pytest.raises(ValueError, match="no such message"):
        Message.from_bytes(b"?" + bytes(MESSAGE_BYTES - 1))
