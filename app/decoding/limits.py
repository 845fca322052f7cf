"""What decoding one file may take, and how a process is held to it."""

import math
import resource
import signal
import time
from dataclasses import dataclass
from pathlib import Path

_CLOCK_FACTOR = 3
"""Chosen: on a machine with other work a decoder gets at least a third of a processor."""


_SIZES = Path("/proc/self/statm")


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodingLimits:
    """Upper bounds for one file.

    Attributes:
        memory: Bytes of address space that decoding may add.
        cpu_s: Seconds of a processor.
    """

    memory: int
    cpu_s: float

    @property
    def clock_s(self) -> float:
        """Seconds on the clock: a decoder that waits instead of computing ends too."""
        return _CLOCK_FACTOR * self.cpu_s


def hold_memory(limits: DecodingLimits, *, beyond: int) -> None:
    """Let this process take no more than `limits.memory` beyond what it had, and leave no core file of a patient.

    Systems that know no such limit are left as they are: there the clock alone guards.
    """
    _set_limit(resource.RLIMIT_CORE, 0)
    _set_limit(resource.RLIMIT_AS, beyond + limits.memory)


def start_clocks(limits: DecodingLimits) -> None:
    """End this process when it computes or waits for too long: by SIGXCPU or SIGALRM, whatever code is running then."""
    _set_limit(resource.RLIMIT_CPU, math.ceil(time.process_time() + limits.cpu_s))
    signal.setitimer(signal.ITIMER_REAL, limits.clock_s)


def stop_clocks() -> None:
    """Let this process wait for the next file as long as it takes."""
    signal.setitimer(signal.ITIMER_REAL, 0)


def address_bytes() -> int:
    """Return the address space this process holds, in bytes; 0 where the system does not tell."""
    try:
        with _SIZES.open("rb", buffering=0) as sizes:
            return int(sizes.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def _set_limit(kind: int, value: int) -> None:
    """Set the soft limit alone: a worker that serves many files sets it anew for each."""
    hard = resource.getrlimit(kind)[1]
    try:
        resource.setrlimit(kind, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))
    except (ValueError, OSError):
        return
