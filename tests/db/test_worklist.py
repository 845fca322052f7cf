"""The worklist's order, its pages, its counts, and that it is one walk along an index."""

from uuid import UUID

import pytest
from sqlalchemy import event, text

from app.cases.schemas import View
from app.cases.service import list_cases, settle_case, show_case
from app.db.engine import Database
from app.db.tables import Reading
from app.errors import InvalidRequestError
from model.findings import Finding
from tests.db.rows import add_case, add_radiograph, add_reading


def _listed(database: Database, view: View = View.TO_REVIEW, *, limit: int = 200) -> list[UUID]:
    with database.reading() as session:
        found: list[UUID] = []
        after = None
        while True:
            page = list_cases(session, view=view, after=after, limit=limit)
            found += [row.case_id for row in page.cases]
            after = page.next
            if after is None:
                return found


def test_flagged_and_not_analysed_come_first_and_the_longest_waiting_first_among_them(database: Database) -> None:
    with database.writing() as session:
        routine_late = add_case(session, minutes=5).id
        refused = add_case(session, minutes=4, status="refused").id
        flagged = add_case(session, minutes=3, flagged=True).id
        failed = add_case(session, minutes=2, status="failed").id
        queued = add_case(session, minutes=1, status="queued").id
        routine = add_case(session, minutes=0).id

    assert _listed(database) == [failed, flagged, refused, routine, queued, routine_late]


def test_reviewed_cases_leave_the_list_and_stand_last_in_all(database: Database) -> None:
    with database.writing() as session:
        reviewed = add_case(session, minutes=0, flagged=True, is_reviewed=True).id
        waiting = add_case(session, minutes=1).id

    assert _listed(database) == [waiting]
    assert _listed(database, View.FLAGGED) == []
    assert _listed(database, View.REVIEWED) == [reviewed]
    assert _listed(database, View.ALL) == [waiting, reviewed]


@pytest.mark.parametrize("view", list(View))
def test_pages_of_any_size_give_every_case_once_in_the_same_order(database: Database, view: View) -> None:
    with database.writing() as session:
        for number in range(11):
            add_case(
                session,
                minutes=number // 2,  # pairs share their time
                flagged=number % 3 == 0,
                status="refused" if number % 5 == 1 else "done",
                is_reviewed=number % 4 == 3,
            )

    whole = _listed(database, view)

    assert len(whole) == len(set(whole)) > 0
    assert _listed(database, view, limit=1) == whole
    assert _listed(database, view, limit=3) == whole


@pytest.mark.parametrize("view", list(View))
def test_neighbours_follow_the_order_of_the_view(database: Database, view: View) -> None:
    with database.writing() as session:
        for number in range(6):
            add_case(session, minutes=number, flagged=number > 3, is_reviewed=number == 0)
        add_case(session, minutes=9, status="failed", is_reviewed=True)
        add_case(session, minutes=9, status="failed")
    order = _listed(database, view)

    with database.reading() as session:
        neighbours = [show_case(session, case_id, view=view).neighbours for case_id in order]

    assert [neighbour.next for neighbour in neighbours] == [*order[1:], None]
    assert [neighbour.previous for neighbour in neighbours] == [None, *order[:-1]]


def test_a_case_that_has_just_been_reviewed_still_knows_its_neighbours(database: Database) -> None:
    with database.writing() as session:
        before, reviewed, after = (add_case(session, minutes=number) for number in range(3))
        reviewed.is_reviewed, reviewed.reviewed_at, reviewed.verdict = True, reviewed.received_at, "agree"
        keys = before.id, reviewed.id, after.id

    with database.reading() as session:
        neighbours = show_case(session, keys[1], view=View.TO_REVIEW).neighbours

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
        counts = list_cases(session).counts

    assert counts == {
        View.TO_REVIEW: 5,
        View.FLAGGED: 1,
        View.NOT_ANALYSED: 2,
        View.REVIEWED: 1,
        View.ALL: 6,
    }


def test_a_finding_narrows_the_list(database: Database) -> None:
    with database.writing() as session:
        wanted = add_case(session, finding="indeterminate", flagged=True).id
        add_case(session, flagged=True)

    with database.reading() as session:
        rows = list_cases(session, finding=Finding.INDETERMINATE).cases

    assert [row.case_id for row in rows] == [wanted]


@pytest.mark.parametrize("cursor", ["", "x", "W10", "WzEsMiwzXQ", "bnVsbA", "WzAsIDEsICJub3ciLCAiMCJd", "é"])
def test_a_made_up_cursor_is_refused(database: Database, cursor: str) -> None:
    with database.reading() as session, pytest.raises(InvalidRequestError):
        list_cases(session, after=cursor)


def test_a_case_takes_its_most_urgent_reading_whatever_the_order_of_arrival(database: Database) -> None:
    with database.writing() as session:
        case = add_case(session, flagged=True)
        second = add_radiograph(session, case.id)
        add_reading(session, second.id, status="refused")
        third = add_radiograph(session, case.id)
        add_reading(session, third.id, status="done")
        settle_case(session, case)
        state, priority = case.state, case.priority

    assert (state, priority) == ("flagged", 1)


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


def test_a_raised_priority_brings_a_reviewed_case_back(database: Database) -> None:
    with database.writing() as session:
        case = add_case(session, is_reviewed=True)
        second = add_radiograph(session, case.id)
        add_reading(session, second.id, flagged=True)
        settle_case(session, case)
        is_reviewed = case.is_reviewed

    assert not is_reviewed


@pytest.mark.parametrize("n_cases", [3, 30])
def test_the_number_of_statements_does_not_grow_with_the_cases(database: Database, n_cases: int) -> None:
    with database.writing() as session:
        for number in range(n_cases):
            add_case(session, minutes=number)
    statements: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))

    with database.reading() as session:
        list_cases(session, limit=100)

    assert len([statement for statement in statements if statement.startswith("SELECT")]) == 2


@pytest.mark.parametrize(
    ("where", "index"),
    [
        ("is_reviewed = 0 AND (is_reviewed, priority, received_at, id) > (0, 1, '2026', '0')", "ix_cases_worklist"),
        ("is_reviewed = 0 AND state = 'flagged'", "ix_cases_state"),
        ("1 = 1", "ix_cases_worklist"),
    ],
)
def test_the_order_comes_from_an_index(database: Database, where: str, index: str) -> None:
    query = f"EXPLAIN QUERY PLAN SELECT id FROM cases WHERE {where} ORDER BY is_reviewed, priority, received_at, id"

    with database.reading() as session:
        plan = " ".join(row[3] for row in session.execute(text(query)))

    assert index in plan
    assert "TEMP B-TREE" not in plan
