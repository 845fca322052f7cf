"""Marks in the viewer: drawn, saved, undone, there after a reload, honest when the server is not."""

import re
import time
from collections.abc import Callable
from typing import Any

import httpx2 as httpx
import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.viewer import drag, draw_marks, open_case, send_chest, texts
from tests.fakes import FakePredictor

pytestmark = pytest.mark.browser


@pytest.fixture
def opened(page: Page, serve: Callable[[Any], str]) -> tuple[Page, str]:
    """A case on the stage, and the address of its radiograph's annotations."""
    address = serve(FakePredictor())
    answer = send_chest(address)
    open_case(page, address, answer)
    return page, f"{address}/radiographs/{answer['radiograph_id']}/annotations"


def stored(address: str) -> list[str]:
    return [mark["kind"] for mark in httpx.get(address).json()]


def test_every_kind_is_drawn_said_saved_and_there_after_a_reload(opened: tuple[Page, str]) -> None:
    page, address = opened
    draw_marks(page)

    marks = page.locator("[data-marks-list] .choose")
    expect(marks).to_have_count(6)
    expect(marks.last).to_have_text(re.compile(r"Arrow with text\s*·\s*Hazy"))
    expect(page.locator("[data-marks-state]")).to_have_text("saved")
    said = texts(marks)
    assert "mm · at detector" in said[0]
    assert said[1].startswith("Angle ·")
    assert said[1].endswith("°")
    assert "CTR 0.4" in said[2]
    assert all("mean" in text and "SD" in text and "cm²" in text for text in said[3:5])
    assert len(stored(address)) == 6

    page.reload()
    expect(marks).to_have_text(said, use_inner_text=True)
    expect(page.locator(".annotation")).to_have_count(6)


def test_undo_and_redo_reach_the_server(opened: tuple[Page, str]) -> None:
    page, address = opened
    page.keyboard.press("l")
    drag(page, (300, 300), (400, 320))
    marks = page.locator("[data-marks-list] li")
    expect(marks).to_have_count(1)
    said = page.locator("[data-marks-list] .choose")
    drawn = texts(said)
    drag(page, (400, 320), (450, 420))  # its end is taken hold of
    expect(said).not_to_have_text(drawn, use_inner_text=True)
    expect(marks).to_have_count(1)
    moved = texts(said)

    page.keyboard.press("Control+z")
    expect(said).to_have_text(drawn, use_inner_text=True)
    page.keyboard.press("Control+z")
    expect(marks).to_have_count(0)
    expect(page.locator("[data-marks-state]")).to_have_text("saved")
    assert stored(address) == []

    page.keyboard.press("Control+y")
    page.keyboard.press("Control+Shift+z")
    expect(said).to_have_text(moved, use_inner_text=True)
    page.keyboard.press("Delete")
    expect(marks).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(marks).to_have_count(1)
    expect(page.locator("[data-marks-state]")).to_have_text("saved")
    assert stored(address) == ["ruler"]


def test_a_mark_that_is_not_saved_says_so_and_is_saved_again(opened: tuple[Page, str]) -> None:
    page, address = opened
    refuse = True

    def answer(route: Route) -> None:
        if refuse and route.request.method == "PUT":
            route.abort()
        else:
            route.continue_()

    page.route("**/annotations/*", answer)
    page.keyboard.press("l")
    drag(page, (300, 300), (400, 320))

    expect(page.locator("[data-marks-state]")).to_have_text("not saved")
    expect(page.get_by_role("alert").filter(has_text="Not saved: the server did not answer")).to_be_visible()
    expect(page.locator("[data-marks-list] li")).to_have_count(1)
    refuse = False
    page.get_by_role("button", name="Save again").click()
    expect(page.locator("[data-marks-state]")).to_have_text("saved")
    assert stored(address) == ["ruler"]


def test_a_mark_made_just_before_next_is_kept(opened: tuple[Page, str]) -> None:
    page, address = opened
    page.keyboard.press("l")
    drag(page, (300, 300), (400, 320))
    page.keyboard.press("Backspace")
    expect(page).to_have_url(re.compile("/cases$"))

    deadline = time.monotonic() + 30
    while not stored(address) and time.monotonic() < deadline:
        page.wait_for_timeout(100)
    assert stored(address) == ["ruler"]


def test_measurements_go_into_the_copied_report(opened: tuple[Page, str]) -> None:
    page, _ = opened
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.keyboard.press("l")
    drag(page, (300, 300), (400, 320))
    expect(page.locator("[data-marks-list] li")).to_have_count(1)
    page.keyboard.press("y")

    expect(page.locator("[data-report-state]")).to_have_text("copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    lines = copied.splitlines()
    assert lines[-2].startswith("Measured by the reader: Ruler, ")
    assert lines[-1].startswith("Research use")
