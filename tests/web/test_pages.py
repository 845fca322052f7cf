"""The pages as a browser gets them: content, states, contexts, addresses."""

import json
import re
from dataclasses import dataclass, fields
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from jinja2 import UndefinedError, meta, nodes

from app.cases.viewer_page import ViewerPage
from app.cases.worklist_page import WorklistPage
from app.readings.card_page import CardPage
from app.settings import Settings
from app.web.answers import ErrorPage
from app.web.pages import DocsPage
from app.web.templating import STATIC, Pages, make_environment
from model.evaluation.evidence.parts import Table
from model.evaluation.evidence.sections import evidence_sections
from model.evaluation.facts import CHECKLISTS, model_facts
from model.weights import default_card, read_card
from tests.application import gray_dicom, gray_png, run_app, send
from tests.fakes import FakePredictor

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
ROOT = Path(__file__).resolve().parents[2]
LONG_NAME = f"{'portable_chest_' * 6}.png"
CONTEXTS = {
    "cases/worklist.html": WorklistPage,
    "cases/viewer.html": ViewerPage,
    "readings/card.html": CardPage,
    "docs.html": DocsPage,
    "error.html": ErrorPage,
    "errors/404.html": ErrorPage,
    "errors/422.html": ErrorPage,
}


class NoRoutes:
    def url_path_for(self, name: str, /, **path_params: Any) -> str:
        return f"/{name}"


def page(client: TestClient, address: str) -> str:
    response = client.get(address, headers=HTML)
    assert response.headers["content-type"].startswith("text/html")
    return response.text


def page_data(html: str) -> Any:
    found = re.search(r'<script type="application/json" id="page-data">(.*?)</script>', html, re.DOTALL)
    assert found
    return json.loads(found[1])


def undeclared(name: str) -> set[str]:
    """Variables that a template, the ones it extends and the ones it includes ask their context for."""
    environment = make_environment()
    assert environment.loader
    source, _, _ = environment.loader.get_source(environment, name)
    tree = environment.parse(source)
    wanted = meta.find_undeclared_variables(tree)
    for used in tree.find_all((nodes.Extends, nodes.Include)):
        assert isinstance(used.template, nodes.Const)
        wanted |= undeclared(used.template.value)
    own = {macro.name for macro in tree.find_all(nodes.Macro)}
    return wanted - own - {"url", "static"}


@pytest.mark.parametrize("name", sorted(CONTEXTS))
def test_a_template_asks_for_exactly_what_its_context_holds(name: str) -> None:
    assert {field.name for field in fields(CONTEXTS[name])} == undeclared(name)


def test_every_field_of_a_context_is_described() -> None:
    for context in {*CONTEXTS.values()}:
        assert context.__doc__
        for field in fields(context):
            assert f"    {field.name}:" in context.__doc__, (context, field.name)


def test_a_page_takes_only_a_frozen_dataclass() -> None:
    @dataclass
    class Loose:
        openapi_href: str = "/openapi.json"

    for context in (Loose(), {"openapi_href": "/openapi.json"}, DocsPage):
        with pytest.raises(TypeError, match="frozen"):
            Pages(NoRoutes()).render("docs.html", context)


def test_a_variable_that_is_not_there_is_an_error() -> None:
    @dataclass(frozen=True)
    class Empty:
        pass

    with pytest.raises(UndefinedError):
        Pages(NoRoutes()).render("docs.html", Empty())


def test_the_empty_worklist_says_what_to_do(client: TestClient) -> None:
    html = page(client, "/cases")

    assert "No radiographs yet" in html
    assert "Research use · not a medical device" in html
    assert "<tbody>" not in html


def test_a_row_says_finding_number_range_and_flag(client: TestClient) -> None:
    send(client, gray_dicom(204, PatientID="P-0724", AccessionNumber="A20399"))

    html = page(client, "/cases")

    for text in ("A20399", "P-0724", "COVID-19", "0.80", "0.75–0.85", "Flagged"):
        assert text in html


def test_a_refused_case_keeps_its_row_and_its_reason(client: TestClient) -> None:
    send(client, gray_png(200, side=16))

    html = page(client, "/cases?view=not-analysed")

    assert "Not analysed: image too small" in html
    assert "no score" in html


def test_a_long_file_name_is_shown_whole_on_demand(client: TestClient) -> None:
    send(client, gray_png(10), LONG_NAME)

    assert f'title="{LONG_NAME}"' in page(client, "/cases")


def test_what_a_sender_wrote_is_escaped(client: TestClient) -> None:
    sent = send(client, gray_dicom(10, PatientID='<b a="">&', StudyDescription="</script><script>")).json()

    for address in ("/cases", sent["links"]["viewer"]):
        html = page(client, address)
        assert "<b a=" not in html
        assert "</script><script>" not in html


def test_the_worklist_keeps_to_a_finding(client: TestClient) -> None:
    send(client, gray_png(230), "flagged.png")
    send(client, gray_png(10), "normal.png")

    html = page(client, "/cases?view=all&finding=normal")

    assert "normal.png" in html
    assert "flagged.png" not in html
    assert "/cases?view=all&finding=covid-19" in unescape(html)


def test_the_viewer_carries_one_reading_in_picture_map_and_panel(client: TestClient) -> None:
    sent = send(client, gray_png(204)).json()

    html = page(client, sent["links"]["viewer"])

    data = page_data(html)
    assert data["reading"]["reading_id"] == data["reading"]["cam"]["reading_id"] == sent["reading_id"]
    assert data["radiograph"]["radiograph_id"] == sent["radiograph_id"]
    assert data["radiograph"]["modality"] == f"/radiographs/{sent['radiograph_id']}/modality"
    assert f'data-reading="{sent["reading_id"]}"' in html


def test_the_viewer_says_why_a_radiograph_was_not_analysed(client: TestClient) -> None:
    refused = send(client, gray_png(200, side=16)).json()

    html = page(client, f"/cases/{refused['case_id']}")

    assert "Not analysed" in html
    assert "TOO_SMALL" in html
    assert "measured 16, limit 32" in html
    assert "Agree means: right not to analyse this image." in html
    assert page_data(html)["reading"]["cam"] is None


def test_next_and_previous_keep_to_the_list(client: TestClient) -> None:
    first = send(client, gray_png(250)).json()["case_id"]
    send(client, gray_png(10))
    third = send(client, gray_png(240)).json()["case_id"]

    html = unescape(page(client, f"/cases/{first}?view=all&finding=covid-19"))

    assert f'href="/cases/{third}?view=all&finding=covid-19"' in html
    assert 'href="/cases?view=all&finding=covid-19"' in html


def test_a_review_is_shown_in_list_and_viewer(client: TestClient) -> None:
    sent = send(client, gray_png(204)).json()
    review = {"reading_id": sent["reading_id"], "verdict": "disagree", "comment": "No opacity <seen>."}
    assert client.post(f"/cases/{sent['case_id']}/reviews", json=review).status_code == 201

    assert "Disagree" in page(client, "/cases?view=reviewed")
    assert "No opacity &lt;seen&gt;." in page(client, sent["links"]["viewer"])


def test_one_address_answers_people_and_programs(client: TestClient) -> None:
    case_id = send(client, gray_png(204)).json()["case_id"]

    for address in ("/cases", f"/cases/{case_id}", "/model"):
        assert client.get(address, headers={"Accept": "application/json"}).json()
        assert page(client, address).startswith("<!doctype html>")


class Tables(HTMLParser):
    """Collects the cells of every table of a page, under the id of the section that it is in."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.of: dict[str, list[list[list[str]]]] = {}
        self._section, self._in_cell = "", False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "section":
            self._section = dict(attrs).get("id") or self._section  # parts of a part have no id
            self.of.setdefault(self._section, [])
        elif tag == "table":
            self.of[self._section].append([])
        elif tag == "tr":
            self.of[self._section][-1].append([])
        elif tag in ("th", "td"):
            self.of[self._section][-1][-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        self._in_cell = self._in_cell and tag not in ("th", "td")

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.of[self._section][-1][-1][-1] += data


@pytest.mark.weights
def test_the_page_of_the_release_shows_its_evidence(settings: Settings) -> None:
    """Every section and every cell of the results file's tables, drawn without scripts or styles of its own."""
    card = read_card(default_card())
    evidence = card.evidence()
    assert evidence is not None
    predictor = FakePredictor()
    predictor.card = card

    with run_app(settings, predictor) as client:
        html = page(client, "/model")

    shown = Tables(html).of
    for section in evidence_sections(evidence):
        tables = [[part.head, *part.rows] for part in section.parts if isinstance(part, Table)]
        assert shown[f"evidence-{section.key}"] == [[list(row) for row in table] for table in tables]
    assert shown["facts"] == [[list(row) for row in model_facts(card.to_json())]]
    assert f"{evidence['unseen']['summary']['median']:.3f}" in html
    assert html.count('<svg class="plot"') == 2
    contents = re.findall(r'<li><a href="#[^"]*">([^<]*)', html)
    assert len(contents) == len(set(contents))
    assert not re.search(r'<[^>]* (?:style|on\w+)="', html)


def test_the_model_s_page_names_the_checklists_that_the_repository_answers(client: TestClient) -> None:
    html = page(client, "/model")

    for name, path in CHECKLISTS.items():
        assert f"{name} (<code>{path}</code>)" in html
        assert (ROOT / path).read_text(encoding="utf-8").startswith(f"# {name}")


def test_an_unknown_case_is_a_page_with_the_way_back(client: TestClient) -> None:
    response = client.get("/cases/00000000-0000-4000-8000-000000000000", headers=HTML)

    assert response.status_code == 404
    assert 'href="/cases"' in response.text
    assert response.headers["x-request-id"] in response.text


@pytest.mark.parametrize("address", ["/cases/none", "/cases?view=none", "/cases?after=none"])
def test_an_address_that_cannot_be_followed_says_what_a_person_can_do(client: TestClient, address: str) -> None:
    response = client.get(address, headers=HTML)

    assert response.status_code == 422
    assert "Open the worklist and choose the case or the list there." in response.text
    assert "errors`" not in response.text
    assert 'href="/cases"' in response.text


def test_static_files_come_from_memory_packed_and_known_again(client: TestClient) -> None:
    address = re.findall(r'src="(/static/[^"]+/main.js)"', page(client, "/cases"))[0]

    packed = client.get(address, headers={"Accept-Encoding": "gzip"})
    plain = client.get(address, headers={"Accept-Encoding": "identity"})
    known = client.get(address, headers={"If-None-Match": plain.headers["etag"]})

    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["content-type"] == plain.headers["content-type"] == "text/javascript; charset=utf-8"
    assert packed.content == plain.content == (STATIC / "js" / "worklist" / "main.js").read_bytes()
    assert (known.status_code, known.content) == (304, b"")
    assert client.head(address).status_code == 200
    assert client.post(address).status_code == 405
    for nowhere in ("none.js", "..%2fapp%2fmain.py", "js"):
        assert client.get(address.replace("js/worklist/main.js", nowhere)).status_code == 404


def test_sheets_that_a_page_needs_together_come_as_one(client: TestClient) -> None:
    address = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page(client, "/cases"))[0]
    folder, names = address.rsplit("/", 1)

    joined = client.get(address)

    assert names == "tokens.css+base.css"
    sheets = [(STATIC / "css" / name).read_bytes() for name in names.split("+")]
    assert joined.content == b"\n".join(sheets)
    assert joined.headers["content-type"] == "text/css; charset=utf-8"
    assert "immutable" in joined.headers["cache-control"]
    for nowhere in ("none.css+base.css", "base.css+base.css", "base.css+", "+"):
        assert client.get(f"{folder}/{nowhere}").status_code == 404


def test_the_picture_s_own_modules_are_fetched_before_all_others(client: TestClient) -> None:
    html = page(client, send(client, gray_png(204)).json()["links"]["viewer"])

    at_once, waiting = re.fullmatch(r"(.*)<template data-later>(.*?)</template>.*", html, re.DOTALL).groups()  # type: ignore[union-attr]
    first, later = (re.findall(r'<link rel="modulepreload" href="([^"]+)"', links) for links in (at_once, waiting))
    assert first
    assert at_once.index('/modality"') < at_once.index("/grayscale") < at_once.index("/static/")
    assert any(href.endswith("/stage/viewport.js") for href in first)
    assert any(href.endswith("/workplace.js") for href in later)
    assert len(first) < len(later)
    assert not {*first} & {*later}


def test_the_map_comes_at_its_full_depth(client: TestClient) -> None:
    cam = send(client, gray_png(204)).json()["links"]["cam"]

    values = client.get(cam, headers={"Accept": "application/octet-stream"})

    assert len(values.content) == 2 * 8 * 8
    assert int.from_bytes(values.content[2 * (5 * 8 + 2) :][:2], "little") == round(0.8 * 65535)


@pytest.mark.parametrize("address", ["/cases", "/model", "/docs", "/cases/none"])
def test_a_page_needs_nothing_from_elsewhere(client: TestClient, address: str) -> None:
    html = page(client, address)

    assert not re.search(r'(?:src|href)="(?:https?:)?//', html)
    assert not re.search(r"<script(?![^>]*(?: src=|application/json))", html)
    assert not re.search(r'<[^>]* (?:style|on\w+)="', html)
    for asset in re.findall(r'(?:src|href)="(/static/[^"#]+)', html):
        found = client.get(asset)
        assert found.status_code == 200
        assert "immutable" in found.headers["cache-control"]
