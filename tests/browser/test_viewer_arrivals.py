"""Radiographs that arrive for a case while it is open: they come into its strip, and nobody who writes is disturbed."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.viewer import canvas_of, open_case, panel_of, send_chest, wait_for_picture
from tests.fakes import FakePredictor

pytestmark = pytest.mark.browser

STUDY = "2.25.20260101"


def send_image(address: str, **attributes: Any) -> Any:
    """Upload an image of the study; `opacity` decides whether it is flagged."""
    return send_chest(address, study_instance_uid=STUDY, **attributes)


def begin_comment(page: Page) -> None:
    """Write a comment and put the caret into its middle."""
    page.keyboard.press("c")
    page.keyboard.type("Scar, known.")
    for _ in "known.":
        page.keyboard.press("ArrowLeft")


def test_another_radiograph_comes_into_the_strip_and_disturbs_nothing(page: Page, serve: Callable[[Any], str]) -> None:
    address = serve(FakePredictor())
    first = send_image(address)
    open_case(page, address, first)
    page.keyboard.press("2")
    begin_comment(page)
    panel = panel_of(page).element_handle()
    expect(page.locator(".radiographs a")).to_have_count(0)

    second = send_image(address, seed=1, opacity=False)

    expect(page.locator(".radiographs a")).to_have_count(2)
    expect(page.locator(".radiographs a[aria-current]")).to_have_attribute("href", re.compile(first["radiograph_id"]))
    expect(page.locator(".corner").get_by_text("1 of 2")).to_be_visible()
    page.keyboard.type("well ")
    expect(page.locator("[data-review] textarea")).to_have_value("Scar, well known.")
    assert panel.evaluate("(panel) => panel.isConnected")
    expect(canvas_of(page)).to_have_attribute("data-center", "0.3500")
    expect(canvas_of(page)).to_have_attribute("data-map", first["reading_id"])
    expect(page.locator("[data-leading]")).to_be_hidden()
    page.locator(".radiographs a").nth(1).click()
    expect(canvas_of(page)).to_have_attribute("data-radiograph", second["radiograph_id"])


def test_a_more_urgent_radiograph_is_pointed_to_while_a_review_is_written(
    page: Page, serve: Callable[[Any], str]
) -> None:
    address = serve(FakePredictor())
    first = send_image(address, opacity=False)
    open_case(page, address, first)
    begin_comment(page)

    second = send_image(address, seed=1)

    line, words = page.locator("[data-leading]"), page.locator("[data-review] textarea")
    expect(line).to_be_visible()
    expect(page.locator(".radiographs a[aria-current]")).to_have_attribute("href", re.compile(first["radiograph_id"]))
    page.keyboard.type("well ")
    expect(words).to_have_value("Scar, well known.")
    expect(canvas_of(page)).to_have_attribute("data-radiograph", first["radiograph_id"])
    line.get_by_role("link").click()
    expect(canvas_of(page)).to_have_attribute("data-radiograph", second["radiograph_id"])
    wait_for_picture(page)
    page.locator(".radiographs a").first.click()
    expect(words).to_have_value("Scar, well known.")


def test_a_more_urgent_radiograph_is_opened_where_nothing_is_begun(page: Page, serve: Callable[[Any], str]) -> None:
    address = serve(FakePredictor())
    open_case(page, address, send_image(address, opacity=False))

    second = send_image(address, seed=1)

    expect(canvas_of(page)).to_have_attribute("data-radiograph", second["radiograph_id"])
    expect(page.locator(".corner").get_by_text("2 of 2")).to_be_visible()


def test_a_radiograph_that_came_while_nobody_listened_is_found(page: Page, serve: Callable[[Any], str]) -> None:
    address = serve(FakePredictor())
    first = send_image(address)
    page.route("**/events", lambda route: route.abort())
    open_case(page, address, first)
    send_image(address, seed=1, opacity=False)

    page.unroute("**/events")

    expect(page.locator(".radiographs a")).to_have_count(2)
