"""Never one case's map or panel over another's pixels: fast presses, a slow network, readings that end meanwhile."""

import random
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.viewer import canvas_of, open_case, send_chest, wait_for_picture
from tests.factories import make_chest_dicom
from tests.fakes import FakePredictor

pytestmark = pytest.mark.browser

WATCH = """
window.seen = [];
document.addEventListener("DOMContentLoaded", () => {
  const note = () => {
    const panel = document.querySelector('[data-live="panel"]')?.dataset;
    const canvas = document.querySelector("[data-canvas]")?.dataset;
    if (!panel || !canvas) return;
    const isRight = (canvas.radiograph ?? "") === "" || canvas.radiograph === panel.radiograph;
    const isMapRight = (canvas.map ?? "") === "" || canvas.map === panel.reading;
    if (!isRight || !isMapRight) window.seen.push({ panel: { ...panel }, canvas: { ...canvas } });
  };
  new MutationObserver(note).observe(document.body, { subtree: true, childList: true, attributes: true });
});
"""


def faults_of(page: Page) -> Any:
    return page.evaluate("window.seen")


def test_fast_presses_on_a_slow_network(page: Page, serve: Callable[[Any], str]) -> None:
    address = serve(FakePredictor())
    sent = [send_chest(address, seed=seed, accession_number=f"A{seed}") for seed in range(5)]
    dice = random.Random(7)

    def delay(route: Route) -> None:
        time.sleep(dice.choice([0, 0.05, 0.2]))
        route.continue_()

    page.add_init_script(WATCH)
    for pattern in ("**/modality", "**/grayscale", "**/cam", "**/steps"):
        page.route(pattern, delay)
    open_case(page, address, sent[0])
    for presses in (2, 1, 3, 1):
        for _ in range(presses):
            page.keyboard.press("j")
            page.wait_for_timeout(dice.choice([0, 30, 120]))
            assert not faults_of(page)
        page.keyboard.press("k")

    wait_for_picture(page)
    expect(canvas_of(page)).not_to_have_attribute("data-map", "")
    assert not faults_of(page)
    panel = page.locator('[data-live="panel"]')
    assert canvas_of(page).get_attribute("data-radiograph") == panel.get_attribute("data-radiograph")
    assert canvas_of(page).get_attribute("data-map") == panel.get_attribute("data-reading")


def test_a_map_that_comes_late_is_not_drawn_over_a_newer_reading(page: Page, serve: Callable[[Any], str]) -> None:
    address = serve(FakePredictor())
    answer = send_chest(address)
    open_case(page, address, answer)

    page.evaluate("document.querySelector('[data-live=\"panel\"]').dataset.reading = 'another'")
    page.keyboard.press("ArrowUp")

    expect(canvas_of(page)).to_have_attribute("data-map", "")
    expect(canvas_of(page)).to_have_attribute("data-radiograph", "")
    expect(page.locator(".box")).to_have_count(0)


def test_the_picture_stays_while_its_reading_ends(page: Page, serve: Callable[[Any], str]) -> None:
    address = serve(FakePredictor(delay_s=6))
    page.add_init_script(WATCH)
    page.goto(address)
    data = make_chest_dicom(rows=640, columns=520, opacity=True)
    page.locator('[data-picker="files"]').set_input_files(
        [{"name": "chest.dcm", "mimeType": "application/dicom", "buffer": data}]
    )
    page.locator("[data-open]").first.click()
    wait_for_picture(page)
    expect(page.locator(".panel .finding.working")).to_be_visible()
    page.keyboard.press("2")

    expect(page.locator('[data-live="panel"]')).to_have_attribute("data-status", "done")
    expect(canvas_of(page)).not_to_have_attribute("data-map", "")
    expect(canvas_of(page)).to_have_attribute("data-center", "0.3500")
    assert not faults_of(page)
