"""What if a part were covered, through HTTP: both answers, nothing stored, clear refusals, waiting readings first."""

import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from app.errors import BusyError, StoppingError
from app.inference import MOST_QUESTIONS, ReadingQueue
from app.settings import Settings
from model.errors import InferenceError
from model.imaging.radiograph import Radiograph
from tests.application import SIDE, gray_dicom, gray_png, run_app, send
from tests.factories import make_png
from tests.fakes import FakePredictor

HALF = {"x0": 0, "y0": 0, "x1": SIDE, "y1": SIDE / 2}
QUARTER = {"x0": 0, "y0": 0, "x1": SIDE / 2, "y1": SIDE / 2}


def ask(client: TestClient, answer: Any, *rectangles: Any) -> Any:
    return client.post(f"/radiographs/{answer['radiograph_id']}/what-if", json={"rectangles": list(rectangles)})


def test_both_answers_stand_side_by_side(client: TestClient) -> None:
    answer = send(client, gray_dicom(204)).json()

    found = ask(client, answer, HALF).json()

    assert found["radiograph_id"] == answer["radiograph_id"]
    assert found["reading_id"] == answer["reading_id"]
    assert found["model"] == answer["model"]
    assert found["covered_share"] == 0.5
    assert found["as_read"]["probabilities"] == answer["probabilities"]
    assert (found["as_read"]["finding"], found["as_read"]["flagged"]) == ("covid-19", True)
    assert found["covered"]["probabilities"]["covid-19"] == pytest.approx(answer["probabilities"]["covid-19"] / 2)
    assert (found["covered"]["finding"], found["covered"]["flagged"]) == ("normal", False)


def test_rectangles_add_up_and_overlaps_count_once(client: TestClient) -> None:
    answer = send(client, gray_png(204)).json()

    shares = [ask(client, answer, *boxes).json()["covered_share"] for boxes in ([QUARTER], [QUARTER, HALF])]

    assert shares == [0.25, 0.5]


def test_nothing_is_stored_and_the_reading_stays(client: TestClient) -> None:
    answer = send(client, gray_png(204)).json()
    before = client.get(f"/readings/{answer['reading_id']}").json()
    tables = ("cases", "radiographs", "readings", "reviews", "annotations", "receipts")

    def counts() -> list[int]:
        with client.app.state.parts.database.reading() as session:  # type: ignore[attr-defined]
            return [session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in tables]

    counted = counts()
    assert ask(client, answer, HALF).status_code == 200

    assert client.get(f"/readings/{answer['reading_id']}").json() == before
    assert counts() == counted


@pytest.mark.parametrize(
    "rectangles",
    [
        [],
        [QUARTER] * 17,
        [QUARTER | {"x1": 0}],
        [QUARTER | {"y0": 40}],
        [QUARTER | {"x0": -1}],
        [QUARTER | {"colour": "red"}],
        [{"x0": 0, "y0": 0, "x1": 5}],
        ["box"],
    ],
    ids=["none", "too many", "no width", "upside down", "negative", "unknown field", "three edges", "no rectangle"],
)
def test_what_is_no_rectangle_is_refused(client: TestClient, rectangles: list[Any]) -> None:
    problem = ask(client, send(client, gray_png(204)).json(), *rectangles)

    assert problem.status_code == 422
    assert problem.json()["code"] == "MALFORMED_REQUEST"
    assert problem.json()["errors"]


def test_a_rectangle_beyond_the_radiograph_is_refused_in_words(client: TestClient) -> None:
    problem = ask(client, send(client, gray_png(204)).json(), HALF | {"x1": SIDE + 1})

    assert problem.status_code == 422
    assert problem.json()["code"] == "INVALID_REQUEST"
    assert f"{SIDE} × {SIDE} pixels" in problem.json()["detail"]


def test_a_radiograph_that_is_not_there_is_not_found(client: TestClient) -> None:
    problem = ask(client, {"radiograph_id": uuid4()}, QUARTER)

    assert problem.status_code == 404
    assert problem.json()["code"] == "NOT_FOUND"


def test_a_refused_radiograph_says_why_it_is_not_read(client: TestClient) -> None:
    refused = send(client, make_png(np.full((16, 16), 200, np.uint8))).json()

    problem = ask(client, refused, {"x0": 0, "y0": 0, "x1": 4, "y1": 4})

    assert problem.status_code == 422
    body = problem.json()
    assert body["code"] == "TOO_SMALL"
    assert body["case_id"] == refused["case_id"]
    assert "duplicate" not in body


def test_a_reading_that_failed_or_is_of_other_weights_cannot_be_asked(settings: Settings) -> None:
    def fail(radiograph: Radiograph) -> None:
        if radiograph.shape == (SIDE, SIDE) and radiograph.pixels[0, 0] < 15:
            raise InferenceError("out of memory")

    with run_app(settings, FakePredictor(behaviour=fail)) as client:
        failed, read = send(client, gray_png(10)).json(), send(client, gray_png(204)).json()
        assert ask(client, failed, QUARTER).json()["code"] == "CONFLICT"
    with run_app(settings, FakePredictor(version="2")) as client:
        later = ask(client, read, QUARTER)

    assert later.status_code == 409
    assert "another model version" in later.json()["detail"]


def test_a_failing_network_is_said_and_outlived(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise InferenceError("out of memory")

    predictor = FakePredictor()
    with run_app(settings, predictor) as client:
        answer = send(client, gray_png(204)).json()
        with monkeypatch.context() as patch:
            patch.setattr(predictor, "read_covered", fail)
            failed = ask(client, answer, QUARTER)
        again = ask(client, answer, QUARTER)

    assert failed.status_code == 503
    assert failed.json()["code"] == "INFERENCE_FAILED"
    assert again.status_code == 200


@pytest.fixture
def held(settings: Settings) -> Iterator[tuple[TestClient, ReadingQueue, threading.Event, list[int]]]:
    """An application whose reading thread waits within a question until the event; and the sizes of its batches."""
    predictor = FakePredictor()
    entered, release = threading.Event(), threading.Event()
    with run_app(settings, predictor) as client:
        queue = client.app.state.parts.queue  # type: ignore[attr-defined]

        def hold() -> None:
            entered.set()
            assert release.wait(30)

        queue.ask(hold)
        assert entered.wait(30)
        predictor.batches.clear()
        yield client, queue, release, predictor.batches
        release.set()


def test_readings_that_wait_go_before_questions(
    held: tuple[TestClient, ReadingQueue, threading.Event, list[int]],
) -> None:
    client, queue, release, batches = held
    seen: list[int] = []
    questions = [queue.ask(lambda: seen.append(sum(batches))) for _ in range(2)]
    threads = [threading.Thread(target=send, args=(client, gray_png(level))) for level in (10, 20, 30)]
    for thread in threads:
        thread.start()
    while queue.n_waiting < len(threads):
        threading.Event().wait(0.005)

    release.set()
    for thread in threads:
        thread.join()
    for question in questions:
        question.result(30)

    assert seen == [3, 3]


def test_there_is_an_end_to_questions_and_one_that_is_given_up_is_not_asked(
    held: tuple[TestClient, ReadingQueue, threading.Event, list[int]],
) -> None:
    _, queue, release, _ = held
    asked: list[str] = []
    questions = [queue.ask(lambda: asked.append("asked")) for _ in range(MOST_QUESTIONS)]

    with pytest.raises(BusyError):
        queue.ask(lambda: None)
    questions[0].cancel()
    release.set()
    questions[-1].result(30)

    assert len(asked) == MOST_QUESTIONS - 1
    with pytest.raises(CancelledError):
        questions[0].result(0)


def test_a_server_that_stops_answers_no_more_questions(settings: Settings) -> None:
    entered, release = threading.Event(), threading.Event()
    with run_app(settings) as client:
        queue = client.app.state.parts.queue  # type: ignore[attr-defined]

        def hold() -> None:
            entered.set()
            assert release.wait(30)

        queue.ask(hold)
        assert entered.wait(30)
        waiting = queue.ask(lambda: None)
        stopper = threading.Thread(target=queue.stop)
        stopper.start()
        with pytest.raises(StoppingError):
            waiting.result(30)
        release.set()
        stopper.join()
        with pytest.raises(StoppingError):
            queue.ask(lambda: None)
