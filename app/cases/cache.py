"""What was made from stored bytes a moment ago, so that it is not made again: bounded by bytes, never the only copy."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

from model.imaging.radiograph import Radiograph, VoiLut

_RADIOGRAPH_BYTES = 128 * 1024**2
"""Chosen: six radiographs of 5 megapixels, so that a viewer opened after an upload does not wait for the decoder."""
_FACTS_BYTES = 4096
"""Chosen: about what the rest of a radiograph, its cautions and its place here take; of small images, most of it."""

Value = TypeVar("Value")


class ByteCache(Generic[Value]):
    """Keeps the most recently used values up to a number of bytes. Thread-safe."""

    def __init__(self, limit: int, size: Callable[[Value], int]) -> None:
        self._limit = limit
        self._size = size
        self._held: OrderedDict[object, Value] = OrderedDict()
        self._n_bytes = 0
        self._lock = threading.Lock()

    def get(self, key: object, make: Callable[[], Value]) -> Value:
        """Return the value of a key, made anew when it is not held."""
        with self._lock:
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        value = make()
        self.put(key, value)
        return value

    def put(self, key: object, value: Value) -> None:
        """Hold a value; the least recently used ones make room, and one that is too large is not held."""
        size = self._size(value)
        if size > self._limit:
            return
        with self._lock:
            if key in self._held:
                return
            self._held[key] = value
            self._n_bytes += size
            while self._n_bytes > self._limit:
                _, dropped = self._held.popitem(last=False)
                self._n_bytes -= self._size(dropped)


def make_radiograph_cache(limit: int = _RADIOGRAPH_BYTES) -> ByteCache[Radiograph]:
    """Make the cache of decoded radiographs by the hash of their bytes."""
    return ByteCache(limit, _held_bytes)


def _held_bytes(radiograph: Radiograph) -> int:
    table = radiograph.voi.entries.nbytes if isinstance(radiograph.voi, VoiLut) else 0
    return radiograph.pixels.nbytes + table + _FACTS_BYTES
