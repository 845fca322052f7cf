"""The worklist's order, its pages, its counts, its search, and that it is one walk along an index."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.dialects import sqlite

from app.cases import worklist_queries
from app.cases.listing import Listing, Received, Sort
from app.cases.order import LONGEST_WAIT
from app.cases.removal import remove_cases
from app.cases.schemas import View
from app.cases.search import SearchMemory, match_expression
from app.cases.service import list_cases, settle_case, show_case
from app.db.engine import Database
from app.db.tables import Case, RadiographFile, Reading
from app.errors import InvalidRequestError
from model.findings import Finding
from tests.db.rows import START, add_case, add_radiograph, add_reading

LATER = round(LONGEST_WAIT.total_seconds() / 60)
VIEWS = list(View)
LISTINGS = [
    *(Listing(view=view) for view in VIEWS),
    *(Listing(view=view, sort=sort) for view in VIEWS for sort in (Sort.NEWEST, Sort.PROBABILITY)),
    Listing(view=View.ALL, finding=Finding.NORMAL),
    Listing(view=View.ALL, words="doe"),
    Listing(view=View.TO_REVIEW, words="doe", sort=Sort.PROBABILITY),
]


def _listed(database: Database, listing: Listing | None = None, *, limit: int = 200) -> list[UUID]:
    with database.reading() as session:
        found: list[UUID] = []
        after = None
        while True:
            page = list_cases(session, listing or Listing(), after=after, limit=limit)
            found += [row.case_id for row in page.cases]
            after = page.next
            if after is None:
                return found


def _add_some_of_each(database: Database) -> None:
    with database.writing() as session:
        for number in range(22):
            add_case(
                session,
                minutes=30 * (number // 2),  # pairs share their time
                flagged=number % 3 == 0,
                status="refused" if number % 5 == 1 else "done",
                is_reviewed=number % 4 == 3,
                patient_name=("Doe, Jane", "Roe, Richard")[number % 2],
            )


def test_flagged_and_failed_come_first_and_the_longest_waiting_first_among_them(database: Database) -> None:
    with database.writing() as session:
        routine_late = add_case(session, minutes=5).id
        refused = add_case(session, minutes=4, status="refused").id
        flagged = add_case(session, minutes=3, flagged=True).id
        failed = add_case(session, minutes=2, status="failed").id
        queued = add_case(session, minutes=1, status="queued").id
        routine = add_case(session, minutes=0).id

    assert _listed(database) == [failed, flagged, routine, queued, refused, routine_late]


def test_whoever_has_waited_long_enough_is_overtaken_no_more(database: Database) -> None:
    with database.writing() as session:
        patient = add_case(session, minutes=0).id
        just_in_time = add_case(session, minutes=LATER - 1, flagged=True).id
        too_late = add_case(session, minutes=LATER + 1, flagged=True).id

    assert _listed(database) == [just_in_time, patient, too_late]


def test_reviewed_cases_leave_the_list_and_stand_last_in_all(database: Database) -> None:
    with database.writing() as session:
        reviewed = add_case(session, minutes=0, flagged=True, is_reviewed=True).id
        waiting = add_case(session, minutes=1).id

    assert _listed(database) == [waiting]
    assert _listed(database, Listing(view=View.FLAGGED)) == []
    assert _listed(database, Listing(view=View.REVIEWED)) == [reviewed]
    assert _listed(database, Listing(view=View.ALL)) == [waiting, reviewed]


def test_a_review_that_disagrees_makes_a_case_discordant(database: Database) -> None:
    with database.writing() as session:
        add_case(session, is_reviewed=True)
        other = add_case(session, is_reviewed=True)
        other.verdict = "disagree"
        wanted = other.id

    assert _listed(database, Listing(view=View.DISCORDANT)) == [wanted]


@pytest.mark.parametrize("listing", LISTINGS, ids=str)
def test_pages_of_any_size_give_every_case_once_in_the_same_order(database: Database, listing: Listing) -> None:
    _add_some_of_each(database)

    whole = _listed(database, listing)

    assert len(whole) == len(set(whole))
    assert whole or listing.view is View.DISCORDANT
    assert _listed(database, listing, limit=1) == whole
    assert _listed(database, listing, limit=3) == whole


@pytest.mark.parametrize("most_sorted", [0, 5, 1000])
@pytest.mark.parametrize("listing", LISTINGS, ids=str)
def test_all_ways_to_a_list_lead_to_the_same_cases(
    database: Database, listing: Listing, most_sorted: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether an index is walked or the search asked is a matter of speed; only a cut search changes the order."""
    _add_some_of_each(database)
    monkeypatch.setattr(worklist_queries, "MOST_SORTED", 10_000)
    whole = _listed(database, listing)

    monkeypatch.setattr(worklist_queries, "MOST_SORTED", most_sorted)
    found = _listed(database, listing, limit=4)

    assert set(found) == set(whole)
    if not listing.words:
        assert found == whole


def test_a_search_that_finds_too_many_shows_the_newest_first_and_says_so(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worklist_queries, "MOST_SORTED", 3)
    with database.writing() as session:
        keys = [add_case(session, minutes=number, patient_id=f"P-{number}").id for number in range(5)]

    listing = Listing(words="p")
    with database.reading() as session:
        page = list_cases(session, listing, limit=2)

    assert (page.found, page.is_cut) == (3, True)
    assert _listed(database, listing, limit=2) == keys[::-1]


@pytest.mark.parametrize("listing", LISTINGS, ids=str)
def test_neighbours_follow_the_order_of_the_list(database: Database, listing: Listing) -> None:
    _add_some_of_each(database)
    order = _listed(database, listing)

    with database.reading() as session:
        neighbours = [show_case(session, case_id, listing).neighbours for case_id in order]

    assert [neighbour.next for neighbour in neighbours] == [*order[1:], None][: len(order)]
    assert [neighbour.previous for neighbour in neighbours] == [None, *order[:-1]][: len(order)]


def test_a_case_that_has_just_been_reviewed_still_knows_its_neighbours(database: Database) -> None:
    with database.writing() as session:
        before, reviewed, after = (add_case(session, minutes=number) for number in range(3))
        reviewed.is_reviewed, reviewed.reviewed_at, reviewed.verdict = True, reviewed.received_at, "agree"
        keys = before.id, reviewed.id, after.id

    with database.reading() as session:
        neighbours = show_case(session, keys[1], Listing()).neighbours

    assert (neighbours.previous, neighbours.next) == (keys[0], keys[2])


def test_counts_of_all_views(database: Database) -> None:
    with database.writing() as session:
        add_case(session, flagged=True)
        add_case(session, status="refused")
        add_case(session, status="failed")
        add_case(session)
        add_case(session, status="queued")
        add_case(session, flagged=True, is_reviewed=True)

    with database.reading() as session:
        counts = list_cases(session, Listing()).counts

    assert counts == {
        View.TO_REVIEW: 5,
        View.FLAGGED: 1,
        View.NOT_ANALYSED: 2,
        View.DISCORDANT: 0,
        View.REVIEWED: 1,
        View.ALL: 6,
    }


def test_a_finding_narrows_the_list(database: Database) -> None:
    with database.writing() as session:
        wanted = add_case(session, finding="indeterminate", flagged=True).id
        add_case(session, flagged=True)

    with database.reading() as session:
        rows = list_cases(session, Listing(finding=Finding.INDETERMINATE)).cases

    assert [row.case_id for row in rows] == [wanted]


def test_counts_follow_every_change(database: Database) -> None:
    with database.writing() as session:
        case = add_case(session, flagged=True)
        remove = add_case(session, finding="other")
        add_case(session, status="queued")
        keys = case.id, remove.id
    with database.writing() as session:
        case = session.get_one(Case, keys[0])
        case.is_reviewed, case.verdict = True, "disagree"
        remove_cases(session, [keys[1]])

    with database.reading() as session:
        page = list_cases(session, Listing(view=View.DISCORDANT))
        everything = {
            row[0]: row[1] for row in session.execute(text("SELECT state, sum(n) FROM case_counts GROUP BY 1"))
        }

    assert page.counts == dict.fromkeys(View, 1) | {View.FLAGGED: 0, View.NOT_ANALYSED: 0, View.ALL: 2}
    assert page.findings == dict.fromkeys(Finding, 0) | {Finding.COVID_19: 1}
    assert everything == {"flagged": 1, "read": 0, "waiting": 1}


def test_a_span_goes_back_from_now(database: Database) -> None:
    now = datetime.now(UTC)
    minutes = round((now - START).total_seconds() / 60)
    with database.writing() as session:
        old, week, day = (add_case(session, minutes=minutes - 1440 * days).id for days in (9, 3, 0))

    assert _listed(database, Listing(received=Received.DAY)) == [day]
    assert _listed(database, Listing(received=Received.WEEK)) == [week, day]
    assert _listed(database) == [old, week, day]
    with database.reading() as session:
        assert list_cases(session, Listing()).received == {"24h": 1, "7d": 2}


@pytest.mark.parametrize(
    "words",
    [
        "A20399",
        "a203",
        "P-0724",
        "0724",
        "müller",
        "muller anna",
        "ann mül",
        "2026-11-23",
        "2026-11",
        "covid-19 flagged",
        "done",
        "portable chest",
    ],
)
def test_a_case_is_found_by_the_beginnings_of_its_words(database: Database, words: str) -> None:
    with database.writing() as session:
        case = add_case(
            session,
            flagged=True,
            accession_number="A20399",
            patient_id="P-0724",
            patient_name="Müller, Anna",
            study_date="20261123",
        )
        radiograph = session.scalars(select(RadiographFile).where(RadiographFile.case_id == case.id)).one()
        radiograph.file_name = "portable_chest.png"
        session.flush()
        settle_case(session, case)
        add_case(session, minutes=-60 * 24 * 60, accession_number="B1", patient_name="Doe, Jane", status="refused")
        wanted = case.id

    assert _listed(database, Listing(words=words)) == [wanted]


@pytest.mark.parametrize("words", ['"', "* OR", "NEAR(", "a:b", "{facets} : inall", "---", "A20399 nobody"])
def test_what_is_typed_is_never_taken_for_a_command(database: Database, words: str) -> None:
    with database.writing() as session:
        add_case(session, accession_number="A20399")

    assert _listed(database, Listing(words=words)) == []


@pytest.mark.parametrize(
    ("words", "asked"),
    [
        ("A2 A20399 A20399", '{words} : ("A20399"*)'),
        ("a A2", '{words} : ("a"* AND "A2"*)'),
        ("read ready", '{words} : ("read" AND "ready"*)'),
        ("re read", '{words} : ("read")'),
    ],
)
def test_a_word_that_another_implies_is_not_looked_up(words: str, asked: str) -> None:
    assert match_expression(Listing(view=View.ALL, words=words)) == asked


@pytest.mark.parametrize("most_sorted", [2, 1000])
def test_the_first_page_of_a_search_asks_the_index_once(
    database: Database, most_sorted: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worklist_queries, "MOST_SORTED", most_sorted)
    with database.writing() as session:
        for number in range(3):
            add_case(session, minutes=number, patient_id=f"P-{number}")
    asked: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))

    with database.reading() as session:
        list_cases(session, Listing(words="p"), limit=2)

    assert sum("MATCH" in statement for statement in asked) == 1


def test_a_case_is_found_by_what_it_has_become(database: Database) -> None:
    with database.writing() as session:
        case = add_case(session, flagged=True)
        case.is_reviewed, case.verdict, case.reviewed_at = True, "unsure", case.received_at
        wanted = case.id

    assert _listed(database, Listing(view=View.ALL, words="reviewed unsure")) == [wanted]
    assert _listed(database, Listing(view=View.TO_REVIEW, words="flagged")) == []


def test_a_search_is_remembered_under_a_key_that_says_nothing() -> None:
    memory = SearchMemory(most=2)
    key = memory.remember("  Doe   Jane ")

    assert memory.recall(key) == "Doe Jane"
    assert memory.remember("Doe Jane") == key
    assert "doe" not in key.lower()
    memory.remember("two")
    memory.remember("three")
    assert memory.recall(key) == ""


@pytest.mark.parametrize("cursor", ["", "x", "W10", "WzEsMiwzXQ", "bnVsbA", "WzAsIDEsICJub3ciLCAiMCJd", "é"])
def test_a_made_up_cursor_is_refused(database: Database, cursor: str) -> None:
    with database.reading() as session, pytest.raises(InvalidRequestError):
        list_cases(session, Listing(), after=cursor)


def test_a_case_takes_its_most_urgent_reading_whatever_the_order_of_arrival(database: Database) -> None:
    with database.writing() as session:
        case = add_case(session, flagged=True)
        second = add_radiograph(session, case.id)
        add_reading(session, second.id, status="failed")
        third = add_radiograph(session, case.id)
        add_reading(session, third.id, status="done")
        settle_case(session, case)
        state, priority = case.state, case.priority

    assert (state, priority) == ("flagged", 1)


def test_a_refused_lateral_beside_a_normal_pa_does_not_rank_with_the_flagged(database: Database) -> None:
    with database.writing() as session:
        first = add_case(session, minutes=0).id
        case = add_case(session, minutes=1)
        lateral = add_radiograph(session, case.id)
        add_reading(session, lateral.id, status="refused")
        settle_case(session, case)
        second = case.id
        assert (case.state, case.n_radiographs, case.n_not_analysed) == ("read", 2, 1)

    assert _listed(database) == [first, second]
    with database.reading() as session:
        [_, row] = list_cases(session, Listing()).cases
    assert (row.finding, row.n_radiographs, row.n_not_analysed) == (Finding.NORMAL, 2, 1)


def test_a_case_with_something_left_to_read_is_not_called_read(database: Database) -> None:
    with database.writing() as session:
        case = add_case(session)
        add_reading(session, add_radiograph(session, case.id).id, status="queued")
        settle_case(session, case)

        assert case.state == "waiting"


def test_a_priority_is_raised_and_never_lowered(database: Database) -> None:
    with database.writing() as session:
        case = add_case(session, status="failed")
        reading = session.get_one(Reading, case.leading_reading_id)
        reading.status, reading.reason_code = "done", None
        reading.finding, reading.p_covid = "normal", 0.1
        session.flush()
        settle_case(session, case)
        state, priority = case.state, case.priority

    assert (state, priority) == ("read", 1)


@pytest.mark.parametrize("flagged", [False, True])
def test_a_radiograph_that_comes_forward_after_the_review_brings_the_case_back(
    database: Database, *, flagged: bool
) -> None:
    """Also where the case had come forward for another one already: the review did not know this one."""
    with database.writing() as session:
        case = add_case(session, flagged=flagged, is_reviewed=True)
        second = add_radiograph(session, case.id)
        add_reading(session, second.id, flagged=True, at=START + timedelta(minutes=5))
        settle_case(session, case)
        is_reviewed = case.is_reviewed

    assert not is_reviewed


def test_what_the_review_knew_does_not_bring_the_case_back(database: Database) -> None:
    with database.writing() as session:
        case = add_case(session, flagged=True, is_reviewed=True)
        first = session.get_one(Reading, case.leading_reading_id).radiograph_id
        add_reading(session, first, flagged=True, model_version="2", at=START + timedelta(minutes=5))
        settle_case(session, case)
        is_reviewed = case.is_reviewed

    assert is_reviewed


@pytest.mark.parametrize("before", ["failed", "flagged"])
def test_the_last_reading_of_a_radiograph_speaks_for_it(database: Database, before: str) -> None:
    """As in the viewer: a row that told what an earlier one said would contradict the page behind it."""
    earlier = {"flagged": True} if before == "flagged" else {"status": before}
    with database.writing() as session:
        case = add_case(session, **earlier)
        first = session.get_one(Reading, case.leading_reading_id).radiograph_id
        last = add_reading(session, first, model_version="2", at=START + timedelta(minutes=5)).id
        settle_case(session, case)

        assert (case.state, case.leading_reading_id, case.priority) == ("read", last, 1)


@pytest.mark.parametrize("n_cases", [3, 30])
def test_the_number_of_statements_does_not_grow_with_the_cases(database: Database, n_cases: int) -> None:
    with database.writing() as session:
        for number in range(n_cases):
            add_case(session, minutes=number)
    statements: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))

    with database.reading() as session:
        list_cases(session, Listing(), limit=100)

    assert len([statement for statement in statements if statement.startswith("SELECT")]) == 6


@pytest.mark.parametrize(
    ("listing", "index"),
    [
        (Listing(), "ix_cases_queue"),
        (Listing(view=View.ALL), "ix_cases_queue"),
        (Listing(view=View.FLAGGED), "ix_cases_queue"),
        (Listing(view=View.REVIEWED), "ix_cases_reviewed"),
        (Listing(view=View.DISCORDANT), "ix_cases_reviewed"),
        (Listing(sort=Sort.NEWEST), "ix_cases_newest"),
        (Listing(view=View.REVIEWED, finding=Finding.OTHER, sort=Sort.NEWEST), "ix_cases_newest"),
        (Listing(view=View.ALL, sort=Sort.NEWEST), "ix_cases_all_newest"),
        (Listing(view=View.FLAGGED, sort=Sort.PROBABILITY), "ix_cases_probability"),
        (Listing(view=View.ALL, finding=Finding.NORMAL, sort=Sort.PROBABILITY), "ix_cases_all_probability"),
    ],
    ids=str,
)
@pytest.mark.parametrize("is_continued", [False, True])
def test_the_order_comes_from_an_index_that_answers_alone(
    database: Database, listing: Listing, index: str, is_continued: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worklist_queries, "MOST_SORTED", -1)  # nothing is rare
    with database.writing() as session:
        case = add_case(session)
    with database.reading() as session:
        plan = worklist_queries.plan(session, listing)
        after = worklist_queries.position(case, plan) if is_continued else None
        query: Any = worklist_queries._continued(plan, after, is_forward=True).limit(50)
        compiled = query.compile(dialect=sqlite.dialect(), compile_kwargs={"literal_binds": True})
        steps = [row[3] for row in session.execute(text(f"EXPLAIN QUERY PLAN {compiled}".replace(":", r"\:")))]

    assert len(steps) == 1
    assert f"USING COVERING INDEX {index}" in steps[0]
    if is_continued:
        assert ">" in steps[0] or "<" in steps[0]  # it begins where the page before ended
