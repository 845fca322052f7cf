"""A site's report in a real browser: opened as a file, dark and light, wide and narrow."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from app.commands.evaluate_page import evaluation_html
from model.evaluation.acceptance import Figure, Requirement
from model.evaluation.report import make_report
from tests.browser.test_accessibility import AXE, faults
from tests.site import ANSWERS, MANIFEST, RUN

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    required = [Requirement(figure=Figure.AUROC, least=0.9), Requirement(figure=Figure.READ, least=0.5)]
    page = tmp_path_factory.mktemp("report") / "evaluation.html"
    page.write_text(evaluation_html(make_report(MANIFEST, ANSWERS, RUN, requirements=required)), encoding="utf-8")
    return page.as_uri()


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_a_report_is_accessible(browser: Browser, address: str, scheme: str) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: `npm install` brings it")
    page = browser.new_page(color_scheme=scheme)
    page.goto(address)
    page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })")

    assert faults(page, AXE.read_text(encoding="utf-8")) == []
    page.close()


@pytest.mark.parametrize("width", [320, 1280])
def test_a_report_fits_its_window_and_asks_for_nothing(browser: Browser, address: str, width: int) -> None:
    said: list[str] = []
    asked: list[str] = []
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert (said, [Path(url).name for url in asked]) == ([], ["evaluation.html"])
    page.close()


def test_a_report_follows_the_reader_s_colours(browser: Browser, address: str) -> None:
    colours = []
    for scheme in ("dark", "light"):
        page = browser.new_page(color_scheme=scheme)
        page.goto(address)
        colours.append(
            page.evaluate("['body', '.plot'].map((one) => getComputedStyle(document.querySelector(one)).color)")
        )
        page.close()

    dark, light = colours
    assert dark[0] == dark[1] == "rgb(232, 237, 242)"
    assert light[0] == light[1] == "rgb(20, 24, 29)"
