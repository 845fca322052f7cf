"""The target behind HTTP: mutants sent to a real server, and what it keeps of them looked at as a viewer does."""

import json
import math
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import httpx2

from fuzz.mutate import mutant, mutants
from tests.factories import make_chest_dicom
from tests.servers import run_server

HANG_S = 5.0
_PATIENCE_S = 120.0
_SENDERS = 2
_LARGE_ROWS, _LARGE_COLUMNS = 2500, 2000
_FILLS_CACHES = 40
"""Radiographs of that size: 800 MB once decoded and as much as they are sent to viewers, several times what is held."""
_LOOKED_AT = ("pixels", "modality", "grayscale", "thumbnail", "file")
_PAGE = {"Accept": "text/html"}


@dataclass(slots=True)
class HttpTally:
    """What became of the mutants.

    Attributes:
        n_large: Radiographs of full size that were sent before, and are not counted.
        seconds: From the first mutant to the last answer.
        outcomes: Count by `READ` or by the code of the answer.
        kinds: Count by what had been done to the file.
        uncoded: Answers that are a fault of the server or have no code: number, kind and status.
        hung: Answers that took longer than `HANG_S`: number, kind, seconds, and seconds when sent once more, alone
            and to a fresh server, which tells a file that hangs from a machine that was busy.
        unseen: What was read and could not be looked at: number, address and status, and the names of numbers of the
            gray scale that are none.
        slowest: Seconds, number and kind of the five slowest.
        memory_mib: Memory of the server, of its decoders and what they share, in every tenth of the mutants: the
            median of ten samples.
        left: Files of uploads that were left behind.
        is_alive: Whether the same process still answered that it is ready.
    """

    seed: int
    count: int
    n_large: int = 0
    seconds: float = 0.0
    outcomes: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)
    uncoded: list[dict[str, Any]] = field(default_factory=list)
    hung: list[dict[str, Any]] = field(default_factory=list)
    unseen: list[dict[str, Any]] = field(default_factory=list)
    slowest: list[tuple[float, int, str]] = field(default_factory=list)
    memory_mib: list[dict[str, int]] = field(default_factory=list)
    left: int = 0
    is_alive: bool = False

    @property
    def is_sound(self) -> bool:
        """Whether every mutant was answered in time and with a code, and the server is as it was."""
        hangs = any(one["alone"] > HANG_S for one in self.hung)
        return self.is_alive and not (hangs or self.uncoded or self.unseen or self.left)

    def to_json(self) -> str:
        """Write it for the report."""
        return json.dumps(asdict(self), indent=2, sort_keys=True) + "\n"


class _Sender:
    """Sends mutants from several threads and counts the answers."""

    def __init__(self, client: httpx2.Client, tally: HttpTally) -> None:
        self._client = client
        self._tally = tally
        self._lock = threading.Lock()

    def send(self, number: int, kind: str, data: bytes) -> None:
        """Send one mutant; one that is read is looked at."""
        started = time.perf_counter()
        try:
            answer = self._client.post("/predict", files={"file": (f"{kind}.dcm", data)})
        except httpx2.HTTPError as error:
            self._note(number, kind, f"UNCODED {type(error).__name__}", 0, time.perf_counter() - started)
            return
        body = _body(answer)
        outcome = "READ" if answer.status_code == 200 and body.get("status") == "done" else str(body.get("code", ""))
        self._note(number, kind, outcome, answer.status_code, time.perf_counter() - started)
        if "radiograph_id" in body:
            self._look(number, body)

    def _note(self, number: int, kind: str, outcome: str, status: int, seconds: float) -> None:
        with self._lock:
            tally = self._tally
            for counts, name in ((tally.outcomes, outcome or "UNCODED"), (tally.kinds, kind)):
                counts[name] = counts.get(name, 0) + 1
            if not outcome or outcome.startswith("UNCODED") or status == 500:
                tally.uncoded.append({"number": number, "kind": kind, "status": status})
            if seconds > HANG_S:
                tally.hung.append({"number": number, "kind": kind, "seconds": round(seconds, 1)})
            tally.slowest = sorted([*tally.slowest, (round(seconds, 2), number, kind)], reverse=True)[:5]

    def _look(self, number: int, body: dict[str, Any]) -> None:
        radiograph = f"/radiographs/{body['radiograph_id']}"
        answers = [self._client.get(f"{radiograph}/{part}") for part in _LOOKED_AT]
        answers.append(self._client.get(f"/cases/{body['case_id']}", headers=_PAGE))
        with self._lock:
            self._tally.unseen += [
                {
                    "number": number,
                    "address": str(answer.url.path),
                    "status": answer.status_code,
                    "holes": holes(answer),
                }
                for answer in answers
                if answer.status_code != 200 or holes(answer)
            ]


def fuzz_http(*, seed: int, count: int, start: int = 0, n_large: int = _FILLS_CACHES) -> HttpTally:
    """Send `count` mutants, from number `start` on, to a server of their own.

    Args:
        n_large: Sound radiographs of full size that are sent and looked at before. They fill the server's caches,
            whose growth would hide any other.
    """
    tally = HttpTally(seed=seed, count=count, n_large=n_large)
    with (
        TemporaryDirectory(prefix="covid-xnet-fuzz-") as folder,
        run_server(Path(folder), COVID_XNET_LOG__LEVEL="error") as (address, process),
        httpx2.Client(base_url=address, timeout=_PATIENCE_S) as client,
    ):
        for number in range(n_large):
            _Sender(client, HttpTally(seed=seed, count=1)).send(number, "sound", _large_radiograph(number))
        started = time.monotonic()
        sender = _Sender(client, tally)
        with ThreadPoolExecutor(_SENDERS) as pool:
            for first, end in pairwise(start + count * tenth // 10 for tenth in range(11)):
                samples = []
                for part in _tenths(seed, first, end):
                    list(pool.map(lambda one: sender.send(*one), part))
                    samples.append(_memory_mib(process.pid))
                tally.memory_mib.append({side: round(median(one[side] for one in samples)) for side in samples[0]})
                print(f"{sum(tally.kinds.values())} of {count}: {tally.outcomes}, {tally.memory_mib[-1]}", flush=True)
        tally.seconds = round(time.monotonic() - started, 1)
        tally.is_alive = process.poll() is None and client.get("/readyz").status_code == 200
        tally.left = sum(1 for _ in (Path(folder) / "files" / "incoming").iterdir())
    if tally.hung:
        _send_alone(tally)
    return tally


def _send_alone(tally: HttpTally) -> None:
    with (
        TemporaryDirectory(prefix="covid-xnet-fuzz-") as folder,
        run_server(Path(folder), COVID_XNET_LOG__LEVEL="error") as (address, _),
        httpx2.Client(base_url=address, timeout=_PATIENCE_S) as client,
    ):
        for one in tally.hung:
            kind, data = mutant(tally.seed, one["number"])
            started = time.perf_counter()
            client.post("/predict", files={"file": (f"{kind}.dcm", data)})
            one["alone"] = round(time.perf_counter() - started, 2)


def _large_radiograph(seed: int) -> bytes:
    return make_chest_dicom(rows=_LARGE_ROWS, columns=_LARGE_COLUMNS, bits_stored=12, seed=seed)


def _tenths(seed: int, first: int, end: int) -> Iterator[Iterator[tuple[int, str, bytes]]]:
    """Part mutants in ten; each part is made while it is sent, so that they never lie in memory together."""
    edges = [first + (end - first) * tenth // 10 for tenth in range(11)]
    for start, stop in pairwise(edges):
        numbered = enumerate(mutants(seed, stop - start, start=start), start)
        yield ((number, kind, data) for number, (kind, data) in numbered)


def _body(answer: httpx2.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def holes(answer: httpx2.Response) -> list[str]:
    """Name the values of a gray scale that should be numbers and are null or not finite; other answers have none."""
    return list(_holes("", _body(answer))) if answer.url.path.endswith("/grayscale") else []


def _holes(name: str, value: object) -> Iterator[str]:
    match value:
        case dict():
            for key, below in value.items():
                # Null as a whole where the file has no padding, and where a table made the modality values.
                if not (below is None and key in ("padding", "stored")):
                    yield from _holes(key, below)
        case list():
            for below in value:
                yield from _holes(name, below)
        case None:
            yield name
        case float() if not math.isfinite(value):
            yield name


def _memory_mib(pid: int) -> dict[str, int]:
    """Memory of the server, of all processes below it, and what they share: the places that answers are written to."""
    server, below = _resident_mib(pid), [_resident_mib(child) for child in _below(pid)]
    return {
        "server": server.own,
        "decoders": sum(one.own for one in below),
        "shared": server.shared + sum(one.shared for one in below),
    }


def _below(pid: int) -> list[int]:
    children = [
        int(child)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text(encoding="ascii").split()
    ]
    return children + [below for child in children for below in _below(child)]


@dataclass(frozen=True, slots=True)
class _Resident:
    """MiB in memory; of what several processes hold, this one's part."""

    own: int
    shared: int


def _resident_mib(pid: int) -> _Resident:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:  # a worker that a mutant ended meanwhile
        return _Resident(0, 0)
    kib = {line.split()[0]: int(line.split()[1]) for line in lines if line.startswith("Pss")}
    shared = kib.get("Pss_Shmem:", 0)
    return _Resident(own=(kib.get("Pss:", 0) - shared) // 1024, shared=shared // 1024)
