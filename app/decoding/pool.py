"""The way from bytes to pixels: workers in processes of their own, replaced when a file kills or stalls them."""

import os
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from queue import SimpleQueue
from typing import BinaryIO, NoReturn, Self

import structlog

from app.decoding.answer import Answer, Decoded, Fault, OutOfMemory, Unreadable
from app.decoding.limits import DecodingLimits
from app.decoding.nursery import Seat
from app.decoding.shared import AnswerMemory, make_shared, write_all
from app.decoding.wire import DEAD, JOB, MESSAGE_BYTES, TAKEN, Message, unpack
from app.decoding.worker import Plan
from app.errors import (
    DecoderCrashedError,
    DecoderOutOfMemoryError,
    DecodersLostError,
    DecoderTimedOutError,
    StoppingError,
)
from app.settings import InferenceSettings
from model.imaging.limits import DEFAULT_LIMITS

log = structlog.get_logger()

_ROOT = Path(__file__).resolve().parents[2]
_METHOD = "fork" if sys.platform == "linux" else "spawn"
_WORK = "app.decoding.work:decode_file"
_START_S = 60.0
"""Chosen: a slow disk and a busy machine import the decoders in less."""
_GRACE_S = 5.0
"""Chosen: a worker ends itself at its limit; a server that waits longer than this has lost it."""
_ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MALLOC_MMAP_THRESHOLD_": str(32 * 1024**2),
    "MALLOC_TRIM_THRESHOLD_": str(96 * 1024**2),
}
"""Workers keep the memory that a radiograph of 8 megapixels took for the next one. The C library would give it back,
and for a plain radiograph taking it anew costs as much as decoding."""
_NOT_THE_FILE = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT})
"""Signals that come from people and service managers."""
_MEGABYTE = 1024**2
LARGEST_ANSWER = 4 * DEFAULT_LIMITS.max_pixels + 4 * _MEGABYTE
"""The float32 pixels of the largest image that is read; a table of 65536 entries and the facts take one megabyte."""
_jobs = count(1)


class DecoderPool:
    """Decodes files in worker processes. Thread-safe; starts at its first file unless `start` was called before.

    Args:
        work: `module:function` that the workers run.
        method: How workers start: `fork` from a process that has the decoders, or `spawn` where that is not safe.
    """

    def __init__(self, limits: DecodingLimits, *, workers: int, work: str = _WORK, method: str = _METHOD) -> None:
        self._limits = limits
        self._workers = workers
        self._plan = Plan(work=work, limits=limits)
        self._method = method
        self._lock = threading.Lock()
        self._nursery: _NurseryProcess | None = None
        self._is_closed = False

    @property
    def limits(self) -> DecodingLimits:
        """What one file may take."""
        return self._limits

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self) -> None:
        """Let the workers start where they are not there; does not wait for them.

        Raises:
            DecodersLostError: the system starts no process.
            StoppingError: the pool was closed.
        """
        self._running()

    def decode(self, file: bytes | BinaryIO) -> Decoded:
        """Decode a file, waiting for a worker when all are busy.

        Args:
            file: The bytes, or an open file on the disk, which the worker reads itself.

        Raises:
            UnreadableFileError: the bytes cannot be decoded; one of `DecoderCrashedError` when they ended the worker.
            DecodersLostError: no worker can be kept alive, which says nothing about the file.
            StoppingError: the pool was closed.
        """
        with _handed_over(file) as handle:
            for _ in range(2):
                nursery = self._running()
                try:
                    answer = nursery.decode(handle, self._limits)
                except _LostError:
                    log.warning("decoders_lost")
                    self._replace(nursery)
                    continue
                return _result(answer, self._limits)
        raise DecodersLostError

    def close(self) -> None:
        """End the workers and wait for them; files in work are given up."""
        with self._lock:
            self._is_closed = True
            nursery, self._nursery = self._nursery, None
        if nursery is not None:
            nursery.end()

    def _running(self) -> "_NurseryProcess":
        with self._lock:
            if self._is_closed:
                raise StoppingError
            if self._nursery is not None and not self._nursery.is_alive:
                self._nursery.end()
                self._nursery = None
            if self._nursery is None:
                try:
                    self._nursery = _NurseryProcess(self._plan, self._workers, self._method)
                except OSError as error:
                    raise DecodersLostError from error
            return self._nursery

    def _replace(self, lost: "_NurseryProcess") -> None:
        with self._lock:
            if self._nursery is lost:
                self._nursery = None
        lost.end()


def make_decoders(settings: InferenceSettings) -> DecoderPool:
    """Make the pool that the settings describe; it starts nothing yet."""
    limits = DecodingLimits(memory=settings.decoder_memory, cpu_s=settings.decoder_time.total_seconds())
    return DecoderPool(limits, workers=settings.decoders)


class _LostError(Exception):
    """The worker or its nursery is gone for a reason that may not be the file."""


class _NurseryProcess:
    """One nursery and the sockets to its workers."""

    def __init__(self, plan: Plan, workers: int, method: str) -> None:
        ours, theirs = zip(*(socket.socketpair() for _ in range(workers)), strict=True)
        seats = [Seat(connection=connection, memory=make_shared(size=LARGEST_ANSWER)) for connection in theirs]
        self._process = subprocess.Popen(  # noqa: S603 our own interpreter and module
            [sys.executable, "-m", "app.decoding.nursery", plan.to_json(), method, *map(str, seats)],
            cwd=_ROOT,
            env=os.environ | _ENVIRONMENT,
            pass_fds=[handle for seat in seats for handle in (seat.connection.fileno(), seat.memory)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,  # decoders complain in the words of the file
            start_new_session=True,  # Ctrl-C is for the server, which ends its workers in order
        )
        self._connections: tuple[socket.socket, ...] = ours
        self._idle: SimpleQueue[tuple[socket.socket, AnswerMemory]] = SimpleQueue()
        for connection, seat in zip(ours, seats, strict=True):
            self._idle.put((connection, AnswerMemory(seat.memory)))
            seat.leave()

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def decode(self, handle: int, limits: DecodingLimits) -> "Answer | _Death":
        connection, memory = self._idle.get()
        try:
            return _ask(connection, memory, handle, limits)
        except (OSError, struct.error, ValueError) as error:
            raise _LostError from error
        finally:
            memory.give_back()
            self._idle.put((connection, memory))

    def end(self) -> None:
        for connection in self._connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)  # wakes whoever waits here, there and in the workers
        self._process.terminate()
        try:
            self._process.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        for connection in self._connections:
            connection.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Death:
    """How a worker ended instead of answering: its signal, and what the file took of a processor and on the clock."""

    signal: int
    cpu_s: float
    clock_s: float


def _ask(connection: socket.socket, memory: AnswerMemory, handle: int, limits: DecodingLimits) -> Answer | _Death:
    """Hand a file to the worker at this socket and wait for its answer or its death.

    Raises:
        OSError, ValueError, struct.error: neither came.
    """
    job = next(_jobs)
    connection.settimeout(_START_S)
    socket.send_fds(connection, [JOB.pack(job)], [handle])
    taken, started = Message(kind=TAKEN, pid=0), time.monotonic()
    while True:
        message = Message.from_bytes(connection.recv(MESSAGE_BYTES))
        if message.kind != DEAD and message.job != job:
            raise ValueError("an answer for another file")
        if message.kind == TAKEN:
            taken, started = message, time.monotonic()
            connection.settimeout(limits.clock_s + _GRACE_S)
        elif message.pid != taken.pid:
            continue  # the end of a worker that had answered, or had never met this file
        elif message.kind == DEAD:
            if message.signal in _NOT_THE_FILE:
                raise ValueError("ended by a person")
            cpu_s, clock_s = message.cpu_s - taken.cpu_s, time.monotonic() - started
            return _Death(signal=message.signal, cpu_s=cpu_s, clock_s=clock_s)
        else:
            return _read_answer(memory, message)


def _read_answer(memory: AnswerMemory, done: Message) -> Answer:
    try:
        return unpack(Answer, memory, done.facts)
    except (TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise ValueError("no answer") from error


def _result(answer: Answer | _Death, limits: DecodingLimits) -> Decoded:
    if isinstance(answer, _Death):
        _raise_death(answer, limits)
    outcome = answer.outcome
    match outcome:
        case Decoded():
            return outcome
        case Unreadable():
            raise outcome.to_error()
        case OutOfMemory():
            raise DecoderOutOfMemoryError(
                f"Decoding this file needs more memory than the {limits.memory // _MEGABYTE} MB that a file may take.",
                measured=outcome.held + outcome.asked,
                limit=limits.memory,
            )
        case Fault():
            log.error("decoder_fault", error=outcome.error, trace=" < ".join(outcome.trace))
            raise DecoderCrashedError("The decoder of this server failed on this file.")


def _raise_death(death: _Death, limits: DecodingLimits) -> NoReturn:
    if death.signal == signal.SIGXCPU:
        raise DecoderTimedOutError(
            f"Decoding this file took more than {limits.cpu_s:g} s of a processor.",
            measured=_reached(death.cpu_s, limits.cpu_s),
            limit=limits.cpu_s,
        )
    if death.signal == signal.SIGALRM:
        raise DecoderTimedOutError(
            f"Decoding this file took more than {limits.clock_s:g} s.",
            measured=_reached(death.clock_s, limits.clock_s),
            limit=limits.clock_s,
        )
    name = signal.Signals(death.signal).name if death.signal else "an exit"
    log.warning("decoder_crashed", signal=name)
    raise DecoderCrashedError(f"The decoder ended with {name} while it read this file.")


def _reached(seconds: float, limit: float) -> float:
    """Seconds to tell, never below the limit that ended the file: rounding, or a clock started later, may say so."""
    return max(round(seconds, 2), limit)


@contextmanager
def _handed_over(file: bytes | BinaryIO) -> Iterator[int]:
    """Give the descriptor of a file; bytes are put into shared memory for it."""
    if not isinstance(file, bytes):
        yield file.fileno()
        return
    handle = _share(file)
    try:
        yield handle
    finally:
        os.close(handle)


def _share(data: bytes) -> int:
    try:
        handle = make_shared()
    except OSError as error:
        raise DecodersLostError from error
    try:
        write_all(handle, data)
    except OSError as error:
        os.close(handle)
        raise DecodersLostError from error
    return handle
