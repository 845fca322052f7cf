"""Uploads as the world sends them, over real sockets: many, slow, broken off, mislabelled. Each gets a clear answer."""

import json
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.application import gray_png
from tests.servers import run_server

BOUNDARY = b"b0undary"
LIMIT = 256 * 1024
STALL_S = 1.0


@dataclass(frozen=True)
class Server:
    address: str
    folder: Path

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    def left(self) -> list[str]:
        """Files that an upload which came to nothing has left."""
        return [path.name for name in ("files/incoming", "tmp") for path in (self.folder / name).iterdir()]

    def files(self) -> int:
        return sum(path.is_file() for path in (self.folder / "files" / "originals").rglob("*"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("uploads")
    (folder / "tmp").mkdir()
    settings = {
        "COVID_XNET_FILES__UPLOAD_LIMIT": str(LIMIT),
        "COVID_XNET_FILES__UPLOADS": "8",
        "COVID_XNET_FILES__UPLOAD_STALL": str(STALL_S),
        "TMPDIR": str(folder / "tmp"),
    }
    with run_server(folder, **settings) as (address, _):
        yield Server(address=address, folder=folder)


def _form(data: bytes, *, name: bytes = b"file", boundary: bytes = BOUNDARY) -> bytes:
    head = b'Content-Disposition: form-data; name="%b"; filename="a"\r\n\r\n' % name
    return b"--%b\r\n%b%b\r\n--%b--\r\n" % (boundary, head, data, boundary)


def _head(length: int | None, *, kind: bytes = b"multipart/form-data; boundary=" + BOUNDARY) -> bytes:
    announced = b"Transfer-Encoding: chunked" if length is None else b"Content-Length: %d" % length
    return b"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: %b\r\n%b\r\n\r\n" % (kind, announced)


def _answer(connection: socket.socket) -> tuple[int, dict[str, Any]]:
    """Read one answer: its status and its body."""
    connection.settimeout(30)
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
    slow = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(8)]
    for connection in slow:
        connection.sendall(_head(len(body)) + body[:10])
    time.sleep(0.3)

    status, problem = _exchange(server, _head(len(body)), body)
    for connection in slow:
        connection.sendall(body[10:])
    finished = [_answer(connection)[0] for connection in slow]
    for connection in slow:
        connection.close()

    assert (status, problem["code"], problem["limit"]) == (503, "BUSY", 8)
    assert finished == [200] * 8


def test_a_slow_upload_that_keeps_coming_is_read(server: Server) -> None:
    body = _form(gray_png(70))

    status, answer = _exchange(server, _head(len(body)), body[:50], body[50:90], body[90:], pause_s=0.6 * STALL_S)

    assert status == 200
    assert answer["status"] == "done"


def test_an_upload_that_stops_coming_is_ended(server: Server) -> None:
    body = _form(gray_png(71))

    status, problem = _exchange(server, _head(len(body)), body[:50])

    assert (status, problem["code"]) == (408, "UPLOAD_STALLED")
    assert problem["limit"] == STALL_S
    assert server.left() == []


def test_an_upload_that_is_broken_off_leaves_nothing(server: Server) -> None:
    before = server.files()
    body = _form(bytes(LIMIT // 2))
    for cut in (10, 60, 5000, len(body) - 3):
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall(_head(len(body)) + body[:cut])
    time.sleep(0.5)

    assert server.files() == before
    assert server.left() == []
    assert httpx2.get(f"{server.address}/readyz").status_code == 200


@pytest.mark.parametrize("n_parts", [2, 10_000])
def test_more_than_one_file_is_refused_at_the_second(server: Server, n_parts: int) -> None:
    part = b'--%b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n\r\n' % BOUNDARY
    body = (part * n_parts + b"--%b--\r\n" % BOUNDARY)[:LIMIT]

    assert _code(_exchange(server, _head(len(body)), body)) == (422, "MALFORMED_UPLOAD")
    assert server.left() == []


def test_ten_thousand_fields_are_refused(server: Server) -> None:
    part = b'--%b\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n' % BOUNDARY
    body = (part * 10_000)[:LIMIT]

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


def test_a_length_that_is_too_long_is_waited_for_and_given_up(server: Server) -> None:
    body = _form(gray_png(73))

    assert _code(_exchange(server, _head(len(body) + 100), body)) == (408, "UPLOAD_STALLED")


@pytest.mark.parametrize("is_announced", [True, False])
def test_more_bytes_than_the_limit_are_not_read(server: Server, is_announced: bool) -> None:
    body = _form(bytes(2 * LIMIT))
    pieces = [body] if is_announced else [b"%x\r\n%b\r\n" % (len(body), body), b"0\r\n\r\n"]

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
