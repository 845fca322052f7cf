"""Earlier radiographs of the patient, side by side and in flicker, with linked zoom and window."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from model.imaging.radiograph import Caution, Radiograph
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


def expect_fitted(page: Page, canvas: str, rows: int) -> None:
    box = f"document.querySelector('{canvas}')"
    fitted = f"Math.min({box}.clientWidth / 520, {box}.clientHeight / {rows})"
    wait_for_number(page, "scale", f"Math.abs(value - {fitted}) < 0.001", canvas=canvas)


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


def test_the_earlier_one_turns_and_mirrors_with_this_one_and_both_name_their_sides(
    case: tuple[Page, list[Any]],
) -> None:
    page, _ = case
    page.keyboard.press("s")
    prior, current = prior_canvas(page), page.locator("[data-current]")
    expect(page.locator("[data-prior] .side")).to_have_text(["R", "L"])

    def left_letters() -> list[str]:
        """The letter at the left of this one and of the earlier one."""
        settle(page)
        panes = (current, page.locator("[data-prior]"))
        boxes = [[(side.bounding_box(), side.text_content()) for side in pane.locator(".side").all()] for pane in panes]
        return [str(min(letters, key=lambda each: each[0]["x"] if each[0] else 0)[1]) for letters in boxes]

    page.keyboard.press("8")
    expect(prior).to_have_attribute("data-mirrored", "true")
    expect(page.locator("[data-prior] [data-pose-state]")).to_have_text("Mirrored: left and right are exchanged")
    assert left_letters() == ["L", "L"]
    page.keyboard.press("9")
    expect(prior).to_have_attribute("data-turn", str(canvas_of(page).get_attribute("data-turn")))
    page.keyboard.press("6")
    expect(prior).to_have_attribute("data-mirrored", "false")
    expect(prior).to_have_attribute("data-turn", "0")
    assert left_letters() == ["R", "R"]

    page.keyboard.press("s")
    page.keyboard.press("8")
    page.keyboard.press("v")  # one that comes later hangs the same way
    expect(prior).to_have_attribute("data-mirrored", "true")


def test_an_earlier_one_that_was_corrected_hangs_as_it_was_read(page: Page, serve: Callable[[Any], str]) -> None:
    class Turns(FakePredictor):
        def predict_batch(self, radiographs: Sequence[Radiograph]) -> list[Any]:
            """Read; the wide one was turned and inverted before."""
            read = super().predict_batch(radiographs)
            found = [Caution(code=code, detail="corrected") for code in ("ROTATED_90", "INVERTED")]
            return [
                replace(one, cautions=tuple(found)) if each.shape[0] < each.shape[1] else one
                for each, one in zip(radiographs, read, strict=True)
            ]

    address = serve(Turns())
    send_chest(address, rows=520, columns=640, accession_number="A1", StudyDate="20200101")
    open_case(page, address, send_chest(address, seed=1, accession_number="A2", StudyDate="20210101"))
    page.keyboard.press("s")

    expect(prior_canvas(page)).to_have_attribute("data-turn", "90")
    expect(prior_canvas(page)).to_have_attribute("data-inverted", "true")
    expect(canvas_of(page)).to_have_attribute("data-turn", "0")
    page.keyboard.press("8")
    expect(prior_canvas(page)).to_have_attribute("data-turn", "270")
    expect(prior_canvas(page)).to_have_attribute("data-mirrored", "true")
    page.keyboard.press("i")
    expect(canvas_of(page)).to_have_attribute("data-inverted", "true")
    expect(prior_canvas(page)).to_have_attribute("data-inverted", "false")


def test_a_fitted_picture_stays_fitted_when_the_earlier_one_goes(case: tuple[Page, list[Any]]) -> None:
    page, priors = case
    fitted = canvas_of(page).get_attribute("data-scale")
    page.keyboard.press("s")
    expect(prior_canvas(page)).to_have_attribute("data-radiograph", priors[0]["radiograph_id"])
    expect(canvas_of(page)).not_to_have_attribute("data-scale", str(fitted))
    page.keyboard.press("s")
    expect(canvas_of(page)).to_have_attribute("data-scale", str(fitted))


def test_both_pictures_stay_fitted_when_the_window_changes_its_size(case: tuple[Page, list[Any]]) -> None:
    page, priors = case
    page.keyboard.press("s")
    expect(prior_canvas(page)).to_have_attribute("data-radiograph", priors[0]["radiograph_id"])

    for width, height in ((1440, 900), (1024, 768), (1280, 600)):
        page.set_viewport_size({"width": width, "height": height})
        expect_fitted(page, "[data-canvas]", 560)
        expect_fitted(page, "[data-prior-canvas]", 600)
    page.keyboard.press("s")
    expect_fitted(page, "[data-canvas]", 560)


def test_the_earlier_radiograph_comes_as_this_one_is_seen(case: tuple[Page, list[Any]]) -> None:
    page, priors = case
    page.keyboard.press("2")
    page.keyboard.press("1")
    settle(page)
    page.keyboard.press("s")
    expect(prior_canvas(page)).to_have_attribute("data-radiograph", priors[0]["radiograph_id"])

    for canvas in (canvas_of(page), prior_canvas(page)):
        expect(canvas).to_have_attribute("data-center", "0.3500")
    expect(canvas_of(page)).to_have_attribute("data-scale", "1.0000")
    wait_for_number(page, "scale", "Math.abs(value - 1) < 0.05", canvas="[data-prior-canvas]")


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


def test_the_list_of_earlier_radiographs_is_opened_without_a_drag(case: tuple[Page, list[Any]]) -> None:
    page, priors = case
    page.keyboard.press("s")
    expect(prior_canvas(page)).to_have_attribute("data-radiograph", priors[0]["radiograph_id"])

    page.locator("[data-prior-choice]").hover()
    page.mouse.down()
    expect(page.locator("[data-prior]")).not_to_contain_class("dragging")
    page.mouse.up()


def test_without_earlier_radiographs_there_is_nothing_to_compare(page: Page, serve: Callable[[Any], str]) -> None:
    address = serve(FakePredictor())
    open_case(page, address, send_chest(address))

    expect(page.get_by_role("button", name="Compare")).to_be_disabled()
    page.keyboard.press("s")
    expect(page.locator("[data-prior]")).to_be_hidden()
