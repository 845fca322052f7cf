"""Annotations through HTTP: stored, replaced, removed, refused, and gone with their radiograph."""

from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from app.annotations import service
from tests.application import SIDE, gray_dicom, send

RULER = {"kind": "ruler", "points": [{"x": 1.5, "y": 2}, {"x": 30, "y": 40.25}], "text": ""}


@pytest.fixture
def address(client: TestClient) -> str:
    """Where the annotations of a radiograph are."""
    return f"/radiographs/{send(client, gray_dicom(204)).json()['radiograph_id']}/annotations"


def put(client: TestClient, address: str, body: Any, *, key: object = None) -> Any:
    return client.put(f"{address}/{key or uuid4()}", json=body)


def test_a_mark_survives_in_the_order_it_was_made(client: TestClient, address: str) -> None:
    put(client, address, RULER)
    put(client, address, RULER | {"kind": "arrow", "text": "  hazy patch "})

    stored = client.get(address).json()

    assert [(mark["kind"], mark["text"]) for mark in stored] == [("ruler", ""), ("arrow", "hazy patch")]
    assert stored[0]["points"] == [{"x": 1.5, "y": 2.0}, {"x": 30.0, "y": 40.25}]


def test_a_mark_sent_again_replaces_itself(client: TestClient, address: str) -> None:
    key = uuid4()
    first = put(client, address, RULER, key=key).json()
    moved = put(client, address, RULER | {"points": [{"x": 0, "y": 0}, {"x": 5, "y": 5}]}, key=key).json()

    assert client.get(address).json() == [moved]
    assert moved["created_at"] == first["created_at"]
    assert moved["updated_at"] >= first["updated_at"]


def test_a_version_that_the_sender_has_not_seen_stays(client: TestClient, address: str) -> None:
    key = uuid4()
    first = put(client, address, RULER, key=key).json()
    theirs = put(client, address, RULER | {"text": "theirs"}, key=key).json()

    for seen in (first["updated_at"], "nothing"):
        mine = client.put(f"{address}/{key}", json=RULER | {"text": "mine"}, params={"seen": seen})
        assert (mine.status_code, mine.json()["code"]) == (409, "CONFLICT")
        assert client.delete(f"{address}/{key}", params={"seen": seen}).status_code == 409
    assert client.get(address).json() == [theirs]

    current = {"seen": theirs["updated_at"]}
    assert client.put(f"{address}/{key}", json=RULER | {"text": "mine"}, params=current).status_code == 200
    assert client.delete(f"{address}/{key}").status_code == 204
    assert client.put(f"{address}/{key}", json=RULER, params=current).status_code == 409
    assert client.delete(f"{address}/{key}", params=current).status_code == 204


def test_a_mark_sent_again_because_its_answer_was_lost_is_no_conflict(client: TestClient, address: str) -> None:
    key = uuid4()
    first = put(client, address, RULER, key=key).json()

    again = client.put(f"{address}/{key}", json=RULER, params={"seen": "nothing"})

    assert again.json() == first


def test_removing_is_final_only_until_it_is_put_again(client: TestClient, address: str) -> None:
    key = uuid4()
    put(client, address, RULER, key=key)

    assert client.delete(f"{address}/{key}").status_code == 204
    assert client.delete(f"{address}/{key}").status_code == 204
    assert client.get(address).json() == []
    put(client, address, RULER, key=key)
    assert len(client.get(address).json()) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "doodle"},
        {"points": [{"x": 1, "y": 1}]},
        {"kind": "angle"},
        {"points": [{"x": -1, "y": 1}, {"x": 2, "y": 2}]},
        {"text": "x" * 501},
        {"colour": "red"},
    ],
    ids=["kind", "too few points", "points of another kind", "negative", "long text", "unknown field"],
)
def test_what_is_no_mark_is_refused(client: TestClient, address: str, change: dict[str, Any]) -> None:
    answer = put(client, address, RULER | change)

    assert answer.status_code == 422
    assert client.get(address).json() == []


def test_a_point_outside_the_radiograph_is_refused_in_words(client: TestClient, address: str) -> None:
    answer = put(client, address, RULER | {"points": [{"x": 0, "y": 0}, {"x": SIDE + 1, "y": 0}]})

    assert answer.status_code == 422
    assert f"{SIDE} × {SIDE} pixels" in answer.json()["detail"]


def test_another_radiographs_key_is_not_taken_over(client: TestClient, address: str) -> None:
    other = f"/radiographs/{send(client, gray_dicom(90)).json()['radiograph_id']}/annotations"
    key = uuid4()
    put(client, address, RULER, key=key)

    assert put(client, other, RULER, key=key).status_code == 422
    client.delete(f"{other}/{key}")
    assert len(client.get(address).json()) == 1


def test_there_is_an_end_to_marks(client: TestClient, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST_ON_ONE_RADIOGRAPH", 2)

    for _ in range(2):
        assert put(client, address, RULER).status_code == 200

    assert put(client, address, RULER).status_code == 422


def test_a_radiograph_that_is_not_there_has_none(client: TestClient) -> None:
    address = f"/radiographs/{uuid4()}/annotations"

    assert client.get(address).status_code == 404
    assert put(client, address, RULER).status_code == 404
    assert client.delete(f"{address}/{uuid4()}").status_code == 404


def test_marks_go_with_their_radiograph(client: TestClient, address: str) -> None:
    put(client, address, RULER)
    with client.app.state.parts.database.writing() as session:  # type: ignore[attr-defined]
        session.execute(text("UPDATE cases SET leading_reading_id = NULL"))
        session.execute(text("DELETE FROM readings"))
        session.execute(text("DELETE FROM radiographs"))

    with client.app.state.parts.database.reading() as session:  # type: ignore[attr-defined]
        assert session.execute(text("SELECT count(*) FROM annotations")).scalar_one() == 0
