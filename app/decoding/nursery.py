"""The process that starts workers, one for each socket, and tells the server when one dies.

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
from resource import struct_rusage
from types import FrameType

import cv2

from app.decoding.wire import DEAD, Message
from app.decoding.worker import CLOSED, SERVED, Plan, Work, Worker

_BREATH_S = 0.01
"""Chosen: a worker that cannot even start must not keep a processor busy."""
_WORKER_HANDLE = 200
"""Chosen: beyond every descriptor that a nursery holds, below the smallest limit that systems set."""


class Nursery:
    """Keeps one worker at each socket."""

    def __init__(self, plan: Plan, handles: Sequence[int], *, forks: bool) -> None:
        self._plan = plan
        self._work = plan.load_work() if forks else None
        self._sockets = [socket.socket(fileno=handle) for handle in handles]
        self._workers: dict[int, socket.socket] = {}
        self._is_stopping = False

    def run(self) -> None:
        """Start a worker again whenever one ends, until the server closes its sockets or says stop."""
        signal.signal(signal.SIGTERM, self._stop)
        for connection in self._sockets:
            self._start(connection)
        while self._workers:
            pid, status, usage = os.wait3(0)
            connection = self._workers.pop(pid)
            code = os.waitstatus_to_exitcode(status)
            if code == CLOSED or self._is_stopping:
                continue
            if code != SERVED:
                self._report(connection, pid, code, usage)
                time.sleep(_BREATH_S)
            self._start(connection)

    def _start(self, connection: socket.socket) -> None:
        pid = _spawn(self._plan, connection) if self._work is None else self._fork(self._work, connection)
        self._workers[pid] = connection

    def _fork(self, work: Work, connection: socket.socket) -> int:
        pid = os.fork()
        if pid == 0:
            code = 1
            try:
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
                for other in self._sockets:
                    if other is not connection:
                        other.close()
                code = Worker(connection, work, self._plan.limits).serve()
            finally:
                os._exit(code)  # nothing of the nursery may run in its worker, whatever was raised
        return pid

    def _report(self, connection: socket.socket, pid: int, code: int, usage: struct_rusage) -> None:
        message = Message(kind=DEAD, pid=pid, signal=max(0, -code), cpu_s=usage.ru_utime + usage.ru_stime)
        with suppress(OSError):  # the server may be gone
            connection.sendall(message.to_bytes())

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._is_stopping = True
        for pid in list(self._workers):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _spawn(plan: Plan, connection: socket.socket) -> int:
    command = [sys.executable, "-m", "app.decoding.worker", plan.to_json(), str(_WORKER_HANDLE)]
    actions = [(os.POSIX_SPAWN_DUP2, connection.fileno(), _WORKER_HANDLE)]
    return os.posix_spawn(sys.executable, command, os.environ, file_actions=actions)


def main() -> None:
    """Run until the server closes its sockets. Arguments: the plan, `fork` or `spawn`, a descriptor for each worker."""
    plan, method, *handles = sys.argv[1:]
    cv2.setNumThreads(0)  # a fork copies no threads
    for handle in handles:
        os.set_inheritable(int(handle), False)
    Nursery(Plan.from_json(plan), [int(handle) for handle in handles], forks=method == "fork").run()


if __name__ == "__main__":
    main()
