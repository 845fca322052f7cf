"""What the viewer is served: modality pixels and grey scale, steps to the last byte, priors, corrections, report."""

import json
import re
from dataclasses import replace
from html import unescape
from typing import Any
from uuid import uuid4

import cv2
import numpy as np
import pytest
from fastapi.testclient import TestClient

from app.cases.pictures import thumbnail
from app.cases.viewer_correction import correction_of
from app.cases.viewer_page import scale_labels
from app.cases.viewer_zones import boxes_outside, boxes_unplaced, map_strength, zone_rows
from app.readings.schemas import CautionOut, ReadingOut
from model.findings import Zone
from model.imaging.pixels import presentation_pixels
from model.imaging.reader import read_radiograph
from model.prediction import Correction
from tests.application import gray_dicom, gray_png, send
from tests.factories import make_chest_dicom, make_radiograph_dicom

HTML = {"Accept": "text/html"}


def data_of(client: TestClient, case_id: str) -> Any:
    html = client.get(f"/cases/{case_id}", headers=HTML).text
    found = re.search(r'<script type="application/json" id="page-data">(.*?)</script>', html, re.DOTALL)
    assert found
    return json.loads(found[1])


def test_modality_pixels_and_grey_scale_lead_to_the_presentation(client: TestClient) -> None:
    data = make_chest_dicom(rows=90, columns=70, monochrome1=True)
    radiograph_id = send(client, data, "chest.dcm").json()["radiograph_id"]
    scale = client.get(f"/radiographs/{radiograph_id}/grayscale")
    sent = client.get(f"/radiographs/{radiograph_id}/modality")

    facts = scale.json()
    modality = facts["low"] + facts["step"] * np.frombuffer(sent.content, "<u2").astype(float)
    voi = facts["voi"]
    shown = 1 - np.clip((modality - voi["low"]) / (voi["high"] - voi["low"]), 0, 1)

    assert facts["is_inverted"]
    np.testing.assert_allclose(shown, presentation_pixels(read_radiograph(data)).ravel(), atol=1e-6)
    for answer in (scale, sent):
        assert "immutable" in answer.headers["cache-control"]
    assert (sent.headers["image-rows"], sent.headers["image-columns"]) == ("90", "70")


def test_modality_pixels_are_compressed_where_that_pays_and_kept(client: TestClient) -> None:
    radiograph_id = send(client, gray_dicom(204)).json()["radiograph_id"]
    address = f"/radiographs/{radiograph_id}/modality"

    packed = client.get(address, headers={"Accept-Encoding": "gzip"})
    plain = client.get(address, headers={"Accept-Encoding": "identity"})
    again = client.get(address, headers={"If-None-Match": packed.headers["etag"]})

    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    assert again.status_code == 304
    assert client.get(f"/radiographs/{radiograph_id}/pixels").headers["etag"] != packed.headers["etag"]


@pytest.mark.parametrize("name", ["grayscale", "modality"])
def test_a_radiograph_that_is_not_there_has_no_pixels(client: TestClient, name: str) -> None:
    assert client.get(f"/radiographs/{uuid4()}/{name}").status_code == 404


def test_the_values_of_a_step_are_sent_to_the_last_byte(client: TestClient) -> None:
    data = gray_dicom(204)
    answer = send(client, data).json()
    steps = client.get(f"/readings/{answer['reading_id']}/steps").json()

    last = client.get(steps[-1]["href"], headers={"Accept": "application/octet-stream"}).content

    made = client.app.state.parts.predictor.steps(read_radiograph(data))[-1]  # type: ignore[attr-defined]
    assert last == made.values.astype("<f4").tobytes()
    values = np.frombuffer(last, "<f4").reshape(steps[-1]["rows"], steps[-1]["columns"])
    assert (float(values.min()), float(values.max())) == (steps[-1]["least"], steps[-1]["most"])


def test_priors_are_the_patients_earlier_radiographs_latest_first(client: TestClient) -> None:
    def add(day: str, seed: int, **attributes: Any) -> Any:
        file = {"accession_number": f"A{seed}", "patient_id": "P-1", "patient_name": "Doe^Jane", "StudyDate": day}
        return send(client, make_chest_dicom(rows=64, columns=64, seed=seed, **(file | attributes))).json()

    oldest, latest, now = add("20200101", 1), add("20220301", 2), add("20230501", 3)
    add("20240101", 4)  # later
    add("20210101", 5, patient_id="P-2")
    add("20210101", 6, patient_name="Somebody^Else")

    priors = data_of(client, now["case_id"])["priors"]

    found = [prior["radiograph"]["radiograph_id"] for prior in priors]
    assert found == [latest["radiograph_id"], oldest["radiograph_id"]]
    assert "2022-03-01" in priors[0]["name"]
    assert "Doe" not in json.dumps(data_of(client, now["case_id"]))


def test_without_a_patient_there_are_no_priors(client: TestClient) -> None:
    first = send(client, gray_png(204)).json()
    send(client, gray_png(90))

    assert data_of(client, first["case_id"])["priors"] == []


def test_a_thumbnail_is_stretched_where_pixels_are_not_square() -> None:
    chest = read_radiograph(make_chest_dicom(rows=100, columns=200))

    shapes = []
    for ratio in (1.0, 2.0):
        png = thumbnail(replace(chest, pixel_aspect_ratio=ratio))
        image = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)
        assert image is not None
        shapes.append(image.shape)

    assert shapes == [(96, 192), (96, 96)]


@pytest.mark.parametrize("is_first", [True, False], ids=["sent first", "sent last"])
@pytest.mark.parametrize(
    ("leading", "other"),
    [((204, 64), (90, 64)), ((250, 64), (204, 64)), ((20, 64), (200, 16))],
    ids=["a flag", "the higher of two flags", "a normal PA beside a refused lateral"],
)
def test_a_case_opens_on_the_radiograph_that_leads_it(
    client: TestClient, leading: tuple[int, int], other: tuple[int, int], *, is_first: bool
) -> None:
    def add(level: int, side: int) -> Any:
        pixels = np.full((side, side), level, np.uint8)
        study = {"StudyInstanceUID": "1.2.3", "WindowCenter": 128, "WindowWidth": 256}
        return send(client, make_radiograph_dicom(pixels, bits_stored=8, **study)).json()

    both = [add(*each) for each in ((leading, other) if is_first else (other, leading))]
    leads = both[0 if is_first else 1]

    assert both[0]["case_id"] == both[1]["case_id"]
    assert data_of(client, leads["case_id"])["radiograph"]["rows"] == leading[1]
    assert data_of(client, leads["case_id"])["reading"]["reading_id"] == leads["reading_id"]
    [row] = client.get("/cases").json()["cases"]
    assert row["reading_id"] == leads["reading_id"]


def test_cautions_tell_the_viewer_how_it_was_read() -> None:
    turned = [CautionOut(code="ROTATED_270", detail=""), CautionOut(code="INVERTED", detail="")]

    assert correction_of(turned) == Correction(rotation=270, inverted=True)
    assert correction_of([CautionOut(code="NO_HEADER", detail="")]) == Correction()


def test_the_report_says_findings_zones_model_and_notice(client: TestClient) -> None:
    answer = send(client, gray_dicom(204, PatientName="Doe^Jane", PatientID="P-9")).json()
    html = unescape(client.get(f"/cases/{answer['case_id']}", headers=HTML).text)
    found = re.search(r"<pre[^>]*data-report[^>]*>(.*?)</pre>", html, re.DOTALL)
    assert found
    report = found[1]

    assert "Flagged: COVID-19.\nCOVID-19: probability 0.80, range 0.75 to 0.85, flagged from 0.50." in report
    assert "right lower 100 %" in report
    assert "Model fake 1 (11111111)" in report
    assert "operating point fake: sensitivity 0.90, specificity 0.80" in report
    assert report.rstrip().endswith("Research use, not a medical device. The radiologist's own reading decides.")
    assert "Doe" not in report
    assert "P-9" not in report


def test_a_refused_radiograph_reports_that_it_was_not_analysed(client: TestClient) -> None:
    case_id = send(client, gray_png(200, side=16)).json()["case_id"]
    html = unescape(client.get(f"/cases/{case_id}", headers=HTML).text)

    assert "Not analysed (TOO_SMALL)" in html


def test_every_box_is_named_in_the_table_or_as_outside_the_lungs(client: TestClient) -> None:
    answer = send(client, gray_dicom(204)).json()
    reading = ReadingOut.model_validate(client.get(f"/readings/{answer['reading_id']}").json())
    assert reading.localization is not None
    box = reading.localization.boxes[0]
    where = reading.localization.model_copy(
        update={"boxes": [box] * 3, "box_zones": [Zone.LEFT_UPPER, None, Zone.LEFT_UPPER]}
    )
    three = reading.model_copy(update={"localization": where})
    none = reading.model_copy(update={"localization": where.model_copy(update={"boxes": [], "box_zones": []})})

    assert {cell.zone: cell.numbers for row in zone_rows(three) for cell in row.cells if cell.numbers} == {
        Zone.LEFT_UPPER: (1, 3)
    }
    assert boxes_outside(three) == (2,)
    assert (map_strength(three), map_strength(none)) == ("for", "faint")


def test_boxes_of_a_reading_from_before_their_zones_are_named_as_such(client: TestClient) -> None:
    answer = send(client, gray_dicom(204)).json()
    reading = ReadingOut.model_validate(client.get(f"/readings/{answer['reading_id']}").json())
    assert reading.localization is not None
    box = reading.localization.boxes[0]
    before = reading.localization.model_copy(update={"boxes": [box] * 2, "box_zones": []})

    assert boxes_unplaced(reading) == ()
    assert boxes_unplaced(reading.model_copy(update={"localization": before})) == (1, 2)
    assert boxes_unplaced(reading.model_copy(update={"localization": None})) == ()


@pytest.mark.parametrize(("low", "high", "places"), [(0.0, 0.02, (0.0, 0.3)), (0.9, 0.96, (0.33, 0.93))])
def test_the_numbers_below_the_scale_stand_clear_of_one_another(
    client: TestClient, low: float, high: float, places: tuple[float, float]
) -> None:
    answer = send(client, gray_dicom(204)).json()
    reading = ReadingOut.model_validate(client.get(f"/readings/{answer['reading_id']}").json())
    assert reading.operating_point is not None
    point = reading.operating_point.model_copy(update={"threshold": 0.33})

    labels = scale_labels(reading.model_copy(update={"operating_point": point, "probability_range": (low, high)}))

    assert sorted(round(label.at, 2) for label in labels) == list(places)
