"""The seam to the network: a bounded queue, one thread that reads what waits together, one predictor.

The database is the truth about readings; this queue only holds what this process has to do next. It knows no SQL: the
`KeepsReadings` it is given does. Questions to the network that nothing is stored of wait here too, behind the readings.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

import structlog

from app.errors import BusyError, DecoderCrashedError, StoppingError, StorageError
from model.cover import LungView
from model.errors import InferenceError, Refusal, UnreadableFileError
from model.frame import Rectangle
from model.imaging.radiograph import Radiograph
from model.prediction import Correction, ModelInfo, Prediction, PreprocessingStep, WhatIf
from model.preprocess import Box

log = structlog.get_logger()

_RETRY_S = 10.0
"""Chosen: by then somebody may have made room on a full disk."""

MOST_QUESTIONS = 16
"""Chosen: a reader asks one at a time, each a part of a reading's work; more that wait come from a program."""

Answer = TypeVar("Answer")


class DescribesWeights(Protocol):
    """The card of the weights, as far as the application needs it."""

    @property
    def other_threshold(self) -> float:
        """P(other) at or above which a reading is flagged."""

    def to_json(self) -> dict[str, Any]:
        """The whole card."""

    def evidence(self) -> dict[str, Any] | None:
        """The results that its claims rest on, or `None` where they did not come with the weights."""


class ReadsRadiographs(Protocol):
    """What reads: `model.predict.Predictor`, a fake in tests, later a remote engine."""

    @property
    def card(self) -> DescribesWeights:
        """The card of the weights in use."""

    @property
    def info(self) -> ModelInfo:
        """Provenance of what it predicts."""

    def predict_batch(self, radiographs: Sequence[Radiograph]) -> list[Prediction | Refusal]:
        """Read several radiographs in one pass."""

    def steps(self, radiograph: Radiograph) -> list[PreprocessingStep]:
        """Picture every preprocessing step of one radiograph."""

    def lung_view(self, radiograph: Radiograph, box: Box, correction: Correction) -> LungView:
        """Take up a radiograph where its reading had it before the steps of contrast."""

    def read_covered(self, view: LungView, rectangles: Sequence[Rectangle]) -> WhatIf:
        """Say what the network says when rectangles of the stored image are covered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a radiograph that may be read was not.

    Attributes:
        code: Stable, upper snake case.
        detail: Sentences for a radiologist.
    """

    code: str
    detail: str


INFERENCE_FAILED = Failure(
    code="INFERENCE_FAILED",
    detail="The network could not read this radiograph. Nothing was analysed. Send the same file again to try anew.",
)
FILE_LOST = Failure(
    code="FILE_LOST",
    detail="The stored file of this radiograph cannot be read any more. Nothing was analysed. Send it again.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What became of one queued reading.

    Attributes:
        timings_ms: Milliseconds by stage, as far as they are known.
    """

    reading_id: UUID
    outcome: Prediction | Refusal | Failure
    timings_ms: Mapping[str, float] = field(default_factory=dict)


class KeepsReadings(Protocol):
    """The store behind the queue. Called from the reading thread only, except `unfinished`."""

    def unfinished(self) -> list[UUID]:
        """Readings that a stop or crash left behind and that are to be read, oldest first."""

    def start(self, reading_ids: Sequence[UUID]) -> set[UUID]:
        """Write down that these are being read now: if the process dies, it was while reading them.

        Returns:
            Those that are still to be read; others were concluded meanwhile.
        """

    def load(self, reading_id: UUID) -> Radiograph:
        """Decode a reading's radiograph from the stored bytes."""

    def finish(self, results: Sequence[Result]) -> None:
        """Store results, whole and at once."""


class Observes(Protocol):
    """Counts what the queue does."""

    def batch_read(self, results: Sequence[Result]) -> None:
        """A batch was read and stored."""


@dataclass(slots=True, kw_only=True, eq=False)
class _Job:
    reading_id: UUID
    radiograph: Radiograph | None
    slot: "Slot | None"
    decode_ms: float | None
    received: float
    done: "Future[None]" = field(default_factory=Future)


@dataclass(slots=True, kw_only=True, eq=False)
class _Question(Generic[Answer]):
    """Work of the network's whose result goes to whoever asked and nowhere else."""

    ask: Callable[[], Answer]
    answer: "Future[Answer]" = field(default_factory=Future)

    def run(self) -> None:
        """Hand the result, or what went wrong, to whoever asked; nothing where nobody waits any more."""
        if not self.answer.set_running_or_notify_cancel():
            return
        try:
            self.answer.set_result(self.ask())
        except Exception as error:  # the loop outlives any fault; whoever asked is told of it
            log.exception("question_failed")
            self.answer.set_exception(error)


class Slot:
    """One of the queue's places, held from before a file is read until its reading is stored."""

    def __init__(self, queue: "ReadingQueue") -> None:
        self._queue = queue
        self._is_held = True
        self.is_submitted = False

    def release(self) -> None:
        """Give the place back; a second time does nothing."""
        if self._is_held:
            self._is_held = False
            self._queue.give_back()


class ReadingQueue:
    """Takes readings up to `capacity`, reads those that wait together, at most `batch` at a time, on one thread.

    Between two batches it answers one question, so that neither can keep the other waiting for long.
    """

    def __init__(
        self,
        predictor: ReadsRadiographs,
        store: KeepsReadings,
        *,
        capacity: int,
        batch: int,
        observer: Observes | None = None,
    ) -> None:
        self._predictor = predictor
        self._store = store
        self._capacity = capacity
        self._batch = batch
        self._observer = observer
        self._retry_s = _RETRY_S
        self._changed = threading.Condition()
        self._waiting: deque[_Job] = deque()
        self._jobs: dict[UUID, _Job] = {}
        self._left: list[UUID] = []
        self._questions: deque[_Question[Any]] = deque()
        self._retry_at = 0.0
        self._n_held = 0
        self._is_stopping = False
        self._thread = threading.Thread(target=self._work, name="reading", daemon=True)

    @property
    def depth(self) -> int:
        """Places that are taken, and readings left over from before the start."""
        with self._changed:
            return max(self._n_held, len(self._jobs))

    @property
    def n_waiting(self) -> int:
        """Readings that wait, without those being read."""
        with self._changed:
            return len(self._waiting)

    @property
    def is_alive(self) -> bool:
        """Whether the reading thread runs."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Take up what a stop or crash left behind, then read whatever comes."""
        for reading_id in self._store.unfinished():
            self.submit(reading_id)
        self._thread.start()

    def stop(self) -> None:
        """Finish the batch in hand and stop; what waits stays queued in the store."""
        with self._changed:
            self._is_stopping = True
            left = list(self._waiting)
            self._waiting.clear()
            for job in left:
                self._jobs.pop(job.reading_id, None)
            unanswered = list(self._questions)
            self._questions.clear()
            self._changed.notify_all()
        for job in left:
            self._settle(job, StoppingError())
        for question in unanswered:
            if question.answer.set_running_or_notify_cancel():
                question.answer.set_exception(StoppingError())
        if self._thread.ident is not None:
            self._thread.join()

    def reserve(self) -> Slot:
        """Take a place before anything is read or stored.

        Raises:
            BusyError: all places are taken.
            StoppingError: the server stops.
        """
        with self._changed:
            if self._is_stopping:
                raise StoppingError
            if self._n_held >= self._capacity:
                raise BusyError(limit=self._capacity)
            self._n_held += 1
        return Slot(self)

    def give_back(self) -> None:
        """Free one place; slots call it."""
        with self._changed:
            self._n_held -= 1

    def submit(
        self,
        reading_id: UUID,
        *,
        slot: Slot | None = None,
        radiograph: Radiograph | None = None,
        decode_ms: float | None = None,
        received: float | None = None,
    ) -> "Future[None]":
        """Queue a stored reading; one that is queued already is not queued twice.

        Args:
            slot: The place it was promised; given back when the reading is stored.
            radiograph: Saves decoding it again. Kept only while few wait, so that memory stays bounded.
            decode_ms: How long decoding took.
            received: `time.perf_counter()` when its file began to be read.

        Returns:
            Done once the reading is stored, whatever it says; with `StoppingError` when the server stops before.
        """
        if slot:
            slot.is_submitted = True
        with self._changed:
            known = self._jobs.get(reading_id)
            if known is None and not self._is_stopping:
                job = _Job(
                    reading_id=reading_id,
                    radiograph=radiograph if len(self._waiting) < 2 * self._batch else None,
                    slot=slot,
                    decode_ms=decode_ms,
                    received=time.perf_counter() if received is None else received,
                )
                self._jobs[reading_id] = job
                self._waiting.append(job)
                self._changed.notify()
                return job.done
        if slot:
            slot.release()
        if known:
            return known.done
        stopped: Future[None] = Future()
        stopped.set_exception(StoppingError())
        return stopped

    def ask(self, question: Callable[[], Answer]) -> "Future[Answer]":
        """Let the reading thread run something short, such as one pass of the network that nothing is stored of.

        Readings that wait come first, a batch of them; then one question, then the next batch.

        Returns:
            What the question returns or raises; with `StoppingError` when the server stops before.

        Raises:
            BusyError: as many questions wait already as are taken.
            StoppingError: the server stops.
        """
        asked = _Question(ask=question)
        with self._changed:
            if self._is_stopping:
                raise StoppingError
            if len(self._questions) >= MOST_QUESTIONS:
                raise BusyError(limit=MOST_QUESTIONS)
            self._questions.append(asked)
            self._changed.notify()
        return asked.answer

    def _work(self) -> None:
        while self._wait():
            jobs, question = self._take()
            if jobs:
                self._read_and_settle(jobs)
            if question:
                question.run()

    def _read_and_settle(self, jobs: Sequence[_Job]) -> None:
        try:
            self._read(jobs)
            error = None
        except Exception as caught:  # the loop outlives any fault: the readings stay unfinished in the store
            log.exception("reading_not_stored", n_readings=len(jobs))
            error = caught
        with self._changed:
            for job in jobs:
                self._jobs.pop(job.reading_id, None)
            if isinstance(error, StorageError):
                self._left += [job.reading_id for job in jobs]
                self._retry_at = time.monotonic() + self._retry_s
        for job in jobs:
            self._settle(job, error)

    def _wait(self) -> bool:
        """Wait for work; `False` means stop."""
        with self._changed:
            self._take_up_left()
            while not (self._waiting or self._questions or self._is_stopping):
                self._changed.wait(self._retry_s if self._left else None)
                self._take_up_left()
            return not self._is_stopping

    def _take(self) -> tuple[list[_Job], _Question[Any] | None]:
        """Take a batch of readings and one question, as far as there are any."""
        with self._changed:
            jobs = [self._waiting.popleft() for _ in range(min(self._batch, len(self._waiting)))]
            return jobs, self._questions.popleft() if self._questions else None

    def _take_up_left(self) -> None:
        """Queue again what the store did not take a while ago: a full disk must not leave readings behind."""
        if self._left and time.monotonic() >= self._retry_at:
            left, self._left = self._left, []
            for reading_id in left:
                self.submit(reading_id)

    def _settle(self, job: _Job, error: Exception | None) -> None:
        if job.slot:
            job.slot.release()
        if error is None:
            job.done.set_result(None)
        else:
            job.done.set_exception(error)

    def _read(self, jobs: Sequence[_Job]) -> None:
        begun = self._store.start([job.reading_id for job in jobs])
        jobs = [job for job in jobs if job.reading_id in begun]
        if not jobs:
            return
        outcomes: dict[UUID, Prediction | Refusal | Failure] = {}
        readable: list[tuple[_Job, Radiograph]] = []
        for job in jobs:
            radiograph = job.radiograph or self._load(job)
            if isinstance(radiograph, Failure):
                outcomes[job.reading_id] = radiograph
            else:
                readable.append((job, radiograph))
        predicted = self._predict([radiograph for _, radiograph in readable])
        outcomes |= {job.reading_id: outcome for (job, _), outcome in zip(readable, predicted, strict=True)}
        results = [self._result(job, outcomes[job.reading_id]) for job in jobs]
        self._store.finish(results)
        if self._observer:
            self._observer.batch_read(results)

    def _load(self, job: _Job) -> Radiograph | Failure:
        started = time.perf_counter()
        try:
            radiograph = self._store.load(job.reading_id)
        except DecoderCrashedError as error:
            log.warning("stored_file_refused", reading_id=str(job.reading_id), code=error.code)
            return Failure(code=error.code, detail=f"{error.reason} Nothing was analysed. Export the radiograph anew.")
        except (OSError, UnreadableFileError):
            log.exception("stored_file_unreadable", reading_id=str(job.reading_id))
            return FILE_LOST
        job.decode_ms = (time.perf_counter() - started) * 1000
        return radiograph

    def _predict(self, radiographs: Sequence[Radiograph]) -> list[Prediction | Refusal | Failure]:
        """Read a batch; when the device fails, each alone, so that one radiograph cannot spoil its neighbours."""
        if not radiographs:
            return []
        try:
            return list(self._predictor.predict_batch(radiographs))
        except Exception as error:  # a fault of the network is stored as a failed reading, never lost
            log.exception("inference_failed", n_radiographs=len(radiographs))
            if len(radiographs) == 1 and not isinstance(error, InferenceError):
                return [INFERENCE_FAILED]
        return [self._predict_one(radiograph) for radiograph in radiographs]

    def _predict_one(self, radiograph: Radiograph) -> Prediction | Refusal | Failure:
        try:
            return self._predictor.predict_batch([radiograph])[0]
        except Exception:  # as above
            log.exception("inference_failed", n_radiographs=1)
            return INFERENCE_FAILED

    def _result(self, job: _Job, outcome: Prediction | Refusal | Failure) -> Result:
        stages = dict(outcome.timings_ms) if isinstance(outcome, Prediction) else {}
        decode = {} if job.decode_ms is None else {"decode": job.decode_ms}
        total = (time.perf_counter() - job.received) * 1000
        timings = {name: round(ms, 2) for name, ms in (decode | stages | {"total": total}).items()}
        return Result(reading_id=job.reading_id, outcome=outcome, timings_ms=timings)
