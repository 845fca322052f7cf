"""A database of the first schema with as many invented cases as wanted, for the migrations and the worklist to carry.

Three years of a hospital: one in sixteen waits for a review, one in eight is flagged. Names and numbers are drawn from
lists; nobody's.
"""

import itertools
import json
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from alembic import command

from app.db.engine import Database
from app.db.schema import alembic_config
from app.settings import DatabaseSettings

YEARS = 3
CHUNK = 10_000
FAMILY = (
    "Adler",
    "Brandt",
    "Chen",
    "Doe",
    "Eriksen",
    "Fofana",
    "Garcia",
    "Haddad",
    "Ito",
    "Jansen",
    "Kowalski",
    "Müller",
)
GIVEN = ("Anna", "Boris", "Carla", "David", "Emine", "Farid", "Grete", "Hugo", "Ines", "Jonas", "Karin", "Luis")
KINDS = (  # finding, flagged, status, share of the cases
    ("normal", False, "done", 66),
    ("other", False, "done", 20),
    ("covid-19", True, "done", 9),
    ("indeterminate", True, "done", 3),
    (None, False, "refused", 2),
)
POINT = json.dumps({"name": "bench", "threshold": 0.37, "sensitivity": 0.9, "specificity": 0.9, "set": "none"})
_CASES = (
    "INSERT INTO cases (id, study_instance_uid, patient_id, patient_name, accession_number, study_date, received_at, "
    "priority, state, leading_reading_id, is_reviewed, reviewed_at, verdict) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)"
)
_RADIOGRAPHS = (
    'INSERT INTO radiographs (id, case_id, sha256, size, encoding, "rows", "columns", view_position, '
    "photometric_interpretation, cautions, received_at) VALUES (?,?,?,1,'dicom',2500,2000,?,'MONOCHROME2','[]',?)"
)
_READINGS = (
    "INSERT INTO readings (id, radiograph_id, model_name, model_version, model_sha256, pipeline, status, attempts, "
    "reason_code, finding, flagged, p_covid, p_normal, p_other, p_low, p_high, operating_point, cautions, timings_ms, "
    "queued_at) VALUES (?,?,'bench','1','0','1',?,1,?,?,?,?,?,0,?,?,?,'[]','{}',?)"
)


def write_first_schema(path: Path, n_cases: int) -> None:
    """Make the file and fill it; what came after the first schema is left to the migrations."""
    database = Database(DatabaseSettings(url=f"sqlite:///{path}"))
    config = alembic_config()
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    database.close()
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("PRAGMA synchronous=OFF")
        rows = _rows(n_cases)
        while chunk := list(itertools.islice(rows, CHUNK)):
            for statement, values in zip((_CASES, _RADIOGRAPHS, _READINGS), zip(*chunk, strict=True), strict=True):
                raw.executemany(statement, values)


def count_cases(path: Path) -> int:
    """Count the cases of a database."""
    with closing(sqlite3.connect(path)) as raw:
        n_cases: int = raw.execute("SELECT count(*) FROM cases").fetchone()[0]
    return n_cases


def _rows(n_cases: int) -> Iterator[tuple[tuple[Any, ...], tuple[Any, ...], tuple[Any, ...]]]:
    draw = random.Random(0)  # noqa: S311 invented cases, the same each time
    step = timedelta(days=365 * YEARS) / n_cases
    start = datetime.now(UTC).replace(tzinfo=None) - step * n_cases
    kinds = [kind[:3] for kind in KINDS for _ in range(kind[3])]
    for number in range(n_cases):
        at = start + step * number
        finding, flagged, status = draw.choice(kinds)
        probability = None if finding is None else draw.uniform(0.37, 1) if flagged else draw.uniform(0, 0.36)
        is_reviewed = number < 0.9 * n_cases or draw.random() < 0.4
        key, moment = f"{number:032x}", at.isoformat(" ", "microseconds")
        reviewed_at = (at + timedelta(minutes=draw.uniform(5, 300))).isoformat(" ", "microseconds")
        verdict = draw.choices(("agree", "unsure", "disagree"), (94, 4, 2))[0]
        state = "not-analysed" if finding is None else "flagged" if flagged else "read"
        yield (
            (
                key,
                f"1.2.3.{number}",
                f"P-{draw.randrange(n_cases // 2):07d}",
                f"{draw.choice(FAMILY)}{draw.randrange(500)}, {draw.choice(GIVEN)}",
                f"A{number:07d}",
                f"{at:%Y%m%d}",
                moment,
                1 if flagged else 2,
                state,
                key,
                is_reviewed,
                reviewed_at if is_reviewed else None,
                verdict if is_reviewed else None,
            ),
            (key, key, f"{number:064x}", draw.choice(("PA", "AP")), moment),
            (
                key,
                key,
                status,
                "NOT_FRONTAL" if finding is None else None,
                finding,
                flagged,
                probability,
                None if probability is None else 1 - probability,
                None if probability is None else max(0.0, probability - 0.05),
                None if probability is None else min(1.0, probability + 0.05),
                None if probability is None else POINT,
                moment,
            ),
        )
