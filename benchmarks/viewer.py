"""`python -m benchmarks.viewer`: the viewer in a real browser, as a section of RESULTS.md.

First pixels of radiographs the browser has not seen, drawings a second while dragging, and memory over many cases; with
software rendering, so that the figures are the worst that a reader without a graphics card meets.
"""

import argparse
import http.client
import json
import statistics
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.__main__ import RESULTS
from benchmarks.client import BOUNDARY
from benchmarks.report import machine, replace_section
from benchmarks.server import running_server
from tests.browser.conftest import FLAGS
from tests.conftest import chromium_path
from tests.factories import make_chest_dicom

ROWS, COLUMNS, BITS_STORED = 2500, 2000, 16
N_FILES = 6
N_SWITCHES = 200
DRAG_FRAMES = 120
REST_MS = 1500

FIRST_PIXELS_LIMIT_MS = 500
FRAMES_LIMIT = 20
MEMORY_LIMIT_MB = 10

NOTE_FIRST = """
new MutationObserver((_, observer) => {
  if (!document.querySelector('[data-canvas]')?.dataset.radiograph) return;
  window.firstPixels = performance.now();
  observer.disconnect();
}).observe(document, { subtree: true, attributes: true, childList: true });
"""

DRAG = """
(frames) => new Promise((resolve) => {
  const canvas = document.querySelector('[data-canvas]');
  const box = canvas.getBoundingClientRect();
  const tell = (kind, step) => canvas.dispatchEvent(new PointerEvent(kind, {
    bubbles: true, pointerId: 1, pointerType: 'mouse', button: 0, buttons: 1,
    clientX: box.left + 300 + 60 * Math.sin(step / 7), clientY: box.top + 300 + 60 * Math.cos(step / 9) }));
  const pane = canvas.parentElement;
  pane.setPointerCapture = () => {};
  tell('pointerdown', 0);
  const started = performance.now();
  let step = 0;
  const next = () => {
    step += 1;
    if (step === frames) {
      tell('pointerup', step);
      resolve((1000 * frames) / (performance.now() - started));
    } else {
      tell('pointermove', step);
      requestAnimationFrame(next);
    }
  };
  requestAnimationFrame(next);
})
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What was measured.

    Attributes:
        first_pixels_ms: From the click to the drawn radiograph, once for each radiograph.
        frames: Drawings a second while dragging, by tool.
        heap_mb: Script memory after a collection: after the first cases, and after all switches.
        process_mb: Resident memory of the browser's page processes at the same moments.
    """

    first_pixels_ms: Sequence[float]
    frames: dict[str, float]
    heap_mb: tuple[float, float]
    process_mb: tuple[float, float]


def main() -> None:
    """Measure and write the section."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.viewer", description=__doc__)
    parser.add_argument("--switches", type=int, default=N_SWITCHES, help="cases to switch to (default 200)")
    parser.add_argument("--output", type=Path, default=RESULTS, help="the page to write")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, running_server(Path(name)) as port:
        address = f"http://127.0.0.1:{port}"
        cases = [_send(port, seed) for seed in range(N_FILES)]
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=chromium_path(), args=[*FLAGS, "--enable-precise-memory-info"]
            )
            figures = measure(browser, [f"{address}/cases/{case}" for case in cases], n_switches=arguments.switches)
            browser.close()
    section = write_section(figures, n_switches=arguments.switches)
    page = arguments.output.read_text(encoding="utf-8") if arguments.output.is_file() else "# Benchmark\n"
    arguments.output.write_text(replace_section(page, section), encoding="utf-8")
    print(section)


def measure(browser: Browser, addresses: Sequence[str], *, n_switches: int) -> Figures:
    """Open every case in a fresh profile, drag on the last one, then switch through them all again and again."""
    first = [_first_pixels(browser, address) for address in addresses]
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    _open(page, addresses[0])
    _rest(page)
    frames = {}
    for tool, key in (("window", "w"), ("pan", "p"), ("zoom", "z")):
        page.keyboard.press("f")
        page.keyboard.press(key)
        frames[tool] = float(page.evaluate(DRAG, DRAG_FRAMES))
    for address in addresses:
        _open(page, address)
    before = _memory(browser, page)
    for number in range(n_switches):
        _open(page, addresses[number % len(addresses)])
    after = _memory(browser, page)
    return Figures(
        first_pixels_ms=first,
        frames=frames,
        heap_mb=(before[0], after[0]),
        process_mb=(before[1], after[1]),
    )


def write_section(figures: Figures, *, n_switches: int) -> str:
    """Write the figures with their limits."""
    median = statistics.median(figures.first_pixels_ms)
    heap, process = (after - before for before, after in (figures.heap_mb, figures.process_mb))
    rows = [
        ("first pixels, median", f"{median:.0f} ms", f"≤ {FIRST_PIXELS_LIMIT_MS} ms"),
        ("first pixels, slowest", f"{max(figures.first_pixels_ms):.0f} ms", ""),
        *((f"drag of {tool}", f"{value:.0f} frames/s", f"≥ {FRAMES_LIMIT}") for tool, value in figures.frames.items()),
        (f"script memory over {n_switches} cases", f"{heap:+.1f} MB", f"≤ {MEMORY_LIMIT_MB} MB"),
        (f"page processes over {n_switches} cases", f"{process:+.1f} MB", ""),
    ]
    lines = [
        "## Viewer in a browser",
        "",
        f"{ROWS} × {COLUMNS} of {BITS_STORED} bits at 1440 × 900, over loopback, Chromium with software rendering;",
        f"{machine().split(';')[0]}. First pixels count from the navigation to the drawn",
        "radiograph, page and scripts included, in a profile that has seen nothing.",
        "",
        "| | measured | limit |",
        "|---|---|---|",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]
    return "\n".join(lines) + "\n"


def _first_pixels(browser: Browser, address: str) -> float:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.add_init_script(NOTE_FIRST)
    page.goto(address, wait_until="commit")
    page.wait_for_timeout(REST_MS)  # asking the page whether it is there would take its time
    page.wait_for_function("window.firstPixels")
    elapsed = float(page.evaluate("window.firstPixels"))
    _rest(page)  # or the next opening would be measured beside what this one left to do
    context.close()
    return elapsed


def _rest(page: Page) -> None:
    """Let what the page has asked of the server come: map, steps, and the next case that is fetched ahead."""
    page.wait_for_selector("body[data-ready]", state="attached")
    page.wait_for_timeout(REST_MS)


def _open(page: Page, address: str) -> None:
    page.goto(address, wait_until="commit")
    page.wait_for_selector('[data-canvas][data-radiograph]:not([data-radiograph=""])', timeout=60_000)


def _memory(browser: Browser, page: Page) -> tuple[float, float]:
    """Script memory of the page after a collection, and resident memory of all page processes, in MB."""
    _rest(page)
    collector = page.context.new_cdp_session(page)
    collector.send("HeapProfiler.collectGarbage")
    heap = float(page.evaluate("performance.memory.usedJSHeapSize")) / 1e6
    collector.detach()
    session = browser.new_browser_cdp_session()
    processes: list[dict[str, Any]] = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return heap, sum(_resident_mb(process["id"]) for process in processes if process["type"] == "renderer")


def _resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status")
    if not status.is_file():
        return 0.0
    found = [line for line in status.read_text().splitlines() if line.startswith("VmRSS")]
    return int(found[0].split()[1]) / 1e3 if found else 0.0


def _send(port: int, seed: int) -> str:
    """Upload a drawn thorax and return its case."""
    data = make_chest_dicom(rows=ROWS, columns=COLUMNS, bits_stored=BITS_STORED, seed=seed, accession_number=f"B{seed}")
    part = b'--%b\r\nContent-Disposition: form-data; name="file"; filename="b.dcm"\r\n\r\n%b\r\n--%b--\r\n'
    body = part % (BOUNDARY.encode(), data, BOUNDARY.encode())
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("POST", "/predict", body, {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"})
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return str(answer["case_id"])


if __name__ == "__main__":
    main()
