"""The worklist over HTTP: searches that leave no patient in an address, filters, the demonstration, live lists."""

import re
import threading
from collections.abc import Sequence
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.cases.listing import Listing, Received, Sort
from app.cases.schemas import View
from app.settings import Settings
from model.findings import Finding
from model.imaging.radiograph import Radiograph
from model.prediction import Prediction
from tests.application import gray_dicom, gray_png, run_app, send
from tests.fakes import FakePredictor

HTML = {"Accept": "text/html"}


def search(client: TestClient, words: str) -> str:
    key = client.post("/cases/searches", json={"words": words}).json()["search"]
    assert isinstance(key, str)
    return key


def found(client: TestClient, **query: str) -> list[str]:
    return [row["label"] for row in client.get("/cases", params=query).json()["cases"]]


def test_a_search_is_named_by_a_key_that_says_nothing(client: TestClient) -> None:
    send(client, gray_dicom(20, AccessionNumber="A1", PatientName="Marker^Zyx", StudyInstanceUID="1.1"))
    send(client, gray_dicom(21, AccessionNumber="A2", StudyInstanceUID="1.2"))

    key = search(client, " zyx ")

    assert "zyx" not in key.lower()
    assert found(client, search=key) == ["A1"]
    assert found(client, search=key, view="flagged") == []
    assert client.get("/cases", params={"search": key}).json()["found"] == 1
    assert client.get("/cases").json()["found"] is None


def test_an_empty_search_is_none(client: TestClient) -> None:
    assert client.post("/cases/searches", json={"words": "  "}).json() == {"search": None}


def test_a_form_leads_to_the_list_and_keeps_its_filters(client: TestClient) -> None:
    send(client, gray_dicom(20, AccessionNumber="A1"))

    answer = client.post(
        "/cases/searches?view=all&sort=newest", data={"words": "A1"}, headers=HTML, follow_redirects=False
    )

    assert answer.status_code == 303
    assert re.fullmatch(r"/cases\?view=all&sort=newest&search=[\w-]+", answer.headers["location"])
    html = client.get(answer.headers["location"], headers=HTML).text
    assert 'value="A1"' in html
    assert "1 case found." in html


def test_links_keep_what_narrows_the_list(client: TestClient) -> None:
    send(client, gray_dicom(204, AccessionNumber="A1"))
    key = search(client, "A1")

    html = unescape(client.get(f"/cases?view=all&finding=covid-19&received=7d&search={key}", headers=HTML).text)

    for address in (
        f"/cases?view=flagged&finding=covid-19&received=7d&search={key}",  # another view
        f"/cases?view=all&received=7d&search={key}",  # the finding taken away
        f"/cases?view=all&finding=covid-19&received=7d&sort=probability&search={key}",
    ):
        assert f'href="{address}"' in html
    assert re.search(rf'href="/cases/[\w-]+\?view=all&finding=covid-19&received=7d&search={key}"', html)


@pytest.mark.parametrize("query", [{"view": "none"}, {"received": "1y"}, {"sort": "name"}, {"search": "x" * 50}])
def test_a_list_that_does_not_exist_is_refused(client: TestClient, query: dict[str, str]) -> None:
    assert client.get("/cases", params=query).status_code == 422


def test_a_listing_names_itself_in_an_address_without_its_words() -> None:
    listing = Listing(
        view=View.ALL, finding=Finding.OTHER, received=Received.DAY, sort=Sort.NEWEST, search="key", words="Doe"
    )

    assert listing.suffix(after="x") == "?view=all&finding=other&received=24h&sort=newest&search=key&after=x"
    assert Listing().suffix() == ""


def test_only_reviewed_cases_are_ordered_by_their_review() -> None:
    assert Listing(view=View.TO_REVIEW, sort=Sort.REVIEWED).order is Sort.QUEUE
    assert Listing(view=View.REVIEWED, sort=Sort.QUEUE).order is Sort.REVIEWED
    assert Listing(view=View.DISCORDANT).order is Sort.REVIEWED
    assert Listing(view=View.ALL, sort=Sort.NEWEST).order is Sort.NEWEST


def test_the_rule_of_the_queue_is_said_in_words(client: TestClient) -> None:
    send(client, gray_png(204))

    html = client.get("/cases", headers=HTML).text

    assert "nothing lowers one. After 2 h of waiting no later flag overtakes a case." in html


def test_the_demonstration_is_read_like_any_upload_and_leaves_nothing(client: TestClient, settings: Settings) -> None:
    added = client.post("/demonstration")
    again = client.post("/demonstration")

    assert (added.status_code, added.json()) == (201, {"n_cases": 3})
    assert again.json() == {"n_cases": 3}
    cases = client.get("/cases", params={"view": "all"}).json()["cases"]
    assert sorted(row["label"] for row in cases) == ["DEMO-1", "DEMO-2", "DEMO-3"]
    assert [row["view_position"] for row in cases if row["label"] == "DEMO-3"] == ["LL"]
    review = {"reading_id": cases[0]["reading_id"], "verdict": "agree"}
    assert client.post(f"/cases/{cases[0]['case_id']}/reviews", json=review).status_code == 201

    assert client.delete("/demonstration").json() == {"n_cases": 0}

    assert client.get("/cases").json()["counts"] == dict.fromkeys(View, 0)
    assert [path for path in settings.files.folder.rglob("*") if path.is_file()] == []
    assert client.delete("/demonstration").status_code == 200


def test_removing_the_demonstration_spares_everything_else(client: TestClient) -> None:
    kept = send(client, gray_png(204)).json()
    client.post("/demonstration")

    client.delete("/demonstration")

    assert [row["case_id"] for row in client.get("/cases").json()["cases"]] == [kept["case_id"]]
    assert client.get(f"/radiographs/{kept['radiograph_id']}/file").status_code == 200


def test_a_demonstration_that_is_being_read_is_not_removed(settings: Settings) -> None:
    began, go_on = threading.Event(), threading.Event()

    def wait(radiograph: Radiograph) -> None:
        if radiograph.shape == (1400, 1200):
            began.set()
            assert go_on.wait(60)

    with run_app(settings, FakePredictor(behaviour=wait)) as client:
        adding = threading.Thread(target=client.post, args=("/demonstration",))
        adding.start()
        assert began.wait(60)
        early = client.delete("/demonstration")
        go_on.set()
        adding.join()
        late = client.delete("/demonstration")

    assert (early.status_code, early.json()["code"]) == (409, "CONFLICT")
    assert late.status_code == 200


def test_open_pages_hear_of_a_review_once_it_is_stored(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = send(client, gray_png(204)).json()
    seen: list[Any] = []
    app: Any = client.app
    monkeypatch.setattr(
        app.state.broadcaster,
        "announce_list",
        lambda case_id: seen.append((str(case_id), client.get("/cases").json()["counts"]["reviewed"])),
    )

    review = {"reading_id": answer["reading_id"], "verdict": "agree"}
    client.post(f"/cases/{answer['case_id']}/reviews", json=review)

    assert seen == [(answer["case_id"], 1)]


class ReadsOther(FakePredictor):
    """Flags everything for another abnormality, whichever of the other two is likelier."""

    def __init__(self, finding: Finding) -> None:
        super().__init__()
        self.finding = finding

    def predict_batch(self, radiographs: Sequence[Radiograph]) -> list[Any]:
        """Read several radiographs."""
        return [
            replace(each, finding=self.finding, flagged=True) if isinstance(each, Prediction) else each
            for each in super().predict_batch(radiographs)
        ]


@pytest.mark.parametrize("finding", [Finding.OTHER, Finding.NORMAL])
def test_a_row_flagged_for_another_abnormality_says_so(settings: Settings, finding: Finding) -> None:
    """The mark on the scale of COVID-19 does not explain its flag."""
    with run_app(settings, ReadsOther(finding)) as client:
        answer = send(client, gray_png(20)).json()
        row = client.get("/cases").json()["cases"][0]
        html = client.get("/cases", headers=HTML).text
        panel = client.get(f"/cases/{answer['case_id']}", headers=HTML).text

    assert row["other_threshold"] == 0.6
    assert "Flag: other abnormality reaches 0.60" in html
    assert "Flagged because the probability of another abnormality reaches 0.60." in panel


def test_a_row_flagged_for_covid_19_gives_no_other_reason(client: TestClient) -> None:
    send(client, gray_png(204))

    assert client.get("/cases").json()["cases"][0]["other_threshold"] is None
    assert "other abnormality reaches" not in client.get("/cases", headers=HTML).text


@pytest.mark.parametrize(("query", "is_covered"), [({}, True), ({"view": "reviewed"}, False)])
def test_what_tells_the_findings_is_marked_to_be_covered_while_reviews_are_open(
    client: TestClient, query: dict[str, str], is_covered: bool
) -> None:
    send(client, gray_png(204))

    html = client.get("/cases", params=query, headers=HTML).text

    assert ("Covered: read first" in html) is is_covered
