"""Cases, radiographs, readings and reviews as JSON."""

import gzip
from uuid import uuid4

import cv2
import numpy as np
import pytest
from fastapi.testclient import TestClient

from app.settings import Settings
from tests.application import SIDE, gray_dicom, gray_png, run_app, send
from tests.factories import make_png
from tests.fakes import FakePredictor

JSON = {"Accept": "application/json"}


def test_a_row_shows_the_case_and_its_reading(client: TestClient) -> None:
    data = gray_dicom(230, PatientID="P-1", AccessionNumber="A20399", ViewPosition="AP")
    answer = send(client, data, "chest.dcm").json()

    [row] = client.get("/cases", headers=JSON).json()["cases"]

    assert row["received_at"].endswith("Z")
    del row["received_at"]
    assert row == {
        "case_id": answer["case_id"],
        "radiograph_id": answer["radiograph_id"],
        "reading_id": answer["reading_id"],
        "label": "A20399",
        "patient_id": "P-1",
        "file_name": "chest.dcm",
        "view_position": "AP",
        "n_radiographs": 1,
        "n_not_analysed": 0,
        "status": "done",
        "finding": "covid-19",
        "flagged": True,
        "probability": answer["probabilities"]["covid-19"],
        "probability_range": pytest.approx([row["probability"] - 0.05, row["probability"] + 0.05]),
        "threshold": 0.5,
        "other_threshold": None,
        "reason": None,
        "review": None,
        "thumbnail": f"/radiographs/{answer['radiograph_id']}/thumbnail",
    }


def test_a_case_shows_header_facts_radiographs_and_reading(client: TestClient) -> None:
    data = gray_dicom(
        20,
        PatientName="Doe^Jane",
        PatientID="P-1",
        PatientSex="F",
        PatientAge="057Y",
        StudyDate="20261124",
        StudyTime="0905",
        AccessionNumber="A1",
        StudyDescription="Chest",
        ViewPosition="PA",
        ImagerPixelSpacing=[0.2, 0.1],
        PixelSpacing=None,
    )
    answer = send(client, data, "chest.dcm").json()

    case = client.get(f"/cases/{answer['case_id']}", headers=JSON).json()

    assert case["patient"] == {"id": "P-1", "name": "Doe, Jane", "sex": "F", "age": "057Y"}
    assert case["study"] == {"date": "20261124", "time": "0905", "accession_number": "A1", "description": "Chest"}
    assert case["neighbours"] == {"previous": None, "next": None}
    [radiograph] = case["radiographs"]
    assert (radiograph["rows"], radiograph["columns"], radiograph["encoding"]) == (SIDE, SIDE, "dicom")
    assert radiograph["spacing"] == {"row_mm": 0.2, "column_mm": 0.1, "at_detector": True}
    assert radiograph["window"] == {"center": 128.0, "width": 256.0, "function": "LINEAR"}
    assert radiograph["reading"] == client.get(answer["links"]["reading"]).json()
    assert client.get(f"/radiographs/{answer['radiograph_id']}").json() == radiograph


def test_a_file_without_header_is_a_case_of_its_own_without_patient(client: TestClient) -> None:
    answer = send(client, gray_png(20)).json()

    case = client.get(f"/cases/{answer['case_id']}").json()

    assert (case["patient"], case["study"]) == (None, None)
    assert case["label"] == answer["case_id"].replace("-", "")[:8]


def test_a_reading_is_the_answer_and_its_provenance(client: TestClient) -> None:
    answer = send(client, gray_png(230)).json()

    reading = client.get(answer["links"]["reading"]).json()

    assert {name: reading[name] for name in answer} == answer
    assert set(reading) - set(answer) == {
        "probability_range", "other_threshold", "cam", "reason", "attempts", "queued_at", "started_at", "finished_at",
        "device", "pipeline",
    }  # fmt: skip
    assert reading["cam"] == {
        "placement": [0, 0, SIDE, SIDE],
        "rows": 8,
        "columns": 8,
        "href": answer["links"]["cam"],
    }
    assert reading["queued_at"] <= reading["started_at"] <= reading["finished_at"]


def test_the_map_is_a_16_bit_png_on_its_absolute_scale(client: TestClient) -> None:
    answer = send(client, gray_png(230)).json()

    response = client.get(answer["links"]["cam"])

    cam = cv2.imdecode(np.frombuffer(response.content, np.uint8), cv2.IMREAD_UNCHANGED)
    assert response.headers["content-type"] == "image/png"
    assert (cam.dtype, cam.shape) == (np.uint16, (8, 8))
    assert cam[5, 2] == round(65535 * answer["probabilities"]["covid-19"])
    assert cam.sum() == cam[5, 2]


def test_a_refused_reading_has_no_map_and_no_steps(client: TestClient) -> None:
    refused = send(client, gray_png(20, side=16)).json()

    assert client.get(f"/readings/{refused['reading_id']}/cam").status_code == 404
    assert client.get(f"/readings/{refused['reading_id']}/steps").status_code == 404


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_pixels_are_the_presentation_as_little_endian_16_bit(client: TestClient, encoding: str) -> None:
    pixels = np.repeat(np.arange(SIDE, dtype=np.uint16)[:, None] * 1000, SIDE, axis=1)
    answer = send(client, make_png(pixels)).json()

    with client.stream("GET", answer["links"]["pixels"], headers={"Accept-Encoding": encoding}) as response:
        raw = b"".join(response.iter_raw())

    assert response.headers.get("content-encoding", "identity") == encoding
    assert (response.headers["image-rows"], response.headers["image-columns"]) == (str(SIDE), str(SIDE))
    assert "immutable" in response.headers["cache-control"]
    values = np.frombuffer(gzip.decompress(raw) if encoding == "gzip" else raw, "<u2").reshape(SIDE, SIDE)
    np.testing.assert_array_equal(values, pixels)


def test_noise_is_not_compressed_in_vain(client: TestClient) -> None:
    noise = np.random.default_rng(0).integers(0, 65536, (SIDE, SIDE)).astype(np.uint16)
    link = send(client, make_png(noise)).json()["links"]["pixels"]

    response = client.get(link, headers={"Accept-Encoding": "gzip"})

    assert "content-encoding" not in response.headers
    np.testing.assert_array_equal(np.frombuffer(response.content, "<u2").reshape(SIDE, SIDE), noise)


def test_pixels_that_the_browser_has_are_not_sent_again(client: TestClient) -> None:
    link = send(client, gray_png(20)).json()["links"]["pixels"]
    tag = client.get(link).headers["etag"]

    again = client.get(link, headers={"If-None-Match": tag})

    assert (again.status_code, again.content) == (304, b"")


def test_the_original_file_comes_back_byte_for_byte_under_a_name_of_ours(client: TestClient) -> None:
    data = gray_dicom(20)
    answer = send(client, data, "Doe_Jane.dcm").json()

    response = client.get(f"/radiographs/{answer['radiograph_id']}/file")

    assert response.content == data
    name = f'attachment; filename="{answer["radiograph_id"]}.dcm"'
    assert response.headers["content-disposition"] == name


def test_a_lost_thumbnail_is_made_again(client: TestClient, settings: Settings) -> None:
    answer = send(client, gray_png(128)).json()
    link = f"/radiographs/{answer['radiograph_id']}/thumbnail"
    before = client.get(link).content
    for kept in (settings.files.folder / "thumbnails").rglob("*.png"):
        kept.unlink()

    after = client.get(link).content

    image = cv2.imdecode(np.frombuffer(after, np.uint8), cv2.IMREAD_UNCHANGED)
    assert before == after
    assert image.shape == (96, 96)
    assert set(np.unique(image)) == {128}


def test_the_steps_are_named_pictures(client: TestClient) -> None:
    answer = send(client, gray_png(255)).json()

    steps = client.get(f"/readings/{answer['reading_id']}/steps").json()
    pictures = [
        cv2.imdecode(np.frombuffer(client.get(step["href"]).content, np.uint8), cv2.IMREAD_UNCHANGED) for step in steps
    ]

    assert [step["name"] for step in steps] == ["Presentation", "Negative"]
    assert [int(picture.mean()) for picture in pictures] == [255, 0]
    assert client.get(f"/readings/{answer['reading_id']}/steps/2").status_code == 404


def test_steps_of_another_model_are_not_passed_off_as_its_own(settings: Settings) -> None:
    with run_app(settings, FakePredictor(version="1")) as client:
        answer = send(client, gray_png(20)).json()
    with run_app(settings, FakePredictor(version="2")) as client:
        response = client.get(f"/readings/{answer['reading_id']}/steps")

    assert (response.status_code, response.json()["code"]) == (409, "CONFLICT")


def test_a_review_is_kept_and_the_case_leaves_the_list(client: TestClient) -> None:
    answer = send(client, gray_png(230)).json()
    path = f"/cases/{answer['case_id']}/reviews"

    first = client.post(path, json={"reading_id": answer["reading_id"], "verdict": "unsure", "comment": " Rotated. "})
    second = client.post(path, json={"reading_id": answer["reading_id"], "verdict": "disagree", "impression": "normal"})

    assert (first.status_code, second.status_code) == (201, 201)
    case = client.get(f"/cases/{answer['case_id']}").json()
    assert [review["verdict"] for review in case["reviews"]] == ["disagree", "unsure"]
    assert case["reviews"][1]["comment"] == "Rotated."
    assert [review["impression"] for review in case["reviews"]] == ["normal", None]
    assert client.get("/cases").json()["cases"] == []
    [row] = client.get("/cases", params={"view": "reviewed"}).json()["cases"]
    assert row["review"]["verdict"] == "disagree"


def test_a_review_of_what_was_signed_meanwhile_is_not_stored(client: TestClient) -> None:
    answer = send(client, gray_png(200)).json()
    path, review = f"/cases/{answer['case_id']}/reviews", {"reading_id": answer["reading_id"], "verdict": "agree"}

    first = client.post(path, json=review | {"after": None})
    late = client.post(path, json=review | {"verdict": "disagree", "after": None})
    informed = client.post(path, json=review | {"verdict": "disagree", "after": first.json()["review_id"]})
    unasked = client.post(path, json=review)

    assert [one.status_code for one in (first, late, informed, unasked)] == [201, 409, 201, 201]
    assert late.json()["code"] == "CONFLICT"
    reviews = client.get(f"/cases/{answer['case_id']}").json()["reviews"]
    assert [one["verdict"] for one in reviews] == ["agree", "disagree", "agree"]


def test_a_review_of_another_case_s_reading_is_refused(client: TestClient) -> None:
    one, other = send(client, gray_png(20)).json(), send(client, gray_png(21)).json()
    review = {"reading_id": other["reading_id"], "verdict": "agree"}

    wrong = client.post(f"/cases/{one['case_id']}/reviews", json=review)
    nowhere = client.post(f"/cases/{uuid4()}/reviews", json=review)

    assert (wrong.status_code, wrong.json()["code"]) == (422, "INVALID_REQUEST")
    assert nowhere.status_code == 404
    assert client.get(f"/cases/{one['case_id']}").json()["reviews"] == []


def test_pages_of_the_list_follow_each_other(client: TestClient) -> None:
    sent = [send(client, gray_png(level)).json()["case_id"] for level in (20, 21, 22)]

    first = client.get("/cases", params={"limit": 2}).json()
    second = client.get("/cases", params={"limit": 2, "after": first["next"]}).json()

    assert [row["case_id"] for row in first["cases"] + second["cases"]] == sent
    assert second["next"] is None
    assert first["counts"]["all"] == 3
