"""Earlier radiographs of the patient, side by side and in flicker, with linked zoom and window."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.viewer import canvas_of, drag, open_case, send_chest, settle, wait_for_number
from tests.fakes import FakePredictor

pytestmark = pytest.mark.browser


@pytest.fixture
def case(page: Page, serve: Callable[[Any], str]) -> tuple[Page, list[Any]]:
    """A radiograph on the stage whose patient has two earlier ones, latest first."""
    address = serve(FakePredictor())
    days = ("20200101", "20210201", "20220301")
    sent = [
        send_chest(address, seed=seed, rows=640 - 40 * seed, accession_number=f"A{seed}", StudyDate=day)
        for seed, day in enumerate(days)
    ]
    open_case(page, address, sent[-1])
    return page, sent[1::-1]


def prior_canvas(page: Page) -> Locator:
    return page.locator("[data-prior-canvas]")


def test_side_by_side_zooms_and_windows_together(case: tuple[Page, list[Any]]) -> None:
    page, priors = case
    page.keyboard.press("s")
    prior = prior_canvas(page)
    expect(prior).to_have_attribute("data-radiograph", priors[0]["radiograph_id"])
    expect(page.locator("[data-prior-label]")).to_contain_text("2021-02-01")
    expect(prior).to_have_attribute("data-map", "")

    page.keyboard.press("2")
    expect(prior).to_have_attribute("data-center", "0.3500")
    settle(page)
    fitted = float(prior.get_attribute("data-scale") or 0)
    page.keyboard.press("+")
    wait_for_number(page, "scale", f"Math.abs(value / {fitted} - 1.25) < 0.01", canvas="[data-prior-canvas]")

    drag(page, (700, 300), (640, 300))  # on the earlier one: this one follows
    settle(page)
    expect(canvas_of(page)).to_have_attribute("data-width", prior.get_attribute("data-width") or "")

    page.locator("[data-prior-choice]").select_option(label="2020-01-01 · PA")
    expect(prior).to_have_attribute("data-radiograph", priors[1]["radiograph_id"])
    page.keyboard.press("s")
    expect(prior).to_be_hidden()


def test_a_fitted_picture_stays_fitted_when_the_earlier_one_goes(case: tuple[Page, list[Any]]) -> None:
    page, priors = case
    fitted = canvas_of(page).get_attribute("data-scale")
    page.keyboard.press("s")
    expect(prior_canvas(page)).to_have_attribute("data-radiograph", priors[0]["radiograph_id"])
    expect(canvas_of(page)).not_to_have_attribute("data-scale", str(fitted))
    page.keyboard.press("s")
    expect(canvas_of(page)).to_have_attribute("data-scale", str(fitted))


def test_flicker_changes_the_picture_in_its_place(case: tuple[Page, list[Any]]) -> None:
    page, priors = case
    page.keyboard.press("v")
    prior = prior_canvas(page)
    expect(prior).to_have_attribute("data-radiograph", priors[0]["radiograph_id"])
    expect(prior).to_be_visible()
    assert prior.bounding_box() == canvas_of(page).bounding_box()
    page.keyboard.press("v")
    expect(prior).to_be_hidden()
    page.keyboard.press("v")
    expect(prior).to_be_visible()


def test_without_earlier_radiographs_there_is_nothing_to_compare(page: Page, serve: Callable[[Any], str]) -> None:
    address = serve(FakePredictor())
    open_case(page, address, send_chest(address))

    expect(page.get_by_role("button", name="Compare")).to_be_disabled()
    page.keyboard.press("s")
    expect(page.locator("[data-prior]")).to_be_hidden()
