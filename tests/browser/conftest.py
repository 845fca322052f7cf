"""A live server and a real Chromium."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect, sync_playwright

from app.main import create_app
from tests.application import make_migrated_file, make_settings

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
)
"""Software rendering, and no connection but to the page's own server."""

START_TIMEOUT_S = 60

expect.set_options(timeout=60_000)
"""A busy machine is slow; what a test waits for is what must happen, not how soon."""

Serve = Callable[[Any], str]

SIZES = ((1440, 900), (1024, 768))
"""A reading room's screen and a small laptop's: the two that the pages are drawn for."""


@contextmanager
def running_server(folder: Path, predictor: Any) -> Iterator[str]:
    """Serve the application on a free port of this machine; yields its address."""
    make_migrated_file(folder).rename(folder / "test.sqlite")
    app = create_app(make_settings(folder), predictor=predictor)
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", timeout_graceful_shutdown=5)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, name="server")
    thread.start()
    try:
        deadline = time.monotonic() + START_TIMEOUT_S
        while not server.started:
            assert thread.is_alive(), "the server ended"
            assert time.monotonic() < deadline, "the server does not start"
            time.sleep(0.02)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Start a server that reads with the given predictor (`None`: the released weights); stopped after the test."""
    stack: list[Any] = []

    def start(predictor: Any) -> str:
        context = running_server(tmp_path, predictor)
        stack.append(context)
        return context.__enter__()

    yield start
    for context in stack:
        context.__exit__(None, None, None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium a module: while Playwright runs, so does its event loop, and `asyncio.run` elsewhere fails."""
    from tests.conftest import chromium_path

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, serve: Serve) -> Iterator[Page]:
    """A page of a fresh profile; a script error or a message of the content security policy fails the test.

    It is closed before the server: an open page keeps a stopping server waiting.
    """
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.set_default_timeout(60_000)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    assert not [fault for fault in faults if not fault.startswith("Failed to load resource")]


@pytest.fixture(params=SIZES, ids=lambda size: "x".join(map(str, size)))
def sized_page(page: Page, request: pytest.FixtureRequest) -> Page:
    """The page at each of the two sizes, for stories that both must tell."""
    width, height = request.param
    page.set_viewport_size({"width": width, "height": height})
    return page
