"""axe-core finds nothing at WCAG 2.2 AA: every page, every state of the worklist, every set of colours."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.application import gray_png
from tests.browser.viewer import drag, open_case, send, send_chest
from tests.browser.worklist import choose, payload, review, send_every_state
from tests.fakes import FakePredictor

pytestmark = pytest.mark.browser

Serve = Callable[[Any], str]
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
THEMES = ("dark", "light", "contrast")


@pytest.fixture(scope="module")
def axe() -> str:
    """The checker's own script; it is put into the page from outside, past the page's policy."""
    if not AXE.is_file():
        if os.environ.get("CI") == "true":
            pytest.fail("axe-core is not installed; `npm install` brings it", pytrace=False)
        pytest.skip("axe-core is not installed: `npm install` brings it")
    return AXE.read_text(encoding="utf-8")


def faults(page: Page, axe: str, within: str = "html") -> list[str]:
    """What axe-core finds, in one line each: on the whole page, or within the elements that a selector names."""
    page.evaluate(axe)
    found = page.evaluate("([within, tags]) => axe.run(within, { runOnly: tags })", [within, TAGS])
    return [
        f"{violation['id']}: {' '.join(map(str, node['target']))} {' '.join(node['failureSummary'].split())}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def use_theme(page: Page, theme: str) -> None:
    """Choose colours for every page that is opened from now on."""
    page.add_init_script(f"localStorage.setItem('theme', '{theme}')")


@pytest.mark.parametrize("theme", THEMES)
def test_every_page(page: Page, serve: Serve, axe: str, theme: str) -> None:
    address = serve(FakePredictor())
    use_theme(page, theme)
    page.goto(f"{address}/cases")
    assert faults(page, axe) == [], "empty worklist"
    send_every_state(address)

    for path in ("/cases?view=all", "/model", "/docs", "/cases/none", "/nowhere", "/cases?after=none"):
        page.goto(address + path)
        page.wait_for_timeout(500)
        assert faults(page, axe) == [], path


@pytest.mark.parametrize("theme", THEMES)
def test_the_case_page_in_every_state(page: Page, serve: Serve, axe: str, theme: str) -> None:
    address = serve(FakePredictor())
    use_theme(page, theme)
    send_every_state(address)
    page.goto(f"{address}/cases?view=all")
    hrefs = [link.get_attribute("href") for link in page.locator("[data-open]").all()]

    for href in hrefs:
        page.goto(f"{address}{href}")
        expect(page.locator("[data-canvas]").first).to_be_visible()
        page.wait_for_timeout(600)
        assert faults(page, axe) == [], href


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", [(1440, 900), (1024, 768), (512, 384)], ids=str)
def test_every_state_of_the_worklist(page: Page, serve: Serve, axe: str, theme: str, size: tuple[int, int]) -> None:
    address = serve(FakePredictor())
    use_theme(page, theme)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    send_every_state(address)
    review(address, send(address, gray_png(230), "reviewed.png"), "disagree")

    page.goto(f"{address}/cases?view=discordant")
    expect(page.locator(".row")).to_have_count(1)
    assert faults(page, axe) == [], "reviewed"
    page.goto(f"{address}/cases?finding=normal&received=24h&sort=probability")
    assert faults(page, axe) == [], "narrowed and sorted"
    page.goto(f"{address}/cases")
    choose(page, payload("note.txt", b"not an image"), payload("copy.txt", b"not an image either"))
    expect(page.locator("[data-tray-title]")).to_contain_text("2 refused")
    assert faults(page, axe) == [], "tray"
    page.get_by_role("button", name="Display").click()
    assert faults(page, axe) == [], "colours"
    page.keyboard.press("Escape")
    page.get_by_role("searchbox").fill("zebra")
    expect(page.get_by_role("heading", name="No case found")).to_be_visible()
    assert faults(page, axe) == [], "nothing found"
    page.get_by_role("searchbox").blur()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert faults(page, axe) == [], "keys"


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", [(1440, 900), (1024, 768), (512, 384)], ids=str)
def test_every_state_of_the_viewer(page: Page, serve: Serve, axe: str, theme: str, size: tuple[int, int]) -> None:
    """One page from state to state: what opens above it is looked at alone."""
    address = serve(FakePredictor())
    use_theme(page, theme)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    send_chest(address, accession_number="A1", StudyDate="20200101")
    open_case(page, address, send_chest(address, seed=1, accession_number="A2", StudyDate="20210101"))

    for opened in ("window-menu", "measure-menu", "view-menu", "display"):
        page.locator(f'[popovertarget="{opened}"]').click()
        expect(page.locator(f"#{opened}")).to_be_visible()
        assert faults(page, axe, f"#{opened}") == [], opened
        page.keyboard.press("Escape")
        expect(page.locator(f"#{opened}")).to_be_hidden()
    page.keyboard.press("s")
    expect(page.locator("[data-prior-canvas]")).to_have_attribute("data-radiograph", re.compile("."))
    page.keyboard.press("l")
    drag(page, (60, 120), (120, 130))
    page.keyboard.press("r")
    drag(page, (60, 160), (110, 200))
    expect(page.locator("[data-marks-list] .choose")).to_have_count(2)
    assert faults(page, axe) == [], "compared, with marks"
    page.locator(".steps button").first.click()
    assert faults(page, axe, "[data-enlarged]") == [], "enlarged step"
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert faults(page, axe, "[data-help]") == [], "keys"
