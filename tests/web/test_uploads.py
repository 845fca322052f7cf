"""Uploads as the world sends them, over real sockets: many, slow, broken off, mislabelled. Each gets a clear answer."""

import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pytest

from tests.application import gray_png
from tests.factories import make_png
from tests.servers import run_server

BOUNDARY = b"b0undary"
LIMIT = 3 * 1024**2
"""Three times what is held in memory while it is received: an upload of half of it lies on the disk."""
STALL_S = 5.0
PATIENCE_S = 60.0
PLACES = 8


@dataclass(frozen=True)
class Server:
    address: str
    folder: Path
    pid: int

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    def left(self) -> list[str]:
        """Files that an upload which came to nothing has left."""
        named = [path.name for name in ("files/incoming", "tmp") for path in (self.folder / name).iterdir()]
        return named + [target for target in self._open_files() if target.startswith(str(self.folder / "tmp"))]

    def wait_until_nothing_is_left(self) -> None:
        """The server hears of a sender who has gone in its own time."""
        deadline = time.monotonic() + PATIENCE_S
        while self.left():
            assert time.monotonic() < deadline, self.left()
            time.sleep(0.02)

    def _open_files(self) -> Iterator[str]:
        """Temporary files have no name: those that the server holds open are the ones it has not let go."""
        folder = Path(f"/proc/{self.pid}/fd")
        for handle in folder.iterdir() if folder.is_dir() else ():
            with suppress(OSError):  # closed meanwhile
                yield str(handle.readlink())

    def files(self) -> int:
        return sum(path.is_file() for path in (self.folder / "files" / "originals").rglob("*"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with _run(tmp_path_factory.mktemp("uploads"), stall_s=PATIENCE_S) as server:
        yield server


@pytest.fixture(scope="module")
def impatient_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with _run(tmp_path_factory.mktemp("stalled"), stall_s=STALL_S) as server:
        yield server


@contextmanager
def _run(folder: Path, *, stall_s: float) -> Iterator[Server]:
    (folder / "tmp").mkdir()
    settings = {
        "COVID_XNET_FILES__UPLOAD_LIMIT": str(LIMIT),
        "COVID_XNET_FILES__UPLOADS": str(PLACES),
        "COVID_XNET_FILES__UPLOAD_STALL": str(stall_s),
        "TMPDIR": str(folder / "tmp"),
    }
    with run_server(folder, **settings) as (address, process):
        yield Server(address=address, folder=folder, pid=process.pid)


def noise_png() -> bytes:
    """An image that compresses badly: 360 kB."""
    return make_png(np.random.default_rng(0).integers(0, 256, (600, 600), np.uint8))


def _form(data: bytes, *, name: bytes = b"file", boundary: bytes = BOUNDARY) -> bytes:
    head = b'Content-Disposition: form-data; name="%b"; filename="a"\r\n\r\n' % name
    return b"--%b\r\n%b%b\r\n--%b--\r\n" % (boundary, head, data, boundary)


def _head(length: int | None, *, kind: bytes = b"multipart/form-data; boundary=" + BOUNDARY) -> bytes:
    announced = b"Transfer-Encoding: chunked" if length is None else b"Content-Length: %d" % length
    return b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: %b\r\n%b\r\n\r\n" % (kind, announced)


def _answer(connection: socket.socket) -> tuple[int, dict[str, Any]]:
    """Read one answer: its status and its body."""
    connection.settimeout(PATIENCE_S)
    with connection.makefile("rb") as stream:
        status = int(stream.readline().split()[1])
        headers = dict(line.decode().lower().rstrip().split(": ", 1) for line in iter(stream.readline, b"\r\n"))
        return status, json.loads(stream.read(int(headers["content-length"])))


def _exchange(server: Server, *pieces: bytes, pause_s: float = 0.0) -> tuple[int, dict[str, Any]]:
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(pause_s)
        return _answer(connection)


def _code(answer: tuple[int, dict[str, Any]]) -> tuple[int, str]:
    return answer[0], answer[1]["code"]


def test_many_at_once_are_read_or_told_to_come_again(server: Server) -> None:
    before = server.files()

    def send(number: int) -> Any:
        return httpx2.post(f"{server.address}/predict", files={"file": gray_png(number)}, timeout=60)

    with ThreadPoolExecutor(40) as pool:
        answers = list(pool.map(send, range(20, 60)))

    statuses = [answer.status_code for answer in answers]
    assert set(statuses) <= {200, 503}
    assert 200 in statuses
    assert {answer.json()["code"] for answer in answers if answer.status_code == 503} <= {"BUSY"}
    assert all("retry-after" in answer.headers for answer in answers if answer.status_code == 503)
    assert server.files() - before == statuses.count(200)
    assert server.left() == []


def test_more_uploads_at_once_than_places_are_told_so_before_their_bytes_are_read(server: Server) -> None:
    body = _form(gray_png(1))
    slow = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(PLACES)]
    for connection in slow:
        connection.sendall(_head(len(body)) + body[:10])

    deadline = time.monotonic() + PATIENCE_S
    while (answer := _exchange(server, _head(len(body)), body))[0] == 200:  # not all of them have arrived yet
        assert time.monotonic() < deadline
    for connection in slow:
        connection.sendall(body[10:])
    finished = [_answer(connection)[0] for connection in slow]
    for connection in slow:
        connection.close()

    status, problem = answer
    assert (status, problem["code"], problem["limit"]) == (503, "BUSY", PLACES)
    assert finished == [200] * PLACES


def test_a_slow_upload_that_keeps_coming_is_read(impatient_server: Server) -> None:
    """It takes longer than any pause may be."""
    body = _form(noise_png())
    pieces = [body[i : i + 80_000] for i in range(0, len(body), 80_000)]

    status, answer = _exchange(impatient_server, _head(len(body)), *pieces, pause_s=0.4 * STALL_S)

    assert 0.4 * STALL_S * len(pieces) > STALL_S

    assert status == 200
    assert answer["status"] == "done"


def test_an_upload_that_drips_does_not_keep_its_place(impatient_server: Server) -> None:
    """Each pause is shorter than any pause may be; the answer comes sooner than so long after the last byte."""
    drops = [_form(b"")[i : i + 1] for i in range(4)]
    started = time.monotonic()

    status, problem = _exchange(impatient_server, _head(LIMIT // 2), *drops, pause_s=0.3 * STALL_S)

    assert (status, problem["code"]) == (408, "UPLOAD_STALLED")
    assert time.monotonic() - started < 0.9 * STALL_S + STALL_S
    impatient_server.wait_until_nothing_is_left()


def test_an_upload_that_stops_coming_is_ended(impatient_server: Server) -> None:
    body = _form(bytes(LIMIT // 2))

    status, problem = _exchange(impatient_server, _head(len(body)), body[:-50])

    assert (status, problem["code"]) == (408, "UPLOAD_STALLED")
    assert problem["limit"] == STALL_S
    impatient_server.wait_until_nothing_is_left()


def test_an_upload_that_is_broken_off_leaves_nothing(server: Server) -> None:
    before = server.files()
    body = _form(bytes(LIMIT // 2))
    for cut in (10, 60, 5000, len(body) - 3):
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall(_head(len(body)) + body[:cut])

    server.wait_until_nothing_is_left()
    assert server.files() == before
    assert httpx2.get(f"{server.address}/readyz").status_code == 200


@pytest.mark.parametrize("n_parts", [2, 10_000])
def test_more_than_one_file_is_refused_at_the_second(server: Server, n_parts: int) -> None:
    part = b'--%b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n\r\n' % BOUNDARY
    body = part * n_parts + b"--%b--\r\n" % BOUNDARY

    assert _code(_exchange(server, _head(len(body)), body)) == (422, "MALFORMED_UPLOAD")
    assert server.left() == []


def test_ten_thousand_fields_are_refused(server: Server) -> None:
    part = b'--%b\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n' % BOUNDARY
    body = part * 10_000

    assert _code(_exchange(server, _head(len(body)), body)) == (422, "MALFORMED_UPLOAD")


def test_bytes_beyond_the_announced_length_are_no_request(server: Server) -> None:
    body = _form(gray_png(72))

    assert _code(_exchange(server, _head(len(body) - 40), body)) == (400, "MALFORMED_HTTP")
    assert server.left() == []


def test_a_form_that_is_cut_off_is_no_upload(server: Server) -> None:
    body = _form(gray_png(72))[:-40]

    status, code = _code(_exchange(server, _head(len(body)), body))

    assert status == 422
    assert code in ("MALFORMED_UPLOAD", "MALFORMED_REQUEST")


def test_bytes_that_are_no_http_get_a_problem_too(server: Server) -> None:
    assert _code(_exchange(server, b"\x16\x03\x01 this is TLS\r\n\r\n")) == (400, "MALFORMED_HTTP")


def test_a_length_that_is_too_long_is_waited_for_and_given_up(impatient_server: Server) -> None:
    body = _form(gray_png(73))

    assert _code(_exchange(impatient_server, _head(len(body) + 100), body)) == (408, "UPLOAD_STALLED")


@pytest.mark.parametrize("is_announced", [True, False])
def test_more_bytes_than_the_limit_are_not_read(server: Server, is_announced: bool) -> None:
    body = _form(bytes(LIMIT + 256 * 1024))
    pieces = [body[:1000]] if is_announced else [b"%x\r\n%b\r\n" % (len(body), body), b"0\r\n\r\n"]

    status, problem = _exchange(server, _head(len(body) if is_announced else None), *pieces)

    assert (status, problem["code"], problem["limit"]) == (413, "FILE_TOO_LARGE", LIMIT)
    assert server.left() == []


@pytest.mark.parametrize(
    "kind",
    [b"application/json", b"text/plain", b"multipart/form-data", b"image/png", b"", b"multipart/mixed; boundary=x"],
)
def test_another_kind_of_body_is_refused(server: Server, kind: bytes) -> None:
    body = _form(gray_png(74))

    status, code = _code(_exchange(server, _head(len(body), kind=kind), body))

    assert status == 422
    assert code in ("MALFORMED_UPLOAD", "MALFORMED_REQUEST")


@pytest.mark.parametrize("data", [b"", b"\0"])
def test_no_bytes_are_no_radiograph(server: Server, data: bytes) -> None:
    body = _form(data)

    assert _code(_exchange(server, _head(len(body)), body)) == (415, "UNKNOWN_FORMAT")


def test_no_body_is_no_upload(server: Server) -> None:
    assert _code(_exchange(server, _head(0))) == (422, "MALFORMED_REQUEST")


def test_a_body_that_is_no_form_is_refused(server: Server) -> None:
    body = b"\xff" * 1000

    status, code = _code(_exchange(server, _head(len(body)), body))

    assert (status, code) == (422, "MALFORMED_UPLOAD")


def test_a_file_under_another_name_is_missed_by_its_name(server: Server) -> None:
    body = _form(gray_png(75), name=b"image")

    status, problem = _exchange(server, _head(len(body)), body)

    assert (status, problem["code"]) == (422, "MALFORMED_REQUEST")
    assert problem["errors"][0]["where"] == ["body", "file"]
