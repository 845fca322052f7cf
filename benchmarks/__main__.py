"""`make bench`: the server and a peer on the same files in one run, told as ratios in benchmarks/RESULTS.md.

One client and the peer take turns, round by round, so that both meet the machine in the same moods; then several
clients post at once.
"""

import argparse
import itertools
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import samples
from benchmarks.client import Load, post_all
from benchmarks.report import n_cores, results_page
from benchmarks.server import ROOT, running_server

RESULTS = ROOT / "benchmarks" / "RESULTS.md"
PEER_FOLDER = ROOT / ".venv-peer"
PEER_PACKAGES = ("torch==2.13.0", "monai", "pydicom", "opencv-python-headless")


def main() -> None:
    """Measure and write the results."""
    arguments = _parse()
    peer_python = None if arguments.no_peer else _make_peer()
    files = samples.draw(arguments.files)
    fresh = samples.renewed(files)

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        peer_files = folder / "peer"
        peer_files.mkdir()
        for number, content in enumerate(files):
            (peer_files / f"{number:02}.dcm").write_bytes(content)

        ours: list[Load] = []
        theirs: list[dict[str, Any]] = []
        with running_server(folder) as port:
            post_all(port, list(itertools.islice(fresh, 3)), n_clients=1)  # warm-up
            for number in range(arguments.rounds):
                print(f"round {number + 1} of {arguments.rounds}: one client", flush=True)
                ours.append(post_all(port, list(itertools.islice(fresh, len(files))), n_clients=1))
                if peer_python:
                    print(f"round {number + 1} of {arguments.rounds}: peer", flush=True)
                    theirs.append(_run_peer(peer_python, peer_files))
            print("upside down", flush=True)
            turned = post_all(
                port, list(itertools.islice(samples.renewed(samples.upside_down(files)), len(files))), n_clients=1
            )
            print(f"{arguments.clients} clients", flush=True)
            many = post_all(port, list(itertools.islice(fresh, 4 * arguments.clients)), n_clients=arguments.clients)

    page = results_page(
        command="make bench",
        what=samples.describe(),
        one=_merged(ours),
        turned=turned,
        many=many,
        peer=_merged_peer(theirs),
    )
    arguments.output.write_text(page, encoding="utf-8")
    print(page)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description="Time /predict and a peer on the same files.")
    parser.add_argument("--files", type=int, default=8, help="different files (default 8)")
    parser.add_argument("--rounds", type=int, default=3, help="turns of each side (default 3)")
    parser.add_argument("--clients", type=int, default=8, help="clients at once (default 8)")
    parser.add_argument("--no-peer", action="store_true", help="leave the peer out")
    parser.add_argument("--output", type=Path, default=RESULTS, help="the page to write")
    return parser.parse_args()


def _make_peer() -> Path:
    """Make the peer's environment once; its packages are its own and touch none of ours."""
    python, stamp = PEER_FOLDER / "bin" / "python", PEER_FOLDER / ".installed"
    wanted = "\n".join(PEER_PACKAGES)
    if not stamp.is_file() or stamp.read_text() != wanted:
        print("setting up the peer", flush=True)
        subprocess.run([sys.executable, "-m", "venv", PEER_FOLDER], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *PEER_PACKAGES], check=True)
        stamp.write_text(wanted)
    return python


def _run_peer(python: Path, files: Path) -> dict[str, Any]:
    command = [python, ROOT / "benchmarks" / "peer.py", files, "--threads", str(n_cores())]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    output = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
    result: dict[str, Any] = json.loads(output)
    return result


def _merged(loads: list[Load]) -> Load:
    return Load(
        n_clients=1,
        answers=[answer for load in loads for answer in load.answers],
        wall_s=sum(load.wall_s for load in loads),
    )


def _merged_peer(rounds: list[dict[str, Any]]) -> dict[str, Any] | None:
    if not rounds:
        return None
    return {"versions": rounds[0]["versions"], "files": [timing for one in rounds for timing in one["files"]]}


if __name__ == "__main__":
    main()
