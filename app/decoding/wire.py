"""What the two sides of a socket say to each other. Nothing is unpickled: a decoder that was taken over could answer.

Messages are of one size. An answer lies in shared memory: its arrays, and its facts as JSON, which say where they are.
"""

import json
import struct
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, Self, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

from app.decoding.shared import AnswerMemory

_MESSAGE = struct.Struct("!cqqqdqq")
MOST_FACTS = 1024**2
"""Bytes; chosen: a thousand times what a header and its cautions take."""
MESSAGE_BYTES = _MESSAGE.size
JOB = struct.Struct("!q")
"""A file is handed over with a number, which its answer must carry: no patient gets another one's pixels."""


TAKEN, DONE, DEAD = b"T", b"D", b"X"
"""What a message is about: a worker took a file, has answered, or ended without an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message to the pool.

    Attributes:
        pid: The worker it is about.
        job: Number of the file that it took or has answered for; 0 where it ended.
        signal: What ended it; 0 when it ended by itself.
        cpu_s: Seconds of a processor that it has used.
        facts: Where the facts of the answer begin and how many bytes they are.
    """

    kind: bytes
    pid: int
    job: int = 0
    signal: int = 0
    cpu_s: float = 0.0
    facts: tuple[int, int] = (0, 0)

    def to_bytes(self) -> bytes:
        """Write the message."""
        return _MESSAGE.pack(self.kind, self.pid, self.job, self.signal, self.cpu_s, *self.facts)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read a message.

        Raises:
            ValueError: there is no such kind.
            struct.error: it is of another size.
        """
        kind, pid, job, signal, cpu_s, *facts = _MESSAGE.unpack(data)
        if kind not in (TAKEN, DONE, DEAD):
            raise ValueError("no such message")
        return cls(kind=kind, pid=pid, job=job, signal=signal, cpu_s=cpu_s, facts=(facts[0], facts[1]))


def pack(value: object, memory: AnswerMemory) -> tuple[int, int]:
    """Lay out a value of dataclasses, enumerations, tuples, plain values and arrays.

    Returns:
        Where its facts begin and how many bytes they are.

    Raises:
        MemoryError: it finds no room.
    """
    facts = json.dumps(_plain(value, memory)).encode()
    return memory.place(np.frombuffer(facts, np.uint8)), len(facts)


Value = TypeVar("Value")


def unpack(kind: type[Value], memory: AnswerMemory, facts: tuple[int, int]) -> Value:
    """Copy out what `pack` laid out.

    Raises:
        ValueError, TypeError, KeyError: it is no value of this kind.
    """
    start, length = facts
    if length > MOST_FACTS:
        raise ValueError("too many facts")
    return cast(Value, _build(kind, json.loads(memory.copy(start, (length,), np.uint8).tobytes()), memory))


def _plain(value: object, memory: AnswerMemory) -> object:
    match value:
        case np.ndarray():
            return {"start": memory.place(value), "dtype": value.dtype.str, "shape": value.shape}
        case Enum():
            return value.value
        case tuple() | list():
            return [_plain(item, memory) for item in value]
        case np.generic():
            return value.item()
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name), memory) for field in fields(value)}
    return value


def _build(kind: Any, facts: Any, memory: AnswerMemory) -> Any:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return None if facts is None else _build(_choose(get_args(kind), facts), facts, memory)
    if origin is tuple:
        return tuple(_build(item, value, memory) for item, value in zip(_items(kind, facts), facts, strict=True))
    if origin is np.ndarray:
        return _copy_array(facts, memory)
    if isinstance(kind, type) and is_dataclass(kind):
        return kind(**{name: _build(hint, facts[name], memory) for name, hint in _hints(kind).items()})
    if issubclass(kind, Enum):
        return kind(facts)
    if not isinstance(facts, (float, int) if kind is float else kind):
        raise TypeError(f"no {kind.__name__}")
    return facts


@cache
def _hints(kind: type) -> dict[str, Any]:
    """Look up the types of a dataclass's fields once: for every answer anew it takes a third of a millisecond."""
    return get_type_hints(kind)


def _copy_array(facts: Mapping[str, Any], memory: AnswerMemory) -> NDArray[Any]:
    dtype = np.dtype(str(facts["dtype"]))
    if dtype.hasobject:
        raise ValueError("no array of numbers")
    return memory.copy(int(facts["start"]), tuple(int(side) for side in facts["shape"]), dtype)


def _items(kind: Any, facts: Sequence[object]) -> Sequence[Any]:
    of = get_args(kind)
    return [of[0]] * len(facts) if of[-1] is Ellipsis else of


def _choose(kinds: Sequence[Any], facts: object) -> Any:
    """Choose the member of a union that facts stand for: the dataclass with these fields, or the only one."""
    left = [kind for kind in kinds if kind is not types.NoneType]
    if len(left) > 1 and isinstance(facts, dict):
        left = [kind for kind in left if is_dataclass(kind) and _hints(cast(type, kind)).keys() == facts.keys()]
    if len(left) != 1:
        raise TypeError("no member of this union")
    return left[0]
