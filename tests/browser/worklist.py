"""What the tests of the worklist share: files to send, rows to look at, and things a mouse cannot do in a test."""

from typing import Any

import httpx2 as httpx
import numpy as np
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.application import gray_dicom
from tests.browser.viewer import send
from tests.factories import make_chest_dicom, make_png


def send_levels(address: str, *levels: int) -> list[Any]:
    """Upload images whose grey level the fake predictor takes for COVID-19: 204 is flagged, 20 is normal."""
    return [
        send(address, gray_dicom(level, AccessionNumber=f"A{number}", StudyInstanceUID=f"1.2.{number}"))
        for number, level in enumerate(levels)
    ]


def send_every_state(address: str) -> None:
    """Upload what makes a row of each kind: found, indeterminate, refused, two images, a long file name."""
    send(address, make_chest_dicom(rows=320, columns=260, opacity=True, accession_number="A20418"))
    send_levels(address, 204, 128, 20)
    send(address, make_png(np.full((16, 16), 200, np.uint8)), "lateral.png")
    send(address, gray_dicom(30, AccessionNumber="A2", StudyInstanceUID="1.2.2", ViewPosition="LL"))
    send(address, make_png(np.full((64, 64), 20, np.uint8)), f"{'portable_chest_' * 6}.png")


def review(address: str, answer: Any, verdict: str) -> None:
    """Conclude a case as the viewer does."""
    body = {"reading_id": answer["reading_id"], "verdict": verdict, "comment": ""}
    httpx.post(f"{address}/cases/{answer['case_id']}/reviews", json=body).raise_for_status()


def payload(name: str, data: bytes) -> FilePayload:
    """A file for a file dialog."""
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


def choose(page: Page, *files: FilePayload) -> None:
    """Choose files in the upload button's dialog."""
    page.locator('[data-picker="files"]').set_input_files(list(files))


def hand_over(page: Page, events: tuple[str, ...], files: dict[str, bytes]) -> None:
    """Drop or paste files: `events` are fired at the page one after the other, the files in their hands."""
    page.evaluate(
        """([kinds, files]) => {
            const transfer = new DataTransfer();
            for (const [name, bytes] of files) transfer.items.add(new File([new Uint8Array(bytes)], name));
            for (const kind of kinds) {
                const event = kind === "paste"
                    ? new ClipboardEvent(kind, { clipboardData: transfer, bubbles: true, cancelable: true })
                    : new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true });
                document.body.dispatchEvent(event);
            }
        }""",
        [list(events), [[name, list(data)] for name, data in files.items()]],
    )


def expect_labels(page: Page, *labels: str) -> None:
    """Wait until the list shows these cases in this order."""
    expect(page.locator("[data-open]")).to_have_text(list(labels))


def selected(page: Page) -> Locator:
    """The selected row's case."""
    return page.locator(".row.selected [data-open]")
