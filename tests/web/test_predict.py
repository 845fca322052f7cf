"""`POST /predict`: the answer, duplicates, refusals, receipts, limits, a full queue."""

import threading
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import ByteSize

from app.db.engine import Database
from app.db.tables import Case, RadiographFile, Reading, Receipt
from app.settings import FilesSettings, InferenceSettings, Settings
from model.errors import InferenceError, Refusal
from model.imaging.radiograph import Radiograph
from tests.application import gray_dicom, gray_png, run_app, send
from tests.fakes import FakePredictor

ANSWER_KEYS = {
    "case_id", "radiograph_id", "reading_id", "duplicate", "status", "finding", "flagged", "probabilities",
    "operating_point", "localization", "links", "cautions", "model", "timings_ms",
}  # fmt: skip


def _count(settings: Settings, table: type[Any]) -> int:
    database = Database(settings.database)
    with database.reading() as session:
        found = session.query(table).count()
    database.close()
    return found


def _stored_files(settings: Settings) -> list[Path]:
    return [path for path in (settings.files.folder / "originals").rglob("*") if path.is_file()]


def _problem(response: Any, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["code"] == code
    assert body["status"] == status
    assert body["type"] == f"/problems/{code.lower().replace('_', '-')}"
    assert body["request_id"] == response.headers["x-request-id"]
    return body


def test_the_answer_has_exactly_the_promised_members(client: TestClient) -> None:
    answer = send(client, gray_png(230)).json()

    assert set(answer) == ANSWER_KEYS
    assert answer["status"] == "done"
    assert answer["finding"] == "covid-19"
    assert answer["flagged"] is True
    assert set(answer["probabilities"]) == {"covid-19", "normal", "other"}
    assert answer["probabilities"]["covid-19"] == pytest.approx(230 / 255, abs=1e-6)
    assert set(answer["operating_point"]) == {"name", "threshold", "sensitivity", "specificity", "set"}
    assert set(answer["localization"]) == {"peak", "zones", "boxes", "box_zones"}
    assert answer["links"] == {
        "viewer": f"/cases/{answer['case_id']}",
        "cam": f"/readings/{answer['reading_id']}/cam",
        "pixels": f"/radiographs/{answer['radiograph_id']}/pixels",
        "reading": f"/readings/{answer['reading_id']}",
    }
    assert [caution["code"] for caution in answer["cautions"]] == ["NO_HEADER"]
    assert set(answer["model"]) == {"name", "version", "sha256"}
    assert set(answer["timings_ms"]) == {"decode", "preprocess", "network", "total"}


def test_the_same_bytes_answer_with_the_same_ids(client: TestClient) -> None:
    first = send(client, gray_png(20)).json()

    second = send(client, gray_png(20), "other-name.png").json()

    assert (first["duplicate"], second["duplicate"]) == (False, True)
    assert first | {"duplicate": True} == second


def test_a_new_model_version_gives_a_new_reading_of_the_same_radiograph(settings: Settings) -> None:
    with run_app(settings, FakePredictor(version="1")) as client:
        old = send(client, gray_png(20)).json()
    with run_app(settings, FakePredictor(version="2")) as client:
        new = send(client, gray_png(20)).json()
        again = client.get(f"/readings/{old['reading_id']}").json()

    assert (new["case_id"], new["radiograph_id"]) == (old["case_id"], old["radiograph_id"])
    assert new["reading_id"] != old["reading_id"]
    assert new["duplicate"] is False
    assert (again["model"]["version"], new["model"]["version"]) == ("1", "2")


def test_a_radiograph_that_must_not_be_read_is_kept_and_says_why(client: TestClient, settings: Settings) -> None:
    small = gray_png(20, side=16)

    body = _problem(send(client, small), 422, "TOO_SMALL")
    again = _problem(send(client, small), 422, "TOO_SMALL")

    assert (body["measured"], body["limit"], body["duplicate"]) == (16, 32, False)
    assert again["duplicate"] is True
    assert again["case_id"] == body["case_id"]
    reading = client.get(f"/readings/{body['reading_id']}").json()
    assert reading["status"] == "refused"
    assert reading["finding"] is None
    assert reading["reason"]["code"] == "TOO_SMALL"
    assert len(_stored_files(settings)) == 1


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"", 415, "UNKNOWN_FORMAT"),
        (b"plain text", 415, "UNKNOWN_FORMAT"),
        (b"\x89PNG\r\n\x1a\n broken", 422, "UNREADABLE_IMAGE"),
        (bytes(128) + b"DICM", 422, "UNREADABLE_DICOM"),
    ],
)
def test_bytes_that_do_not_decode_leave_a_receipt_and_nothing_else(
    client: TestClient, settings: Settings, data: bytes, status: int, code: str
) -> None:
    body = _problem(send(client, data), status, code)

    assert "receipt_id" in body
    assert "case_id" not in body
    assert [_count(settings, table) for table in (Receipt, Case, RadiographFile, Reading)] == [1, 0, 0, 0]
    assert _stored_files(settings) == []


@pytest.mark.parametrize("form", [{"files": {"image": b"x"}}, {"data": {"file": "text"}}, {"content": b"x"}, {}])
def test_a_request_without_the_file_is_a_problem(client: TestClient, form: dict[str, Any]) -> None:
    body = _problem(client.post("/predict", **form), 422, "MALFORMED_REQUEST")

    assert body["errors"][0]["where"] == ["body", "file"]


def test_radiographs_of_one_study_share_a_case(client: TestClient) -> None:
    first = send(client, gray_dicom(20, StudyInstanceUID="1.2.3")).json()
    second = send(client, gray_dicom(230, StudyInstanceUID="1.2.3")).json()
    other = send(client, gray_dicom(25, StudyInstanceUID="1.2.4")).json()

    assert first["case_id"] == second["case_id"] != other["case_id"]
    [row] = [row for row in client.get("/cases").json()["cases"] if row["case_id"] == first["case_id"]]
    assert row["reading_id"] == second["reading_id"]


def test_a_new_radiograph_brings_a_reviewed_case_back(client: TestClient) -> None:
    first = send(client, gray_dicom(20, StudyInstanceUID="1.2.3")).json()
    client.post(f"/cases/{first['case_id']}/reviews", json={"reading_id": first["reading_id"], "verdict": "agree"})

    send(client, gray_dicom(21, StudyInstanceUID="1.2.3"))

    assert client.get("/cases").json()["counts"]["to-review"] == 1


@pytest.mark.parametrize("is_announced", [True, False])
def test_a_body_over_the_limit_is_refused_while_it_streams(settings: Settings, is_announced: bool) -> None:
    small = FilesSettings(folder=settings.files.folder, least_free=ByteSize(0), upload_limit=ByteSize(2048))
    boundary = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    body = boundary + bytes(100_000) + b"\r\n--b--\r\n"
    content: Any = body if is_announced else (body[i : i + 4096] for i in range(0, len(body), 4096))

    with run_app(settings.model_copy(update={"files": small})) as client:
        response = client.post("/predict", content=content, headers={"Content-Type": "multipart/form-data; boundary=b"})

    problem = _problem(response, 413, "FILE_TOO_LARGE")
    assert problem["limit"] == 2048
    assert problem["measured"] > 2048


def test_a_full_queue_answers_503_and_stores_nothing(settings: Settings) -> None:
    entered, release = threading.Event(), threading.Event()
    first_shape: list[Radiograph] = []

    def hold(radiograph: Radiograph) -> None:
        if not first_shape and radiograph.shape == (64, 64):
            first_shape.append(radiograph)
            entered.set()
            assert release.wait(10)

    narrow = settings.model_copy(update={"inference": InferenceSettings(queue=1)})
    answers: list[Any] = []
    with run_app(narrow, FakePredictor(behaviour=hold)) as client:
        waiting = threading.Thread(target=lambda: answers.append(send(client, gray_png(20))))
        waiting.start()
        assert entered.wait(10)

        refused = send(client, gray_png(21))
        alive = client.get("/healthz")

        release.set()
        waiting.join()
        later = send(client, gray_png(21))

    _problem(refused, 503, "BUSY")
    assert refused.headers["retry-after"] == "2"
    assert alive.status_code == 200  # reading blocks nobody else
    assert answers[0].json()["status"] == "done"
    assert later.json()["duplicate"] is False
    assert len(_stored_files(settings)) == 2


def test_requests_that_wait_together_are_read_together(settings: Settings) -> None:
    entered, release = threading.Event(), threading.Event()

    def hold(radiograph: Radiograph) -> None:
        if radiograph.shape == (64, 64) and not entered.is_set():
            entered.set()
            assert release.wait(10)

    predictor = FakePredictor(behaviour=hold)
    with run_app(settings, predictor) as client:
        threads = [threading.Thread(target=send, args=(client, gray_png(level))) for level in (10, 20, 30, 40)]
        threads[0].start()
        assert entered.wait(10)
        for thread in threads[1:]:
            thread.start()
        parts = client.app.state.parts  # type: ignore[attr-defined]
        while parts.queue.n_waiting < 3:
            threading.Event().wait(0.005)
        release.set()
        for thread in threads:
            thread.join()

    assert predictor.batches == [1, 1, 3]  # the warm-up, the first, those that waited for it


def test_one_radiograph_that_breaks_the_network_does_not_spoil_its_neighbours(settings: Settings) -> None:
    def fail_on_dark(radiograph: Radiograph) -> Refusal | None:
        if radiograph.shape == (64, 64) and radiograph.pixels[0, 0] < 15:
            raise InferenceError("out of memory")
        return None

    with run_app(settings, FakePredictor(behaviour=fail_on_dark)) as client:
        broken = send(client, gray_png(10))
        fine = send(client, gray_png(230))
        rows = client.get("/cases").json()["cases"]

    body = _problem(broken, 503, "READING_FAILED")
    assert body["reason"] == "INFERENCE_FAILED"
    assert fine.json()["status"] == "done"
    assert {row["status"] for row in rows} == {"done", "failed"}


def test_sending_a_failed_radiograph_again_tries_it_again(settings: Settings) -> None:
    is_broken = True

    def fail(radiograph: Radiograph) -> None:
        if radiograph.shape == (64, 64) and is_broken:
            raise InferenceError("out of memory")

    with run_app(settings, FakePredictor(behaviour=fail)) as client:
        first = send(client, gray_png(10)).json()
        is_broken = False
        second = send(client, gray_png(10)).json()

    assert second["status"] == "done"
    assert second["reading_id"] == first["reading_id"]


def test_a_full_disk_is_a_503_and_stores_nothing(settings: Settings) -> None:
    with run_app(settings) as client:
        parts = client.app.state.parts  # type: ignore[attr-defined]
        parts.files._least_free = 2**60
        response = send(client, gray_png(10))
        ready = client.get("/readyz")

    _problem(response, 503, "STORAGE_UNAVAILABLE")
    _problem(ready, 503, "NOT_READY")
    assert _stored_files(settings) == []
    assert _count(settings, Case) == 0


def test_the_name_that_was_sent_is_shown_and_used_for_nothing(client: TestClient, settings: Settings) -> None:
    answer = send(client, gray_png(10), "..\\..\\Müller/../x\x07y.png").json()

    [row] = client.get("/cases").json()["cases"]
    assert row["file_name"] is not None
    assert "/" not in row["file_name"]
    assert "\\" not in row["file_name"]
    assert [path.name for path in _stored_files(settings)] != [row["file_name"]]
    assert answer["status"] == "done"
