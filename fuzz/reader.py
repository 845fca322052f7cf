"""The in-process target: `read_radiograph` in a process of its own, started anew after every mutant that ends it."""

import json
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from fuzz.mutate import mutant

SLOW_S = 5.0
"""Processor time, which other programs on the machine do not lengthen."""

STALL_S = 60.0
START_S = 120.0
"""The first line waits for the worker's imports and for the seeds to be drawn."""

ROOT = Path(__file__).resolve().parent.parent
WORKER = "fuzz.worker"
"""Module that is run; tests put one in its place that dies."""


@dataclass(slots=True)
class Tally:
    """What became of the mutants.

    Attributes:
        outcomes: Count by `READ`, by the code of the refusal, or by what was raised without one.
        kinds: Count by what had been done to the file.
        ended: Mutants that ended the process, stalled it or took it longer than `SLOW_S`: number, kind and how.
        uncoded: Mutants that were answered without a code: number, kind and what was raised.
        slowest: Milliseconds of processor time, number and kind of the five slowest.
        peak_mib: Peak memory of the process after every tenth of the mutants.
    """

    seed: int
    count: int
    seconds: float = 0.0
    outcomes: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)
    ended: list[dict[str, Any]] = field(default_factory=list)
    uncoded: list[dict[str, Any]] = field(default_factory=list)
    slowest: list[tuple[float, int, str]] = field(default_factory=list)
    peak_mib: list[float] = field(default_factory=list)

    def add(self, line: dict[str, Any]) -> None:
        """Count one line of the worker."""
        self._count(line["outcome"], line["kind"])
        if line["outcome"].startswith("UNCODED"):
            self.uncoded.append({name: line[name] for name in ("number", "kind", "outcome")})
        if line["ms"] > 1000 * SLOW_S:
            self.ended.append({"number": line["number"], "kind": line["kind"], "how": "SLOW"})
        self.slowest = sorted([*self.slowest, (round(line["ms"], 1), line["number"], line["kind"])], reverse=True)[:5]
        if (line["number"] + 1) % max(1, self.count // 10) == 0:
            self.peak_mib.append(round(line["peak_mib"]))

    def add_end(self, number: int, how: str) -> None:
        """Count a mutant that ended the worker."""
        kind, _ = mutant(self.seed, number)
        self._count(how, kind)
        self.ended.append({"number": number, "kind": kind, "how": how})

    def _count(self, outcome: str, kind: str) -> None:
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1
        self.kinds[kind] = self.kinds.get(kind, 0) + 1

    @property
    def is_sound(self) -> bool:
        """Whether every mutant was read or refused with a code."""
        return not self.ended and not self.uncoded

    def to_json(self) -> str:
        """Write it for people and for the next run to be compared with."""
        return json.dumps(asdict(self), indent=2, sort_keys=True) + "\n"


def fuzz_reader(*, seed: int, count: int, report_every: int = 10_000) -> Tally:
    """Read `count` mutants."""
    tally = Tally(seed=seed, count=count)
    started = time.monotonic()
    done = 0
    while done < count:
        done = _run_worker(tally, done, report_every)
    tally.seconds = round(time.monotonic() - started, 1)
    return tally


def _run_worker(tally: Tally, start: int, report_every: int) -> int:
    """Let one worker read from mutant `start` on; the number of the first one that is left."""
    command = [sys.executable, "-m", WORKER, str(tally.seed), str(start), str(tally.count - start)]
    # Libraries in C write what they think of a damaged file to standard error; there would be megabytes of it.
    number = start
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=os.environ | {"OMP_NUM_THREADS": "1"}
    ) as worker:
        assert worker.stdout is not None
        try:
            for line in _lines(worker.stdout.fileno()):
                tally.add(json.loads(line))
                number += 1
                if number % report_every == 0:
                    print(f"{number} of {tally.count}: {tally.outcomes}", flush=True)
            how = f"CRASH {worker.wait()}"
        except TimeoutError:
            worker.kill()
            how = "STALL"
    if number < tally.count:
        tally.add_end(number, how)
        number += 1
    return number


def _lines(pipe: int) -> Iterator[bytes]:
    """Give the worker's lines until it ends.

    Raises:
        TimeoutError: It said nothing for `STALL_S`.
    """
    pending, wait_s = b"", START_S
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while True:
            if not selector.select(timeout=wait_s):
                raise TimeoutError
            found = os.read(pipe, 1 << 16)
            if not found:
                return
            *lines, pending = (pending + found).split(b"\n")
            yield from lines
            wait_s = STALL_S
