"""`python -m tests.browser.screenshots`: the pictures of docs/reading.md anew, released weights on phantoms."""

import tempfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import FLAGS, running_server
from tests.browser.viewer import at_rest, draw_marks, open_case, send_chest
from tests.conftest import chromium_path

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "img"
SIZE = {"width": 1440, "height": 900}
GREYS_AND_COLOURS = 128
"""Levels that a picture keeps: half the bytes, and no eye sees it in a page of text."""

PATIENT = {"patient_name": "Phantom^Anna", "age": "064Y", "PatientSex": "F"}
SEEDS = range(24)


def main() -> None:
    """Take every picture."""
    with (
        tempfile.TemporaryDirectory() as name,
        running_server(Path(name), None) as address,
        sync_playwright() as started,
    ):
        browser = started.chromium.launch(executable_path=chromium_path(), args=list(FLAGS))
        page = browser.new_context(viewport=SIZE).new_page()  # type: ignore[arg-type]
        case = send_cases(address)
        open_case(page, address, case)
        page.wait_for_selector(".steps img")
        take(page, "viewer")
        if page.locator('[data-command="heatmap"]').get_attribute("aria-pressed") == "false":
            page.keyboard.press("h")
        page.keyboard.press("o")
        take(page, "reading-contour")
        page.keyboard.press("o")
        page.keyboard.press("h")
        draw_marks(page)
        take(page, "reading-marks")
        page.keyboard.press("w")
        page.keyboard.press("s")
        page.wait_for_selector('[data-prior-canvas][data-radiograph]:not([data-radiograph=""])')
        take(page, "reading-compare")
        browser.close()


def send_cases(address: str) -> Any:
    """Send a patient's radiographs of two days, one whose map shows a box where there is one; return the later."""
    for seed in SEEDS:
        patient = PATIENT | {"patient_id": f"P-{seed:04}"}
        now = {"accession_number": f"A204{seed:02}", "StudyDate": "20261124", "StudyTime": "094100"}
        case = send_chest(address, rows=1500, columns=1240, seed=seed, **patient, **now)
        if case["status"] == "done" and case["localization"]["boxes"]:
            break
    earlier = {"accession_number": "A20111", "StudyDate": "20250311", "StudyTime": "101500"}
    send_chest(address, rows=1500, columns=1240, seed=seed, **(patient | earlier | {"opacity": False}))
    return case


def take(page: Page, name: str) -> None:
    """Take a picture of the page, small enough for a repository."""
    at_rest(page)
    page.wait_for_timeout(600)
    image = cv2.imdecode(np.frombuffer(page.screenshot(), np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    step = 256 // GREYS_AND_COLOURS
    coarse = (image // step * step).astype(np.uint8)
    cv2.imwrite(str(FOLDER / f"{name}.png"), coarse, [cv2.IMWRITE_PNG_COMPRESSION, 9])


if __name__ == "__main__":
    main()
