"""What the tests of the viewer share: cases that are there, the stage's state, drags, pictures of the canvas."""

import re
from typing import Any

import cv2
import httpx2 as httpx
import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Locator, Page, expect

from tests.factories import make_chest_dicom

ROWS, COLUMNS = 640, 520


def send(address: str, data: bytes, name: str = "chest.dcm") -> Any:
    """Upload a file and return the answer."""
    return httpx.post(f"{address}/predict", files={"file": (name, data)}, timeout=60).json()


def send_chest(address: str, **attributes: Any) -> Any:
    """Upload a drawn thorax that the fake predictor flags: it takes brightness for COVID-19."""
    return send(address, make_chest_dicom(**({"rows": ROWS, "columns": COLUMNS, "opacity": True} | attributes)))


def open_case(page: Page, address: str, answer: Any) -> None:
    """Open a case and wait for its picture and, where it is read, its map."""
    page.goto(f"{address}/cases/{answer['case_id']}")
    wait_for_picture(page)
    if answer["status"] == "done" and answer["flagged"]:
        expect(canvas_of(page)).to_have_attribute("data-map", answer["reading_id"])


def wait_for_picture(page: Page) -> None:
    """Wait until the stage shows a radiograph and tools and keys work."""
    expect(canvas_of(page)).to_have_attribute("data-radiograph", re.compile("."))
    expect(page.locator("body")).to_have_attribute("data-ready", "")


def canvas_of(page: Page) -> Locator:
    """The canvas of the current radiograph; its data attributes say what is on it."""
    return page.locator("[data-canvas]")


def panel_of(page: Page) -> Locator:
    """The panel; its data attributes say which reading it speaks of."""
    return page.locator('[data-live="panel"]')


def settle(page: Page) -> None:
    """Let what was done last be drawn; on a page that stays."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def state(page: Page, name: str) -> str:
    """One of the canvas' data attributes, once what was done last is drawn."""
    settle(page)
    return canvas_of(page).get_attribute(f"data-{name}") or ""


def number(page: Page, name: str) -> float:
    """One of the canvas' data attributes that is a number, once what was done last is drawn."""
    return float(state(page, name))


def drag(page: Page, *points: tuple[float, float], button: Any = "left") -> None:
    """Drag from point to point, in CSS pixels of the stage."""
    box = page.locator("[data-stage]").bounding_box()
    assert box
    places = [(box["x"] + x, box["y"] + y) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down(button=button)
    for place in places[1:]:
        page.mouse.move(*place, steps=3)
    page.mouse.up(button=button)


def wait_for_number(page: Page, name: str, condition: str, canvas: str = "[data-canvas]") -> None:
    """Wait until a number of a canvas' data attributes meets a condition on `value`, in JavaScript."""
    page.wait_for_function(
        f"() => {{ const value = Number(document.querySelector('{canvas}').dataset.{name}); return {condition}; }}"
    )


def draw_marks(page: Page) -> None:
    """Draw one mark of each kind on a radiograph at 1440 × 900, where such a thing lies in a chest."""
    page.keyboard.press("l")
    drag(page, (330, 330), (480, 345))
    page.keyboard.press("g")
    drag(page, (250, 210), (380, 250))
    page.mouse.click(470, 230)
    page.keyboard.press("x")
    drag(page, (440, 600), (705, 600))
    drag(page, (262, 690), (820, 690))
    page.keyboard.press("r")
    drag(page, (370, 400), (450, 470))
    page.keyboard.press("e")
    drag(page, (610, 300), (710, 390))
    page.keyboard.press("t")
    drag(page, (790, 440), (730, 520))
    page.keyboard.type("Hazy")
    page.keyboard.press("Enter")


def at_rest(page: Page) -> None:
    """Wait until the view is drawn in full."""
    expect(canvas_of(page)).to_have_attribute("data-quick", "false")


def picture(page: Page) -> NDArray[np.uint8]:
    """The pane of the current radiograph as it is on the screen, blue, green, red, once what was done last is drawn."""
    settle(page)
    png = page.locator("[data-current]").screenshot()
    image = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return np.asarray(image, np.uint8)


def colourfulness(image: NDArray[np.uint8]) -> NDArray[np.int_]:
    """How far each pixel is from grey: a heatmap is coloured, a radiograph is not."""
    return np.asarray(image.max(axis=2).astype(int) - image.min(axis=2))


def draw_with(page: Page, renderer: str) -> None:
    """Let the next pages believe in a graphics card, or have no WebGL2 at all."""
    if renderer == "webgl2":
        page.add_init_script("sessionStorage.setItem('graphics', 'card')")
    else:
        page.add_init_script(
            "sessionStorage.removeItem('graphics');"
            "const real = HTMLCanvasElement.prototype.getContext;"
            "HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {"
            "  return kind === 'webgl2' ? null : real.call(this, kind, ...rest); };"
        )


def texts(locator: Locator) -> list[str]:
    """Texts of all elements, spaces tidied. Read once: wait first for what must be there."""
    return [" ".join(text.split()) for text in locator.all_inner_texts()]
