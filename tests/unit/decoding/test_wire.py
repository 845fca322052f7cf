"""What crosses from a worker to the server: values come back as they were, and nonsense is no value."""

import json
import struct
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

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


def _bytes(value: object) -> bytes:
    return b"".join(bytes(piece) for piece in pack(value))


def _again(value: Everything) -> Everything:
    return unpack(Everything, memoryview(_bytes(value)))


def test_a_value_comes_back_as_it_was() -> None:
    back = _again(VALUE)

    np.testing.assert_array_equal(back.pixels, VALUE.pixels)
    assert back.pixels.dtype == np.float32
    assert replace(back, pixels=VALUE.pixels) == VALUE


def test_a_union_is_told_by_its_fields() -> None:
    back = _again(replace(VALUE, shown=Table(entries=np.linspace(0, 1, 5))))

    assert isinstance(back.shown, Table)
    np.testing.assert_array_equal(back.shown.entries, np.linspace(0, 1, 5))
    assert _again(replace(VALUE, shown=None)).shown is None


@pytest.mark.parametrize(
    "changed",
    [
        {"pixels": {"dtype": "<f4", "shape": [1000, 1000]}},
        {"pixels": {"dtype": "<f4", "shape": [-1, -2]}},
        {"pixels": {"dtype": "O", "shape": [1]}},
        {"pixels": {"dtype": "nothing", "shape": [1]}},
        {"pixels": None},
        {"shown": {"z": 1}},
        {"shown": "text"},
        {"colour": "none"},
        {"names": [1]},
        {"pair": [1.0]},
        {"count": "1"},
    ],
)
def test_what_is_no_value_is_refused(changed: dict[str, Any]) -> None:
    facts = json.loads(_bytes(VALUE)[8 : 8 + struct.unpack_from("!q", _bytes(VALUE))[0]]) | changed
    text = json.dumps(facts).encode()

    with pytest.raises((ValueError, TypeError, KeyError)):
        unpack(Everything, memoryview(struct.pack("!q", len(text)) + text + bytes(256)))


@pytest.mark.parametrize("data", [b"", b"1234567", struct.pack("!q", 100) + b"{}", struct.pack("!q", -1) + b"{}"])
def test_facts_beyond_the_end_are_refused(data: bytes) -> None:
    with pytest.raises((ValueError, struct.error)):
        unpack(Everything, memoryview(data))


def test_messages_are_of_one_size_and_come_back() -> None:
    message = Message(kind=DEAD, pid=7, job=2**40, signal=11, cpu_s=1.5)

    assert len(message.to_bytes()) == MESSAGE_BYTES
    assert Message.from_bytes(message.to_bytes()) == message
    with pytest.raises(ValueError, match="no such message"):
        Message.from_bytes(b"?" + bytes(MESSAGE_BYTES - 1))
