"""Uploads in a real browser: dropped, chosen, pasted; many at once; what became of each, also after leaving."""

import re
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from model.imaging.radiograph import Radiograph
from tests.application import gray_png
from tests.browser.worklist import choose, hand_over, payload
from tests.factories import make_png
from tests.fakes import FakePredictor

pytestmark = pytest.mark.browser

Serve = Callable[[Any], str]
ROW_IS_ABOVE_TRAY = """() => {
    const [row, tray] = [".row.selected", "[data-tray]"].map((each) => document.querySelector(each));
    return row.getBoundingClientRect().bottom <= tray.getBoundingClientRect().top;
}"""
TINY = make_png(np.full((16, 16), 200, np.uint8))


@pytest.mark.parametrize("events", [("dragenter", "dragover", "drop"), ("paste",)], ids=["dropped", "pasted"])
def test_files_are_taken_from_anywhere_on_the_page(page: Page, serve: Serve, events: tuple[str, ...]) -> None:
    page.goto(serve(FakePredictor()))

    hand_over(page, events, {"one.png": gray_png(204), "two.png": gray_png(20)})

    expect(page.locator("[data-tray-title]")).to_have_text("Uploaded 2 files · 2 read")
    expect(page.locator("[data-veil]")).to_be_hidden()
    expect(page.locator(".row")).to_have_count(2)


def test_the_veil_shows_while_files_are_dragged_over_the_page(page: Page, serve: Serve) -> None:
    page.goto(serve(FakePredictor()))

    hand_over(page, ("dragenter",), {"one.png": b""})
    expect(page.locator("[data-veil]")).to_be_visible()
    hand_over(page, ("dragleave",), {"one.png": b""})
    expect(page.locator("[data-veil]")).to_be_hidden()


def test_a_paste_of_words_is_left_to_the_search(page: Page, serve: Serve) -> None:
    page.goto(serve(FakePredictor()))
    page.get_by_role("searchbox").focus()

    page.evaluate(
        "document.activeElement.dispatchEvent(new ClipboardEvent('paste', { bubbles: true, cancelable: true }))"
    )

    expect(page.locator("[data-tray]")).to_be_hidden()


def test_a_folder_is_walked_and_hidden_files_are_left_out(page: Page, serve: Serve, tmp_path_factory: Any) -> None:
    folder = tmp_path_factory.mktemp("study")
    (folder / "series").mkdir()
    (folder / "a.png").write_bytes(gray_png(20))
    (folder / "series" / "b.png").write_bytes(gray_png(21))
    (folder / ".DS_Store").write_bytes(b"x")
    page.goto(serve(FakePredictor()))

    page.locator('[data-picker="folder"]').set_input_files(folder)

    expect(page.locator("[data-tray-title]")).to_have_text("Uploaded 2 files · 2 read")


def test_many_files_go_three_at_a_time_and_each_says_how_far_it_is(page: Page, serve: Serve) -> None:
    opened = threading.Event()

    def wait(radiograph: Radiograph) -> None:
        if radiograph.shape[0] == 64:
            assert opened.wait(150)

    page.add_init_script(
        """let sending = 0;
        window.most = 0;
        const { open, send } = XMLHttpRequest.prototype;
        XMLHttpRequest.prototype.open = function (...given) {
            this.addEventListener("loadend", () => (sending -= 1));
            return open.apply(this, given);
        };
        XMLHttpRequest.prototype.send = function (...given) {
            window.most = Math.max(window.most, (sending += 1));
            return send.apply(this, given);
        };"""
    )
    page.goto(serve(FakePredictor(behaviour=wait)))
    choose(page, *(payload(f"{number:02}.png", gray_png(number)) for number in range(20, 32)))

    expect(page.locator(".upload")).to_have_count(12)
    expect(page.locator(".upload .state.reading")).to_have_count(3)
    expect(page.locator(".upload .state.waiting")).to_have_count(9)
    expect(page.locator("[data-tray-title]")).to_have_text("Uploading 12 files · 0 read")
    expect(page.locator("[data-tray-leaving]")).to_contain_text("leaving it drops what still waits")
    opened.set()
    expect(page.locator("[data-tray-title]")).to_have_text("Uploaded 12 files · 12 read")
    expect(page.locator("[data-tray-leaving]")).to_be_hidden()
    assert page.evaluate("window.most") == 3


def test_leaving_while_files_wait_is_asked_about(page: Page, serve: Serve) -> None:
    opened = threading.Event()

    def wait(radiograph: Radiograph) -> None:
        if radiograph.shape[0] == 64:
            assert opened.wait(150)

    page.goto(serve(FakePredictor(behaviour=wait)))
    choose(page, payload("one.png", gray_png(20)))
    expect(page.locator(".upload .state.reading")).to_have_count(1)

    page.get_by_role("heading", name="Uploading").click()  # a browser asks only for a page that was used
    with page.expect_event("dialog") as asked:
        page.evaluate("void setTimeout(() => window.location.assign('/model'))")
    assert asked.value.type == "beforeunload"
    asked.value.dismiss()
    expect(page.locator("[data-tray]")).to_be_visible()
    opened.set()
    expect(page.locator("[data-tray-title]")).to_have_text("Uploaded 1 file · 1 read")


def test_a_refusal_is_a_receipt_with_code_measured_limit_and_what_to_do(page: Page, serve: Serve) -> None:
    page.goto(serve(FakePredictor()))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    choose(page, payload("tiny.png", TINY), payload("note.txt", b"not an image"))

    expect(page.locator("[data-tray-title]")).to_have_text("Uploaded 2 files · 0 read, 2 refused")
    tiny, note = page.locator(".upload").nth(0), page.locator(".upload").nth(1)
    expect(tiny).to_contain_text("TOO_SMALL · The shorter side is too small.")
    expect(tiny).to_contain_text("Measured 16, limit 32.")
    expect(note).to_contain_text("UNKNOWN_FORMAT")
    expect(note.get_by_role("link", name="Open the case")).to_have_count(0)
    note.get_by_role("button", name="Copy receipt").click()
    expect(note.get_by_role("button", name="Copied")).to_be_visible()
    receipt = page.evaluate("navigator.clipboard.readText()")
    assert re.search(r"^code: UNKNOWN_FORMAT$", receipt, re.MULTILINE)
    assert re.search(r"^receipt_id: [0-9a-f-]{36}$", receipt, re.MULTILINE)


def test_a_file_that_failed_is_sent_again_from_its_row(page: Page, serve: Serve) -> None:
    page.goto(serve(FakePredictor()))
    page.route("**/predict", lambda route: route.abort())
    choose(page, payload("one.png", gray_png(204)))
    expect(page.locator(".upload")).to_contain_text("The server did not answer.")
    page.unroute("**/predict")

    page.get_by_role("button", name="Send again").click()

    expect(page.locator("[data-tray-title]")).to_have_text("Uploaded 1 file · 1 read")
    expect(page.locator(".upload .state")).to_contain_text("COVID-19 0.80")


def test_what_became_of_the_files_is_still_there_after_leaving_the_page(page: Page, serve: Serve) -> None:
    address = serve(FakePredictor())
    page.goto(address)
    choose(page, payload("one.png", gray_png(204)), payload("note.txt", b"not an image"))
    expect(page.locator("[data-tray-title]")).to_have_text("Uploaded 2 files · 1 read, 1 refused")

    page.goto(f"{address}/model")
    page.goto(f"{address}/cases")

    page.get_by_role("button", name="Show 2 uploads").click()
    expect(page.locator(".upload", has_text="note.txt")).to_contain_text("UNKNOWN_FORMAT")
    expect(page.locator(".upload", has_text="note.txt")).to_contain_text("choose the file again")


def test_closing_the_tray_loses_nothing(page: Page, serve: Serve) -> None:
    page.goto(serve(FakePredictor()))
    choose(page, payload("tiny.png", TINY))
    expect(page.locator("[data-tray-title]")).to_contain_text("1 refused")

    page.locator("[data-tray]").get_by_role("button", name="Close").click()
    expect(page.locator("[data-tray]")).to_be_hidden()
    page.keyboard.press("t")

    expect(page.locator(".upload")).to_contain_text("TOO_SMALL")


def test_the_tray_never_covers_the_selected_row(page: Page, serve: Serve) -> None:
    page.goto(serve(FakePredictor()))
    choose(page, *(payload(f"{number}.png", gray_png(number)) for number in range(20, 40)))
    expect(page.locator("[data-tray-title]")).to_have_text("Uploaded 20 files · 20 read")
    expect(page.locator(".row")).to_have_count(20)

    for key in ("End", "k", "k", "Home", "End"):
        page.keyboard.press(key)
        page.wait_for_function(ROW_IS_ABOVE_TRAY)


def test_the_same_file_twice_is_one_radiograph(page: Page, serve: Serve) -> None:
    page.goto(serve(FakePredictor()))
    for _ in range(2):
        choose(page, payload("one.png", gray_png(204)))
        expect(page.locator("[data-tray-title]")).not_to_contain_text("Uploading")

    expect(page.locator(".upload").nth(1)).to_contain_text("Already here")
    expect(page.locator(".row")).to_have_count(1)
