"""What the worker processes cost: plain radiographs decoded in this process and by the pool, in turns."""

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from app.decoding.pool import DecoderPool, make_decoders
from app.decoding.work import decode_file
from app.settings import InferenceSettings
from benchmarks.report import machine, n_cores
from model.imaging.radiograph import new_pixels
from tests.factories import make_chest_dicom

SIZES = ((1600, 1250), (2500, 2000))
_WARM_UP = 4
"""Files of each size before any is timed: each worker has met two."""
_SETTLE_S = 0.005
"""Chosen: what a worker still does after its answer counts as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Milliseconds, medians.

    Attributes:
        clock_ms: From the question to the pixels.
        cpu_ms: Of a processor, in all processes that take part. Other programs on the machine hardly lengthen it.
    """

    clock_ms: float
    cpu_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One size of image, uncompressed."""

    megapixels: float
    here: Cost
    in_a_worker: Cost


def compare(rows: int, columns: int, *, rounds: int) -> Comparison:
    """Decode the same file on both ways in turns, so that both meet the machine in the same moods."""
    data = make_chest_dicom(rows=rows, columns=columns, bits_stored=12)
    with tempfile.TemporaryFile() as file, make_decoders(InferenceSettings()) as pool:
        file.write(data)
        file.flush()
        ways: tuple[Callable[[], object], ...] = (lambda: decode_file(data, new_pixels), _by(pool, file))
        for way in ways * _WARM_UP:
            way()
        measured: list[list[tuple[float, float]]] = [[], []]
        for number in range(rounds):
            for which in (0, 1) if number % 2 else (1, 0):
                measured[which].append(_measure(ways[which]))
    here, in_a_worker = (Cost(clock_ms=_median(one, 0), cpu_ms=_median(one, 1)) for one in measured)
    return Comparison(megapixels=rows * columns / 1e6, here=here, in_a_worker=in_a_worker)


def section(comparisons: Sequence[Comparison], *, load: float) -> str:
    """Write the table.

    Args:
        load: Processes that wanted a processor before the measurement began.
    """
    lines = [
        "## Worker processes",
        "",
        "Written by `python -m benchmarks.decoding`. An uncompressed radiograph of 12 bits, from the bytes of the file",
        "to modality values and header: in one process, and by the pool of workers that the server uses, in turns.",
        "Medians in milliseconds, of a processor in all processes together and on the clock. Other programs lengthen",
        "the latter most.",
        "",
        f"Machine: {machine()}. {_busy(load)}",
        "",
        "| megapixels | processor: one process | a worker | more | ratio | clock: one process | a worker | more |",
        "|---|---|---|---|---|---|---|---|",
        *(_row(one) for one in comparisons),
    ]
    return "\n".join(lines) + "\n"


def _row(one: Comparison) -> str:
    cpu, clock = (one.here.cpu_ms, one.in_a_worker.cpu_ms), (one.here.clock_ms, one.in_a_worker.clock_ms)
    return (
        f"| {one.megapixels:.0f} | {cpu[0]:.1f} | {cpu[1]:.1f} | {cpu[1] - cpu[0]:.1f} | {cpu[1] / cpu[0]:.2f} "
        f"| {clock[0]:.1f} | {clock[1]:.1f} | {clock[1] - clock[0]:.1f} |"
    )


def _busy(load: float) -> str:
    if load < 0.5:
        return "Nothing else ran."
    return f"It was busy: other programs wanted {load:.1f} of its {n_cores()} processors."


def _by(pool: DecoderPool, file: BinaryIO) -> Callable[[], object]:
    return lambda: pool.decode(file)


def _measure(work: Callable[[], object]) -> tuple[float, float]:
    cpu_before, started = _cpu_ms(), time.perf_counter()
    work()
    clock_ms = (time.perf_counter() - started) * 1000
    time.sleep(_SETTLE_S)
    return clock_ms, _cpu_ms() - cpu_before


def _cpu_ms() -> float:
    """Processor time of this process and of all below it, in milliseconds; zeros where the system does not list it."""
    return sum(_scheduled_ms(thread) for pid in (os.getpid(), *_below(os.getpid())) for thread in _threads(pid))


def _scheduled_ms(thread: Path) -> float:
    try:
        return int((thread / "schedstat").read_text(encoding="ascii").split()[0]) / 1e6
    except OSError:  # it has just ended
        return 0.0


def _below(pid: int) -> Iterator[int]:
    for thread in _threads(pid):
        for child in map(int, (thread / "children").read_text(encoding="ascii").split()):
            yield child
            yield from _below(child)


def _threads(pid: int) -> list[Path]:
    tasks = Path(f"/proc/{pid}/task")
    return list(tasks.iterdir()) if tasks.is_dir() else []


def _median(measured: Sequence[tuple[float, float]], which: int) -> float:
    return statistics.median(one[which] for one in measured)
