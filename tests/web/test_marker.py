"""A made-up name in every place where a sender can put one, then a search through everything that is written or said.

It may be in the answers that show a case to its reader, in the columns made for it, and in the stored original. It must
be nowhere else: no log line, metric, address, header, error, file name or other column.
"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
from pydicom import dcmread
from pydicom.datadict import DicomDictionary, keyword_for_tag
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import dcmwrite

from tests.application import gray_dicom, gray_png
from tests.servers import run_server

MARKER = "Zyxmarker"
_TEXTS = {"AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UT"}
_PIXELS_NEED = {
    "PhotometricInterpretation", "VOILUTFunction", "PresentationLUTShape", "SpecificCharacterSet",
    # Their value decides whether and how the radiograph is read, and has no room for a name.
    "Modality", "ViewPosition", "PatientOrientation", "ImageLaterality", "BurnedInAnnotation", "BodyPartExamined",
    "PresentationIntentType", "PixelIntensityRelationship", "ConversionType", "ImageType", "Laterality", "PatientSex",
}  # fmt: skip
_COLUMNS = {
    ("cases", "patient_id"), ("cases", "patient_name"), ("cases", "accession_number"), ("cases", "study_description"),
    ("cases", "search_words"), ("radiographs", "file_name"), ("reviews", "comment"), ("annotations", "text"),
}  # fmt: skip
"""Made for what a sender writes. `case_search` is the index over `search_words`."""


def marked_dicom() -> bytes:
    """Put the marker into every text attribute of the dictionary, also within sequences and private groups."""
    dataset = dcmread(DicomBytesIO(gray_dicom(20)))
    for tag, (kind, *_) in DicomDictionary.items():
        keyword = keyword_for_tag(tag)
        if kind in _TEXTS and keyword and keyword not in _PIXELS_NEED and tag >> 16 not in (0x0000, 0x0002, 0x0004):
            dataset.add_new(tag, kind, MARKER.upper() if kind == "CS" else MARKER)
    item = Dataset()
    item.PatientName = item.CodeMeaning = MARKER
    dataset.RequestAttributesSequence = [item]
    block = dataset.private_block(0x0011, MARKER, create=True)
    block.add_new(0x01, "LO", MARKER)
    dataset.file_meta.SourceApplicationEntityTitle = MARKER
    buffer = DicomBytesIO()
    dcmwrite(buffer, dataset, enforce_file_format=True)
    return MARKER.encode().ljust(128, b" ") + buffer.getvalue()[128:]


@dataclass
class Visit:
    """What a server that saw the marker left behind."""

    folder: Path
    log: str = ""
    answers: list[httpx2.Response] = field(default_factory=list)
    errors: list[httpx2.Response] = field(default_factory=list)
    metrics: str = ""
    status: str = ""


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> Visit:
    """Upload, read, list, show, review, annotate, search, fail: everything that a route does with a sender's text."""
    folder = tmp_path_factory.mktemp("marker")
    log = folder / "log.txt"
    visit = Visit(folder=folder)
    with run_server(folder, log=log, COVID_XNET_LOG__LEVEL="debug") as (address, process):
        with httpx2.Client(base_url=address, timeout=60) as client:
            _walk(client, visit)
        process.terminate()
        process.wait(30)
    visit.log = log.read_text(encoding="utf-8")
    return visit


def _walk(client: httpx2.Client, visit: Visit) -> None:
    name = f"{MARKER}.dcm"
    form = {MARKER: MARKER}
    sent = client.post("/predict", files={"file": (name, marked_dicom(), f"image/{MARKER}")}, data=form)
    visit.answers.append(sent)
    answer = sent.json()
    visit.status = answer["status"]
    case, reading = f"/cases/{answer['case_id']}", f"/readings/{answer['reading_id']}"
    radiograph = f"/radiographs/{answer['radiograph_id']}"
    page = {"Accept": "text/html"}
    mark = {"kind": "arrow", "points": [{"x": 1, "y": 1}, {"x": 20, "y": 20}], "text": MARKER}
    visit.answers += [
        client.post("/predict", files={"file": (name, gray_png(30))}),
        client.post(
            f"{case}/reviews", json={"reading_id": answer["reading_id"], "verdict": "agree", "comment": MARKER}
        ),
        client.put(f"{radiograph}/annotations/11111111-1111-4111-8111-111111111111", json=mark),
        client.post("/cases/searches", json={"words": MARKER}),
        client.get("/cases"),
        client.get("/cases", headers=page),
        client.get(case),
        client.get(case, headers=page),
        *(client.get(path) for path in (reading, f"{reading}/cam", f"{reading}/steps", radiograph)),
        *(client.get(f"{radiograph}/{part}") for part in ("pixels", "thumbnail", "file", "annotations")),
    ]
    visit.errors += [
        client.post("/predict", files={"file": (name, b"junk " + MARKER.encode())}, data=form),
        client.post("/predict", files={"file": (name, marked_dicom()[:3000])}),
        client.post("/predict", files={MARKER: (name, b"junk")}),
        client.post("/predict", files=[("file", (name, b"1")), ("file", (name, b"2"))]),
        client.post("/predict", content=MARKER, headers={"Content-Type": f"multipart/{MARKER}"}),
        client.post("/predict", data={"file": MARKER}),
        client.post(f"{case}/reviews", json={"reading_id": MARKER, "verdict": MARKER, MARKER: MARKER}),
        client.put(f"{radiograph}/annotations/11111111-1111-4111-8111-111111111111", json={MARKER: MARKER}),
        client.post("/cases/searches", json={"words": [MARKER]}),
        client.get("/cases", params={"after": MARKER, "view": MARKER, MARKER: MARKER}),
        client.get("/cases", headers={"Host": MARKER}),
        client.get("/cases", headers={"Host": MARKER} | page),
        client.request(MARKER.upper(), "/cases"),
        client.get("/readings/none", headers={"Accept": "text/html", "Referer": MARKER, "User-Agent": MARKER}),
        client.post("/predict", files={"file": b"x"}, headers={"Origin": f"http://{MARKER}"}),
    ]
    visit.metrics = client.get("/metrics").text


def _holds(text: str) -> bool:
    return MARKER.lower() in text.lower()


def test_the_walk_went_where_it_should(visit: Visit) -> None:
    assert visit.status == "done"
    assert [answer.status_code for answer in visit.answers if answer.status_code >= 300] == []
    assert [error.status_code for error in visit.errors if error.status_code < 400] == []
    assert any(_holds(answer.text) for answer in visit.answers)


def test_no_header_and_no_address_holds_it(visit: Visit) -> None:
    for answer in (*visit.answers, *visit.errors):
        assert not _holds(str(answer.headers.multi_items()))
    links = [line for answer in visit.answers for line in answer.text.split('"') if line.startswith("/")]
    assert links
    assert not any(_holds(link) for link in links)


def test_no_error_holds_it(visit: Visit) -> None:
    assert not [error.text for error in visit.errors if _holds(error.text)]


def test_no_metric_holds_it(visit: Visit) -> None:
    assert "covid_xnet_readings_total" in visit.metrics
    assert not _holds(visit.metrics)


def test_no_log_line_holds_it(visit: Visit) -> None:
    assert visit.log.count("\n") > 20
    assert not [line for line in visit.log.splitlines() if _holds(line)]


def test_no_file_name_and_no_file_but_the_original_holds_it(visit: Visit) -> None:
    for path in (visit.folder / "files").rglob("*"):
        assert not _holds(str(path.relative_to(visit.folder)))
        if path.is_file() and "originals" not in path.parts:
            assert MARKER.lower().encode() not in path.read_bytes().lower()


def test_the_preamble_s_marker_is_nowhere_at_all(visit: Visit) -> None:
    originals = [path for path in (visit.folder / "files" / "originals").rglob("*") if path.is_file()]

    assert originals
    assert not [path for path in originals if MARKER.encode() in path.read_bytes()[:128]]


def test_no_column_but_those_made_for_it_holds_it(visit: Visit) -> None:
    found = set()
    with closing(sqlite3.connect(visit.folder / "test.sqlite")) as database:
        tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            names = [row[1] for row in database.execute(f'PRAGMA table_info("{table}")')]
            for row in database.execute(f'SELECT * FROM "{table}"'):
                found |= {(table, name) for name, value in zip(names, row, strict=True) if _holds(str(value))}

    assert ("cases", "patient_name") in found
    assert {place for place in found if not place[0].startswith("case_search")} <= _COLUMNS
