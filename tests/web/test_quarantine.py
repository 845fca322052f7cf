"""A file that ends its decoder: refused with a code, remembered, and not tried again until something has changed."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from app.cases.radiographs import Radiographs
from app.db.engine import Database
from app.db.tables import Quarantined, RadiographFile, Reading, Receipt
from app.decoding.limits import DecodingLimits
from app.decoding.pool import DecoderPool
from app.errors import DecoderCrashedError
from app.files.store import FileStore
from app.settings import Settings
from tests.application import gray_png, run_app, send
from tests.fakes import FakePredictor

LIMITS = DecodingLimits(memory=512 * 1024**2, cpu_s=5)


@pytest.fixture(scope="module")
def hostile() -> Iterator[DecoderPool]:
    """Decoders that do what the file says."""
    with DecoderPool(LIMITS, workers=1, work="tests.hostile:work") as pool:
        yield pool


class _Counting:
    """The pool, counting what reaches it."""

    def __init__(self, pool: DecoderPool, limits: DecodingLimits = LIMITS) -> None:
        self.pool = pool
        self.limits = limits
        self.n_decoded = 0

    def start(self) -> None:
        self.pool.start()

    def decode(self, file: Any) -> Any:
        self.n_decoded += 1
        return self.pool.decode(file)


def _rows(settings: Settings, table: type[Any]) -> list[Any]:
    database = Database(settings.database)
    with database.reading() as session:
        found = session.query(table).all()
    database.close()
    return found


def test_a_file_that_crashes_its_decoder_is_refused_and_not_decoded_again(
    settings: Settings, hostile: DecoderPool
) -> None:
    decoders = _Counting(hostile)
    with run_app(settings, decoders=decoders) as client:
        first = send(client, b"segfault")
        again = send(client, b"segfault")
        fine = send(client, gray_png(20))
    with run_app(settings, decoders=decoders) as client:
        after_a_start = send(client, b"segfault")

    for answer in (first, again, after_a_start):
        assert answer.status_code == 422
        assert answer.json()["code"] == "DECODER_CRASHED"
        assert "SIGSEGV" in answer.json()["detail"]
    assert fine.json()["status"] == "done"
    assert decoders.n_decoded == 2
    assert [row.code for row in _rows(settings, Receipt)] == ["DECODER_CRASHED"] * 3
    assert len(_rows(settings, Quarantined)) == 1
    assert list((settings.files.folder / "incoming").iterdir()) == []


def test_the_measured_value_and_the_limit_are_kept_with_the_refusal(settings: Settings) -> None:
    limits = DecodingLimits(memory=512 * 1024**2, cpu_s=0.1)
    with (
        DecoderPool(limits, workers=1, work="tests.hostile:work") as pool,
        run_app(settings, decoders=_Counting(pool, limits)) as client,
    ):
        first = send(client, b"wait 60").json()
        again = send(client, b"wait 60").json()

    assert first["code"] == "DECODER_TIMED_OUT"
    assert first["limit"] == pytest.approx(0.3)
    assert first["measured"] >= first["limit"]
    for name in ("code", "detail", "measured", "limit"):
        assert again[name] == first[name]


def test_another_pipeline_tries_again(settings: Settings, hostile: DecoderPool) -> None:
    decoders, other = _Counting(hostile), FakePredictor()
    other.info = replace(other.info, pipeline="2")
    with run_app(settings, decoders=decoders) as client:
        send(client, b"segfault")
    with run_app(settings, other, decoders=decoders) as client:
        send(client, b"segfault")

    assert decoders.n_decoded == 2
    assert {row.pipeline for row in _rows(settings, Quarantined)} == {"1", "2"}


@pytest.mark.parametrize(
    ("changed", "n_decoded"),
    [({"memory": 2**30}, 2), ({"cpu_s": 6.0}, 2), ({"memory": 2**28}, 1), ({"cpu_s": 1.0}, 1)],
)
def test_larger_limits_try_again_and_smaller_ones_do_not(
    settings: Settings, hostile: DecoderPool, changed: dict[str, Any], n_decoded: int
) -> None:
    decoders = _Counting(hostile)
    with run_app(settings, decoders=decoders) as client:
        send(client, b"segfault")
        decoders.limits = replace(LIMITS, **changed)
        answer = send(client, b"segfault")

    assert answer.json()["code"] == "DECODER_CRASHED"
    assert decoders.n_decoded == n_decoded
    assert len(_rows(settings, Quarantined)) == 1


def test_a_stored_file_that_now_crashes_fails_its_reading_with_the_code(
    settings: Settings, hostile: DecoderPool
) -> None:
    """As after an update of a decoder: the reading says why, and the next start does not try the bytes again."""
    decoders = _Counting(hostile)
    with run_app(settings, decoders=decoders) as client:
        answer = send(client, gray_png(20)).json()
    database, files = Database(settings.database), FileStore(settings.files.folder)
    [row] = _rows(settings, RadiographFile)
    files.path(row.sha256).write_bytes(b"segfault")
    with database.writing() as session:
        session.execute(update(Reading).values(status="queued", finding=None, p_covid=None))
    radiographs = Radiographs(database, files, decoders, pipeline="1")

    with pytest.raises(DecoderCrashedError):
        radiographs.stored(row.sha256)
    with run_app(settings, decoders=decoders) as client:
        while (reading := client.get(f"/readings/{answer['reading_id']}").json())["status"] in ("queued", "running"):
            pass
    database.close()

    assert (reading["status"], reading["reason"]["code"]) == ("failed", "DECODER_CRASHED")
    assert decoders.n_decoded == 2
