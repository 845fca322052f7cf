"""The tools of the viewer by mouse, touch, pen and keyboard."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx2 as httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from model.errors import Refusal
from model.imaging.radiograph import Caution, Radiograph
from model.prediction import Prediction
from tests.browser import viewer
from tests.browser.viewer import ROWS, at_rest, canvas_of, drag, number, open_case, send_chest, state
from tests.factories import make_png
from tests.fakes import FakePredictor
from tests.phantoms import make_chest_phantom

pytestmark = pytest.mark.browser

Serve = Callable[[Any], str]


@pytest.fixture
def case(page: Page, serve: Serve) -> Page:
    """A flagged radiograph with a spacing on the stage."""
    address = serve(FakePredictor())
    open_case(page, address, send_chest(address))
    return page


def test_window_by_drag_key_preset_and_region(case: Page) -> None:
    drag(case, (300, 300), (200, 250))
    viewer.wait_for_number(case, "width", "value < 1")
    viewer.wait_for_number(case, "center", "value < 0.5")
    case.keyboard.press("2")
    expect(case.locator('[data-command="preset-lungs"]')).to_have_attribute("aria-pressed", "true")
    expect(case.locator("[data-window-state]").first).to_contain_text("lungs")
    case.keyboard.press("0")
    case.keyboard.press("ArrowUp")
    expect(canvas_of(case)).to_have_attribute("data-center", "0.4500")

    case.keyboard.press("q")
    drag(case, (330, 350), (430, 480))
    viewer.wait_for_number(case, "width", "0 < value && value < 0.9")
    case.keyboard.press("i")
    expect(canvas_of(case)).to_have_attribute("data-inverted", "true")


def test_zoom_keeps_what_lies_under_the_cursor(case: Page) -> None:
    box = case.locator("[data-stage]").bounding_box()
    assert box
    place = (box["x"] + 400, box["y"] + 350)
    probe = case.locator("[data-probe]")
    case.mouse.move(*place)
    expect(probe).not_to_be_empty()
    before = probe.inner_text().split(" · ")[0]
    fitted = number(case, "scale")
    case.mouse.wheel(0, -400)
    viewer.wait_for_number(case, "scale", f"value > {fitted}")
    at_rest(case)
    case.mouse.move(place[0] + 40, place[1])
    expect(probe).not_to_contain_text(f"{before} ·")
    case.mouse.move(*place)

    x, y = (int(value) for value in before.split(", "))
    near = "|".join(f"{x + dx}, {y + dy}" for dx in (-1, 0, 1) for dy in (-1, 0, 1))
    expect(probe).to_have_text(re.compile(f"^({near}) · "))

    case.keyboard.press("1")
    expect(canvas_of(case)).to_have_attribute("data-scale", "1.0000")
    case.keyboard.press("f")
    viewer.wait_for_number(case, "scale", f"value === {fitted}")
    case.keyboard.press("z")
    drag(case, (400, 400), (400, 300))
    viewer.wait_for_number(case, "scale", f"value > {fitted}")
    drag(case, (400, 300), (400, 400), button="right")
    viewer.wait_for_number(case, "scale", f"Math.abs(value - {fitted}) < 0.02")


def test_turned_and_mirrored_views_say_so_and_the_sides_go_with_them(case: Page) -> None:
    def sides() -> dict[str, float]:
        return {str(letter.text_content()): letter.bounding_box()["x"] for letter in case.locator(".side").all()}  # type: ignore[index]

    assert sides()["R"] < sides()["L"]
    case.keyboard.press("8")
    expect(canvas_of(case)).to_have_attribute("data-mirrored", "true")
    expect(case.locator("[data-current] [data-pose-state]")).to_have_text("Mirrored: left and right are exchanged")
    assert sides()["R"] > sides()["L"]
    case.keyboard.press("8")
    case.keyboard.press("9")
    expect(case.locator("[data-current] [data-pose-state]")).to_have_text("Turned 90°")
    case.keyboard.press("7")
    expect(case.locator("[data-current] [data-pose-state]")).to_be_hidden()


def test_reset_brings_the_view_back_as_it_opened(case: Page) -> None:
    fitted = number(case, "scale")
    for key in ("2", "9", "8", "i", "+"):
        case.keyboard.press(key)
    expect(canvas_of(case)).to_have_attribute("data-mirrored", "true")

    case.get_by_role("button", name="View", exact=True).click()
    case.get_by_role("button", name="Reset view").click()

    expect(canvas_of(case)).to_have_attribute("data-mirrored", "false")
    expect(canvas_of(case)).to_have_attribute("data-inverted", "false")
    assert (state(case, "turn"), number(case, "width"), number(case, "scale")) == ("0", 1, fitted)


def test_the_colours_are_chosen_in_the_viewer_too(case: Page) -> None:
    case.get_by_role("button", name="Display").click()
    case.get_by_label("High contrast").check()
    expect(case.locator("html")).to_have_attribute("data-theme", "contrast")
    case.keyboard.press("Escape")
    expect(case.locator("#display")).to_be_hidden()

    sign = case.get_by_role("button", name="Sign review")
    expect(sign).to_have_css("border-style", "dashed")
    case.keyboard.press("a")
    expect(sign).to_have_css("border-style", "solid")


def test_a_view_that_is_not_known_to_be_frontal_has_no_sides(page: Page, serve: Serve) -> None:
    lateral = Refusal(code="NOT_FRONTAL", detail="This looks like a lateral view. Nothing was analysed.")
    address = serve(FakePredictor(behaviour=lambda radiograph: lateral if radiograph.shape[0] == ROWS else None))
    case = send_chest(address)
    page.goto(f"{address}/cases/{case['case_id']}")
    viewer.wait_for_picture(page)

    expect(page.locator(".refusal")).to_contain_text("lateral view")
    expect(page.locator(".side")).to_have_count(0)


class TurningPredictor(FakePredictor):
    """Finds every radiograph lying on its side and inverted."""

    def _predict(self, radiograph: Radiograph) -> Prediction | Refusal:
        prediction = super()._predict(radiograph)
        assert isinstance(prediction, Prediction)
        cautions = (
            Caution(code="ROTATED_90", detail="The image lay on its side and was turned by 90° clockwise."),
            Caution(code="INVERTED", detail="Black and white were exchanged."),
        )
        return replace(prediction, cautions=cautions)


def test_a_corrected_radiograph_opens_as_it_was_read_and_can_be_seen_as_stored(page: Page, serve: Serve) -> None:
    address = serve(TurningPredictor())
    open_case(page, address, send_chest(address))

    assert (state(page, "turn"), state(page, "inverted")) == ("90", "true")
    expect(page.locator(".caution").filter(has_text="Turned before reading.")).to_be_visible()
    page.get_by_role("button", name="Show as stored, or as read").click()
    expect(canvas_of(page)).to_have_attribute("data-turn", "0")
    expect(canvas_of(page)).to_have_attribute("data-inverted", "false")
    page.keyboard.press("6")
    expect(canvas_of(page)).to_have_attribute("data-turn", "90")
    expect(canvas_of(page)).to_have_attribute("data-inverted", "true")


def test_the_probe_says_stored_modality_and_displayed_value(page: Page, serve: Serve) -> None:
    address = serve(FakePredictor())
    open_case(page, address, send_chest(address, RescaleIntercept="-100", WindowCenter="1948"))

    page.locator("[data-stage]").hover(position={"x": 500, "y": 400})

    said = re.compile(r"\d+, \d+ · stored (\d+) · modality (-?\d+) · shown (\d+) of 255 · evidence [\d.]+")
    expect(page.locator("[data-probe]")).to_have_text(said)
    found = said.fullmatch(page.locator("[data-probe]").inner_text())
    assert found
    stored, modality, shown = map(int, found.groups())
    assert modality == stored - 100
    assert abs(shown - 255 * stored / 4095) <= 1


def test_the_magnifier_follows_the_pointer(case: Page) -> None:
    case.keyboard.press("m")
    case.locator("[data-stage]").hover(position={"x": 400, "y": 300})
    lens = case.locator("[data-lens]")
    expect(lens).to_be_visible()
    box = lens.bounding_box()
    assert box
    assert abs(box["x"] + box["width"] / 2 - 400) < 3

    case.keyboard.press("w")
    expect(lens).to_be_hidden()


def test_every_command_has_its_key_in_the_list(case: Page) -> None:
    case.keyboard.press("?")
    expect(case.get_by_role("dialog", name="Keys")).to_be_visible()
    keys = case.locator("[data-help-list] kbd")
    assert keys.count() == case.locator("[data-help-list] li").count() > 50
    case.keyboard.press("Escape")


def test_a_menu_names_its_tools_with_their_keys(case: Page) -> None:
    case.get_by_role("button", name="Measure").click()
    ruler = case.locator('#measure-menu [data-command="tool-ruler"]')
    expect(ruler).to_be_visible()
    expect(ruler.locator("kbd")).to_have_text("L")
    ruler.click()
    expect(ruler).to_be_hidden()
    expect(case.locator("[data-stage]")).to_have_attribute("data-tool", "ruler")
    expect(case.locator("[data-hint]")).to_have_text("Drag from one end to the other.")


def test_names_can_be_hidden_and_stay_so(case: Page) -> None:
    name = case.get_by_text("PHANTOM-1")
    expect(name).to_be_visible()
    case.keyboard.press("n")
    expect(name).to_be_hidden()
    case.reload()
    viewer.wait_for_picture(case)
    expect(name).to_be_hidden()
    case.keyboard.press("n")
    expect(name).to_be_visible()


def test_two_fingers_zoom_and_one_works_the_tool(browser: Browser, serve: Serve) -> None:
    address = serve(FakePredictor())
    answer = send_chest(address)
    context = browser.new_context(viewport={"width": 1024, "height": 768}, has_touch=True)
    page = context.new_page()
    open_case(page, address, answer)
    session = context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        places = [{"x": x, "y": y, "id": index} for index, (x, y) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": places})

    fitted = number(page, "scale")
    touch("touchStart", (300, 400))
    touch("touchMove", (200, 350))
    touch("touchEnd")
    viewer.wait_for_number(page, "width", "value < 1")

    touch("touchStart", (300, 400), (400, 400))
    touch("touchMove", (250, 400), (450, 400))
    touch("touchMove", (200, 400), (500, 400))
    touch("touchEnd")
    viewer.wait_for_number(page, "scale", f"value > {2 * fitted}")
    context.close()


def test_a_pen_measures(case: Page) -> None:
    case.keyboard.press("l")
    session = case.context.new_cdp_session(case)
    for kind, x, y in (("mousePressed", 300, 300), ("mouseMoved", 380, 360), ("mouseReleased", 380, 360)):
        pen = {"type": kind, "x": x, "y": y, "button": "left", "buttons": 1, "clickCount": 1, "pointerType": "pen"}
        session.send("Input.dispatchMouseEvent", pen)

    expect(case.locator("[data-marks-list] li")).to_have_count(1)


def test_the_keyboard_alone_measures(case: Page) -> None:
    case.locator("[data-stage]").focus()
    case.keyboard.press("l")
    case.keyboard.press("ArrowLeft")
    for _ in range(3):
        case.keyboard.press("ArrowLeft")
    case.keyboard.press("Enter")
    for _ in range(6):
        case.keyboard.press("ArrowRight")
    case.keyboard.press("Enter")

    scale = number(case, "scale")
    expect(case.locator("[data-marks-list] li").first).to_contain_text("at detector")
    said = case.locator("[data-marks-list] .choose").inner_text()
    length = float(re.search(r"([\d.]+) mm", said)[1])  # type: ignore[index]
    assert abs(length - 6 * 16 / scale * 0.139) < 0.2


@pytest.mark.parametrize("size", [(1440, 900), (1024, 768), (720, 450), (512, 384)], ids=str)
def test_nothing_is_cut_off_or_wraps(page: Page, serve: Serve, size: tuple[int, int]) -> None:
    """The last two sizes are the first two at 200 % zoom: there the panel lies below the stage and the page scrolls."""
    address = serve(FakePredictor())
    answer = send_chest(address)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    open_case(page, address, answer)

    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    tools = page.evaluate(
        "[...document.querySelectorAll('.tools > *')].map((e) => e.getBoundingClientRect())"
        ".map((box) => [box.right, box.height])"
    )
    assert max(right for right, _ in tools) <= size[0]
    assert max(height for _, height in tools) <= 36
    sizes = page.evaluate(
        "[...document.body.querySelectorAll('*')].filter((e) => e.checkVisibility() && e.textContent.trim())"
        ".map((e) => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(sizes) >= 12
    sign = page.get_by_role("button", name="Sign review").bounding_box()
    stage = page.locator("[data-stage]").bounding_box()
    assert sign
    assert stage
    if size[0] >= 1024:
        assert sign["y"] + sign["height"] <= size[1], "the review is visible without scrolling"
    else:
        assert stage["width"] == size[0]
        assert stage["height"] <= size[1] - 64, "wheel and fingers find a place that scrolls the page"
        assert page.evaluate("document.documentElement.scrollHeight") >= sign["y"] + sign["height"]
    for name in ("Window presets", "View"):
        page.get_by_role("button", name=name, exact=True).click()
        menu = page.locator("[data-menu]:popover-open").bounding_box()
        assert menu
        assert min(menu["x"], menu["y"]) >= 0
        assert menu["x"] + menu["width"] <= size[0]
        assert menu["y"] + menu["height"] <= size[1]
        page.keyboard.press("Escape")
        expect(page.locator("[data-menu]:popover-open")).to_have_count(0)


def test_a_zone_with_a_box_takes_one_line(sized_page: Page, serve: Serve) -> None:
    address = serve(FakePredictor())
    open_case(sized_page, address, send_chest(address))

    heights = sized_page.evaluate(
        """() => {
            document.querySelector(".zones .strong span span").textContent = "Right middle";
            document.querySelector(".zones .strong b").textContent = "88 %";
            return [...document.querySelectorAll(".zones td")].map((cell) => cell.getBoundingClientRect().height);
        }"""
    )

    assert len({round(height) for height in heights}) == 1


def test_an_open_menu_stays_at_its_button_when_the_window_changes(case: Page) -> None:
    case.get_by_role("button", name="View", exact=True).click()
    case.set_viewport_size({"width": 1024, "height": 768})

    case.wait_for_function(
        """() => {
            const left = (each) => document.querySelector(each).getBoundingClientRect().left;
            return Math.abs(left("#view-menu") - left("[popovertarget=view-menu]")) < 2;
        }"""
    )


def test_nothing_shifts_while_the_page_fills(page: Page, serve: Serve) -> None:
    address = serve(FakePredictor())
    answer = send_chest(address)
    for n, (kind, text) in enumerate((("ruler", ""), ("rectangle", ""), ("arrow", "A long remark, hazy. " * 20))):
        mark = {"kind": kind, "points": [{"x": 100, "y": 100 + 50 * n}, {"x": 300, "y": 120}], "text": text}
        marks = f"{address}/radiographs/{answer['radiograph_id']}/annotations"
        httpx.put(f"{marks}/00000000-0000-4000-8000-00000000000{n}", json=mark).raise_for_status()
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver((list) => { for (const e of list.getEntries())"
        " if (!e.hadRecentInput) window.shift += e.value; }).observe({ type: 'layout-shift', buffered: true });"
    )

    open_case(page, address, answer)
    expect(page.locator(".steps img")).to_have_count(2)
    expect(page.locator("[data-marks-list] .choose")).to_have_count(3)
    page.wait_for_timeout(500)

    assert page.evaluate("window.shift") < 0.01
    assert page.locator(".tools kbd:empty").count() == 0, "every key that room is kept for is written"


def test_the_scale_of_the_heatmap_covers_no_side(page: Page, serve: Serve) -> None:
    address = serve(FakePredictor())
    send_chest(address, rows=400, accession_number="A1", StudyDate="20200101")
    open_case(page, address, send_chest(address, rows=400, seed=1, accession_number="A2", StudyDate="20210101"))
    scale = page.locator("[data-heat-scale]")

    for key, letter in (("f", "L"), ("8", "R"), ("s", "R")):  # fitted, mirrored, compared
        page.keyboard.press(key)
        for width, height in ((1440, 900), (1024, 768), (512, 384)):
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_timeout(300)
            viewer.settle(page)
            side, taken = (
                page.locator("[data-current] .side").filter(has_text=letter).bounding_box(),
                scale.bounding_box(),
            )
            assert side
            assert taken
            assert side["x"] + side["width"] <= taken["x"], (key, width)


def test_values_of_panel_and_corners_are_written_in_full(page: Page, serve: Serve) -> None:
    address = serve(FakePredictor())
    patient = {"patient_name": "Phantom^Anna-Magdalena", "age": "064Y", "PatientSex": "F"}
    send_chest(address, accession_number="A1", StudyDate="20200101", **patient)
    page.set_viewport_size({"width": 1024, "height": 768})
    open_case(page, address, send_chest(address, seed=1, accession_number="A2", StudyDate="20210101", **patient))
    page.keyboard.press("s")
    expect(page.locator("[data-prior-canvas]")).to_have_attribute("data-radiograph", re.compile("."))
    page.locator("[data-stage]").hover(position={"x": 150, "y": 300})
    expect(page.locator("[data-probe]")).not_to_be_empty()
    for heading in page.locator(".facts summary").all():
        heading.click()

    cut = page.evaluate(
        "[...document.querySelectorAll('.pairs dd, .corner p')].filter((e) => e.checkVisibility())"
        ".filter((e) => e.scrollWidth > e.clientWidth).map((e) => e.textContent)"
    )
    assert cut == []


def test_without_a_spacing_lengths_are_pixels(page: Page, serve: Serve) -> None:
    address = serve(FakePredictor())
    grey = (255 * make_chest_phantom(400, 320, opacity=True)).round().astype("uint8")
    open_case(page, address, viewer.send(address, make_png(grey), "chest.png"))

    page.keyboard.press("l")
    drag(page, (300, 300), (400, 300))

    expect(page.locator("[data-marks-list] li")).to_contain_text("px · no spacing in the file")
