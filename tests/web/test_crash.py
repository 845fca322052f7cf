"""The real server in a process of its own: killed at a bad moment, started again, nothing acknowledged is lost."""

import signal
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.application import gray_png
from tests.servers import run_server

PATIENCE_S = 60.0


def _post(address: str, data: bytes) -> Any:
    return httpx2.post(f"{address}/predict", files={"file": ("chest.png", data)}, timeout=PATIENCE_S)


def _rows(address: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = httpx2.get(f"{address}/cases", timeout=PATIENCE_S).json()["cases"]
    return rows


def _wait_for(address: str, statuses: dict[str, int]) -> list[dict[str, Any]]:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        rows = _rows(address)
        if Counter(row["status"] for row in rows) == statuses:
            return rows
        time.sleep(0.02)
    raise AssertionError(f"the readings did not become {statuses}")


def _post_and_lose(address: str, data: bytes) -> threading.Thread:
    """Send a file whose answer will never come."""

    def send() -> None:
        with pytest.raises(httpx2.HTTPError):
            _post(address, data)

    thread = threading.Thread(target=send)
    thread.start()
    return thread


def test_nothing_acknowledged_is_lost_over_three_kills(tmp_path: Path) -> None:
    """Killed after an answer, while reading, and while reading the same again with another one waiting behind it."""
    with run_server(tmp_path) as (address, process):
        answered = _post(address, gray_png(20)).json()
        process.send_signal(signal.SIGKILL)

    with run_server(tmp_path, delay_s=60) as (address, process):
        again = _post(address, gray_png(20)).json()
        sending = _post_and_lose(address, gray_png(230))
        _wait_for(address, {"done": 1, "running": 1})
        process.send_signal(signal.SIGKILL)
        sending.join()

    with run_server(tmp_path, delay_s=60) as (address, process):
        sending = _post_and_lose(address, gray_png(240))
        _wait_for(address, {"done": 1, "running": 1, "queued": 1})
        process.send_signal(signal.SIGKILL)
        sending.join()

    with run_server(tmp_path) as (address, _):
        rows = _wait_for(address, {"done": 2, "failed": 1})

    assert again == answered | {"duplicate": True}
    assert [row["reason"] and row["reason"]["code"] for row in rows] == ["INTERRUPTED", None, None]
    assert [row["finding"] for row in rows] == [None, "covid-19", "normal"]


def test_sigterm_ends_live_streams_and_stops_the_server(tmp_path: Path) -> None:
    with run_server(tmp_path) as (address, process):
        with httpx2.stream("GET", f"{address}/events", timeout=PATIENCE_S) as stream:
            lines = stream.iter_lines()
            assert next(lines) == "retry: 2000"
            process.send_signal(signal.SIGTERM)
            rest = list(lines)
        code = process.wait(PATIENCE_S)

    assert code == -signal.SIGTERM  # uvicorn stops in order, then lets the signal have its way
    assert "event: reading" not in rest
