"""What the two sides of a socket say to each other. Nothing is unpickled: a decoder that was taken over could answer.

Messages are of one size. An answer is one shared file: the length of its facts, the facts as JSON, then the arrays that
the facts point to.
"""

import json
import struct
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from typing import Any, Self, TypeVar, Union, cast, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

_MESSAGE = struct.Struct("!cqqqd")
_LENGTH = struct.Struct("!q")
_ALIGNMENT = 64
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
    """

    kind: bytes
    pid: int
    job: int = 0
    signal: int = 0
    cpu_s: float = 0.0

    def to_bytes(self) -> bytes:
        """Write the message."""
        return _MESSAGE.pack(self.kind, self.pid, self.job, self.signal, self.cpu_s)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read a message.

        Raises:
            ValueError: there is no such kind.
            struct.error: it is of another size.
        """
        kind, pid, job, signal, cpu_s = _MESSAGE.unpack(data)
        if kind not in (TAKEN, DONE, DEAD):
            raise ValueError("no such message")
        return cls(kind=kind, pid=pid, job=job, signal=signal, cpu_s=cpu_s)


def pack(value: object) -> list[bytes | memoryview]:
    """Write a value of dataclasses, enumerations, tuples, plain values and arrays.

    Returns:
        Pieces to be written one after the other.
    """
    arrays: list[NDArray[Any]] = []
    facts = json.dumps(_plain(value, arrays)).encode()
    pieces: list[bytes | memoryview] = [_LENGTH.pack(len(facts)), facts]
    position = _LENGTH.size + len(facts)
    for array in arrays:
        padding = -position % _ALIGNMENT
        pieces += [bytes(padding), array.data.cast("B")]
        position += padding + array.nbytes
    return pieces


Value = TypeVar("Value")


def unpack(kind: type[Value], data: memoryview) -> Value:
    """Read what `pack` wrote; arrays are views of `data`.

    Raises:
        ValueError, TypeError, KeyError, struct.error: it is no value of this kind.
    """
    (length,) = _LENGTH.unpack_from(data)
    if not 0 <= length <= len(data) - _LENGTH.size:
        raise ValueError("facts beyond the end")
    facts = json.loads(bytes(data[_LENGTH.size : _LENGTH.size + length]))
    return cast(Value, _build(kind, facts, _Arrays(data, _LENGTH.size + length)))


class _Arrays:
    """Takes arrays from the bytes after the facts, in the order they were written."""

    def __init__(self, data: memoryview, position: int) -> None:
        self._data = data
        self._position = position

    def take(self, facts: Mapping[str, Any]) -> NDArray[Any]:
        dtype, shape = np.dtype(str(facts["dtype"])), tuple(int(side) for side in facts["shape"])
        if dtype.hasobject or any(side < 0 for side in shape):
            raise ValueError("no array of numbers")
        start = self._position + -self._position % _ALIGNMENT
        count = int(np.prod(shape, dtype=object))
        array = np.frombuffer(self._data, dtype, count, start).reshape(shape)
        self._position = start + array.nbytes
        return array


def _plain(value: object, arrays: list[NDArray[Any]]) -> object:
    match value:
        case np.ndarray():
            arrays.append(np.ascontiguousarray(value))
            return {"dtype": value.dtype.str, "shape": value.shape}
        case Enum():
            return value.value
        case tuple() | list():
            return [_plain(item, arrays) for item in value]
        case np.generic():
            return value.item()
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name), arrays) for field in fields(value)}
    return value


def _build(kind: Any, facts: Any, arrays: _Arrays) -> Any:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        return None if facts is None else _build(_choose(get_args(kind), facts), facts, arrays)
    if origin is tuple:
        return tuple(_build(item, value, arrays) for item, value in zip(_items(kind, facts), facts, strict=True))
    if origin is np.ndarray:
        return arrays.take(facts)
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return cast(Any, kind)(
            **{field.name: _build(hints[field.name], facts[field.name], arrays) for field in fields(kind)}
        )
    if issubclass(kind, Enum):
        return kind(facts)
    if not isinstance(facts, (float, int) if kind is float else kind):
        raise TypeError(f"no {kind.__name__}")
    return facts


def _items(kind: Any, facts: Sequence[object]) -> Sequence[Any]:
    of = get_args(kind)
    return [of[0]] * len(facts) if of[-1] is Ellipsis else of


def _choose(kinds: Sequence[Any], facts: object) -> Any:
    """Choose the member of a union that facts stand for: the dataclass with these fields, or the only one."""
    left = [kind for kind in kinds if kind is not types.NoneType]
    if len(left) > 1 and isinstance(facts, dict):
        left = [kind for kind in left if is_dataclass(kind) and {field.name for field in fields(kind)} == facts.keys()]
    if len(left) != 1:
        raise TypeError("no member of this union")
    return left[0]
