"""The process that decodes: takes files from a socket, answers in shared memory, and dies of what a file does to it."""

import json
import os
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from importlib import import_module
from typing import Self

from app.decoding.answer import Answer, Decoded, Outcome, OutOfMemory
from app.decoding.limits import DecodingLimits, address_bytes, hold_memory, start_clocks, stop_clocks
from app.decoding.shared import AnswerMemory, map_file
from app.decoding.wire import DONE, JOB, TAKEN, Message, pack
from model.imaging.dicom_file import FileBytes
from model.imaging.radiograph import NewPixels

SERVED = 10
CLOSED = 11
"""Exit codes; any other end, that of a library calling `exit` too, is a crash."""
_MOST_FILES = 100
"""Chosen: what a decoder leaks does not add up, and starting anew costs each file a tenth of a millisecond."""

Work = Callable[[FileBytes, NewPixels], Outcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a worker is told when it starts.

    Attributes:
        work: `module:function` that turns bytes into an `Outcome`, whose pixels it puts where it is told.
    """

    work: str
    limits: DecodingLimits

    def to_json(self) -> str:
        """Write the plan for a command line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote."""
        content = json.loads(text)
        return cls(work=content["work"], limits=DecodingLimits(**content["limits"]))

    def load_work(self) -> Work:
        """Import the function."""
        module, _, name = self.work.partition(":")
        work: Work = getattr(import_module(module), name)
        return work


class Worker:
    """Decodes files that come through a socket, one after the other."""

    def __init__(self, connection: socket.socket, memory: AnswerMemory, work: Work, limits: DecodingLimits) -> None:
        self._connection = connection
        self._memory = memory
        self._work = work
        self._limits = limits

    def serve(self) -> int:
        """Decode files until a fresh process should take over.

        That is after `_MOST_FILES`, and after any file that did not decode: whatever it left behind in a decoder must
        not meet the next patient's.

        Returns:
            `SERVED`, or `CLOSED` when no file will come any more.
        """
        for _ in range(_MOST_FILES):
            outcome = self._serve_one()
            if outcome is None:
                return CLOSED
            if not isinstance(outcome, Decoded):
                break
        return SERVED

    def _serve_one(self) -> Outcome | None:
        self._memory.clear()
        held = address_bytes()
        hold_memory(self._limits, beyond=held)
        request, handles, *_ = socket.recv_fds(self._connection, JOB.size, 1)
        if not request:
            return None
        (job,) = JOB.unpack(request)
        (file,) = handles
        start_clocks(self._limits)
        taken = Message(kind=TAKEN, pid=os.getpid(), job=job, cpu_s=time.process_time())
        self._connection.sendall(taken.to_bytes())
        outcome = self._work(map_file(file), self._memory.allocate)
        if isinstance(outcome, OutOfMemory):
            outcome = replace(outcome, held=max(0, address_bytes() - held))
        done = Message(kind=DONE, pid=os.getpid(), job=job, facts=pack(Answer(outcome=outcome), self._memory))
        stop_clocks()
        self._connection.sendall(done.to_bytes())
        os.close(file)
        return outcome


def main() -> int:
    """Serve by the plan of the first argument, where forking is not safe. Then: descriptors of socket and memory."""
    plan = Plan.from_json(sys.argv[1])
    work = plan.load_work()
    with socket.socket(fileno=int(sys.argv[2])) as connection:
        return Worker(connection, AnswerMemory(int(sys.argv[3])), work, plan.limits).serve()


if __name__ == "__main__":
    sys.exit(main())
