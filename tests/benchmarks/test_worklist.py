"""The benchmark of the worklist: cases that the migrations carry, and a section that replaces its predecessor."""

from pathlib import Path

from app.cases.listing import Listing
from app.cases.schemas import View
from app.cases.service import list_cases
from app.db.engine import Database
from app.db.schema import migrate
from app.settings import DatabaseSettings
from benchmarks.million import count_cases, write_first_schema
from benchmarks.report import replace_section
from benchmarks.worklist import Measured, section


def test_invented_cases_of_the_first_schema_are_counted_ordered_and_found_after_the_migrations(tmp_path: Path) -> None:
    path = tmp_path / "bench.sqlite"
    write_first_schema(path, 300)
    assert count_cases(path) == 300
    database = Database(DatabaseSettings(url=f"sqlite:///{path}"))

    migrate(database)

    with database.reading() as session:
        everything = list_cases(session, Listing(view=View.ALL), limit=300)
        flagged = list_cases(session, Listing(view=View.ALL, words="flagged"), limit=300)
        one = list_cases(session, Listing(view=View.ALL, words="A0000123"))
    database.close()
    assert everything.counts[View.ALL] == len(everything.cases) == 300
    assert everything.counts[View.TO_REVIEW] + everything.counts[View.REVIEWED] == 300
    assert {row.case_id for row in flagged.cases} == {row.case_id for row in everything.cases if row.flagged}
    assert [row.label for row in one.cases] == ["A0000123"]


def test_a_section_takes_the_place_of_the_one_before() -> None:
    page = "# Benchmark\n\ntext\n\n## Worklist of 5 cases\n\nold\n\n## 8 clients at once\n\nkept\n"

    replaced = replace_section(page, "## Worklist of 6 cases\n\nnew\n")

    assert replaced == "# Benchmark\n\ntext\n\n## 8 clients at once\n\nkept\n\n## Worklist of 6 cases\n\nnew\n"


def test_the_slowest_list_is_named_and_held_against_the_aim() -> None:
    measured = [
        Measured(what="a", medians_ms={"all": 10, "flagged": 20}),
        Measured(what="b", medians_ms={"all: doe": 30}),
    ]

    text = section(measured, n_cases=5, start_s=2, size=10**9)

    assert "| a | 2 | 15 | 20 | flagged |" in text
    assert "The slowest list takes 30 ms; the aim is 100 or less." in text
    assert "The database takes 1.0 GB; migrating it from the first schema and starting took 2 s.\n" in text


def test_how_long_an_earlier_migration_took_is_not_told() -> None:
    text = section([Measured(what="a", medians_ms={"all": 10})], n_cases=5, start_s=None, size=10**9)

    assert "The database takes 1.0 GB.\n" in text
