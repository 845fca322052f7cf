"""The worklist among a million cases: every view, filter, order and kind of search, timed at the client."""

import argparse
import http.client
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from app.cases.listing import Received, Sort
from app.cases.schemas import View
from benchmarks.million import write_first_schema
from benchmarks.report import machine, replace_section
from benchmarks.server import ROOT, running_server
from model.findings import Finding

RESULTS = ROOT / "benchmarks" / "RESULTS.md"
AIM_MS = 100
ROUNDS = 5
WORDS = {
    "accession number": ("A0999123", "A0500000", "A0000001"),
    "beginning of one": ("A0999", "A05", "A"),
    "patient ID": ("P-0012345", "P-00123", "P"),
    "name": ("Müller7", "doe kar", "ann"),
    "date": ("2026-11-01", "2025-06", "2024"),
    "finding or state": ("covid", "refused", "reviewed disagree"),
    "nothing found": ("zebra", "A0500000 zebra", "covid zebra"),
}
Query = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Lists of one kind, each asked for several times.

    Attributes:
        medians_ms: Median of each list.
    """

    what: str
    medians_ms: Sequence[float]


class Client:
    """One connection that asks as a page's script does."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def close(self) -> None:
        self._connection.close()

    def get(self, query: Query, accept: str = "application/json", path: str = "/cases") -> bytes:
        return self._ask("GET", f"{path}?{urlencode(query)}", accept)

    def search(self, words: str) -> str:
        body = json.dumps({"words": words})
        key: str = json.loads(self._ask("POST", "/cases/searches", "application/json", body))["search"]
        return key

    def median_ms(self, ask: Callable[[], object]) -> float:
        times = []
        for _ in range(ROUNDS):
            started = time.perf_counter()
            ask()
            times.append(1000 * (time.perf_counter() - started))
        return statistics.median(times)

    def _ask(self, method: str, path: str, accept: str, body: str | None = None) -> bytes:
        headers = {"Accept": accept} | ({"Content-Type": "application/json"} if body else {})
        self._connection.request(method, path, body=body, headers=headers)
        response = self._connection.getresponse()
        content = response.read()
        if response.status != 200:
            raise RuntimeError(f"{path}: {response.status} {content[:200]!r}")
        return content


def main() -> None:
    """Measure and write the section of the results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.worklist", description=__doc__)
    parser.add_argument("--cases", type=int, default=1_000_000, help="cases in the list (default 1000000)")
    parser.add_argument("--output", type=Path, default=RESULTS, help="the page to write")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        print(f"inventing {arguments.cases} cases", flush=True)
        write_first_schema(folder / "bench.sqlite", arguments.cases)
        print("migrating and starting", flush=True)
        started = time.perf_counter()
        with running_server(folder) as port, closing(Client(port)) as client:
            start_s = time.perf_counter() - started
            size = (folder / "bench.sqlite").stat().st_size
            measured = list(measure(client))
    text = section(measured, n_cases=arguments.cases, start_s=start_s, size=size)
    page = arguments.output.read_text(encoding="utf-8") if arguments.output.is_file() else "# Benchmark\n"
    arguments.output.write_text(replace_section(page, text), encoding="utf-8")
    print(text)


def measure(client: Client) -> Iterator[Measured]:
    """Time every kind of list."""

    def timed(what: str, queries: Sequence[Query], accept: str = "application/json") -> Measured:
        print(what, flush=True)
        ask = [client.median_ms(lambda query=query: client.get(query | {"limit": "100"}, accept)) for query in queries]  # type: ignore[misc]
        return Measured(what=what, medians_ms=ask)

    views = [{"view": view.value} for view in View]
    yield timed("first page of a view", views)
    yield timed("first page, as the page itself", views, "text/html")
    yield timed("view and finding", [view | {"finding": finding.value} for view in views for finding in Finding])
    spans = [{"received": span.value} for span in Received]
    yield timed("view and span", [view | span for view in views for span in spans])
    sorts = [{"sort": sort.value} for sort in (Sort.NEWEST, Sort.PROBABILITY)]
    yield timed("view in another order", [view | sort for view in views for sort in sorts])
    everything = [
        view | sort | span | {"finding": finding.value}
        for view in views
        for sort in sorts
        for span in ({}, *spans)
        for finding in Finding
    ]
    yield timed("view, finding, span and order", everything)
    yield timed("a later page", [view | {"after": cursor} for view in views if (cursor := _deep(client, view))])
    for what, examples in WORDS.items():
        searches = [{"search": client.search(words)} for words in examples]
        yield timed(f"search: {what}", [view | search for view in views for search in searches])
    keys = [case["case_id"] for view in views for case in json.loads(client.get(view | {"limit": "3"}))["cases"]]
    print("case with its neighbours", flush=True)
    times = [client.median_ms(lambda key=key: client.get({}, path=f"/cases/{key}")) for key in keys]  # type: ignore[misc]
    yield Measured(what="case with its neighbours", medians_ms=times)


def _deep(client: Client, view: Query, *, pages: int = 20) -> str | None:
    """Return the cursor after some pages."""
    cursor: str | None = None
    for _ in range(pages):
        after = {} if cursor is None else {"after": cursor}
        found = json.loads(client.get(view | {"limit": "200"} | after))["next"]
        if found is None:
            return cursor
        cursor = found
    return cursor


def section(measured: Sequence[Measured], *, n_cases: int, start_s: float, size: int) -> str:
    """Write the section of RESULTS.md."""
    slowest = max(max(each.medians_ms) for each in measured)
    n_gb = size / 1e9
    lines = [
        f"## Worklist of {n_cases} cases",
        "",
        f"A page of 100 rows with all counts, at the client, in milliseconds; each list is asked for {ROUNDS} times.",
        f"The database takes {n_gb:.1f} GB; migrating it from the first schema and starting took {start_s:.0f} s.",
        f"Machine: {machine()}.",
        "",
        "| | lists | median | slowest list |",
        "|---|---|---|---|",
    ]
    for each in measured:
        middle, worst = statistics.median(each.medians_ms), max(each.medians_ms)
        lines.append(f"| {each.what} | {len(each.medians_ms)} | {middle:.0f} | {worst:.0f} |")
    return "\n".join([*lines, "", f"The slowest list takes {slowest:.0f} ms; the aim is {AIM_MS} or less."]) + "\n"


if __name__ == "__main__":
    main()
