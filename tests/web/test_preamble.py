"""The preamble of a DICOM file may be a program: it is zeroed before anything is stored, and nothing else is."""

import hashlib
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.files.preamble import without_preamble
from app.settings import Settings
from tests.application import gray_dicom, gray_png, send

PROGRAM = b"MZ\x90\x00 not for people".ljust(128, b"!")


def _stored(settings: Settings) -> list[Path]:
    return [path for path in (settings.files.folder / "originals").rglob("*") if path.is_file()]


def test_a_stored_file_has_no_preamble_and_is_otherwise_as_sent(client: TestClient, settings: Settings) -> None:
    data = gray_dicom(20)
    sent = PROGRAM + data[128:]

    answer = send(client, sent).json()

    [path] = _stored(settings)
    assert path.read_bytes() == bytes(128) + sent[128:]
    assert path.name == hashlib.sha256(path.read_bytes()).hexdigest()
    assert client.get(f"/radiographs/{answer['radiograph_id']}/file").content == bytes(128) + sent[128:]


def test_files_that_differ_in_their_preamble_are_the_same_file(client: TestClient, settings: Settings) -> None:
    data = gray_dicom(20)

    first = send(client, data).json()
    second = send(client, PROGRAM + data[128:]).json()

    assert second == first | {"duplicate": True}
    assert len(_stored(settings)) == 1


@pytest.mark.parametrize("data", [gray_png(20), b"", b"short", PROGRAM + b"DICX", bytes(128) + b"DICM"])
def test_what_has_no_preamble_is_left_alone(data: bytes) -> None:
    assert without_preamble(data) is data
