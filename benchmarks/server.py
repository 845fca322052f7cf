"""The server under test: a subprocess of `covid-xnet serve` on a free port, with a database and files of its own."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START_LIMIT_S = 120.0
COMMAND = (sys.executable, "-m", "app")


@contextmanager
def running_server(folder: Path) -> Iterator[int]:
    """Migrate and serve below `folder`; yields the port once a radiograph can be read.

    Raises:
        RuntimeError: the server ended or was not ready in time; its log is in the message.
    """
    port = _free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("COVID_XNET_")},
        "COVID_XNET_SERVER__PORT": str(port),
        "COVID_XNET_DATABASE__URL": f"sqlite:///{folder / 'bench.sqlite'}",
        "COVID_XNET_FILES__FOLDER": str(folder / "files"),
        "COVID_XNET_INFERENCE__DEVICE": "cpu",
        "COVID_XNET_LOG__LEVEL": "warning",
    }
    log = folder / "server.log"
    with log.open("wb") as output:
        subprocess.run([*COMMAND, "migrate"], cwd=ROOT, env=environment, stdout=output, stderr=output, check=True)
        server = subprocess.Popen([*COMMAND, "serve"], cwd=ROOT, env=environment, stdout=output, stderr=output)
    try:
        _wait_until_ready(server, port, log)
        yield port
    finally:
        server.terminate()
        try:
            server.wait(timeout=30)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError(f"the server ended before it was ready:\n{log.read_text(errors='replace')}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"the server was not ready within {START_LIMIT_S:.0f} s:\n{log.read_text(errors='replace')}")
