"""Turns timings into the table of RESULTS.md."""

import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.client import Answer, Load

STAGES = ("decode", "gate", "preprocess", "network")


def results_page(
    *, command: str, what: str, one: Load, turned: Load, many: Load, peer: Mapping[str, object] | None
) -> str:
    """Write the whole page.

    Args:
        what: The files in words.
        one: One client, one file at a time.
        turned: One client, and the images upside down, so that the gate looks at every way up.
        many: Several clients at once.
        peer: What `peer.py` printed, its rounds merged; `None` when it was left out.
    """
    ours_ms = _median([answer.elapsed_ms for answer in one.answers])
    lines = [
        "# Benchmark",
        "",
        f"Written by `{command}` on {datetime.now(UTC):%Y-%m-%d}. Times are medians in milliseconds and belong to this",
        "machine; the ratios are what to compare.",
        "",
        f"- Files: {what}; each is new to the server",
        f"- Machine: {machine()}",
        f"- Versions: {_versions(peer)}",
        "",
        "## One file after the other",
        "",
        "| | decode | gate | lungs and preprocess | networks and map | the rest | whole | ratio |",
        "|---|---|---|---|---|---|---|---|",
        _our_row("`/predict`", one, peer),
        _our_row("`/predict`, upside down", turned, peer),
    ]
    if peer:
        lines += [_peer_row(peer), "", _verdict(ours_ms, _peer_ms(peer))]
    lines += [
        "",
        "`/predict` is timed at the client: upload, decoding, storing the file, the transaction, reading, map, answer.",
        "Its stages are the server's own; *the rest* is everything else. The peer is pydicom, OpenCV and MONAI's",
        "DenseNet121 at 224 × 224 with MONAI's GradCAM, called directly: it receives, stores and segments nothing.",
        "",
        f"## {many.n_clients} clients at once",
        "",
        "| | median | 95th percentile | files per second |",
        "|---|---|---|---|",
        _load_row("one client", one),
        _load_row(f"{many.n_clients} clients", many),
    ]
    if peer:
        lines.append(f"| peer, one after the other | {_peer_ms(peer):.0f} | | {1000 / _peer_mean_ms(peer):.2f} |")
    return "\n".join(lines) + "\n"


def replace_section(page: str, section: str) -> str:
    """Put a section, from its `##` heading on, in the place of the one with the same beginning, or at the end."""
    beginning = " ".join(section.split("\n", 1)[0].split()[:2])
    parts = page.rstrip("\n").split("\n## ")
    kept = [part for part in parts if not f"## {part}".startswith(f"{beginning} ")]
    return "\n## ".join(kept).rstrip("\n") + f"\n\n{section}"


def machine() -> str:
    """Describe the machine without naming it."""
    model, memory = platform.machine(), "memory unknown"
    cpuinfo, meminfo = Path("/proc/cpuinfo"), Path("/proc/meminfo")
    if cpuinfo.is_file():
        names = [line.split(":", 1)[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line]
        model = names[0] if names else model
    if meminfo.is_file():
        total_kib = int(meminfo.read_text().split()[1])
        memory = f"{total_kib / 1024**2:.0f} GiB"
    cores = "1 core" if n_cores() == 1 else f"{n_cores()} cores"
    return f"{model}, {cores}, {memory}, {platform.system()}; both sides on the CPU"


def n_cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _versions(peer: Mapping[str, object] | None) -> str:
    ours = ", ".join(f"{name} {version(name)}" for name in ("covid-xnet", "torch", "pydicom", "opencv-python-headless"))
    theirs = peer["versions"] if peer else {}
    assert isinstance(theirs, Mapping)
    text = ", ".join(f"{name} {number}" for name, number in theirs.items())
    return f"Python {platform.python_version()}; {ours}" + (f"; peer: {text}" if text else "")


def _our_row(name: str, load: Load, peer: Mapping[str, object] | None) -> str:
    whole_ms = _median([answer.elapsed_ms for answer in load.answers])
    stages = [_median([answer.stages_ms[stage] for answer in load.answers]) for stage in STAGES]
    rest = _median([_rest(answer) for answer in load.answers])
    ratio = f"{whole_ms / _peer_ms(peer):.2f}" if peer else ""
    cells = [f"{value:.0f}" for value in (*stages, rest)]
    return f"| {name} | {' | '.join(cells)} | {whole_ms:.0f} | {ratio} |"


def _rest(answer: Answer) -> float:
    return answer.elapsed_ms - sum(answer.stages_ms[stage] for stage in STAGES)


def _peer_row(peer: Mapping[str, object]) -> str:
    cells = [_cell([timing[stage] for timing in _timings(peer) if stage in timing]) for stage in STAGES]
    return f"| peer | {' | '.join(cells)} | | {_peer_ms(peer):.0f} | 1 |"


def _cell(times: Sequence[float]) -> str:
    return f"{_median(times):.0f}" if times else ""


def _verdict(ours_ms: float, peer_ms: float) -> str:
    return f"A file takes {ours_ms / peer_ms:.2f} of the peer's time; the aim is 0.50 or less."


def _load_row(name: str, load: Load) -> str:
    times = sorted(answer.elapsed_ms for answer in load.answers)
    slow = times[min(len(times) - 1, round(0.95 * (len(times) - 1)))]
    return f"| {name} | {_median(times):.0f} | {slow:.0f} | {len(times) / load.wall_s:.2f} |"


def _timings(peer: Mapping[str, object]) -> Sequence[Mapping[str, float]]:
    files = peer["files"]
    assert isinstance(files, Sequence)
    return files


def _peer_ms(peer: Mapping[str, object]) -> float:
    return _median([timing["total"] for timing in _timings(peer)])


def _peer_mean_ms(peer: Mapping[str, object]) -> float:
    return statistics.fmean(timing["total"] for timing in _timings(peer))


def _median(values: Sequence[float]) -> float:
    return statistics.median(values)
