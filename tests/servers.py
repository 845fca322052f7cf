"""The real server in a process of its own, with the fake predictor."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@contextmanager
def run_server(
    folder: Path, *, delay_s: float = 0.0, log: Path | None = None, **environment: str
) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Start it with its data in `folder`, and kill it in the end.

    Args:
        delay_s: How long each reading takes.
        log: File for standard error.
        environment: Further settings.

    Yields:
        Its address and its process.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    variables = {
        "COVID_XNET_SERVER__PORT": str(port),
        "COVID_XNET_DATABASE__URL": f"sqlite:///{folder / 'test.sqlite'}",
        "COVID_XNET_FILES__FOLDER": str(folder / "files"),
        "COVID_XNET_FILES__LEAST_FREE": "0",
    }
    command = [sys.executable, "-m", "tests.fake_server", str(delay_s)]
    with (
        Path(log or os.devnull).open("w", encoding="utf-8") as errors,
        subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | variables | environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=errors,
        ) as process,
    ):
        try:
            assert process.stdout is not None
            line = next((line for line in process.stdout if "ready at" in line), None)
            assert line is not None, "the server did not start"
            yield line.split()[-1], process
        finally:
            process.kill()
