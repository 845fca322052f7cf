"""`python -m fuzz reader --count 100000 --seed 1`: reads mutants and writes what became of them under fuzz/results."""

import argparse
import sys
from pathlib import Path

from fuzz.http import fuzz_http
from fuzz.mutate import mutant
from fuzz.reader import fuzz_reader
from fuzz.report import REPORT, report

RESULTS = Path(__file__).resolve().parent / "results"


def main() -> int:
    """Run the target that the command line names; 1 when a mutant was not answered as it should."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    reader = commands.add_parser("reader", help="read mutants in a process of its own")
    reader.add_argument("--count", type=int, default=100_000)
    reader.add_argument("--seed", type=int, default=1)
    reader.add_argument("--output", type=Path, default=RESULTS / "reader.json")
    http = commands.add_parser("http", help="send mutants to a server")
    http.add_argument("--count", type=int, default=5_000)
    http.add_argument("--seed", type=int, default=2)
    http.add_argument("--output", type=Path, default=RESULTS / "http.json")
    commands.add_parser("report", help="write docs/robustness.md from the results")
    one = commands.add_parser("mutant", help="write one mutant to a file")
    one.add_argument("seed", type=int)
    one.add_argument("number", type=int)
    one.add_argument("output", type=Path)
    arguments = parser.parse_args()

    if arguments.command == "mutant":
        kind, data = mutant(arguments.seed, arguments.number)
        arguments.output.write_bytes(data)
        print(f"{kind}, {len(data)} bytes")
        return 0
    if arguments.command == "report":
        REPORT.write_text(report(RESULTS), encoding="utf-8")
        return 0
    fuzz = fuzz_http if arguments.command == "http" else fuzz_reader
    tally = fuzz(seed=arguments.seed, count=arguments.count)
    arguments.output.parent.mkdir(exist_ok=True)
    arguments.output.write_text(tally.to_json(), encoding="utf-8")
    print(tally.to_json())
    return 0 if tally.is_sound else 1


if __name__ == "__main__":
    sys.exit(main())
