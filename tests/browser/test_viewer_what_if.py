"""What if a part were covered: both numbers beside one another, undone and uncovered, never over another's reading."""

import re
from collections.abc import Callable
from typing import Any

import httpx2 as httpx
import numpy as np
import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.browser.test_accessibility import AXE, faults
from tests.browser.viewer import drag, open_case, panel_of, send, send_chest, settle, wait_for_picture
from tests.factories import make_png
from tests.fakes import FakePredictor

pytestmark = pytest.mark.browser

FIRST, SECOND = ((330, 300), (450, 450)), ((600, 300), (720, 480))
"""Corners on a radiograph at 1440 × 900, in CSS pixels of the stage."""


@pytest.fixture
def opened(page: Page, serve: Callable[[Any], str]) -> tuple[Page, str, Any]:
    """A flagged case on the stage with the tool chosen, its server and what the upload answered."""
    address = serve(FakePredictor())
    answer = send_chest(address)
    open_case(page, address, answer)
    page.keyboard.press("/")
    expect(page.locator('[data-command="tool-cover"]')).to_have_attribute("aria-pressed", "true")
    return page, address, answer


def expect_covered(page: Page, title: str) -> float:
    """Wait for the answer to so many regions; returns P(covid-19) with them covered."""
    block = page.get_by_role("region", name=title)
    expect(block.get_by_role("status")).to_contain_text("The finding")
    row = block.get_by_role("row", name=re.compile("^COVID-19"))
    expect(row.locator("b")).to_have_text(re.compile(r"^0\.\d\d$"))
    return float(row.locator("b").inner_text())


def expect_uncovered(page: Page) -> None:
    expect(page.locator("[data-what-if]")).to_be_hidden()
    expect(page.locator(".covered-region")).to_have_count(0)


def test_regions_add_up_and_go_one_by_one_or_at_once(opened: tuple[Page, str, Any]) -> None:
    page, address, answer = opened
    before = httpx.get(f"{address}/readings/{answer['reading_id']}").json()
    shown = page.locator(".panel .finding").inner_text()

    drag(page, *FIRST)
    one = expect_covered(page, "With 1 region covered")
    drag(page, *SECOND)
    two = expect_covered(page, "With 2 regions covered")

    as_read = answer["probabilities"]["covid-19"]
    assert as_read > one > two
    row = page.get_by_role("region", name="With 2 regions covered").get_by_role("row", name=re.compile("^COVID-19"))
    expect(row).to_contain_text(f"{as_read:.2f}")
    expect(page.locator(".covered-region")).to_have_count(2)
    expect(page.get_by_text("Not stored. The reading and its heatmap stay as they are.", exact=False)).to_be_visible()

    page.keyboard.press("Control+z")
    assert expect_covered(page, "With 1 region covered") == one
    page.keyboard.press("Control+y")
    assert expect_covered(page, "With 2 regions covered") == two
    page.keyboard.press("Escape")
    expect_uncovered(page)
    drag(page, *FIRST)
    page.get_by_role("button", name="Uncover").click()
    expect_uncovered(page)

    assert httpx.get(f"{address}/readings/{answer['reading_id']}").json() == before
    assert page.locator(".panel .finding").inner_text() == shown
    assert httpx.get(f"{address}/radiographs/{answer['radiograph_id']}/annotations").json() == []


def test_a_region_is_covered_by_keyboard_and_escape_leaves_a_half_drawn_one_first(
    opened: tuple[Page, str, Any],
) -> None:
    page, _, _ = opened
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    for _ in range(6):
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect_covered(page, "With 1 region covered")

    page.keyboard.press("Enter")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Escape")
    expect(page.locator(".covered-region")).to_have_count(1)
    page.keyboard.press("Escape")
    expect_uncovered(page)


def test_another_radiograph_has_nothing_covered(page: Page, serve: Callable[[Any], str]) -> None:
    address = serve(FakePredictor())
    first, second = (send_chest(address, seed=seed, accession_number=f"A{seed}") for seed in range(2))
    open_case(page, address, first)
    page.keyboard.press("/")
    drag(page, *FIRST)
    expect_covered(page, "With 1 region covered")

    page.keyboard.press("j")
    expect(page).to_have_url(re.compile(second["case_id"]))
    wait_for_picture(page)

    expect_uncovered(page)


def test_an_answer_that_comes_late_is_dropped(opened: tuple[Page, str, Any]) -> None:
    page, _, _ = opened
    waiting: list[Route] = []
    page.route("**/what-if", lambda route: waiting.append(route))
    drag(page, *FIRST)
    expect(page.get_by_text("Reading again…")).to_be_visible()
    page.keyboard.press("Escape")
    drag(page, *SECOND)
    while len(waiting) < 2:  # the first one is given up
        page.wait_for_timeout(50)

    panel_of(page).evaluate("(panel) => { panel.dataset.reading = 'another'; }")
    waiting[1].continue_()

    expect_uncovered(page)


def test_a_server_that_does_not_answer_is_said(opened: tuple[Page, str, Any]) -> None:
    page, _, _ = opened
    page.route("**/what-if", lambda route: route.abort())

    drag(page, *FIRST)

    expect(page.get_by_role("alert").filter(has_text="The server did not answer.")).to_be_visible()
    expect(page.locator(".covered-region")).to_have_count(1)
    page.unroute_all()
    drag(page, *SECOND)
    expect_covered(page, "With 2 regions covered")


def test_what_is_not_read_or_not_to_be_seen_yet_cannot_be_covered(page: Page, serve: Callable[[Any], str]) -> None:
    address = serve(FakePredictor())
    refused = send(address, make_png(np.full((16, 16), 200, np.uint8)), "small.png")
    read = send_chest(address)
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request) if request.url.endswith("/what-if") else None)

    open_case(page, address, refused)
    expect(page.locator('[data-command="tool-cover"]')).to_be_disabled()
    page.add_init_script("localStorage.setItem('read-first', 'on')")
    page.goto(f"{address}/cases/{read['case_id']}")
    wait_for_picture(page)
    expect(page.locator('[data-command="tool-cover"]')).to_be_disabled()
    page.keyboard.press("/")
    drag(page, *FIRST)
    settle(page)

    assert asked == []
    expect_uncovered(page)


def test_the_block_is_accessible(opened: tuple[Page, str, Any]) -> None:
    if not AXE.is_file():
        pytest.skip("axe-core is not installed: `npm install` brings it")
    page, _, _ = opened
    drag(page, *FIRST)
    expect_covered(page, "With 1 region covered")

    assert faults(page, AXE.read_text(encoding="utf-8")) == []
