"""The worklist among a million cases: every view, filter, order and kind of search, timed at the client."""

import argparse
import http.client
import itertools
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from urllib.parse import urlencode

from app.cases.listing import Received, Sort
from app.cases.schemas import View
from benchmarks.million import count_cases, write_first_schema
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
    "several words": ("doe p", "adler chen", "a b c d e"),
}
NARROWED_WORDS = ("A09", "a p", "doe p", "2026-11")
Query = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Lists of one kind, each asked for several times.

    Attributes:
        medians_ms: Median of each list, by what names the list.
    """

    what: str
    medians_ms: Mapping[str, float]


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
    parser.add_argument(
        "--folder", type=Path, help="keep the database there, and measure one that is there; without it none is kept"
    )
    parser.add_argument("--output", type=Path, default=RESULTS, help="the page to write")
    arguments = parser.parse_args()
    with nullcontext(arguments.folder) if arguments.folder else tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = folder / "bench.sqlite"
        is_new = not database.exists()
        if is_new:
            print(f"inventing {arguments.cases} cases", flush=True)
            folder.mkdir(parents=True, exist_ok=True)
            write_first_schema(database, arguments.cases)
        print("migrating and starting", flush=True)
        started = time.perf_counter()
        with running_server(folder) as port, closing(Client(port)) as client:
            start_s = time.perf_counter() - started if is_new else None
            size, n_cases = database.stat().st_size, count_cases(database)
            measured = list(measure(client))
    text = section(measured, n_cases=n_cases, start_s=start_s, size=size)
    page = arguments.output.read_text(encoding="utf-8") if arguments.output.is_file() else "# Benchmark\n"
    arguments.output.write_text(replace_section(page, text), encoding="utf-8")
    print(text)


def measure(client: Client) -> Iterator[Measured]:
    """Time every kind of list."""

    def timed(what: str, queries: Mapping[str, Query], accept: str = "application/json") -> Measured:
        print(what, flush=True)
        return Measured(
            what=what,
            medians_ms={
                name: client.median_ms(lambda query=query: client.get(query | {"limit": "100"}, accept))  # type: ignore[misc]
                for name, query in queries.items()
            },
        )

    views = [{"view": view.value} for view in View]
    findings = [{"finding": finding.value} for finding in Finding]
    spans = [{"received": span.value} for span in Received]
    sorts = [{"sort": sort.value} for sort in (Sort.NEWEST, Sort.PROBABILITY)]
    yield timed("first page of a view", _named(views))
    yield timed("first page, as the page itself", _named(views), "text/html")
    yield timed("view and finding", _named(_combined(views, findings)))
    yield timed("view and span", _named(_combined(views, spans)))
    yield timed("view in another order", _named(_combined(views, sorts)))
    yield timed("view, finding, span and order", _named(_combined(views, sorts, [{}, *spans], findings)))
    later = {view["view"]: view | {"after": cursor} for view in views if (cursor := _deep(client, view))}
    yield timed("a later page", later)
    for what, examples in WORDS.items():
        yield timed(f"search: {what}", _searched(client, views, examples))
    narrowed = _combined(views, [{}, *findings], [{}, *spans])
    yield timed("search within view, finding and span", _searched(client, narrowed, NARROWED_WORDS))
    paths = {
        f"{view['view']}, case {place}": f"/cases/{case['case_id']}"
        for view in views
        for place, case in enumerate(json.loads(client.get(view | {"limit": "3"}))["cases"], 1)
    }
    print("case with its neighbours", flush=True)
    times = {name: client.median_ms(lambda path=path: client.get({}, path=path)) for name, path in paths.items()}  # type: ignore[misc]
    yield Measured(what="case with its neighbours", medians_ms=times)


def _combined(*choices: Sequence[Query]) -> list[Query]:
    """Return every query that takes one of each choice."""
    return [dict(pair for query in some for pair in query.items()) for some in itertools.product(*choices)]


def _named(queries: Iterable[Query]) -> dict[str, Query]:
    """Name lists by what they are narrowed to."""
    return {", ".join(query.values()): query for query in queries}


def _searched(client: Client, queries: Sequence[Query], examples: Sequence[str]) -> dict[str, Query]:
    """Search for each example within each list."""
    keys = {words: client.search(words) for words in examples}
    return {
        f"{name}: {words}": query | {"search": key}
        for name, query in _named(queries).items()
        for words, key in keys.items()
    }


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


def section(measured: Sequence[Measured], *, n_cases: int, start_s: float | None, size: int) -> str:
    """Write the section of RESULTS.md.

    Args:
        start_s: How long it took to migrate a new database and to start; `None` for one that was there.
        size: Bytes of the database.
    """
    slowest = max(max(each.medians_ms.values()) for each in measured)
    start = "" if start_s is None else f"; migrating it from the first schema and starting took {start_s:.0f} s"
    lines = [
        f"## Worklist of {n_cases} cases",
        "",
        f"A page of 100 rows with all counts, at the client, in milliseconds; each list is asked for {ROUNDS} times.",
        f"The database takes {size / 1e9:.1f} GB{start}.",
        f"Machine: {machine()}.",
        "",
        "| | lists | median | slowest list | which |",
        "|---|---|---|---|---|",
    ]
    for each in measured:
        middle = statistics.median(each.medians_ms.values())
        which, worst = max(each.medians_ms.items(), key=itemgetter(1))
        lines.append(f"| {each.what} | {len(each.medians_ms)} | {middle:.0f} | {worst:.0f} | {which} |")
    return "\n".join([*lines, "", f"The slowest list takes {slowest:.0f} ms; the aim is {AIM_MS} or less."]) + "\n"


if __name__ == "__main__":
    main()
