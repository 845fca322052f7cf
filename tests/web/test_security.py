"""Headers on every response, host names, other sites, and that no patient reaches a log line or an error."""

import json
import logging
from io import StringIO

import pytest
import structlog
from fastapi.testclient import TestClient

from app.logs import configure_logs
from app.settings import Environment, SecuritySettings, Settings
from app.web.security import POLICY
from model.imaging.radiograph import Radiograph
from tests.application import gray_dicom, gray_png, run_app, send
from tests.fakes import FakePredictor

MARKER = "Zyxmarker"


@pytest.mark.parametrize("accept", ["application/json", "text/html"])
@pytest.mark.parametrize(
    "path",
    ["/", "/cases", "/cases/none", "/model", "/docs", "/openapi.json", "/healthz", "/readyz", "/metrics", "/nowhere"],
)
def test_every_response_carries_the_policy(quiet_client: TestClient, path: str, accept: str) -> None:
    response = quiet_client.get(path, headers={"Accept": accept}, follow_redirects=False)

    assert response.headers["content-security-policy"] == POLICY
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert "x-request-id" in response.headers


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1:80", "[::1]:8000", "LOCALHOST"])
def test_own_names_are_answered(quiet_client: TestClient, host: str) -> None:
    assert quiet_client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "", "127.0.0.1.evil.example", "[::2]"])
def test_other_names_are_not(quiet_client: TestClient, host: str) -> None:
    response = quiet_client.get("/cases", headers={"Host": host})

    assert response.status_code == 421
    assert response.json()["code"] == "UNKNOWN_HOST"
    assert response.json()["request_id"] == response.headers["x-request-id"]
    assert response.headers["content-security-policy"] == POLICY


def test_a_star_stands_for_all_below_a_name(settings: Settings) -> None:
    security = SecuritySettings(allowed_hosts=("*.clinic.example",))
    with run_app(settings.model_copy(update={"security": security})) as client:
        inside = client.get("/healthz", headers={"Host": "pacs.clinic.example"})
        outside = client.get("/healthz", headers={"Host": "clinic.example.evil"})

    assert (inside.status_code, outside.status_code) == (200, 421)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_post_from_another_site_is_refused(quiet_client: TestClient, site: str) -> None:
    response = quiet_client.post("/predict", files={"file": gray_png(10)}, headers={"Sec-Fetch-Site": site})

    assert response.status_code == 403
    assert response.json()["code"] == "FORBIDDEN_ORIGIN"
    assert quiet_client.get("/cases").json()["cases"] == []


def test_a_post_with_a_foreign_origin_is_refused_where_the_browser_sends_no_fetch_metadata(
    quiet_client: TestClient,
) -> None:
    response = quiet_client.post("/predict", files={"file": gray_png(10)}, headers={"Origin": "http://evil.example"})

    assert response.status_code == 403


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "same-origin"}, {"Origin": "http://localhost"}])
def test_own_pages_and_programs_may_post(client: TestClient, headers: dict[str, str]) -> None:
    assert client.post("/predict", files={"file": gray_png(10)}, headers=headers).status_code == 200


def test_another_site_may_follow_a_link_here(quiet_client: TestClient) -> None:
    assert quiet_client.get("/cases", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


def test_nothing_of_a_patient_is_in_a_log_line_or_an_error(settings: Settings) -> None:
    """One patient with a marker in every field goes through upload, reading, lists and forced faults."""

    def fail_on_white(radiograph: Radiograph) -> None:
        if radiograph.pixels[0, 0] > 200:
            raise RuntimeError(MARKER)

    data = gray_dicom(
        20,
        PatientName=f"{MARKER}^Name",
        PatientID=MARKER,
        AccessionNumber=MARKER,
        PatientBirthDate="19700101",
        StudyDescription=MARKER,
    )
    with _captured_logs(settings) as lines, run_app(settings, FakePredictor(behaviour=fail_on_white)) as client:
        answer = send(client, data, f"{MARKER}.dcm").json()
        shown = client.get(f"/cases/{answer['case_id']}").text
        review = {"reading_id": answer["reading_id"], "verdict": "agree", "comment": MARKER}
        client.post(f"/cases/{answer['case_id']}/reviews", json=review)
        errors = [
            send(client, b"junk", f"{MARKER}.txt"),
            send(client, gray_dicom(230, PatientName=MARKER), f"{MARKER}.dcm"),
            client.get("/cases", params={"after": MARKER}),
            client.get(f"/cases/{MARKER}"),
            client.post(f"/cases/{answer['case_id']}/reviews", json={"verdict": MARKER}),
            _forced_fault(client),
        ]
        metrics = client.get("/metrics").text

    assert MARKER in shown
    assert [error.status_code for error in errors] == [415, 503, 422, 422, 422, 500]
    # The address that was asked for is said back to whoever asked; nothing else is.
    assert not [error.text for error in errors if MARKER in error.text.replace(f"/cases/{MARKER}", "")]
    assert MARKER not in metrics
    written = "".join(line for line in lines.getvalue().splitlines(keepends=True) if '"logger": "httpx2"' not in line)
    assert written.count("\n") > 10
    assert MARKER not in written
    assert all(json.loads(line)["event"] for line in written.splitlines())


def _forced_fault(client: TestClient):  # type: ignore[no-untyped-def]
    """A 500 whose exception holds the marker in its message and in a local variable."""
    parts = client.app.state.parts  # type: ignore[attr-defined]

    def break_down() -> None:
        patient = MARKER
        raise RuntimeError(patient)

    object.__setattr__(parts.metrics, "text", break_down)
    response = client.get("/metrics")
    del parts.metrics.__dict__["text"]
    return response


class _captured_logs:  # noqa: N801
    """The production log, as text, with everything that any library says."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings.model_copy(update={"environment": Environment.PRODUCTION})

    def __enter__(self) -> StringIO:
        root = logging.getLogger()
        self._before = root.handlers, root.level
        configure_logs(self._settings)
        text = StringIO()
        root.handlers[0].stream = text  # type: ignore[attr-defined]
        root.setLevel(logging.DEBUG)
        return text

    def __exit__(self, *_: object) -> None:
        root = logging.getLogger()
        root.handlers, root.level = self._before
        structlog.reset_defaults()
