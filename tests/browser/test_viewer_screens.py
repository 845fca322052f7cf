"""The stage on a screen of another pixel ratio: what is drawn over the picture stays where it belongs."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.viewer import drag, open_case, send_chest, settle
from tests.fakes import FakePredictor

pytestmark = pytest.mark.browser

PLACES = "all => all.map((one) => { const { x, y, width } = one.getBoundingClientRect(); return [x, y, width]; })"


def test_marks_boxes_and_cross_stay_on_a_screen_of_another_pixel_ratio(page: Page, serve: Callable[[Any], str]) -> None:
    address = serve(FakePredictor())
    open_case(page, address, send_chest(address))
    page.locator("[data-stage]").evaluate("(stage) => Object.assign(stage.style, { width: '900px', height: '700px' })")
    drawn = page.locator(".box rect, .annotation line, [data-layer=cursor] path")
    page.keyboard.press("l")
    drag(page, (330, 330), (480, 345))
    page.locator("[data-stage]").focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    settle(page)
    before = drawn.evaluate_all(PLACES)
    session = page.context.new_cdp_session(page)

    # Chromium's emulation tells a page of another ratio only where the size is another too.
    for ratio, height in ((2, 901), (1.5, 902)):
        screen = {"width": 1440, "height": height, "deviceScaleFactor": ratio, "mobile": False}
        session.send("Emulation.setDeviceMetricsOverride", screen)
        page.wait_for_function(f"() => document.querySelector('[data-canvas]').width === {900 * ratio}")
        page.keyboard.press("Shift+ArrowRight")
        page.keyboard.press("Shift+ArrowLeft")
        settle(page)

        after = drawn.evaluate_all(PLACES)
        assert len(after) == len(before) > 5
        assert [pytest.approx(place, abs=1.5) for place in before] == after
    expect(page.locator("[data-marks-list] li")).to_have_count(1)
