"""From a file to a signed review, in a real browser."""

import threading
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import FilePayload, Page, expect

from model.imaging.radiograph import Radiograph
from tests.browser.viewer import panel_of, settle, wait_for_number, wait_for_picture
from tests.browser.worklist import payload
from tests.factories import make_png, make_radiograph_dicom
from tests.fakes import FakePredictor
from tests.phantoms import make_chest_phantom

pytestmark = pytest.mark.browser

ROWS, COLUMNS = 640, 560


def chest_dicom() -> bytes:
    phantom = make_chest_phantom(ROWS, COLUMNS, seed=3, opacity=True)
    pixels = np.round((0.5 + 0.45 * phantom) * 4095).astype(np.uint16)
    return make_radiograph_dicom(pixels, bits_stored=12, WindowCenter=2048, WindowWidth=4096, AccessionNumber="A20418")


def stage_of(page: Page) -> NDArray[np.uint8]:
    """The stage as it is on the screen, once what was done last is drawn."""
    settle(page)
    png = page.locator("[data-stage]").screenshot()
    image = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return np.asarray(image, np.uint8)


def colour_of(image: NDArray[np.uint8]) -> float:
    """How far the image is from grey, at the most: a heatmap is coloured, a radiograph is not."""
    return float((image.max(axis=2).astype(int) - image.min(axis=2)).max())


def upload(page: Page, address: str, *files: FilePayload) -> None:
    page.goto(address)
    page.locator('[data-picker="files"]').set_input_files(list(files))
    page.locator(".upload .state.said").first.wait_for()
    page.locator(".row[data-case]").first.wait_for()


@pytest.mark.parametrize(
    "make_predictor", [FakePredictor, pytest.param(lambda: None, marks=pytest.mark.weights)], ids=["fake", "released"]
)
def test_upload_view_window_heatmap_agree(
    page: Page, serve: Callable[[Any], str], make_predictor: Callable[[], Any]
) -> None:
    upload(page, serve(make_predictor()), payload("chest.dcm", chest_dicom()))
    expect(page.locator("[data-tray-title]")).to_have_text("Uploaded 1 file · 1 read")
    expect(page.locator("[data-open]")).to_have_text("A20418")

    page.keyboard.press("Enter")
    canvas = page.locator("[data-canvas]")
    wait_for_picture(page)
    expect(page.get_by_text("Research use · not a medical device")).to_be_visible()

    page.locator(".steps img").first.wait_for()  # after the map: from here on nothing changes by itself
    before = stage_of(page)
    page.keyboard.press("ArrowUp")
    expect(canvas).to_have_attribute("data-center", "0.4500")
    assert stage_of(page).mean() > before.mean()
    stage = page.locator("[data-stage]").bounding_box()
    assert stage
    page.mouse.move(stage["x"] + 300, stage["y"] + 300)
    page.mouse.down()
    page.mouse.move(stage["x"] + 200, stage["y"] + 300)
    page.mouse.up()
    wait_for_number(page, "width", "value < 1")
    page.keyboard.press("0")
    expect(canvas).to_have_attribute("data-width", "1.0000")

    if page.locator('[data-command="heatmap"]').get_attribute("aria-pressed") == "false":
        page.keyboard.press("h")
    reading = panel_of(page).get_attribute("data-reading")
    expect(canvas).to_have_attribute("data-map", str(reading))
    page.locator("[data-above]").fill("0")
    if make_predictor is FakePredictor:
        assert colour_of(stage_of(page)) > 60
    page.keyboard.press("Escape")
    page.locator("[data-stage]").focus()
    page.keyboard.press("h")
    expect(canvas).to_have_attribute("data-map", "")

    page.keyboard.press("a")
    page.get_by_label("Comment").fill("Lower zones.")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/cases")
    expect(page.get_by_text("Everything is reviewed")).to_be_visible()
    page.get_by_role("link", name="Reviewed 1").click()
    expect(page.locator("td.review")).to_have_text("Agree")


def test_the_heatmap_is_on_at_first_for_a_flagged_reading_only(page: Page, serve: Callable[[Any], str]) -> None:
    address = serve(FakePredictor())
    dark = make_png(np.full((80, 80), 20, np.uint8))
    upload(page, address, payload("flagged.dcm", chest_dicom()), payload("dark.png", dark))
    expect(page.locator("[data-tray-title]")).to_have_text("Uploaded 2 files · 2 read")
    expect(page.locator(".row").first).to_contain_text("Flagged")
    page.locator(".row").nth(1).wait_for()

    seen = []
    for href in [link.get_attribute("href") for link in page.locator("[data-open]").all()]:
        page.goto(f"{address}{href}")
        wait_for_picture(page)
        expect(page.locator("[data-heatmap-state]")).not_to_be_empty()
        seen.append(page.locator("[data-heatmap-state]").text_content())

    assert seen == ["Heatmap on, 60 %", "Heatmap off"]


def test_a_refused_file_says_why_and_keeps_its_case(page: Page, serve: Callable[[Any], str]) -> None:
    page.goto(serve(FakePredictor()))
    tiny, text = make_png(np.full((16, 16), 200, np.uint8)), b"not an image"
    page.locator('[data-picker="files"]').set_input_files([payload("tiny.png", tiny), payload("note.txt", text)])

    expect(page.locator("[data-tray-title]")).to_have_text("Uploaded 2 files · 0 read, 2 refused")
    expect(page.locator(".upload .why").first).to_contain_text("TOO_SMALL")
    expect(page.locator(".upload .why").nth(1)).to_contain_text("UNKNOWN_FORMAT")
    page.get_by_role("link", name="Open the case").click()

    expect(page.locator(".refusal")).to_contain_text("Nothing was analysed")
    wait_for_picture(page)


def test_a_dropped_file_is_read_and_a_second_time_known(page: Page, serve: Callable[[Any], str]) -> None:
    page.goto(serve(FakePredictor()))
    expect(page.get_by_text("No radiographs yet")).to_be_visible()
    drop = (
        "(bytes) => { const transfer = new DataTransfer();"
        " transfer.items.add(new File([new Uint8Array(bytes)], 'dropped.dcm'));"
        " for (const kind of ['dragenter', 'drop'])"
        "   document.body.dispatchEvent(new DragEvent(kind, { dataTransfer: transfer, bubbles: true })); }"
    )

    for _ in range(2):
        page.evaluate(drop, list(chest_dicom()))
        expect(page.locator("[data-veil]")).to_be_hidden()
        page.locator(".upload .state.said").last.wait_for()

    expect(page.locator("[data-tray-title]")).to_have_text("Uploaded 2 files · 2 read")
    expect(page.locator(".upload .why").nth(1)).to_contain_text("Already here")
    expect(page.locator(".row[data-case]")).to_have_count(1)
    page.get_by_role("button", name="Close").click()
    expect(page.locator("[data-tray]")).to_be_hidden()


def test_a_panel_fills_by_itself_when_the_reading_is_there(page: Page, serve: Callable[[Any], str]) -> None:
    opened = threading.Event()

    def wait(radiograph: Radiograph) -> None:
        if radiograph.shape == (ROWS, COLUMNS):
            assert opened.wait(120)

    address = serve(FakePredictor(behaviour=wait))
    page.goto(address)
    page.locator('[data-picker="files"]').set_input_files([payload("chest.dcm", chest_dicom())])
    page.locator(".row[data-case]").first.wait_for()
    page.locator("[data-open]").click()

    wait_for_picture(page)
    expect(page.locator(".panel .finding.working")).to_be_visible()
    opened.set()
    expect(panel_of(page)).to_have_attribute("data-status", "done")
    expect(page.locator(".panel .finding")).to_contain_text("COVID-19")
    expect(page.locator(".steps img")).to_have_count(2)


@pytest.mark.parametrize("size", [(1440, 900), (1024, 768)])
def test_nothing_scrolls_sideways_and_no_text_is_tiny(
    page: Page, serve: Callable[[Any], str], size: tuple[int, int]
) -> None:
    address = serve(FakePredictor())
    long_name = f"{'portable_chest_' * 6}.dcm"
    upload(page, address, payload(long_name, chest_dicom()))
    page.set_viewport_size({"width": size[0], "height": size[1]})

    for path in ("/cases", str(page.locator("[data-open]").get_attribute("href")), "/model", "/docs"):
        page.goto(f"{address}{path}")
        page.wait_for_timeout(400)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
        sizes = page.evaluate(
            "[...document.body.querySelectorAll('*')].filter((e) => e.checkVisibility() && e.innerText)"
            ".map((e) => parseFloat(getComputedStyle(e).fontSize))"
        )
        assert min(sizes) >= 12, path
        heights = page.evaluate("[...document.querySelectorAll('.button, .tool, .verdict')].map((e) => e.offsetHeight)")
        assert all(height <= 36 for height in heights), path


def test_the_api_page_draws_the_openapi_document(page: Page, serve: Callable[[Any], str]) -> None:
    page.goto(f"{serve(FakePredictor())}/docs")

    expect(page.get_by_role("heading", name="/predict")).to_be_visible()
    expect(page.locator("#get-cases")).to_contain_text("List cases")
    page.locator("#post-predict summary").first.click()
    expect(page.locator("#post-predict")).to_contain_text("operating_point")
