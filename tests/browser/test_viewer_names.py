"""What names the patient can be hidden: before a page is drawn, everywhere on the stage, and in the page's title."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.application import gray_png
from tests.browser.viewer import open_case, send, send_chest
from tests.fakes import FakePredictor

pytestmark = pytest.mark.browser


def test_the_next_case_opens_without_names_whatever_its_tools_take(page: Page, serve: Callable[[Any], str]) -> None:
    address = serve(FakePredictor())
    first, second = (send_chest(address, seed=seed, accession_number=f"ACC{seed}") for seed in range(2))
    open_case(page, address, first)
    expect(page).to_have_title("ACC0 · COVID-XNet")
    page.keyboard.press("n")
    expect(page).to_have_title("COVID-XNet")
    page.route("**/viewer/workplace.js", lambda _: None)  # takes its time

    page.goto(f"{address}/cases/{second['case_id']}", wait_until="domcontentloaded")

    names = page.locator("[data-current] .named")
    expect(names).to_have_count(2)
    for name in names.all():
        expect(name).to_be_hidden()
    expect(page).to_have_title("COVID-XNet")
    expect(page.locator('[data-command="names"]')).to_have_attribute("aria-pressed", "true")
    page.goto(f"{address}/cases")
    expect(page).to_have_title("Worklist · COVID-XNet")


def test_the_name_of_a_file_is_hidden_and_shown_with_the_others(page: Page, serve: Callable[[Any], str]) -> None:
    address = serve(FakePredictor())
    open_case(page, address, send(address, gray_png(204), "doe-jane.png"))
    name = page.locator("[data-current]").get_by_text("doe-jane.png")
    expect(name).to_be_visible()

    page.keyboard.press("n")
    expect(name).to_be_hidden()
    expect(page.locator("[data-current]").get_by_text("View not given")).to_be_visible()
    page.get_by_text("Image and header").click()
    expect(page.locator(".panel").get_by_text("doe-jane.png")).to_be_hidden()
    expect(page.locator(".panel").get_by_text("MONOCHROME2")).to_be_visible()

    page.keyboard.press("n")
    expect(name).to_be_visible()
