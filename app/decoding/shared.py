"""Memory that two processes see: files without a name, whose descriptors travel through a socket."""

import fcntl
import mmap
import os
import tempfile

_HAS_MEMFD = hasattr(os, "memfd_create")
_WORTH_MAPPING = 1024**2


def make_shared(*, size: int = 0) -> int:
    """Make a shared memory file and return its descriptor.

    Args:
        size: Bytes to hold ready, so that whoever writes them does not wait for the kernel to find and clear pages.

    Raises:
        OSError: there is no memory for it.
    """
    if _HAS_MEMFD:
        handle = os.memfd_create("covid-xnet", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    else:
        with tempfile.TemporaryFile() as file:
            handle = os.dup(file.fileno())
    if size and hasattr(os, "posix_fallocate"):
        os.posix_fallocate(handle, 0, size)
    return handle


def write_all(handle: int, data: bytes | memoryview) -> int:
    """Append bytes to a file, however many calls it takes; return how many they are."""
    left = memoryview(data).cast("B")
    n_bytes = len(left)
    while left:
        left = left[os.write(handle, left) :]
    return n_bytes


def read_all(handle: int) -> bytes:
    """Read a file from its start, wherever others have read it to."""
    size = os.fstat(handle).st_size
    data = os.pread(handle, size, 0)
    while len(data) < size:
        more = os.pread(handle, size - len(data), len(data))
        if not more:
            break
        data += more
    return data


def read_sealed(handle: int) -> memoryview:
    """Give the content of a shared memory file, after nobody can change or shorten it any more.

    Without the seal, whoever still held the descriptor could take the memory away under us. A small file is copied: a
    map keeps a descriptor, and a process has few of those.

    Raises:
        OSError: somebody still holds it open for writing through memory.
    """
    if _HAS_MEMFD:
        fcntl.fcntl(handle, fcntl.F_ADD_SEALS, fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE)
    if os.fstat(handle).st_size < _WORTH_MAPPING:
        return memoryview(read_all(handle))
    flags = mmap.MAP_SHARED | getattr(mmap, "MAP_POPULATE", 0)
    return memoryview(mmap.mmap(handle, 0, flags=flags, prot=mmap.PROT_READ))
