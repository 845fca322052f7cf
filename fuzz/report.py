"""Writes docs/robustness.md: its figures come from the files that runs have left, but for those of `_STEP`."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fuzz.http import HANG_S

REPORT = Path(__file__).resolve().parent.parent / "docs" / "robustness.md"

_INTRODUCTION = """\
# Robustness

Written by `make fuzz` from `fuzz/results`; do not edit by hand.

Sound files of every kind that is read, and those that pydicom ships, are damaged: bits flipped, cut off, lengths and
header values set to extremes, sequences nested, huge images promised, one file spliced into another. Each mutant is
made from a seed and its number alone, so that any can be made again: `python -m fuzz mutant SEED NUMBER FILE`. It must
be read or refused with a code, within five seconds, and leave what read it as it was. What once was not is a test.
"""
_TARGETS = {
    "reader": "Reading alone, in one process: `python -m fuzz reader`. Seconds of the slowest are of a processor. "
    "Decoders written in C keep some of what they held of a file that they give up on, so that the peak of this one "
    "process rises; the server replaces a worker after every such file.",
    "http": "Through a real server, as an upload, with the fake predictor of the tests in place of the network: "
    "`python -m fuzz http`. What is kept is then looked at: pixels, thumbnail, grey scale, file, viewer page. Seconds "
    "are on the clock, of two uploads at a time.",
}
_WARMED_UP = (
    " Memory is what is resident, the median of ten samples in every tenth; {n_large} radiographs of 5 megapixels had "
    "filled the server's caches before. What server and decoders share is bounded: 32 MiB for each decoder stay ready."
)

_STEP = """\
A run before, of seed 2, had a step in the memory of the server, most likely of one mutant and the C library. Its
number 1147 is read as a picture of 257 × 20000 pixels, which takes a little more memory than any before it. The C
library keeps freed blocks for the next, up to the size of the largest that it has met; for a larger one it takes new
memory, and keeps that too. Sent and looked at by itself on a server whose caches 8 radiographs had filled, and
followed by 42 mutants and by four more radiographs, it gave, in MiB:

| allocator | caches full | after the mutant | after four more radiographs |
|---|---|---|---|
| as it is | 428 | 448 | 449 |
| `MALLOC_ARENA_MAX=1` | 373 | 393 | 393 |
| `MALLOC_MMAP_THRESHOLD_=4194304` | 325 | 326 | 329 |

What the step took serves the radiographs after it: it is no leak. With the last setting large blocks are given back
at once, and there is no step; what taking them anew for every radiograph costs has not been measured. The first 2,000
mutants sent anew gave a step of 20 MiB at the same one; the 63 MiB of that run have not been seen again, and may
depend on which threads had which blocks. With 8 radiographs before, 8,000 mutants of seed 5 took the server from 456
to 619 MiB, flat from the eighth tenth on; what filled was not told apart.
"""


def report(results: Path) -> str:
    """Return the page."""
    parts = [_INTRODUCTION]
    for name, text in _TARGETS.items():
        path = results / f"{name}.json"
        if path.is_file():
            parts.append(_section(name, text, json.loads(path.read_text(encoding="utf-8"))))
    return "\n".join(parts)


def _section(name: str, text: str, tally: dict[str, Any]) -> str:
    if tally.get("n_large"):
        text += _WARMED_UP.format(n_large=tally["n_large"])
    faults = {fault: tally[fault] for fault in ("ended", "uncoded", "unseen", "left") if fault in tally}
    rows = [
        ("mutants", f"{tally['count']:,}"),
        ("seed", tally["seed"]),
        ("seconds", f"{tally['seconds']:,.0f}"),
        *((_FAULTS[fault], found if isinstance(found, int) else len(found)) for fault, found in faults.items()),
        *([("server ready afterwards", "yes" if tally["is_alive"] else "no")] if "is_alive" in tally else []),
        *_hung(tally),
        ("slowest", ", ".join(_slow(name, one) for one in tally["slowest"][:3])),
        *_memory(tally),
    ]
    lines = [f"## {name.upper() if name == 'http' else name.capitalize()}", "", text, "", "| | |", "|---|---|"]
    lines += [f"| {label} | {value} |" for label, value in rows]
    lines += ["", _STEP.rstrip()] if tally.get("n_large") else []
    lines += ["", "| outcome | mutants |", "|---|---|"]
    outcomes = sorted(tally["outcomes"].items(), key=lambda item: -item[1])
    lines += [f"| `{outcome}` | {count:,} |" for outcome, count in outcomes]
    lines += ["", "| damage | mutants |", "|---|---|"]
    lines += [f"| {kind} | {count:,} |" for kind, count in sorted(tally["kinds"].items())]
    return "\n".join([*lines, ""])


_FAULTS = {
    "ended": "crashes and stalls",
    "uncoded": "answers without a code, or a fault of the server",
    "unseen": "kept radiographs that could not be looked at",
    "left": "files left behind by refused uploads",
}


_SIDES = {"server": "of the server", "decoders": "of the decoders", "shared": "that both share for answers"}


def _hung(tally: dict[str, Any]) -> list[tuple[str, int]]:
    if "hung" not in tally:
        return []
    alone = sum(one["alone"] > HANG_S for one in tally["hung"])
    return [
        (f"answers after more than {HANG_S:g} s, on a busy machine", len(tally["hung"])),
        (f"answers after more than {HANG_S:g} s when sent alone", alone),
    ]


def _slow(name: str, one: list[Any]) -> str:
    took, number, kind = one
    return f"{took if name == 'http' else took / 1000:.2f} s ({kind}, number {number})"


def _memory(tally: dict[str, Any]) -> list[tuple[str, str]]:
    if "peak_mib" in tally:
        return [("memory after every tenth, MiB", ", ".join(f"{peak:.0f}" for peak in tally["peak_mib"]))]
    samples = tally["memory_mib"]
    rows = []
    for side, name in _SIDES.items():
        rows.append((f"memory {name} after every tenth, MiB", ", ".join(str(one[side]) for one in samples)))
        rows.append((f"growth of the memory {name} from the second tenth to the last", _growth(samples, side)))
    return rows


def _growth(samples: Sequence[dict[str, int]], side: str) -> str:
    before, after = samples[1][side], samples[-1][side]
    return f"{after - before:+} MiB, {(after - before) / before:+.0%}"
