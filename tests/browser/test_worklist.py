"""The worklist in a real browser: order, filters, keys, live rows, themes, the demonstration."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import SIZES
from tests.browser.viewer import send, wait_for_picture
from tests.browser.worklist import choose, expect_labels, payload, review, selected, send_every_state, send_levels
from tests.factories import make_chest_dicom
from tests.fakes import FakePredictor

pytestmark = pytest.mark.browser

Serve = Callable[[Any], str]
FLOATS = '[".row", ".row.selected", "[data-tray]", "[data-toast]"]'
VISIBLE_TEXTS = "[...document.body.querySelectorAll('*')].filter((e) => e.checkVisibility() && e.innerText)"


def test_the_day_s_list_is_narrowed_ordered_and_reset_without_leaving_the_page(sized_page: Page, serve: Serve) -> None:
    page = sized_page
    address = serve(FakePredictor())
    send_levels(address, 20, 204, 128, 230)
    page.goto(address)
    page.evaluate("window.isSamePage = true")

    expect_labels(page, "A1", "A2", "A3", "A0")
    page.get_by_role("link", name="Flagged 3").click()
    expect(page.locator(".row")).to_have_count(3)
    narrow = page.get_by_role("button", name="Narrow")
    if narrow.is_visible():
        narrow.click()
    page.get_by_role("link", name="COVID-19 2").click()
    expect(page.locator(".row")).to_have_count(2)
    page.get_by_role("link", name="COVID-19 probability").click()
    expect(page.locator(".rule")).to_contain_text("Highest COVID-19 probability first")
    expect_labels(page, "A3", "A1")

    page.reload()
    expect_labels(page, "A3", "A1")
    page.get_by_role("link", name="Model").click()
    page.get_by_role("link", name="Worklist").click()
    expect_labels(page, "A3", "A1")
    page.get_by_role("link", name="Take away: COVID-19").click()
    expect(page.locator(".row")).to_have_count(3)
    page.go_back()
    expect(page.locator(".row")).to_have_count(2)


def test_a_list_is_changed_in_place(page: Page, serve: Serve) -> None:
    address = serve(FakePredictor())
    send_levels(address, 20, 204)
    page.goto(address)
    page.evaluate("window.isSamePage = true")

    page.get_by_role("link", name="Flagged 1").click()

    expect(page.locator(".row")).to_have_count(1)
    expect(page).to_have_url(re.compile("view=flagged"))
    assert page.evaluate("window.isSamePage")
    expect(page.get_by_role("link", name="Flagged 1")).to_be_focused()


def test_a_list_that_is_slow_keeps_its_heights(page: Page, serve: Serve) -> None:
    address = serve(FakePredictor())
    send_levels(address, 20, 204)
    page.goto(address)
    before = page.locator("tbody").bounding_box()
    held: list[Route] = []
    page.route("**/cases?view=flagged", lambda route: held.append(route))

    page.get_by_role("link", name="Flagged 1").click()

    expect(page.locator("[data-live=list]")).to_have_class("loading")
    assert page.locator("tbody").bounding_box() == before
    held[0].continue_()
    expect(page.locator(".row")).to_have_count(1)
    expect(page.locator("[data-live=list]")).not_to_have_class("loading")


def test_everything_goes_by_keyboard(sized_page: Page, serve: Serve) -> None:
    page = sized_page
    page.on("filechooser", lambda _: None)  # dialogs are caught from now on: to begin with the key press would race it
    address = serve(FakePredictor())
    send_levels(address, 204, 203, 202)
    page.goto(address)

    expect(selected(page)).to_have_text("A0")
    page.keyboard.press("j")
    page.keyboard.press("ArrowDown")
    expect(selected(page)).to_have_text("A2")
    page.keyboard.press("k")
    expect(selected(page)).to_have_text("A1")
    expect(selected(page)).to_be_focused()
    page.keyboard.press("Home")
    expect(selected(page)).to_have_text("A0")
    page.keyboard.press("End")
    expect(selected(page)).to_have_text("A2")
    page.keyboard.press("6")
    expect(page).to_have_url(re.compile("view=all"))
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_contain_text("Open the selected case")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    expect(page.locator("[data-live=list]")).not_to_have_class("loading")
    with page.expect_file_chooser():
        page.keyboard.press("u")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/*-*")


def test_every_control_is_reached_by_tab_and_shows_that_it_is(page: Page, serve: Serve) -> None:
    address = serve(FakePredictor())
    send_levels(address, 204)
    page.goto(address)

    look = (
        "(() => { const e = document.activeElement, style = getComputedStyle(e);"
        " return [e.textContent.trim() || e.getAttribute('aria-label'), style.outlineStyle,"
        " parseFloat(style.outlineWidth)]; })()"
    )
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break
        reached.append(page.evaluate(look))

    names = [name for name, *_ in reached]
    for name in ("Worklist", "Model", "Display", "Choose a folder", "A0"):
        assert name in names, names
    assert [name for name, style, width in reached if name and (style == "none" or width < 2)] == []


def test_rows_come_and_change_by_themselves_and_the_reader_keeps_the_place(sized_page: Page, serve: Serve) -> None:
    page = sized_page
    address = serve(FakePredictor())
    answers = send_levels(address, *range(20, 44))
    page.goto(address)
    for _ in range(20):
        page.keyboard.press("j")
    label = selected(page).text_content()
    top = selected(page).bounding_box()
    assert top
    assert page.evaluate("window.scrollY > 0")

    send(address, make_chest_dicom(seed=5, opacity=True, accession_number="NEW"))
    expect(page.locator("[data-open]").first).to_have_text("NEW")
    review(address, answers[0], "agree")
    expect(page.locator("[data-open]", has_text=re.compile("^A0$"))).to_have_count(0)

    expect(selected(page)).to_have_text(label or "")
    expect(selected(page)).to_be_focused()
    again = selected(page).bounding_box()
    assert again
    assert abs(again["y"] - top["y"]) <= 1
    expect(page.get_by_role("link", name="Reviewed 1")).to_be_visible()


@pytest.mark.parametrize("by", ["network", "proxy"])
def test_a_lost_connection_is_said_the_list_stays_and_comes_back(page: Page, serve: Serve, by: str) -> None:
    """A browser tries again by itself where nothing answers, and gives up where a proxy says that it has no server."""
    address = serve(FakePredictor())
    send_levels(address, 20)
    streams: list[Route] = []

    def answer(route: Route) -> None:
        """Begin a stream and break it off, then refuse every further one."""
        streams.append(route)
        if len(streams) == 1:
            route.fulfill(content_type="text/event-stream", body="retry: 200\n\n")
        elif by == "proxy":
            route.fulfill(status=502)
        else:
            route.abort()

    page.route("**/events", answer)
    page.goto(address)

    expect(page.locator("[data-lost]")).to_be_visible()
    expect_labels(page, "A0")
    send_levels(address, 20, 204)
    page.unroute("**/events")
    expect(page.locator("[data-lost]")).to_be_hidden()
    expect(page.locator(".row")).to_have_count(2)


def test_the_line_of_a_lost_connection_pushes_and_covers_nothing(sized_page: Page, serve: Serve) -> None:
    page = sized_page
    address = serve(FakePredictor())
    send_levels(address, *range(20, 44))
    page.goto(address)
    choose(page, payload("note.txt", b"not an image"))
    expect(page.locator("[data-tray-title]")).to_contain_text("1 refused")
    page.evaluate("document.dispatchEvent(new CustomEvent('say-toast', { detail: { text: 'Done.' } }))")
    page.keyboard.press("End")
    page.keyboard.press("k")
    places = f"{FLOATS}.map((each) => JSON.stringify(document.querySelector(each).getBoundingClientRect()))"
    before = page.evaluate(places)

    page.evaluate("document.querySelector('[data-lost]').hidden = false")
    page.wait_for_timeout(100)

    assert page.evaluate(places) == before
    line = page.locator("[data-lost]").bounding_box()
    assert line
    for float_ in ("[data-tray]", "[data-toast]", ".row.selected"):
        box = page.locator(float_).bounding_box()
        assert box
        assert box["x"] >= line["x"] + line["width"] or box["y"] + box["height"] <= line["y"], float_


@pytest.mark.parametrize("how", ["tool", "key", "browser"])
def test_the_way_back_from_a_case_leads_to_its_page_and_row(
    page: Page, serve: Serve, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr("app.cases.pages.PAGE", 8)
    page.set_viewport_size({"width": 1440, "height": 420})
    address = serve(FakePredictor())
    send_levels(address, *range(20, 36))
    page.goto(address)
    page.keyboard.press("n")
    expect(page).to_have_url(re.compile("after="))
    listed = page.url
    page.keyboard.press("End")
    label = selected(page).text_content()
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/*-*")
    wait_for_picture(page)

    if how == "tool":
        page.get_by_role("link", name="Worklist").click()
    elif how == "key":
        page.keyboard.press("Backspace")
    else:
        page.go_back()

    page.wait_for_url(listed)
    expect(selected(page)).to_have_text(label or "")
    expect(selected(page)).to_be_in_viewport()


def test_the_way_back_selects_the_case_that_was_read_last(page: Page, serve: Serve) -> None:
    address = serve(FakePredictor())
    send_levels(address, 20, 21, 22)
    page.goto(address)
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/*-*")
    first = page.url
    wait_for_picture(page)
    page.get_by_role("link", name="Next").click()
    page.wait_for_url(lambda url: url != first)
    wait_for_picture(page)

    page.get_by_role("link", name="Worklist").click()

    expect(selected(page)).to_have_text("A1")


def test_the_way_back_from_a_case_of_another_list_leads_to_that_list(page: Page, serve: Serve) -> None:
    address = serve(FakePredictor())
    answer = send_levels(address, 204)[0]
    page.goto(address)

    page.goto(f"{address}/cases/{answer['case_id']}?view=flagged")
    wait_for_picture(page)
    page.get_by_role("link", name="Worklist").click()

    expect(page).to_have_url(f"{address}/cases?view=flagged")


def test_the_way_back_to_a_list_keeps_its_place(page: Page, serve: Serve) -> None:
    address = serve(FakePredictor())
    send_levels(address, *range(20, 30), 204)
    page.set_viewport_size({"width": 1440, "height": 420})
    page.goto(address)
    page.mouse.move(700, 300)
    page.mouse.wheel(0, 300)
    page.wait_for_function("() => window.scrollY === 300")
    page.get_by_role("link", name="Flagged 1").click()
    expect(page.locator(".row")).to_have_count(1)

    page.go_back()

    expect(page.locator(".row")).to_have_count(11)
    page.wait_for_function("() => window.scrollY === 300")


def test_the_demonstration_comes_on_one_click_and_goes_on_another(
    sized_page: Page, serve: Serve, tmp_path: Path
) -> None:
    page = sized_page
    page.goto(serve(FakePredictor()))
    page.get_by_role("button", name="Show three demonstration cases").click()
    expect(page.locator(".row")).to_have_count(3)
    expect(page.get_by_text("3 cases are demonstrations")).to_be_visible()
    assert len([path for path in (tmp_path / "files" / "originals").rglob("*") if path.is_file()]) == 3

    page.get_by_role("button", name="Remove demonstration").click()
    expect(page.get_by_text("No radiographs yet")).to_be_visible()
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".row")).to_have_count(3)


@pytest.mark.weights
def test_the_network_refuses_one_case_of_the_demonstration(page: Page, serve: Serve) -> None:
    page.goto(serve(None))
    page.get_by_role("button", name="Show three demonstration cases").click()

    expect(page.locator(".row", has_text="DEMO-3")).to_contain_text("Not analysed: lateral view")
    expect(page.locator(".row .scale")).to_have_count(2)


def test_the_colours_are_chosen_and_kept(page: Page, serve: Serve) -> None:
    address = serve(FakePredictor())
    page.goto(address)
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")

    page.get_by_role("button", name="Display").click()
    page.get_by_label("Light").check()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.goto(f"{address}/model")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")

    page.get_by_role("button", name="Display").click()
    page.get_by_label("As this device is set").check()
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.emulate_media(color_scheme="light")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.emulate_media(contrast="more")
    expect(page.locator("html")).to_have_attribute("data-theme", "contrast")


def test_a_device_that_asks_for_contrast_gets_it_unasked(page: Page, serve: Serve) -> None:
    page.emulate_media(contrast="more")
    page.goto(serve(FakePredictor()))

    expect(page.locator("html")).to_have_attribute("data-theme", "contrast")


@pytest.mark.parametrize("size", [*SIZES, (720, 450), (512, 384)], ids=str)
def test_no_state_scrolls_sideways_or_breaks_a_button(page: Page, serve: Serve, size: tuple[int, int]) -> None:
    """The last two sizes are the first two at 200 % zoom."""
    address = serve(FakePredictor())
    page.set_viewport_size({"width": size[0], "height": size[1]})

    for state in ("empty", "filled", "narrowed"):
        if state == "filled":
            send_every_state(address)
        page.goto(f"{address}/cases" + ("?view=all&finding=covid-19&received=7d" if state == "narrowed" else ""))
        page.wait_for_timeout(300)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), state
        assert page.evaluate(f"Math.min(...{VISIBLE_TEXTS}.map((e) => parseFloat(getComputedStyle(e).fontSize)))") >= 12
        heights = page.evaluate("[...document.querySelectorAll('.button')].map((e) => e.offsetHeight)")
        assert all(height <= 36 for height in heights), state
        if state == "filled" and size[0] >= 1024:
            rows = page.evaluate("[...document.querySelectorAll('.row')].map((e) => e.getBoundingClientRect().height)")
            assert max(rows) - min(rows) <= 1, rows
        if state == "filled":
            first = page.locator(".row").first.bounding_box()
            assert first
            assert first["y"] + first["height"] <= size[1], "the first case is above the fold"


def test_bar_views_and_headings_stay_while_the_list_scrolls(sized_page: Page, serve: Serve) -> None:
    page = sized_page
    address = serve(FakePredictor())
    send_levels(address, *range(20, 44))
    page.goto(address)

    page.keyboard.press("End")
    page.wait_for_function("() => window.scrollY > 300")

    for name in ("Search", "All cases", "Case"):
        box = page.get_by_role("searchbox" if name == "Search" else "link", name=name).first.bounding_box()
        if name == "Case":
            box = page.locator("th.case").bounding_box()
        assert box
        assert 0 <= box["y"] < 400, name
    assert page.evaluate(
        """() => {
            const place = document.querySelector("th.case").getBoundingClientRect();
            return document.elementFromPoint(place.left + 8, place.top + 8).closest("th.case") !== null;
        }"""
    ), "nothing lies over the headings"


@pytest.mark.parametrize("view", ["to-review", "reviewed"])
def test_read_first_covers_counts_and_order_that_give_the_answer_away(page: Page, serve: Serve, view: str) -> None:
    address = serve(FakePredictor())
    for answer in send_levels(address, 204, 20)[: 1 if view == "reviewed" else 0]:
        review(address, answer, "agree")
    page.add_init_script("localStorage.setItem('read-first', 'on')")
    page.goto(f"{address}/cases?view={view}")

    told = [
        page.get_by_role("link", name=re.compile("^COVID-19 [01]$")),
        page.get_by_role("link", name="COVID-19 prob"),
    ]
    for link in told:
        expect(link).to_be_visible() if view == "reviewed" else expect(link).to_be_hidden()
    expect(page.get_by_role("columnheader", name="COVID-19 probability")).to_be_visible()
    expect(page.get_by_role("link", name="Last 24 hours")).to_be_visible()


def test_read_first_tells_neither_how_many_nor_which_cases_are_flagged(sized_page: Page, serve: Serve) -> None:
    page, address = sized_page, serve(FakePredictor())
    send_levels(address, 204, 20)
    page.add_init_script("localStorage.setItem('read-first', 'on')")
    page.goto(address)
    views = page.locator(".rail > ul")

    expect(views.get_by_text("Flagged covered")).to_be_visible()
    expect(views.get_by_role("link", name="Flagged")).to_have_count(0)
    page.keyboard.press("2")
    page.keyboard.press("3")
    expect(page).to_have_url(re.compile("view=not-analysed"))
    expect(views.get_by_role("link", name="Reviewed 0")).to_be_visible()

    page.goto(f"{address}/cases?view=flagged")  # a list that was open, or asked for by its address
    expect(views.get_by_role("link", name="Flagged 1")).to_be_visible()


def test_nothing_shifts_while_the_page_fills(page: Page, serve: Serve) -> None:
    address = serve(FakePredictor())
    send_every_state(address)
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver((list) => { for (const e of list.getEntries())"
        " if (!e.hadRecentInput) window.shift += e.value; }).observe({ type: 'layout-shift', buffered: true });"
    )

    page.goto(address)
    page.wait_for_timeout(1000)

    assert page.evaluate("window.shift") < 0.01


def test_a_press_is_felt_before_the_server_answers(page: Page, serve: Serve) -> None:
    address = serve(FakePredictor())
    send_levels(address, 20, 204)
    page.goto(address)
    page.route("**/cases?view=flagged", lambda route: None)  # the server takes its time

    is_felt = page.evaluate(
        """() => {
            const link = [...document.querySelectorAll(".rail a")].find((each) => each.textContent.includes("Flagged"));
            link.click();
            return link.hasAttribute("aria-busy");
        }"""
    )

    assert is_felt, "the next frame shows it, however busy the machine is"
