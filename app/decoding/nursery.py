"""The process that starts workers, one for each seat, and tells the server when one dies.

It imports the decoders once and forks, so that a worker which a file has killed is replaced within milliseconds. It
never reads a byte of any file itself.

    server ── sockets ──┬── worker   decodes a file
       └── nursery ─────┴── worker   waits for the next one
"""

import os
import signal
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from resource import struct_rusage
from types import FrameType
from typing import Self

import cv2

from app.decoding.shared import AnswerMemory, make_ready
from app.decoding.wire import DEAD, Message
from app.decoding.worker import CLOSED, SERVED, Plan, Work, Worker

_BREATH_S = 0.01
"""Chosen: a worker that cannot even start must not keep a processor busy."""
_SOCKET_HANDLE, _MEMORY_HANDLE = 200, 201
"""Chosen: beyond every descriptor that a nursery holds, below the smallest limit that systems set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """Where one worker after the other sits.

    Attributes:
        memory: Descriptor of the memory for its answers.
    """

    connection: socket.socket
    memory: int

    def __str__(self) -> str:
        """Write it for a command line."""
        return f"{self.connection.fileno()}:{self.memory}"

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read what `str` wrote; what this process starts does not inherit it."""
        handle, memory = map(int, text.split(":"))
        os.set_inheritable(handle, False)
        os.set_inheritable(memory, False)
        return cls(connection=socket.socket(fileno=handle), memory=memory)

    def leave(self) -> None:
        """Close it in a process that has no business with it."""
        self.connection.close()
        os.close(self.memory)


class Nursery:
    """Keeps one worker at each seat."""

    def __init__(self, plan: Plan, seats: Sequence[Seat], *, forks: bool) -> None:
        self._plan = plan
        self._work = plan.load_work() if forks else None
        self._seats = seats
        self._workers: dict[int, Seat] = {}
        self._is_stopping = False

    def run(self) -> None:
        """Start a worker again whenever one ends, until the server closes its sockets or says stop."""
        signal.signal(signal.SIGTERM, self._stop)
        for seat in self._seats:
            make_ready(seat.memory)
            self._start(seat)
        while self._workers:
            pid, status, usage = os.wait3(0)
            seat = self._workers.pop(pid)
            code = os.waitstatus_to_exitcode(status)
            if code == CLOSED or self._is_stopping:
                continue
            if code != SERVED:
                self._report(seat, pid, code, usage)
                time.sleep(_BREATH_S)
            self._start(seat)

    def _start(self, seat: Seat) -> None:
        pid = _spawn(self._plan, seat) if self._work is None else self._fork(self._work, seat)
        self._workers[pid] = seat

    def _fork(self, work: Work, seat: Seat) -> int:
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
                for other in self._seats:
                    if other is not seat:
                        other.leave()
                code = Worker(seat.connection, AnswerMemory(seat.memory), work, self._plan.limits).serve()
            finally:
                os._exit(code)  # nothing of the nursery may run in its worker, whatever was raised
        return pid

    def _report(self, seat: Seat, pid: int, code: int, usage: struct_rusage) -> None:
        message = Message(kind=DEAD, pid=pid, signal=max(0, -code), cpu_s=usage.ru_utime + usage.ru_stime)
        with suppress(OSError):  # the server may be gone
            seat.connection.sendall(message.to_bytes())

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._is_stopping = True
        for pid in list(self._workers):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _spawn(plan: Plan, seat: Seat) -> int:
    handles = {seat.connection.fileno(): _SOCKET_HANDLE, seat.memory: _MEMORY_HANDLE}
    command = [sys.executable, "-m", "app.decoding.worker", plan.to_json(), *map(str, handles.values())]
    actions = [(os.POSIX_SPAWN_DUP2, ours, theirs) for ours, theirs in handles.items()]
    return os.posix_spawn(sys.executable, command, os.environ, file_actions=actions)


def main() -> None:
    """Run until the server closes its sockets. Arguments: the plan, `fork` or `spawn`, a seat for each worker."""
    plan, method, *seats = sys.argv[1:]
    cv2.setNumThreads(0)  # a fork copies no threads
    Nursery(Plan.from_json(plan), [Seat.from_text(seat) for seat in seats], forks=method == "fork").run()


if __name__ == "__main__":
    main()
