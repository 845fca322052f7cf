"""Signing: what another reader signed meanwhile is shown before it is overruled, and the way back after a signature."""

import re
from collections.abc import Callable
from typing import Any

import httpx2 as httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.viewer import send_chest, wait_for_picture
from tests.fakes import FakePredictor

pytestmark = pytest.mark.browser


def test_a_case_signed_meanwhile_is_shown_and_nothing_written_is_lost(page: Page, serve: Callable[[Any], str]) -> None:
    address = serve(FakePredictor())
    answer = send_chest(address)
    reviews = f"{address}/cases/{answer['case_id']}/reviews"
    page.goto(f"{address}/cases/{answer['case_id']}")
    wait_for_picture(page)
    page.locator("[data-review] textarea").fill("Scar, known.")
    page.get_by_role("radio", name="Disagree").check()

    httpx.post(reviews, json={"reading_id": answer["reading_id"], "verdict": "agree", "comment": "Typical."})
    page.get_by_role("button", name="Sign review").click()

    expect(page.locator("[data-review-error]")).to_contain_text("signed while it was open here")
    expect(page.get_by_text("“Typical.”")).to_be_visible()
    expect(page.locator("[data-review] textarea")).to_have_value("Scar, known.")
    expect(page.get_by_role("radio", name="Disagree")).to_be_checked()
    with page.expect_navigation():
        page.get_by_role("button", name="Sign review").click()
    case = httpx.get(f"{address}/cases/{answer['case_id']}", headers={"Accept": "application/json"}).json()
    assert [review["verdict"] for review in case["reviews"]] == ["disagree", "agree"]


def test_what_is_signed_meanwhile_is_told_below_what_is_being_written(page: Page, serve: Callable[[Any], str]) -> None:
    address = serve(FakePredictor())
    answer = send_chest(address)
    page.goto(f"{address}/cases/{answer['case_id']}")
    wait_for_picture(page)
    words, sign = page.locator("[data-review] textarea"), page.get_by_role("button", name="Sign review")
    words.fill("Scar, kn")
    page.get_by_role("radio", name="Disagree").check()
    words.focus()
    places = words.bounding_box(), sign.bounding_box()
    told = page.locator("[data-signed-meanwhile]")
    expect(told).to_be_hidden()

    review = {"reading_id": answer["reading_id"], "verdict": "agree", "comment": "Typical."}
    httpx.post(f"{address}/cases/{answer['case_id']}/reviews", json=review)

    expect(told).to_have_text(re.compile(r"^Signed by somebody meanwhile, Today \d\d:\d\d: agree\. “Typical\.”$"))
    page.keyboard.type("own.")
    expect(words).to_have_value("Scar, known.")
    expect(page.get_by_role("radio", name="Disagree")).to_be_checked()
    assert (words.bounding_box(), sign.bounding_box()) == places


def test_a_review_of_another_case_or_of_before_is_no_news(page: Page, serve: Callable[[Any], str]) -> None:
    address = serve(FakePredictor())
    here, there = (send_chest(address, seed=seed, accession_number=f"A{seed}") for seed in range(2))
    review = {"reading_id": here["reading_id"], "verdict": "agree", "comment": ""}
    httpx.post(f"{address}/cases/{here['case_id']}/reviews", json=review)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    with page.expect_response(
        lambda answer: answer.request.headers.get("accept") == "application/json" and "/cases/" in answer.url
    ):
        page.goto(f"{address}/cases/{here['case_id']}")  # once the stream is open, what came before it is looked up
    wait_for_picture(page)
    before = len(asked)

    httpx.post(f"{address}/cases/{there['case_id']}/reviews", json=review | {"reading_id": there["reading_id"]})
    page.wait_for_timeout(700)

    expect(page.locator("[data-signed-meanwhile]")).to_be_hidden()
    assert not [url for url in asked[before:] if "/cases/" in url]


def test_a_covered_case_tells_of_no_other_review(page: Page, serve: Callable[[Any], str]) -> None:
    address = serve(FakePredictor())
    answer = send_chest(address)
    page.add_init_script("localStorage.setItem('read-first', 'on')")
    page.goto(f"{address}/cases/{answer['case_id']}")
    wait_for_picture(page)

    review = {"reading_id": answer["reading_id"], "verdict": "disagree", "comment": ""}
    httpx.post(f"{address}/cases/{answer['case_id']}/reviews", json=review)

    told = page.locator("[data-signed-meanwhile]")
    expect(told).to_have_text(re.compile("disagree"))
    expect(told).to_be_hidden()
    page.keyboard.press("a")
    page.keyboard.press("Enter")
    expect(told).to_be_visible()


def test_the_next_page_tells_what_was_signed_and_leads_back(page: Page, serve: Callable[[Any], str]) -> None:
    address = serve(FakePredictor())
    answer = send_chest(address)
    page.goto(f"{address}/cases/{answer['case_id']}")
    wait_for_picture(page)

    page.get_by_role("radio", name="Agree", exact=False).first.check()
    page.get_by_role("button", name="Sign review").click()
    expect(page.locator("[data-toast]")).to_contain_text("Signed the case before: agree.")
    page.get_by_role("button", name="Go back to it").click()

    page.wait_for_url(f"**/cases/{answer['case_id']}*")
    wait_for_picture(page)
    expect(page.locator("[data-signed]")).to_be_hidden()


def test_signing_from_the_comment_leaves_the_caret_there_where_the_panel_is_replaced(
    page: Page, serve: Callable[[Any], str]
) -> None:
    address = serve(FakePredictor())
    answer = send_chest(address)
    page.goto(f"{address}/cases/{answer['case_id']}")
    wait_for_picture(page)
    page.keyboard.press("d")
    page.keyboard.press("c")
    page.keyboard.type("Scar, known.")
    for _ in "known.":
        page.keyboard.press("ArrowLeft")
    before = page.locator("[data-review]").element_handle()

    review = {"reading_id": answer["reading_id"], "verdict": "agree", "comment": ""}
    httpx.post(f"{address}/cases/{answer['case_id']}/reviews", json=review)
    page.keyboard.press("Control+Enter")

    expect(page.locator("[data-review-error]")).to_be_visible()
    assert not before.evaluate("(form) => form.isConnected")
    page.keyboard.type("well ")
    expect(page.locator("[data-review] textarea")).to_have_value("Scar, well known.")


def test_what_was_signed_and_a_lost_connection_are_told_at_the_lower_edge(
    sized_page: Page, serve: Callable[[Any], str]
) -> None:
    page = sized_page
    address = serve(FakePredictor())
    answer = send_chest(address)
    page.goto(f"{address}/cases/{answer['case_id']}")
    wait_for_picture(page)
    place = page.locator("#reading-title").bounding_box()
    page.evaluate("sessionStorage.setItem('signed', JSON.stringify({ verdict: 'agree', href: '/cases' }))")
    page.route("**/events", lambda route: route.abort())

    page.reload()
    wait_for_picture(page)

    signed, lost = page.locator("[data-signed]"), page.locator("[data-lost]")
    expect(signed).to_contain_text("agree")
    expect(lost).to_be_visible()
    assert page.locator("#reading-title").bounding_box() == place
    above, below, panel = (one.bounding_box() or {} for one in (signed, lost, page.locator(".panel")))
    assert above["y"] + above["height"] <= below["y"]
    assert below["y"] + below["height"] == pytest.approx(panel["y"] + panel["height"], abs=1)
