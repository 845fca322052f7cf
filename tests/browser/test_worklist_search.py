"""The worklist's search in a real browser: while one types, without scripts, without connection."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.viewer import send
from tests.browser.worklist import expect_labels, send_levels
from tests.factories import make_chest_dicom
from tests.fakes import FakePredictor

pytestmark = pytest.mark.browser

Serve = Callable[[Any], str]


def test_a_search_finds_while_one_types_and_leaves_no_patient_in_an_address(page: Page, serve: Serve) -> None:
    address = serve(FakePredictor())
    send(address, make_chest_dicom(seed=1, accession_number="A20418", patient_name="Marker^Zyx", patient_id="P-0724"))
    send(address, make_chest_dicom(seed=2, accession_number="A20419", patient_name="Doe^Jane", patient_id="P-0999"))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(address)

    page.keyboard.press("/")
    page.keyboard.type("zyx marker p-0724")
    expect(page.locator("[data-found]")).to_have_text("1 case found.")
    expect(page.locator(".row")).to_have_count(1)
    expect_labels(page, "A20418")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/*-*")
    page.go_back()
    expect(page.get_by_role("searchbox")).to_have_value("zyx marker p-0724")
    expect(page.locator(".row")).to_have_count(1)
    page.get_by_role("link", name=re.compile("Take away: “zyx")).click()
    expect(page.locator(".row")).to_have_count(2)

    assert not [url for url in asked if re.search("zyx|marker|0724", url, re.IGNORECASE)]


def test_a_search_works_without_scripts(page: Page, serve: Serve) -> None:
    address = serve(FakePredictor())
    send_levels(address, 20, 204)
    browser = page.context.browser
    assert browser
    context = browser.new_context(java_script_enabled=False)
    plain = context.new_page()

    plain.goto(address)
    plain.get_by_role("searchbox").fill("A1")
    plain.keyboard.press("Enter")

    expect(plain.locator(".row")).to_have_count(1)
    expect_labels(plain, "A1")
    assert "A1" not in plain.url
    context.close()


def test_a_search_without_connection_says_so_and_keeps_what_was_typed(page: Page, serve: Serve) -> None:
    address = serve(FakePredictor())
    send_levels(address, 20)
    page.goto(address)
    page.route("**/cases?*", lambda route: route.abort())

    page.get_by_role("searchbox").fill("A0")

    expect(page.locator("[data-toast]")).to_contain_text("could not be loaded")
    expect(page.get_by_role("searchbox")).to_have_value("A0")
    expect_labels(page, "A0")


@pytest.mark.parametrize("asked", ["**/cases/searches", "**/cases?search=*"], ids=["search", "list"])
def test_a_search_that_failed_is_said_and_enter_tries_again(page: Page, serve: Serve, asked: str) -> None:
    address = serve(FakePredictor())
    send_levels(address, 20, 204)
    page.goto(address)
    page.route(asked, lambda route: route.fulfill(status=502))
    page.get_by_role("searchbox").fill("A1")
    expect(page.locator("[data-toast]")).to_contain_text("try again")
    expect(page.locator("[data-search]")).not_to_have_attribute("aria-busy", "true")
    page.unroute(asked)

    page.keyboard.press("Enter")

    expect_labels(page, "A1")


def test_letters_typed_while_a_list_is_on_its_way_are_looked_for_too(page: Page, serve: Serve) -> None:
    address = serve(FakePredictor())
    send_levels(address, 20, 204)
    page.goto(address)
    lists: list[Route] = []
    searches: list[Route] = []
    page.route("**/cases?search=*", lambda route: lists.append(route))
    with page.expect_request("**/cases?search=*"):
        page.get_by_role("searchbox").press_sequentially("A")
    page.route("**/cases/searches", lambda route: searches.append(route))
    with page.expect_request("**/cases/searches"):
        page.keyboard.type("1")

    page.unroute("**/cases?search=*")
    lists[0].continue_()
    expect(page.locator("[data-live=list]")).to_have_attribute("data-words", "A")
    searches[0].continue_()

    expect(page.locator("[data-live=list]")).to_have_attribute("data-words", "A1")
    expect_labels(page, "A1")


def test_a_search_shows_that_it_looks_before_the_server_answers(page: Page, serve: Serve) -> None:
    page.goto(serve(FakePredictor()))
    page.route("**/cases/searches", lambda _: None)  # the server takes its time

    page.get_by_role("searchbox").fill("A1")

    expect(page.locator("[data-search]")).to_have_attribute("aria-busy", "true")
    drawn = page.evaluate("getComputedStyle(document.querySelector('[data-search]'), '::after').backgroundColor")
    assert drawn != "rgba(0, 0, 0, 0)"


def test_a_search_that_the_server_forgot_is_said_and_not_taken_for_an_empty_list(page: Page, serve: Serve) -> None:
    address = serve(FakePredictor())
    send_levels(address, 20)

    page.goto(f"{address}/cases?search=forgotten")

    expect(page.get_by_role("alert")).to_contain_text("does not know this search any more")
    expect_labels(page, "A0")
