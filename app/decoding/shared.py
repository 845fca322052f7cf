"""Memory that the server and a worker both see: files on their way to a worker, and answers on their way back."""

import fcntl
import math
import mmap
import os
import tempfile
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

_HAS_MEMFD = hasattr(os, "memfd_create")
_ALIGNMENT = 64
_HELD = 32 * 1024**2
"""Chosen: the pixels of 8 megapixels stay ready for the next file; what a larger one took is given back at once."""


def make_shared(*, size: int = 0) -> int:
    """Make a shared memory file and return its descriptor.

    Args:
        size: Bytes that it has from the start and keeps: whoever shortened it would end those who read it. Nothing is
            taken from the system for them before they are written.

    Raises:
        OSError: there is no memory for it.
    """
    if _HAS_MEMFD:
        handle = os.memfd_create("covid-xnet", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    else:
        with tempfile.TemporaryFile() as file:
            handle = os.dup(file.fileno())
    if size:
        os.ftruncate(handle, size)
        if _HAS_MEMFD:
            fcntl.fcntl(handle, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW)
    return handle


def make_ready(handle: int) -> None:
    """Take what most answers need from the system now, while nobody waits for one.

    Raises:
        OSError: there is no memory for it.
    """
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(handle, 0, min(_HELD, os.fstat(handle).st_size))


def write_all(handle: int, data: bytes) -> None:
    """Append bytes to a file, however many calls it takes."""
    left = memoryview(data)
    while left:
        left = left[os.write(handle, left) :]


def map_file(handle: int) -> bytes | mmap.mmap:
    """Map a file where it lies, whatever has been read of it: reading it would copy it once more."""
    if os.fstat(handle).st_size == 0:
        return b""
    return mmap.mmap(handle, 0, mmap.MAP_SHARED | getattr(mmap, "MAP_POPULATE", 0), mmap.PROT_READ)


class AnswerMemory:
    """Shared memory that holds one answer after the other, as one of its two sides sees it.

    The same pages serve file after file. For a plain radiograph fresh ones would cost more than its decoding: the
    system has to find, clear and map each. Whoever reads copies, so that the other side can change nothing afterwards.

    Args:
        handle: Descriptor of a shared memory file of fixed size.
    """

    def __init__(self, handle: int) -> None:
        self._map = mmap.mmap(handle, os.fstat(handle).st_size)
        self._address = np.frombuffer(self._map, np.uint8).ctypes.data
        self._end = 0

    def give_back(self) -> None:
        """Return to the system what only the largest answers need. Nothing of an answer may still be wanted."""
        if hasattr(mmap, "MADV_REMOVE") and len(self._map) > _HELD:
            self._map.madvise(mmap.MADV_REMOVE, _HELD, len(self._map) - _HELD)

    def clear(self) -> None:
        """Begin a new answer where the last one began."""
        self._end = 0

    def allocate(self, shape: tuple[int, ...], dtype: DTypeLike = np.float32) -> NDArray[Any]:
        """Make an array that lies here already when it is placed; its values are left over from earlier answers.

        Raises:
            MemoryError: it finds no room.
        """
        start = self._end + -self._end % _ALIGNMENT
        size = math.prod(shape) * np.dtype(dtype).itemsize
        if start + size > len(self._map):
            raise MemoryError(f"no room for {size} bytes of an answer")
        self._end = start + size
        return self._view(start, shape, dtype)

    def place(self, array: NDArray[Any]) -> int:
        """Say where an array lies, after putting it here if it does not.

        Raises:
            MemoryError: it finds no room.
        """
        start = array.ctypes.data - self._address
        if array.flags.c_contiguous and 0 <= start < self._end:
            return start
        placed = self.allocate(array.shape, array.dtype)
        placed[...] = array
        return placed.ctypes.data - self._address

    def copy(self, start: int, shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
        """Copy an array out; nobody can change the copy.

        Raises:
            ValueError: it does not lie here.
        """
        if min(shape, default=0) < 0:
            raise ValueError("no shape")
        copied = self._view(start, shape, dtype).copy()
        copied.setflags(write=False)
        return copied

    def _view(self, start: int, shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
        return np.frombuffer(self._map, dtype, math.prod(shape), start).reshape(shape)
