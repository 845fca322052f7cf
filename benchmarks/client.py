"""Clients that post radiographs to `/predict` and keep the time of each."""

import http.client
import json
import queue
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

BOUNDARY = "benchmark-7f3a1c"
TRIES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answered radiograph.

    Attributes:
        elapsed_ms: From the first byte sent to the last byte received, including waits that a full queue advised.
        stages_ms: What the server says of itself: `decode`, `gate`, `preprocess`, `network`, `total`.
    """

    elapsed_ms: float
    stages_ms: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What some clients together saw.

    Attributes:
        wall_s: From the first request to the last answer.
    """

    n_clients: int
    answers: Sequence[Answer]
    wall_s: float


def post_all(port: int, files: Sequence[bytes], *, n_clients: int) -> Load:
    """Post every file once, each of `n_clients` taking the next as soon as its last is answered.

    Raises:
        RuntimeError: an answer was not 200, or came from memory (`duplicate`), which would measure nothing.
    """
    bodies: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    for content in files:
        bodies.put(_multipart(content))
    answers: list[Answer] = []
    failures: list[Exception] = []

    def client() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=300)
        try:
            while True:
                answers.append(_post(connection, bodies.get_nowait()))
        except queue.Empty:
            connection.close()
        except (RuntimeError, OSError, http.client.HTTPException) as failure:
            failures.append(failure)

    threads = [threading.Thread(target=client) for _ in range(n_clients)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wall_s = time.perf_counter() - started
    if failures:
        raise RuntimeError(f"{len(failures)} of {n_clients} clients failed, the first: {failures[0]}")
    return Load(n_clients=n_clients, answers=answers, wall_s=wall_s)


def _post(connection: http.client.HTTPConnection, body: bytes) -> Answer:
    started = time.perf_counter()
    for _ in range(TRIES):
        headers = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}", "Accept": "application/json"}
        connection.request("POST", "/predict", body=body, headers=headers)
        response = connection.getresponse()
        content = response.read()
        if response.status == 503:
            time.sleep(float(response.headers.get("Retry-After", "1")))
            continue
        elapsed_ms = (time.perf_counter() - started) * 1000
        answer = json.loads(content)
        if response.status != 200:
            raise RuntimeError(f"{response.status} {answer.get('code')}: {answer.get('detail')}")
        if answer["duplicate"]:
            raise RuntimeError("the server had read this file before")
        return Answer(elapsed_ms=elapsed_ms, stages_ms=answer["timings_ms"])
    raise RuntimeError(f"the queue was full {TRIES} times")


def _multipart(content: bytes) -> bytes:
    head = (
        f"--{BOUNDARY}\r\n"
        'Content-Disposition: form-data; name="file"; filename="chest.dcm"\r\n'
        "Content-Type: application/dicom\r\n\r\n"
    )
    return head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
