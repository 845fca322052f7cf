"""Health, readiness, metrics, live events, the description of the API, starting and stopping."""

import asyncio
import json
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from app.cases.ledger import ReadingEvent
from app.errors import SchemaError
from app.settings import Settings
from app.web.broadcast import Broadcaster
from tests.application import gray_png, make_settings, run_app, send
from tests.fakes import FakePredictor


def test_health_readiness_and_the_way_in(quiet_client: TestClient) -> None:
    assert quiet_client.get("/healthz").json() == {"status": "ok"}
    assert quiet_client.get("/readyz").json() == {"status": "ready", "device": "cpu", "model": "fake", "version": "1"}
    home = quiet_client.get("/", follow_redirects=False)
    assert (home.status_code, home.headers["location"]) == (303, "/cases")


def test_the_network_is_warmed_up_before_the_start_is_done(settings: Settings) -> None:
    predictor = FakePredictor()

    with run_app(settings, predictor):
        assert predictor.batches == [1]


def test_metrics_count_readings_and_requests(client: TestClient) -> None:
    send(client, gray_png(230))
    send(client, gray_png(20, side=16))

    text = client.get("/metrics").text

    assert 'covid_xnet_readings_total{finding="covid-19",status="done"} 1.0' in text
    assert 'covid_xnet_readings_total{finding="",status="refused"} 1.0' in text
    assert 'covid_xnet_request_seconds_count{method="POST",route="/predict",status="200"} 1.0' in text
    assert 'covid_xnet_problems_total{code="TOO_SMALL"} 1.0' in text
    assert "covid_xnet_queue_depth 0.0" in text


def test_an_empty_database_is_refused(tmp_path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(SchemaError, match="none"), run_app(make_settings(tmp_path)):
        pass


def test_events_reach_every_listener_and_end_when_the_server_stops() -> None:
    event = ReadingEvent(case_id=uuid4(), reading_id=uuid4(), status="done")

    async def listen_to_one(broadcaster: Broadcaster) -> list[str]:
        return [message async for message in broadcaster.listen()]

    async def scene() -> list[list[str]]:
        broadcaster = Broadcaster()
        listeners = [asyncio.create_task(listen_to_one(broadcaster)) for _ in range(2)]
        await asyncio.sleep(0)
        await asyncio.to_thread(broadcaster.publish, event)
        await asyncio.to_thread(broadcaster.close)
        return list(await asyncio.gather(*listeners))

    heard = asyncio.run(scene())

    data = {"case_id": str(event.case_id), "reading_id": str(event.reading_id), "status": "done"}
    assert heard == [["retry: 2000\n\n", f"event: reading\ndata: {json.dumps(data)}\n\n"]] * 2


def test_a_silent_stream_has_a_heartbeat() -> None:
    async def scene() -> list[str]:
        stream = Broadcaster().listen(heartbeat_s=0.001)
        return [await anext(stream), await anext(stream)]

    assert asyncio.run(scene())[1] == ": still here\n\n"


def test_a_listener_that_does_not_keep_up_loses_the_oldest_events() -> None:
    async def scene() -> list[str]:
        broadcaster = Broadcaster()
        stream = broadcaster.listen()
        await anext(stream)
        for number in range(400):
            broadcaster.publish(ReadingEvent(case_id=uuid4(), reading_id=uuid4(), status=str(number)))
        broadcaster.close()
        return [message async for message in stream]

    heard = asyncio.run(scene())

    assert len(heard) <= 256
    assert not heard or '"399"' in heard[-1]


def test_every_operation_is_described_with_its_problems(quiet_client: TestClient) -> None:
    description = quiet_client.get("/openapi.json").json()

    predict = description["paths"]["/predict"]["post"]
    assert {"200", "413", "415", "422", "503"} <= set(predict["responses"])
    assert description["components"]["schemas"]["ReadingAnswer"]["examples"]
    assert "HTTPValidationError" not in json.dumps(description)
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            assert operation["description"], (method, path)
            for status, response in operation["responses"].items():
                is_problem = int(status) >= 400
                assert is_problem == ("application/problem+json" in response.get("content", {})), (method, path, status)


def test_the_model_card_is_served(quiet_client: TestClient) -> None:
    assert quiet_client.get("/model").json()["name"] == "fake"
