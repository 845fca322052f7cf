"""A viewer whose files come late, in part or not at all, and a graphics card that does not do what it should."""

import re
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.viewer import canvas_of, draw_with, open_case, picture, send_chest, settle, wait_for_picture
from tests.fakes import FakePredictor

pytestmark = pytest.mark.browser

NO_LINK = """
const real = WebGL2RenderingContext.prototype.getProgramParameter;
WebGL2RenderingContext.prototype.getProgramParameter = function (program, name) {
  window.refused ||= name === this.LINK_STATUS;
  return name === this.LINK_STATUS ? false : real.call(this, program, name);
};
"""
"""A card that does not run our shaders."""

FOUND = """
const imitated = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, options) {
  return imitated.call(this, kind, { ...options, failIfMajorPerformanceCaveat: false });
};
WebGL2RenderingContext.prototype.getParameter = () => "A graphics card";
"""
"""Makes whoever looks for a card find one."""


class _BreaksOff(BaseHTTPRequestHandler):
    """Promises more than it sends."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(bytes(10))

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def broken() -> Iterator[str]:
    """Address of a server whose answers break off."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _BreaksOff) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


def test_pixels_that_break_off_are_said_and_fetched_again(page: Page, serve: Callable[[Any], str], broken: str) -> None:
    address = serve(FakePredictor())
    answer = send_chest(address)
    page.route("**/modality", lambda route: route.continue_(url=broken))
    page.goto(f"{address}/cases/{answer['case_id']}")
    message = page.locator("[data-stage-message]")
    expect(message).to_contain_text("the connection broke off")
    expect(page.locator("body")).to_have_attribute("data-ready", "")
    page.keyboard.press("a")
    expect(page.locator('[data-review] input[value="agree"]')).to_be_checked()

    page.get_by_role("button", name="Try again").click()
    expect(message).to_contain_text("the connection broke off")
    page.unroute("**/modality")
    page.get_by_role("button", name="Try again").click()

    expect(canvas_of(page)).to_have_attribute("data-radiograph", answer["radiograph_id"])
    expect(canvas_of(page)).to_have_attribute("data-map", answer["reading_id"])
    expect(message).to_be_empty()


def test_an_earlier_radiograph_that_breaks_off_is_fetched_again(
    page: Page, serve: Callable[[Any], str], broken: str
) -> None:
    address = serve(FakePredictor())
    prior = send_chest(address, accession_number="A1", StudyDate="20200101")
    # From the start: the earlier radiograph is also a neighbour on the worklist, and neighbours are fetched ahead.
    pixels = f"**/radiographs/{prior['radiograph_id']}/modality"
    page.route(pixels, lambda route: route.continue_(url=broken))
    open_case(page, address, send_chest(address, seed=2, accession_number="A2", StudyDate="20210101"))
    page.keyboard.press("s")
    expect(page.locator("[data-prior-message]")).to_contain_text("the connection broke off")

    page.unroute(pixels)
    page.get_by_role("button", name="Try again").click()

    expect(page.locator("[data-prior-canvas]")).to_have_attribute("data-radiograph", prior["radiograph_id"])


def test_a_map_that_breaks_off_is_said(page: Page, serve: Callable[[Any], str], broken: str) -> None:
    address = serve(FakePredictor())
    answer = send_chest(address)
    page.route("**/cam", lambda route: route.continue_(url=broken))
    page.goto(f"{address}/cases/{answer['case_id']}")

    expect(page.locator("[data-heatmap-state]")).to_contain_text("eatmap")
    expect(page.locator("[data-saw-list] img").first).to_be_visible()


def test_a_viewer_whose_first_script_does_not_come_says_so(page: Page, serve: Callable[[Any], str]) -> None:
    address = serve(FakePredictor())
    answer = send_chest(address)
    page.emulate_media(reduced_motion="reduce")
    page.route("**/viewer/main.js", lambda route: route.abort())
    page.goto(f"{address}/cases/{answer['case_id']}")
    stalled = page.get_by_text("The viewer did not start")
    expect(stalled).to_be_hidden()  # at first it may be on its way

    animations = page.context.new_cdp_session(page)
    animations.send("Animation.enable")
    animations.send("Animation.setPlaybackRate", {"playbackRate": 100})

    expect(stalled).to_be_visible()


def test_tools_that_do_not_come_are_said_over_the_picture(page: Page, serve: Callable[[Any], str]) -> None:
    address = serve(FakePredictor())
    answer = send_chest(address)
    page.route("**/viewer/workplace.js", lambda route: route.abort())
    page.goto(f"{address}/cases/{answer['case_id']}")

    expect(canvas_of(page)).to_have_attribute("data-radiograph", answer["radiograph_id"])
    expect(page.locator("[data-current]").get_by_role("alert")).to_contain_text("Reload the page")


def test_a_key_to_the_next_case_is_kept_until_the_tools_are_there(page: Page, serve: Callable[[Any], str]) -> None:
    address = serve(FakePredictor())
    first, second = (send_chest(address, seed=seed, accession_number=f"A{seed}") for seed in range(2))
    held: list[Route] = []
    page.route("**/viewer/workplace.js", lambda route: held.append(route))
    page.goto(f"{address}/cases/{first['case_id']}", wait_until="commit")
    expect(canvas_of(page)).to_have_attribute("data-radiograph", first["radiograph_id"])
    page.keyboard.press("a")  # a verdict is not kept: it might come upon another case
    page.keyboard.press("j")
    for route in held:
        route.continue_()
    page.unroute("**/viewer/workplace.js")

    expect(page).to_have_url(re.compile(second["case_id"]))
    wait_for_picture(page)
    expect(page.locator("[data-review] input:checked")).to_have_count(0)


@pytest.mark.parametrize("when", ["known", "found"])
def test_a_card_that_does_not_run_the_shaders_leaves_the_drawing_to_the_processor(
    page: Page, serve: Callable[[Any], str], when: str
) -> None:
    address = serve(FakePredictor())
    answer = send_chest(address)
    page.add_init_script(NO_LINK)
    if when == "known":
        draw_with(page, "webgl2")
    else:
        page.add_init_script(FOUND)

    open_case(page, address, answer)

    page.wait_for_function("() => window.refused")
    page.keyboard.press("h")
    settle(page)
    expect(canvas_of(page)).to_have_attribute("data-renderer", "canvas2d")
    assert picture(page)[300:500, 300:600].mean() > 20


def test_a_card_whose_renderer_does_not_come_leaves_the_drawing_to_the_processor(
    page: Page, serve: Callable[[Any], str]
) -> None:
    address = serve(FakePredictor())
    answer = send_chest(address)
    draw_with(page, "webgl2")
    page.route("**/draw/webgl.js", lambda route: route.abort())

    open_case(page, address, answer)

    expect(canvas_of(page)).to_have_attribute("data-renderer", "canvas2d")
