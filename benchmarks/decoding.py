"""`python -m benchmarks.decoding`: each transfer syntax beside plain pydicom, and what workers cost, in RESULTS.md."""

import argparse
import os
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO

import cv2
import numpy as np
from pydicom import dcmread, uid
from pydicom.pixels import apply_modality_lut

from benchmarks import workers
from benchmarks.__main__ import RESULTS
from benchmarks.report import machine, replace_section
from model.imaging.dicom_pixels import PLUGINS
from model.imaging.quiet import quiet_pydicom
from model.imaging.reader import read_radiograph
from tests.factories import make_chest_dicom

ROWS, COLUMNS = 2500, 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """One transfer syntax.

    Attributes:
        megabytes: Size of the file.
        pydicom_ms: `None` where pydicom reads it with none of the decoders installed here.
    """

    syntax: uid.UID
    megabytes: float
    ours_ms: float
    pydicom_ms: float | None


def read_with_pydicom(data: bytes) -> np.ndarray:
    """Decode and rescale, and nothing else: what a script of three lines does."""
    dataset = dcmread(BytesIO(data))
    return np.asarray(apply_modality_lut(dataset.pixel_array, dataset), dtype=np.float32)


def measure(syntax: uid.UID, *, rounds: int) -> Timing:
    """Time both sides in turns, so that both meet the machine in the same moods."""
    bits_stored = 8 if syntax == uid.JPEGBaseline8Bit else 12
    data = make_chest_dicom(rows=ROWS, columns=COLUMNS, bits_stored=bits_stored, transfer_syntax=syntax)
    ours: list[float] = []
    theirs: list[float] = []
    with quiet_pydicom():
        for number in range(rounds):
            sides = [(ours, read_radiograph), (theirs, read_with_pydicom)]
            for times, read in sides if number % 2 else sides[::-1]:
                with suppress(RuntimeError):  # what pydicom raises when no plugin could decode
                    times.append(_milliseconds(lambda read=read: read(data)))  # type: ignore[misc]
    return Timing(
        syntax=syntax,
        megabytes=len(data) / 1e6,
        ours_ms=statistics.median(ours),
        pydicom_ms=statistics.median(theirs) if theirs else None,
    )


def section(timings: Sequence[Timing]) -> str:
    """Write the table."""
    lines = [
        "## Decoding by transfer syntax",
        "",
        "Written by `python -m benchmarks.decoding`. A drawn thorax of "
        f"{ROWS} × {COLUMNS} pixels and 12 bits (JPEG Baseline: 8), from",
        "the bytes of the file to modality values, on one thread; medians in milliseconds of processor time. Ours",
        "checks the file and its stream first and chooses the window afterwards; pydicom's side is `dcmread`,",
        "`pixel_array` and `apply_modality_lut` with the same decoders installed.",
        "",
        f"Machine: {machine()}",
        "",
        "| transfer syntax | MB | ours | pydicom | ratio |",
        "|---|---|---|---|---|",
        *(_row(timing) for timing in timings),
    ]
    return "\n".join(lines) + "\n"


def _row(timing: Timing) -> str:
    cells = f"| {timing.syntax.name} | {timing.megabytes:.1f} | {timing.ours_ms:.0f} |"
    if timing.pydicom_ms is None:
        return f"{cells} cannot | |"
    return f"{cells} {timing.pydicom_ms:.0f} | {timing.ours_ms / timing.pydicom_ms:.2f} |"


def _milliseconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return (time.process_time() - started) * 1000


def main() -> None:
    """Measure every transfer syntax and the workers, and put the tables in their places."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.decoding", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7, help="turns of each side (default 7)")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    timings = []
    for name in PLUGINS:
        timings.append(measure(uid.UID(name), rounds=arguments.rounds))
        print(_row(timings[-1]), flush=True)
    load = os.getloadavg()[0]
    compared = [workers.compare(*size, rounds=3 * arguments.rounds) for size in workers.SIZES]
    page = RESULTS.read_text(encoding="utf-8")
    for text in (section(timings), workers.section(compared, load=load)):
        page = replace_section(page, text)
    RESULTS.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
