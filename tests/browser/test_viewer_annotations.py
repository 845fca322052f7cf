"""Marks in the viewer: drawn, saved, undone, there after a reload, honest when the server is not."""

import asyncio
import re
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx2 as httpx
import pytest
from playwright.sync_api import Page, Route, expect

from app.main import create_app
from tests.browser import conftest
from tests.browser.viewer import drag, draw_marks, open_case, send_chest, settle, texts
from tests.fakes import FakePredictor

pytestmark = pytest.mark.browser

WORDS = """
() => {
  const marks = [...document.querySelectorAll(".annotation")].map((mark) => [...mark.querySelectorAll("text")]);
  return [...marks.filter(({ length }) => length > 0), [document.querySelector("[data-heat-scale]")]].map((parts) => {
    const boxes = parts.map((part) => part.getBoundingClientRect());
    const [left, top] = [Math.min(...boxes.map((box) => box.left)), Math.min(...boxes.map((box) => box.top))];
    return [left, top, Math.max(...boxes.map((box) => box.right)), Math.max(...boxes.map((box) => box.bottom))];
  });
}
"""
"""Edges of each mark's words and of the heatmap's scale: left, top, right, bottom."""


@pytest.fixture
def opened(page: Page, serve: Callable[[Any], str]) -> tuple[Page, str]:
    """A case on the stage, and the address of its radiograph's annotations."""
    address = serve(FakePredictor())
    answer = send_chest(address)
    open_case(page, address, answer)
    return page, f"{address}/radiographs/{answer['radiograph_id']}/annotations"


class SlowStart:
    """An application that the first mark that is sent reaches, or leaves, a second late; `over` is set after it."""

    def __init__(self, app: Any, late: str, over: threading.Event) -> None:
        self.app, self.late, self.over, self.is_first = app, late, over, True

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if not (self.is_first and scope["type"] == "http" and scope["method"] == "PUT"):
            await self.app(scope, receive, send)
            return
        self.is_first = False

        async def answer(message: Any) -> None:
            if self.late == "answer" and message["type"] == "http.response.start":
                await asyncio.sleep(1)
            await send(message)

        if self.late == "request":
            await asyncio.sleep(1)
        await self.app(scope, receive, answer)
        self.over.set()


@pytest.fixture
def opened_slowly(
    page: Page, serve: Callable[[Any], str], monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> tuple[Page, str, threading.Event]:
    """As `opened`, where the first mark's request or answer is late; the event is set when it is through."""
    over = threading.Event()
    monkeypatch.setattr(
        conftest, "create_app", lambda *a, **named: SlowStart(create_app(*a, **named), request.param, over)
    )
    address = serve(FakePredictor())
    answer = send_chest(address)
    open_case(page, address, answer)
    return page, f"{address}/radiographs/{answer['radiograph_id']}/annotations", over


def wait_until(page: Page, condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition() and time.monotonic() < deadline:
        page.wait_for_timeout(50)


def stored(address: str) -> list[str]:
    return [mark["kind"] for mark in httpx.get(address).json()]


def test_every_kind_is_drawn_said_saved_and_there_after_a_reload(opened: tuple[Page, str]) -> None:
    page, address = opened
    draw_marks(page)

    marks = page.locator("[data-marks-list] .choose")
    expect(marks).to_have_count(6)
    expect(marks.last).to_have_text(re.compile(r"Arrow\s*·\s*Hazy"))
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


def test_the_words_of_marks_stand_clear_of_one_another(opened: tuple[Page, str]) -> None:
    page, _ = opened
    draw_marks(page)
    expect(page.locator(".annotation")).to_have_count(6)

    for width, height in ((1440, 900), (1024, 768), (512, 384)):
        page.set_viewport_size({"width": width, "height": height})
        settle(page)
        boxes = page.evaluate(WORDS)
        assert len(boxes) > (6 if width >= 1024 else 1), "the words of all marks, and the scale"
        for index, a in enumerate(boxes):
            for b in boxes[:index]:
                is_clear = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
                assert is_clear, (width, a, b)


def test_long_words_are_broken_on_the_picture_and_cut_in_the_panel(opened: tuple[Page, str]) -> None:
    page, _ = opened
    page.keyboard.press("t")
    drag(page, (300, 300), (360, 340))
    page.keyboard.type("Hazy opacity with air bronchogram, " * 6)
    page.keyboard.press("Enter")
    row, lines = page.locator("[data-marks-list] li"), page.locator(".annotation text:not(.shade)")
    expect(row).to_have_count(1)
    expect(lines).to_have_count(6)  # the chosen mark says all

    page.keyboard.press("l")
    drag(page, (300, 500), (400, 520))
    expect(lines).to_have_count(4)
    expect(lines.nth(2)).to_have_text(re.compile("…$"))
    heights = page.evaluate("[...document.querySelectorAll('.marks li')].map((row) => row.offsetHeight)")
    assert heights == [40, 40]
    right = page.evaluate(
        "Math.max(...[...document.querySelectorAll('.annotation text')].map((e) => e.getBoundingClientRect().right))"
    )
    assert right <= 1092


def test_the_words_of_an_arrow_are_written_anew(opened: tuple[Page, str]) -> None:
    page, address = opened
    page.keyboard.press("t")
    drag(page, (790, 440), (730, 520))
    page.keyboard.type("Hasy")
    page.keyboard.press("Escape")
    said = page.locator("[data-marks-list] .choose")
    expect(said).to_have_text("Arrow")

    page.get_by_role("button", name="Write the words of mark 1").click()
    page.keyboard.type("Hazy")
    page.keyboard.press("Enter")

    expect(said).to_have_text("Arrow · Hazy")
    expect(page.locator("[data-marks-state]")).to_have_text("saved")
    assert [mark["text"] for mark in httpx.get(address).json()] == ["Hazy"]
    expect(page.locator("[data-stage]")).to_be_focused()


def test_an_arrow_with_words_is_undone_in_one_step(opened: tuple[Page, str]) -> None:
    page, _ = opened
    page.keyboard.press("t")
    drag(page, (790, 440), (730, 520))
    page.keyboard.type("Hazy")
    page.keyboard.press("Enter")
    expect(page.locator("[data-marks-list] .choose")).to_contain_text("Hazy")

    page.keyboard.press("Control+z")
    expect(page.locator("[data-marks-list] li")).to_have_count(0)
    page.keyboard.press("Control+y")
    expect(page.locator("[data-marks-list] .choose")).to_contain_text("Hazy")


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
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("[data-marks-state]")).to_have_text("saved")
    assert stored(address) == ["ruler"]


def test_a_mark_made_just_before_next_is_kept(opened: tuple[Page, str]) -> None:
    page, address = opened
    page.keyboard.press("l")
    drag(page, (300, 300), (400, 320))
    page.keyboard.press("Backspace")
    expect(page).to_have_url(re.compile("/cases$"))

    wait_until(page, lambda: bool(stored(address)))
    assert stored(address) == ["ruler"]


@pytest.mark.parametrize("opened_slowly", ["request", "answer"], indirect=True)
def test_what_is_changed_while_a_mark_is_being_saved_is_kept_on_leaving(
    opened_slowly: tuple[Page, str, threading.Event],
) -> None:
    page, address, over = opened_slowly
    page.keyboard.press("t")
    drag(page, (790, 440), (730, 520))
    page.keyboard.type("Hazy")
    page.keyboard.press("Enter")
    page.keyboard.press("l")
    drag(page, (300, 300), (400, 320))
    page.keyboard.press("Backspace")
    expect(page).to_have_url(re.compile("/cases$"))

    wait_until(page, lambda: over.is_set() and len(stored(address)) == 2)
    assert sorted((mark["kind"], mark["text"]) for mark in httpx.get(address).json()) == [
        ("arrow", "Hazy"),
        ("ruler", ""),
    ]


@pytest.mark.parametrize("opened_slowly", ["answer"], indirect=True)
def test_a_mark_that_is_taken_back_while_it_is_being_saved_is_gone_after_leaving(
    opened_slowly: tuple[Page, str, threading.Event],
) -> None:
    page, address, over = opened_slowly
    page.keyboard.press("l")
    drag(page, (300, 300), (400, 320))
    wait_until(page, lambda: stored(address) == ["ruler"])
    page.keyboard.press("Control+z")
    page.keyboard.press("Backspace")
    expect(page).to_have_url(re.compile("/cases$"))

    wait_until(page, lambda: over.is_set() and not stored(address))
    assert stored(address) == []


def test_marks_that_could_not_be_fetched_are_said_to_be_missing_until_they_are_there(opened: tuple[Page, str]) -> None:
    page, address = opened
    page.keyboard.press("l")
    drag(page, (300, 300), (400, 320))
    state = page.locator("[data-marks-state]")
    expect(state).to_have_text("saved")
    page.route("**/annotations", lambda route: route.abort())
    page.reload()
    missing = page.get_by_role("alert").filter(has_text="could not be fetched")
    expect(missing).to_be_visible()

    page.keyboard.press("l")
    drag(page, (300, 500), (400, 520))
    wait_until(page, lambda: len(stored(address)) == 2)
    expect(missing).to_be_visible()
    expect(state).to_have_text("not saved")

    page.unroute("**/annotations")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("[data-marks-list] li")).to_have_count(2)
    expect(state).to_have_text("saved")


def test_words_that_were_written_elsewhere_are_not_lost_to_a_stale_page(opened: tuple[Page, str]) -> None:
    page, address = opened
    page.keyboard.press("t")
    drag(page, (790, 440), (730, 520))
    page.keyboard.press("Escape")
    state, said = page.locator("[data-marks-state]"), page.locator("[data-marks-list] .choose")
    expect(state).to_have_text("saved")
    mark = httpx.get(address).json()[0]
    theirs = {"kind": mark["kind"], "points": mark["points"], "text": "Nodule"}
    assert httpx.put(f"{address}/{mark['id']}", json=theirs).status_code == 200

    drag(page, (730, 520), (700, 560))

    expect(said).to_have_text("Arrow · Nodule")
    expect(state).to_have_text("changed elsewhere")
    expect(page.get_by_role("alert").filter(has_text="your change was not kept")).to_be_visible()
    expect(page.get_by_role("button", name="Try again")).to_be_hidden()
    drag(page, (730, 520), (700, 560))
    expect(state).to_have_text("saved")
    assert [(one["text"], one["points"] == mark["points"]) for one in httpx.get(address).json()] == [("Nodule", False)]


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
