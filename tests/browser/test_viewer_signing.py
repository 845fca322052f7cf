"""Signing: what another reader signed meanwhile is shown before it is overruled, and the way back after a signature."""

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
