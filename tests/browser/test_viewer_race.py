"""Never one case's map or panel over another's pixels: fast presses, a slow network, readings that end meanwhile."""

import random
import re
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import APIResponse, Page, Route, expect

from model.imaging.radiograph import Radiograph
from tests.browser.viewer import COLUMNS, ROWS, canvas_of, open_case, panel_of, send_chest, state, wait_for_picture
from tests.factories import make_chest_dicom
from tests.fakes import FakePredictor

pytestmark = pytest.mark.browser

WATCH = """
document.addEventListener("DOMContentLoaded", () => {
  const look = () => {
    const panel = document.querySelector('[data-live="panel"]')?.dataset;
    const canvas = document.querySelector("[data-canvas]")?.dataset;
    if (!panel || !canvas) return;
    const isBlank = !canvas.radiograph, isPlain = !canvas.map;
    const isRight = isBlank || canvas.radiograph === panel.radiograph;
    const isMapRight = isPlain || canvas.map === panel.reading;
    if (!isRight || !isMapRight) console.info("FAULT", JSON.stringify([{ ...panel }, { ...canvas }]));
    document.documentElement.dataset.watched = isBlank || isPlain ? "waiting" : isRight && isMapRight ? "one" : "two";
  };
  new MutationObserver(look).observe(document.body, { subtree: true, childList: true, attributes: true });
});
"""
"""Looks at every change of every page. What it finds leaves the page at once, by the console: a page that goes takes
nothing with it, and nothing is asked of a page that may be going."""


@pytest.fixture
def faults(page: Page) -> list[str]:
    """What was ever seen of one case beside another, on any of the pages opened after this."""
    found: list[str] = []
    page.on("console", lambda message: found.append(message.text) if message.text.startswith("FAULT") else None)
    page.add_init_script(WATCH)
    return found


def expect_one_reading(page: Page) -> None:
    """Wait until picture, map and panel are there and of one reading; holds across a page that is still on its way."""
    expect(page.locator("html")).to_have_attribute("data-watched", "one")


def test_fast_presses_on_a_slow_network(page: Page, serve: Callable[[Any], str], faults: list[str]) -> None:
    address = serve(FakePredictor())
    sent = [send_chest(address, seed=seed, accession_number=f"A{seed}") for seed in range(5)]
    dice = random.Random(7)

    def delay(route: Route) -> None:
        time.sleep(dice.choice([0, 0.05, 0.2]))
        route.continue_()

    for pattern in ("**/modality", "**/grayscale", "**/cam", "**/steps"):
        page.route(pattern, delay)
    open_case(page, address, sent[0])
    for presses in (2, 1, 3, 1):
        for _ in range(presses):
            page.keyboard.press("j")
            page.wait_for_timeout(dice.choice([0, 30, 120]))
        page.keyboard.press("k")
    expect_one_reading(page)

    # A last step whose end is known: where the presses before it led depends on how fast this machine is.
    open_case(page, address, sent[1])
    page.keyboard.press("j")
    expect(page).to_have_url(re.compile(sent[2]["case_id"]))
    expect_one_reading(page)
    expect(canvas_of(page)).to_have_attribute("data-radiograph", sent[2]["radiograph_id"])
    expect(canvas_of(page)).to_have_attribute("data-map", sent[2]["reading_id"])
    page.unroute_all(behavior="ignoreErrors")
    assert faults == []


def test_a_map_that_comes_late_is_not_drawn_over_a_newer_reading(
    page: Page, serve: Callable[[Any], str], faults: list[str]
) -> None:
    address = serve(FakePredictor())
    answer = send_chest(address)
    open_case(page, address, answer)
    assert faults == []

    panel_of(page).evaluate("(panel) => { panel.dataset.reading = 'another'; }")
    page.keyboard.press("ArrowUp")

    expect(canvas_of(page)).to_have_attribute("data-map", "")
    expect(canvas_of(page)).to_have_attribute("data-radiograph", "")
    expect(page.locator(".box")).to_have_count(0)
    assert faults, "what watches the other tests sees a map beside another's panel"


@pytest.fixture
def being_read(page: Page, serve: Callable[[Any], str]) -> threading.Event:
    """Open a case whose reading has begun and ends once this is set."""
    opened = threading.Event()

    def wait(radiograph: Radiograph) -> None:
        if radiograph.shape[0] == ROWS:
            assert opened.wait(120)

    address = serve(FakePredictor(behaviour=wait))
    page.goto(address)
    data = make_chest_dicom(rows=ROWS, columns=COLUMNS, opacity=True)
    page.locator('[data-picker="files"]').set_input_files(
        [{"name": "chest.dcm", "mimeType": "application/dicom", "buffer": data}]
    )
    page.locator("[data-open]").first.click()
    wait_for_picture(page)
    expect(page.locator(".panel .finding.working")).to_be_visible()
    return opened


def test_the_picture_stays_while_its_reading_ends(faults: list[str], page: Page, being_read: threading.Event) -> None:
    page.keyboard.press("2")
    expect(canvas_of(page)).to_have_attribute("data-center", "0.3500")

    being_read.set()
    expect(panel_of(page)).to_have_attribute("data-status", "done")
    expect(canvas_of(page)).not_to_have_attribute("data-map", "")
    expect(canvas_of(page)).to_have_attribute("data-center", "0.3500")
    assert faults == []


def test_a_page_that_comes_after_a_newer_one_replaces_no_panel(page: Page, being_read: threading.Event) -> None:
    held: list[tuple[Route, APIResponse]] = []

    def hold_first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append((route, route.fetch()))

    page.route("**/cases/*", hold_first)
    stream = "document.dispatchEvent(new Event('visibilitychange'))"
    with page.expect_request(lambda request: request.url.endswith("/events")):  # opened anew: the page catches up
        page.evaluate(f"Object.defineProperty(document, 'hidden', {{ value: true, configurable: true }}); {stream}")
        page.evaluate(f"delete document.hidden; {stream}")
    while not held:
        page.wait_for_timeout(20)
    being_read.set()
    expect(canvas_of(page)).not_to_have_attribute("data-map", "")

    late, answer = held[0]
    assert 'data-status="done"' not in answer.text()
    with page.expect_response(late.request.url):
        late.fulfill(response=answer)
    page.wait_for_timeout(200)

    assert panel_of(page).get_attribute("data-status") == "done"
    assert state(page, "map") == panel_of(page).get_attribute("data-reading")


def test_the_map_stays_where_the_page_does_not_come(page: Page, serve: Callable[[Any], str]) -> None:
    address = serve(FakePredictor())
    answer = send_chest(address, study_instance_uid="2.25.1")
    open_case(page, address, answer)
    page.route("**/cases/*", lambda route: route.fulfill(status=503))

    with page.expect_response(lambda response: response.status == 503):
        send_chest(address, seed=1, study_instance_uid="2.25.1")
    page.wait_for_timeout(100)

    assert state(page, "map") == answer["reading_id"]
    expect(page.locator(".box").first).to_be_visible()
