"""Marks in the viewer: drawn, saved, undone, there after a reload, honest when the server is not."""

from collections.abc import Callable
from typing import Any

import httpx2 as httpx
import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.viewer import drag, open_case, send_chest, texts
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


def draw_all(page: Page) -> None:
    page.keyboard.press("l")
    drag(page, (300, 300), (400, 320))
    page.keyboard.press("g")
    drag(page, (250, 200), (350, 250))
    page.mouse.click(420, 230)
    page.keyboard.press("x")
    drag(page, (380, 500), (640, 520))
    drag(page, (250, 600), (800, 590))
    page.keyboard.press("r")
    drag(page, (560, 250), (660, 330))
    page.keyboard.press("e")
    drag(page, (560, 360), (660, 440))
    page.keyboard.press("t")
    drag(page, (760, 220), (700, 330))
    page.keyboard.type("Hazy patch")
    page.keyboard.press("Enter")


def test_every_kind_is_drawn_said_saved_and_there_after_a_reload(opened: tuple[Page, str]) -> None:
    page, address = opened
    draw_all(page)

    marks = page.locator("[data-marks-list] .choose")
    expect(marks).to_have_count(6)
    expect(page.locator("[data-marks-state]")).to_have_text("saved")
    said = texts(marks)
    assert "mm · at detector" in said[0]
    assert said[1].startswith("Angle ·")
    assert said[1].endswith("°")
    assert "CTR 0.4" in said[2]
    assert all("mean" in text and "SD" in text and "cm²" in text for text in said[3:5])
    assert said[5] == "Arrow with text · Hazy patch"
    assert len(stored(address)) == 6

    page.reload()
    expect(marks).to_have_count(6)
    assert texts(marks) == said
    expect(page.locator(".annotation")).to_have_count(6)


def test_undo_and_redo_reach_the_server(opened: tuple[Page, str]) -> None:
    page, address = opened
    page.keyboard.press("l")
    drag(page, (300, 300), (400, 320))
    marks = page.locator("[data-marks-list] li")
    expect(marks).to_have_count(1)
    drag(page, (400, 320), (450, 420))  # its end is taken hold of
    expect(marks).to_have_count(1)
    said = page.locator("[data-marks-list] .choose")
    moved = texts(said)

    page.keyboard.press("Control+z")
    assert texts(said) != moved
    page.keyboard.press("Control+z")
    expect(marks).to_have_count(0)
    expect(page.locator("[data-marks-state]")).to_have_text("saved")
    assert stored(address) == []

    page.keyboard.press("Control+y")
    page.keyboard.press("Control+Shift+z")
    assert texts(said) == moved
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
    page.wait_for_url("**/cases**")

    for _ in range(50):
        if stored(address):
            break
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
