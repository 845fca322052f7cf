"""The heatmap in the viewer: style, colours, scale, boxes and zones, blink; and what the network saw."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.viewer import canvas_of, colourfulness, open_case, picture, send_chest
from tests.fakes import FakePredictor

pytestmark = pytest.mark.browser


@pytest.fixture
def case(page: Page, serve: Callable[[Any], str]) -> Page:
    """A flagged radiograph with its map on the stage."""
    address = serve(FakePredictor())
    open_case(page, address, send_chest(address))
    page.mouse.move(5, 5)
    return page


def coloured_share(page: Page) -> float:
    return float((colourfulness(picture(page)[60:-80, 60:900]) > 60).mean())


def test_colours_contour_and_off(case: Page) -> None:
    in_colours = coloured_share(case)
    assert in_colours > 0.002

    case.keyboard.press("o")
    expect(case.locator(".contour")).to_have_count(2)
    expect(case.locator("[data-heatmap-state]")).to_have_text("Heatmap on, contour")
    assert 0 < coloured_share(case) < in_colours

    case.keyboard.press("h")
    expect(case.locator(".contour")).to_have_count(0)
    expect(canvas_of(case)).to_have_attribute("data-map", "")
    expect(case.locator("[data-heat-scale]")).to_be_hidden()
    assert coloured_share(case) == 0


def test_opacity_and_show_above_change_map_and_scale(case: Page) -> None:
    case.keyboard.press("[")
    expect(case.locator("[data-opacity-value]")).to_have_text("50 %")
    expect(case.locator("[data-heatmap-state]")).to_have_text("Heatmap on, 50 %")
    before = coloured_share(case)
    for _ in range(6):
        case.keyboard.press(".")
    expect(case.locator("[data-above-value]")).to_have_text("0.50")
    assert coloured_share(case) < before
    mark = case.locator("[data-heat-above]")
    expect(mark).to_have_attribute("data-value", "0.50")
    box, scale = mark.bounding_box(), case.locator("[data-heat-colours]").bounding_box()
    assert box
    assert scale
    assert abs(box["y"] - (scale["y"] + scale["height"] / 2)) <= 3
    assert case.locator(".ticks span").all_inner_texts() == ["1.0", "0.8", "0.6", "0.4", "0.2", "0.0"]


def test_cividis_for_colour_blind_readers_stays_chosen(case: Page) -> None:
    case.locator("[data-opacity]").fill("100")
    inferno = picture(case)
    case.keyboard.press("5")
    expect(case.locator('[data-command="heatmap-palette"]')).to_have_attribute("aria-pressed", "true")
    cividis = picture(case)
    assert abs(inferno.astype(int) - cividis).max() > 60
    case.reload()
    expect(case.locator('[data-command="heatmap-palette"]')).to_have_attribute("aria-pressed", "true")


def test_other_weights_bring_their_threshold_and_what_was_chosen_stays(
    case: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    value = case.locator("[data-above-value]")
    expect(value).to_have_text("0.20")
    case.keyboard.press("5")

    monkeypatch.setattr("app.cases.pages.DEFAULT_SHOW_ABOVE", 0.35)
    case.reload()
    expect(value).to_have_text("0.35")
    expect(case.locator('[data-command="heatmap-palette"]')).to_have_attribute("aria-pressed", "true")
    case.keyboard.press(".")
    expect(value).to_have_text("0.40")

    monkeypatch.setattr("app.cases.pages.DEFAULT_SHOW_ABOVE", 0.5)
    case.reload()
    expect(value).to_have_text("0.40")


def test_a_threshold_that_was_kept_without_being_chosen_is_forgotten(page: Page, serve: Callable[[Any], str]) -> None:
    kept = '{"opacity": 0.8, "above": 0.6, "palette": "cividis", "style": "colours"}'
    page.add_init_script(f"localStorage.setItem('heatmap', '{kept}')")
    address = serve(FakePredictor())
    open_case(page, address, send_chest(address))

    expect(page.locator("[data-above-value]")).to_have_text("0.20")
    expect(page.locator("[data-opacity-value]")).to_have_text("80 %")


def test_blink_shows_the_plain_image_in_turn_and_stops(case: Page) -> None:
    canvas = canvas_of(case)
    reading = canvas.get_attribute("data-map")
    case.keyboard.press("b")
    expect(case.locator('[data-command="heatmap-blink"]')).to_have_attribute("aria-pressed", "true")
    expect(canvas).to_have_attribute("data-map", "")
    expect(canvas).to_have_attribute("data-map", str(reading))
    expect(canvas).to_have_attribute("data-map", "")
    case.keyboard.press("b")
    expect(case.locator('[data-command="heatmap-blink"]')).to_have_attribute("aria-pressed", "false")
    expect(canvas).to_have_attribute("data-map", str(reading))


def test_little_motion_blinks_once_a_press(page: Page, serve: Callable[[Any], str]) -> None:
    address = serve(FakePredictor())
    page.emulate_media(reduced_motion="reduce")
    open_case(page, address, send_chest(address))

    page.keyboard.press("b")
    expect(canvas_of(page)).to_have_attribute("data-map", "")
    page.wait_for_timeout(1600)
    expect(canvas_of(page)).to_have_attribute("data-map", "")
    page.keyboard.press("b")
    expect(canvas_of(page)).not_to_have_attribute("data-map", "")


def test_the_zones_are_a_table_and_light_their_boxes(case: Page) -> None:
    table = case.get_by_role("table", name="The heatmap in numbers")
    expect(table.get_by_role("cell")).to_have_count(6)
    expect(table.get_by_role("columnheader")).to_have_text(["Patient's right", "Patient's left"])
    cell = table.get_by_role("cell", name="Right lower")
    expect(cell).to_contain_text("100 %")
    number = cell.get_by_role("button", name="Box 1 on the image")
    number.focus()
    expect(case.locator(".box.lit")).to_have_count(1)
    case.locator("[data-stage]").focus()
    expect(case.locator(".box.lit")).to_have_count(0)


def test_what_the_network_saw_says_range_and_sentence(case: Page) -> None:
    thumbnails = case.locator(".steps button")
    expect(thumbnails).to_have_count(2)
    thumbnails.first.click()
    dialog = case.get_by_role("dialog", name="1 of 2 · Presentation")
    expect(dialog).to_contain_text("As shown.")
    expect(dialog).to_contain_text("130 × 160 pixels. Black is 0, white is 1; values from")
    expect(dialog.locator("[data-enlarged-input]")).to_be_hidden()
    case.keyboard.press("ArrowRight")
    dialog = case.get_by_role("dialog", name="2 of 2 · Negative")
    expect(dialog).to_contain_text("Black is -1, white is 1")
    expect(dialog.locator("[data-enlarged-input]")).to_be_visible()
    expect(dialog.get_by_role("button", name="Next step")).to_be_disabled()
