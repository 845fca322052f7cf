"""Read first: the reader chooses an impression before reading and map are there; by keyboard, kept, accessible."""

import re
from collections.abc import Callable
from typing import Any

import httpx2 as httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.test_accessibility import AXE, faults
from tests.browser.viewer import canvas_of, open_case, panel_of, send_chest, wait_for_picture
from tests.fakes import FakePredictor

pytestmark = pytest.mark.browser

WISH = "localStorage.setItem('read-first', 'on')"


@pytest.fixture
def case(page: Page, serve: Callable[[Any], str]) -> tuple[Page, str, Any]:
    """A flagged case whose reading is covered, its server and what the upload answered."""
    address = serve(FakePredictor())
    answer = send_chest(address)
    page.add_init_script(f"if (localStorage.getItem('read-first') === null) {WISH}")
    page.goto(f"{address}/cases/{answer['case_id']}")
    wait_for_picture(page)
    return page, address, answer


def expect_covered(page: Page) -> None:
    expect(page.get_by_role("heading", name="Your impression first")).to_be_visible()
    for hidden in (".finding", ".zones", "[data-review]", "[data-report]", "[data-heat-scale]"):
        expect(page.locator(hidden)).to_be_hidden()
    expect(page.locator('[data-command="heatmap"]')).to_be_disabled()
    expect(canvas_of(page)).to_have_attribute("data-map", "")


def test_nothing_of_the_reading_is_there_until_an_impression_is_chosen(case: tuple[Page, str, Any]) -> None:
    page, _, answer = case
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    expect_covered(page)
    show = page.get_by_role("button", name="Show the reading")
    expect(show).to_be_disabled()
    for key in ("h", "d", "Enter", "y"):
        page.keyboard.press(key)
    expect_covered(page)
    assert not [url for url in asked if url.endswith("/cam")]

    page.keyboard.press("o")
    expect(page.get_by_role("radio", name="Other abnormality")).to_be_checked()
    page.keyboard.press("a")
    expect(page.get_by_role("radio", name=re.compile("^Normal"))).to_be_checked()
    page.keyboard.press("Enter")

    expect(page.locator(".panel .finding")).to_contain_text("COVID-19")
    expect(page.locator("#reading-title")).to_be_focused()
    expect(canvas_of(page)).to_have_attribute("data-map", answer["reading_id"])
    expect(page.get_by_text("First impression, before the reading: Normal.")).to_be_visible()
    expect(page.get_by_role("heading", name="Your impression first")).to_be_hidden()


def test_the_impression_outlives_a_reload_and_goes_into_the_review(case: tuple[Page, str, Any]) -> None:
    page, address, answer = case
    page.keyboard.press("u")
    page.get_by_role("button", name="Show the reading").click()
    page.reload()
    wait_for_picture(page)
    expect(page.get_by_text("First impression, before the reading: Unsure.")).to_be_visible()

    page.keyboard.press("d")
    page.get_by_label("Comment").fill("No opacity.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Everything is reviewed")).to_be_visible()

    program = {"Accept": "application/json"}
    [review] = httpx.get(f"{address}/cases/{answer['case_id']}", headers=program).json()["reviews"]
    assert (review["impression"], review["comment"]) == ("unsure", "No opacity.")
    page.evaluate("sessionStorage.clear()")  # from here on it is the review that tells of it
    page.goto(f"{address}/cases/{answer['case_id']}")
    expect(page.locator(".panel .finding")).to_be_visible()
    expect(page.get_by_text("First impression, before the reading: Unsure.")).to_be_visible()


def test_the_wish_is_kept_and_covers_the_next_case_alone(page: Page, serve: Callable[[Any], str]) -> None:
    address = serve(FakePredictor())
    first, second = (send_chest(address, seed=seed, accession_number=f"A{seed}") for seed in range(2))
    open_case(page, address, first)

    page.keyboard.press(";")
    expect(page.locator('[data-command="read-first"]')).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".panel .finding")).to_be_visible()  # it was seen already
    page.goto(f"{address}/cases/{second['case_id']}")
    wait_for_picture(page)
    expect_covered(page)

    page.keyboard.press(";")
    expect(page.locator(".panel .finding")).to_be_visible()
    expect(canvas_of(page)).to_have_attribute("data-map", second["reading_id"])
    expect(panel_of(page)).not_to_contain_text("First impression, before")


def test_the_worklist_leaves_what_the_network_says_to_the_case(page: Page, serve: Callable[[Any], str]) -> None:
    address = serve(FakePredictor())
    send_chest(address)
    page.goto(address)
    row = page.locator(".row")
    expect(row.get_by_text("COVID-19")).to_be_visible()

    page.get_by_role("button", name="Display").click()
    page.get_by_label("Read first").check()

    expect(row.get_by_text("COVID-19")).to_be_hidden()
    expect(row.locator(".scale")).to_be_hidden()
    expect(row.locator(".badge")).to_be_hidden()
    expect(row.get_by_text("Read first")).to_be_visible()
    page.reload()
    expect(row.locator(".badge")).to_be_hidden()


def test_the_cover_is_accessible(case: tuple[Page, str, Any]) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: `npm install` brings it")
    page, _, _ = case
    expect_covered(page)

    assert faults(page, AXE.read_text(encoding="utf-8")) == []
