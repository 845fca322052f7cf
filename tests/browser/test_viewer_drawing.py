"""Both renderers against numbers worked by hand, against the server's pixels, and against one another."""

import base64
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Page, expect

from app.cases.grayscale import describe_grayscale, modality_bytes
from model.explain import localize
from model.imaging.pixels import presentation_pixels
from model.imaging.reader import read_radiograph
from model.prediction import ClassActivationMap
from tests.browser import viewer
from tests.factories import make_chest_dicom
from tests.fakes import FakePredictor
from tests.grayscale import read_table
from tests.phantoms import make_chest_phantom

pytestmark = pytest.mark.browser

RENDERERS = ("webgl2", "canvas2d")
POSES = [(turn, mirrored) for turn in (0, 90, 180, 270) for mirrored in (False, True)]
SHAPES = [(200, 160), (160, 200), (180, 180), (240, 120), (150, 250)]
"""Rows and columns: portrait, landscape, square, a strip, wide."""

DRAW = """
async ({ base, kind, images, scenes }) => {
  const words = (text) => new Uint16Array(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
  const load = (name) => import(`${base}/js/viewer/${name}.js`);
  sessionStorage.setItem("graphics", kind === "webgl2" ? "card" : "none");
  const [renderers, transform] = await Promise.all([load("draw/renderer"), load("stage/transform")]);
  const canvas = document.createElement("canvas");
  const renderer = renderers.makeRenderer(canvas);
  if (renderer.name !== kind) throw new Error(renderer.name);
  const copy = document.createElement("canvas");
  const held = images.map((image, index) => ({ ...image, radiographId: `r${index}`, pixels: words(image.pixels) }));
  return scenes.map(({ width, height, image: which, map, view, ...rest }, index) => {
    Object.assign(canvas, { width, height });
    Object.assign(copy, { width, height });
    const image = held[which];
    const shape = { width: image.width, height: image.height, aspect: image.aspect };
    const pose = { turn: view.turn ?? 0, mirrored: view.mirrored ?? false };
    const camera = view.fit ? transform.fit(transform.orientedSize(shape, pose), { width, height }) : view;
    const shown = map && { ...map, readingId: `m${index}`, values: words(map.values) };
    const full = { ...camera, ...pose, ...shape };
    renderer.draw({ image, map: shown, view: full, inverted: false, opacity: 0.6, above: 0.2,
      palette: "inferno", quick: false, window: { center: 0.5, width: 1 }, ...rest });
    const context = copy.getContext("2d", { willReadFrequently: true });
    context.drawImage(canvas, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    let bytes = "";
    for (const byte of data) bytes += String.fromCharCode(byte);
    return { bytes: btoa(bytes), corners: transform.imageToCanvasMatrix(full) };
  });
}
"""


@pytest.fixture
def draw(page: Page, serve: Callable[[Any], str]) -> Callable[..., Any]:
    """Draw scenes with one of the renderers, in the page of the application."""
    address = serve(FakePredictor())
    page.goto(f"{address}/cases")
    base = page.evaluate("document.querySelector('link[href*=\"css/\"]').href.replace(/\\/css\\/.*/, '')")

    def run(kind: str, scenes: list[dict[str, Any]]) -> list[tuple[NDArray[np.int_], list[float]]]:
        images = {id(scene["image"]): scene["image"] for scene in scenes}
        numbers = {key: number for number, key in enumerate(images)}
        sent = [scene | {"image": numbers[id(scene["image"])]} for scene in scenes]
        drawn = page.evaluate(DRAW, {"base": base, "kind": kind, "images": [*images.values()], "scenes": sent})
        return [
            (pixels_of(one["bytes"]).reshape(scene["height"], scene["width"], 4)[..., :3], one["corners"])
            for scene, one in zip(scenes, drawn, strict=True)
        ]

    return run


def pixels_of(text: str) -> NDArray[np.int_]:
    return np.frombuffer(base64.b64decode(text), np.uint8).astype(int)


def words(values: NDArray[Any]) -> str:
    """Write numbers as little-endian 16 bits in base 64: a long list is slow to hand over."""
    return base64.b64encode(np.asarray(values).astype("<u2").tobytes()).decode()


def image_of(values: NDArray[Any], grayscale: dict[str, Any]) -> dict[str, Any]:
    rows, columns = values.shape
    return {
        "width": columns,
        "height": rows,
        "aspect": grayscale["pixel_aspect_ratio"],
        "pixels": words(values),
        "grayscale": grayscale,
    }


def plain(values: NDArray[Any], *, padding: list[int] | None = None) -> dict[str, Any]:
    """An image of 16 bits through a window over all of them."""
    voi = {"kind": "window", "function": "LINEAR_EXACT", "center": 32767.5, "width": 65535, "low": 0, "high": 65535}
    scale = {"low": 0, "step": 1, "levels": 65536, "is_inverted": False, "padding": padding, "pixel_aspect_ratio": 1}
    return image_of(values, scale | {"voi": voi, "stored": None})


@pytest.mark.parametrize("kind", RENDERERS)
def test_the_shared_table_is_drawn_within_one_grey_level(draw: Callable[..., Any], kind: str) -> None:
    cases = read_table()["cases"]
    scenes = []
    for case in cases:
        row = np.array([case["wire"]["values"]])
        scenes.append({"width": row.size, "height": 1, "view": {"scale": 1, "x": 0, "y": 0}})
        scenes[-1]["image"] = image_of(row, case["wire"]["grayscale"])

    for case, (drawn, _) in zip(cases, draw(kind, scenes), strict=True):
        expected = 255 * np.array(case["presentation"])
        assert np.abs(drawn[0, :, 0] - expected).max() <= 1, case["note"]
        assert (drawn.max(axis=2) == drawn.min(axis=2)).all(), case["note"]


@pytest.mark.parametrize("kind", RENDERERS)
def test_a_whole_radiograph_is_drawn_as_the_server_presents_it(draw: Callable[..., Any], kind: str) -> None:
    data = make_chest_dicom(rows=96, columns=80, monochrome1=True, PixelPaddingValue=4095)
    chest = read_radiograph(data)
    values = np.frombuffer(modality_bytes(chest), "<u2").reshape(chest.shape)
    scale = json.loads(describe_grayscale(chest).model_dump_json())
    scene = {"width": 80, "height": 96, "view": {"scale": 1, "x": 0, "y": 0}, "image": image_of(values, scale)}

    [(drawn, _)] = draw(kind, [scene])

    assert chest.padding is not None
    assert np.abs(drawn[..., 0] - 255 * presentation_pixels(chest)).max() <= 1


def golden_scenes() -> list[dict[str, Any]]:
    """Reduced and enlarged, turned and mirrored, padded, with a map that reaches beyond the image."""
    phantom = np.rint(make_chest_phantom(120, 90) * 65535).astype(int)
    padded = np.where(np.add.outer(np.arange(120), np.arange(90)) % 200 < 20, 0, np.maximum(phantom, 1))
    cells = np.rint(65535 * np.outer(np.hanning(7), np.hanning(9))).astype(int)
    heat = {"width": 9, "height": 7, "values": words(cells), "placement": [-10, 20, 70, 110]}
    views = [
        {"fit": True},
        {"fit": True, "turn": 90},
        {"fit": True, "turn": 270, "mirrored": True},
        {"scale": 2.3, "x": -31.5, "y": -17.25, "turn": 180},
    ]
    scenes = []
    images = plain(phantom), plain(padded, padding=[0, 0])
    for view in views:
        for image in images:
            scenes.append({"width": 70, "height": 64, "view": view, "image": image, "map": heat})
    for image in images:  # pixels a quarter higher than wide, reduced and turned
        scenes.append({"width": 70, "height": 64, "view": views[1], "image": image | {"aspect": 1.25}, "map": heat})
    scenes[2] |= {"window": {"center": 0.4, "width": 0.5}, "palette": "cividis"}
    scenes[5] |= {"inverted": True, "opacity": 1, "above": 0.5}
    return scenes


def test_both_renderers_draw_the_same_pictures(draw: Callable[..., Any]) -> None:
    scenes = golden_scenes()

    for index, ((one, _), (other, _)) in enumerate(zip(draw("webgl2", scenes), draw("canvas2d", scenes), strict=True)):
        difference = np.abs(one - other)
        # A sample on the border of two pixels may fall to either side in single precision.
        assert np.quantile(difference, 0.995) <= 2, index
        assert difference.mean() < 0.2, index
        assert (viewer.colourfulness(one).max() > 60) == ("fit" in scenes[index]["view"]), index


def dot_scenes(*, padded: bool) -> list[dict[str, Any]]:
    """A bright dot, and the map of a network that sees brightness, for every shape and pose."""
    scenes = []
    for rows, columns in SHAPES:
        y, x = np.mgrid[0:rows, 0:columns]
        dot = (0.66 * columns, 0.31 * rows)
        values = np.where(np.hypot(x + 0.5 - dot[0], y + 0.5 - dot[1]) < 3, 65535, 2000).astype(int)
        edge = 20
        if padded:
            values[:, :edge] = 0
            values[-edge:] = 0
        box = (edge if padded else 0, 0, columns, rows - edge if padded else rows)
        cells = 14
        crop = values[box[1] : box[3], box[0] : box[2]].astype(np.float32)
        rows_of = np.array_split(np.arange(crop.shape[0]), cells)
        columns_of = np.array_split(np.arange(crop.shape[1]), cells)
        means = np.array([[crop[np.ix_(r, c)].mean() for c in columns_of] for r in rows_of])
        grid = ((means - means.min()) / np.ptp(means)).astype(np.float32)
        cam = ClassActivationMap(values=grid, placement=tuple(float(edge) for edge in box))
        peak = localize(cam, np.ones((64, 64), np.bool_), rows, columns, 0.2).peak
        assert peak is not None
        image = plain(values, padding=[0, 0] if padded else None)
        for turn, mirrored in POSES:
            scenes.append(
                {
                    "width": 220,
                    "height": 180,
                    "view": {"fit": True, "turn": turn, "mirrored": mirrored},
                    "image": image,
                    "map": {
                        "width": cells,
                        "height": cells,
                        "values": words(np.rint(grid * 65535)),
                        "placement": [float(edge) for edge in box],
                    },
                    "opacity": 1,
                    "above": 0,
                    "dot": dot,
                    "peak": peak,
                    "cell": ((box[2] - box[0]) / cells, (box[3] - box[1]) / cells),
                }
            )
    return scenes


@pytest.mark.parametrize("padded", [False, True], ids=["whole", "padded"])
@pytest.mark.parametrize("kind", RENDERERS)
def test_the_peak_of_the_map_lies_on_a_bright_dot(draw: Callable[..., Any], kind: str, *, padded: bool) -> None:
    scenes = dot_scenes(padded=padded)

    for scene, (drawn, (a, b, c, d, e, f)) in zip(scenes, draw(kind, scenes), strict=True):
        warm = drawn[..., 0] + drawn[..., 1]  # inferno ends in yellow
        warm[viewer.colourfulness(drawn) < 40] = 0
        ys, xs = np.nonzero(warm >= 0.97 * warm.max())
        seen = np.array([xs.mean() + 0.5, ys.mean() + 0.5])
        scale = np.hypot(a, b)
        cell = scale * max(scene["cell"])
        for x, y in (scene["dot"], scene["peak"]):
            wanted = np.array([a * x + c * y + e, b * x + d * y + f])
            assert np.abs(seen - wanted).max() <= cell, (scene["view"], scene["image"]["width"], seen, wanted)


def test_a_lost_graphics_card_changes_nothing_but_who_draws(page: Page, serve: Callable[[Any], str]) -> None:
    address = serve(FakePredictor())
    viewer.draw_with(page, "webgl2")
    viewer.open_case(page, address, viewer.send_chest(address))
    assert viewer.state(page, "renderer") == "webgl2"
    viewer.at_rest(page)
    before = viewer.picture(page).astype(int)

    page.evaluate(
        "document.querySelector('[data-canvas]').getContext('webgl2').getExtension('WEBGL_lose_context').loseContext()"
    )
    expect(viewer.canvas_of(page)).to_have_attribute("data-renderer", "canvas2d")
    viewer.at_rest(page)

    difference = np.abs(viewer.picture(page).astype(int) - before)
    assert np.quantile(difference, 0.995) <= 2
    assert difference.mean() < 0.2
    page.keyboard.press("i")
    expect(viewer.canvas_of(page)).to_have_attribute("data-inverted", "true")


def test_without_webgl2_the_same_picture_is_drawn(page: Page, serve: Callable[[Any], str]) -> None:
    address = serve(FakePredictor())
    answer = viewer.send_chest(address)
    viewer.draw_with(page, "webgl2")
    viewer.open_case(page, address, answer)
    viewer.at_rest(page)
    before = viewer.picture(page).astype(int)

    viewer.draw_with(page, "canvas2d")
    viewer.open_case(page, address, answer)
    viewer.at_rest(page)

    assert viewer.state(page, "renderer") == "canvas2d"
    difference = np.abs(viewer.picture(page).astype(int) - before)
    assert np.quantile(difference, 0.995) <= 2
    assert viewer.colourfulness(viewer.picture(page)).max() > 60


BELIEVE = """
const context = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, options) {
  return context.call(this, kind, { ...options, failIfMajorPerformanceCaveat: false });
};
const parameter = WebGL2RenderingContext.prototype.getParameter;
WebGL2RenderingContext.prototype.getParameter = function (name) {
  const isName = name === WebGL2RenderingContext.RENDERER || name === 0x9246; // UNMASKED_RENDERER_WEBGL
  return isName ? "A graphics card" : parameter.call(this, name);
};
"""
"""Lets a page that looks for a graphics card find one."""


def test_a_graphics_card_is_looked_for_after_the_first_picture(page: Page, serve: Callable[[Any], str]) -> None:
    address = serve(FakePredictor())
    page.add_init_script(BELIEVE)
    viewer.open_case(page, address, viewer.send_chest(address))
    expect(viewer.canvas_of(page)).to_have_attribute("data-renderer", "webgl2")
    viewer.at_rest(page)
    seen = viewer.picture(page).astype(int)

    viewer.draw_with(page, "canvas2d")
    page.reload()
    viewer.wait_for_picture(page)
    viewer.at_rest(page)

    assert viewer.state(page, "renderer") == "canvas2d"
    difference = np.abs(viewer.picture(page).astype(int) - seen)
    assert np.quantile(difference, 0.995) <= 2


def test_where_the_processor_imitates_a_graphics_card_canvas2d_draws(page: Page, serve: Callable[[Any], str]) -> None:
    address = serve(FakePredictor())
    viewer.open_case(page, address, viewer.send_chest(address))

    assert viewer.state(page, "renderer") == "canvas2d"
