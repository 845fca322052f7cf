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
from tests.browser.worklist import choose, hand_over, payload, selected, send_levels
from tests.factories import make_png
from tests.fakes import FakePredictor

pytestmark = pytest.mark.browser

Serve = Callable[[Any], str]
ROW_IS_ABOVE_TRAY = """() => {
    const [row, tray] = [".row.selected", "[data-tray]"].map((each) => document.querySelector(each));
    return row.getBoundingClientRect().bottom <= tray.getBoundingClientRect().top;
}"""
ROW_IS_IN_SIGHT = """() => {
    const box = (each) => document.querySelector(each).getBoundingClientRect();
    const row = box(".row.selected");
    const floats = ["[data-tray]", "[data-toast]"].filter((each) => document.querySelector(each).checkVisibility());
    return row.top >= box("thead th").bottom - 1
        && row.bottom <= Math.min(window.innerHeight, ...floats.map((each) => box(each).top));
}"""
FIRST_IN_SIGHT = """() => {
    const edge = document.querySelector("thead th").getBoundingClientRect().bottom;
    const row = [...document.querySelectorAll(".row")].find((each) => each.getBoundingClientRect().top >= edge);
    return [row.querySelector("[data-open]").textContent, Math.round(row.getBoundingClientRect().top)];
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


def test_a_cell_of_a_spreadsheet_is_left_to_the_search_though_a_picture_comes_with_it(page: Page, serve: Serve) -> None:
    page.goto(serve(FakePredictor()))

    is_taken = page.get_by_role("searchbox").evaluate(
        """(field) => {
            const clipboardData = new DataTransfer();
            clipboardData.items.add(new File([new Uint8Array(4)], "image.png"));
            clipboardData.setData("text/plain", "A20418");
            const paste = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true });
            return !field.dispatchEvent(paste);
        }"""
    )

    assert not is_taken
    expect(page.locator(".upload")).to_have_count(0)


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


def go_on(page: Page) -> None:
    page.evaluate("void setTimeout(() => document.querySelector('.bar a[href=\"/model\"]').click())")


def go_back(page: Page) -> None:
    page.evaluate("void setTimeout(() => history.back())")


def load_again(page: Page) -> None:
    page.evaluate("void setTimeout(() => location.reload())")


def close(page: Page) -> None:
    page.close(run_before_unload=True)


@pytest.mark.parametrize("leave", [go_on, go_back, load_again, close], ids=lambda each: each.__name__)
def test_every_way_of_leaving_is_asked_about(page: Page, serve: Serve, leave: Callable[[Page], None]) -> None:
    opened = threading.Event()

    def wait(radiograph: Radiograph) -> None:
        if radiograph.shape[0] == 64:
            assert opened.wait(150)

    address = serve(FakePredictor(behaviour=wait))
    page.goto(f"{address}/model")
    page.goto(address)
    choose(page, payload("one.png", gray_png(20)))
    expect(page.locator(".upload .state.reading")).to_have_count(1)
    page.get_by_role("heading", name="Uploading").click()  # a browser asks only for a page that was used

    with page.expect_event("dialog") as asked:
        leave(page)
    assert asked.value.type == "beforeunload"
    asked.value.dismiss()
    opened.set()
    expect(page.locator("[data-tray-title]")).to_have_text("Uploaded 1 file · 1 read")


def test_what_was_not_sent_when_the_page_was_left_is_told_on_the_next_one(page: Page, serve: Serve) -> None:
    page.goto(serve(FakePredictor()))
    page.route("**/predict", lambda _: None)  # never on its way
    page.on("dialog", lambda dialog: dialog.accept())
    choose(page, *(payload(f"{number}.png", gray_png(number)) for number in range(20, 25)))
    expect(page.locator(".upload .state.waiting")).to_have_count(2)

    page.reload()
    page.get_by_role("button", name="Show 5 uploads").click()

    expect(page.locator("[data-tray-title]")).to_have_text("Uploaded 5 files · 0 read, 5 not read")
    expect(page.locator(".upload").last).to_contain_text("Not sent: the page was left while it waited.")
    expect(page.locator(".upload").last).to_contain_text("choose the file again")


def test_what_was_sent_when_the_page_was_left_is_told_on_the_next_one(page: Page, serve: Serve) -> None:
    opened = threading.Event()

    def wait(radiograph: Radiograph) -> None:
        if radiograph.shape[0] == 64:
            assert opened.wait(150)

    page.goto(serve(FakePredictor(behaviour=wait)))
    page.on("dialog", lambda dialog: dialog.accept())
    choose(page, payload("one.png", gray_png(20)))
    expect(page.locator(".upload .state.reading")).to_have_count(1)

    page.reload()
    page.get_by_role("button", name="Show 1 upload").click()

    expect(page.locator("[data-tray-title]")).to_have_text("Uploaded 1 file · 0 read, 1 without an answer")
    expect(page.locator(".upload")).to_contain_text("Sent")
    expect(page.locator(".upload")).to_contain_text("Look in the list")
    opened.set()


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


def test_a_receipt_is_shown_and_selected_where_there_is_no_clipboard(page: Page, serve: Serve) -> None:
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")  # as without HTTPS
    page.goto(serve(FakePredictor()))
    choose(page, payload("note.txt", b"not an image"))

    page.get_by_role("button", name="Copy receipt").click()

    expect(page.get_by_role("button", name="Selected")).to_be_visible()
    assert "code: UNKNOWN_FORMAT" in page.evaluate("window.getSelection().toString()")


def test_a_file_that_failed_is_sent_again_from_its_row_and_the_keyboard_stays_there(page: Page, serve: Serve) -> None:
    address = serve(FakePredictor())
    send_levels(address, 20)
    page.goto(address)
    page.route("**/predict", lambda route: route.abort())
    choose(page, *(payload(f"{level}.png", gray_png(level)) for level in (203, 204, 205)))
    expect(page.get_by_role("button", name="Send again")).to_have_count(3)
    page.unroute("**/predict")

    page.get_by_role("button", name="Send again").first.focus()
    page.keyboard.press("Enter")

    expect(page.locator("[data-tray-title]")).to_have_text("Uploaded 3 files · 1 read, 2 not read")
    expect(page.locator(".upload", has_text="203.png").locator(".state")).to_contain_text("COVID-19 0.80")
    expect(page.locator(".upload", has_text="203.png")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_timeout(200)
    expect(page).to_have_url(re.compile("/(cases)?$"))


def test_the_tray_s_keys_are_its_own(page: Page, serve: Serve) -> None:
    address = serve(FakePredictor())
    send_levels(address, 204, 203)
    page.goto(address)
    choose(page, *(payload(f"{number}.txt", b"not an image") for number in range(12)))
    expect(page.locator("[data-tray-title]")).to_contain_text("12 refused")
    uploads = page.locator("[data-tray-list]")
    uploads.focus()

    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")

    page.wait_for_function("() => document.querySelector('[data-tray-list]').scrollTop > 100")
    expect(uploads).to_be_focused()
    expect(selected(page)).to_have_text("A0")
    page.keyboard.press("t")
    expect(page.locator("[data-tray]")).to_be_hidden()


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


def test_a_reader_at_the_top_who_chose_nothing_stays_there(sized_page: Page, serve: Serve) -> None:
    """The case that stood first goes down as flagged ones arrive; the page does not follow it."""
    page = sized_page
    address = serve(FakePredictor())
    send_levels(address, 20)
    page.goto(address)
    expect(selected(page)).to_have_text("A0")

    choose(page, *(payload(f"{number}.png", gray_png(number)) for number in range(190, 208)))
    expect(page.locator("[data-tray-title]")).to_have_text("Uploaded 18 files · 18 read")
    expect(page.locator(".row .badge")).to_have_count(18)

    assert page.evaluate("window.scrollY") == 0
    expect(page.locator(".row").first).to_have_class("row selected")
    expect(page.locator("[data-new-above]")).to_be_hidden()


def test_a_reader_who_chose_a_row_keeps_it_in_place_and_is_led_to_what_came_above(
    sized_page: Page, serve: Serve
) -> None:
    page = sized_page
    address = serve(FakePredictor())
    send_levels(address, *range(20, 44))
    page.goto(address)
    page.keyboard.press("j")  # not so far down that the tray would cover it
    before = selected(page).bounding_box()

    choose(page, *(payload(f"{number}.png", gray_png(number)) for number in range(200, 208)))
    expect(page.locator("[data-tray-title]")).to_have_text("Uploaded 8 files · 8 read")
    expect(page.get_by_role("button", name=re.compile("new above"))).to_be_visible()

    after = selected(page).bounding_box()
    assert before
    assert after
    assert abs(after["y"] - before["y"]) <= 1
    expect(selected(page)).to_have_text("A1")
    assert page.evaluate(ROW_IS_IN_SIGHT)
    page.keyboard.press("a")
    assert page.evaluate("window.scrollY") == 0
    expect(page.locator(".row").first).to_have_class("row selected")
    expect(page.locator("[data-new-above]")).to_be_hidden()


def test_a_window_made_smaller_keeps_the_selected_row_above_the_tray(page: Page, serve: Serve) -> None:
    address = serve(FakePredictor())
    send_levels(address, *range(20, 44))
    page.goto(address)
    choose(page, *(payload(f"{number}.png", gray_png(number)) for number in range(50, 60)))
    expect(page.locator("[data-tray-title]")).to_have_text("Uploaded 10 files · 10 read")
    for _ in range(5):
        page.keyboard.press("j")
    assert page.evaluate(ROW_IS_IN_SIGHT)

    page.set_viewport_size({"width": 1024, "height": 768})

    page.wait_for_function(ROW_IS_IN_SIGHT)


def test_a_message_at_the_lower_edge_does_not_cover_the_selected_row(page: Page, serve: Serve) -> None:
    address = serve(FakePredictor())
    send_levels(address, *range(20, 44))
    page.goto(address)
    page.evaluate("document.querySelectorAll('[data-open]')[11].focus()")

    page.evaluate("document.dispatchEvent(new CustomEvent('say-toast', { detail: { text: 'Done.' } }))")

    expect(page.locator("[data-toast]")).to_be_visible()
    page.wait_for_function(ROW_IS_IN_SIGHT)


def test_a_reader_who_scrolled_away_is_not_fetched_back(page: Page, serve: Serve) -> None:
    """Neither by a tray that opens nor by rows that come."""
    address = serve(FakePredictor())
    send_levels(address, *range(20, 60))
    page.goto(address)
    page.keyboard.press("j")
    page.mouse.move(700, 500)
    page.mouse.wheel(0, 1200)
    page.wait_for_function("() => window.scrollY === 1200")
    first = page.evaluate(FIRST_IN_SIGHT)

    choose(page, payload("new.png", gray_png(204)))
    expect(page.get_by_role("button", name=re.compile("1 new above"))).to_be_visible()

    assert page.evaluate(FIRST_IN_SIGHT) == first


def test_refusals_stand_first_in_the_tray(page: Page, serve: Serve) -> None:
    page.goto(serve(FakePredictor()))
    files = [payload(f"{number}.png", gray_png(number)) for number in range(20, 28)]

    choose(page, *files[:6], payload("tiny.png", TINY), *files[6:], payload("note.txt", b"not an image"))
    expect(page.locator("[data-tray-title]")).to_have_text("Uploaded 10 files · 8 read, 2 refused")

    names = page.locator(".upload .name").all_text_contents()
    assert names == ["tiny.png", "note.txt", *(f"{number}.png" for number in range(20, 28))]
    expect(page.locator(".upload").first).to_be_in_viewport()


def test_what_cannot_be_read_of_a_dropped_folder_gets_a_row_and_the_rest_is_sent(page: Page, serve: Serve) -> None:
    page.goto(serve(FakePredictor()))
    page.evaluate(
        """(bytes) => {
            const fail = (_, refuse) => refuse(new DOMException("gone", "NotReadableError"));
            const readable = (name) => (
                { name, isFile: true, file: (take) => take(new File([new Uint8Array(bytes)], name)) });
            const folder = (name, children) => ({ name, createReader: () => (
                { readEntries: (take) => take(children.splice(0)) }) });
            const study = folder("study", [
                { name: "locked.dcm", isFile: true, file: fail },
                { name: "closed", createReader: () => ({ readEntries: fail }) },
                folder("series", [readable("a.png")]),
            ]);
            DataTransferItem.prototype.webkitGetAsEntry = () => study;
        }""",
        list(gray_png(20)),
    )

    hand_over(page, ("drop",), {"study": b""})

    expect(page.locator("[data-tray-title]")).to_have_text("Uploaded 3 files · 1 read, 2 not read")
    expect(page.locator(".upload", has_text="locked.dcm")).to_contain_text("The browser could not read it")
    expect(page.locator(".upload", has_text="closed")).to_contain_text("choose the file again")


def test_the_same_file_twice_is_one_radiograph(page: Page, serve: Serve) -> None:
    page.goto(serve(FakePredictor()))
    for _ in range(2):
        choose(page, payload("one.png", gray_png(204)))
        expect(page.locator("[data-tray-title]")).not_to_contain_text("Uploading")

    expect(page.locator(".upload").nth(1)).to_contain_text("Already here")
    expect(page.locator(".row")).to_have_count(1)
