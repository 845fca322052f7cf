"""fill what the worklist is ordered, counted and found by, and let triggers keep it.

A later revision that moves `cases` by copying loses its triggers: it must call for them again, in its own words.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# CROSS JOIN keeps SQLite from walking all readings of a status for every case.
FILL = (
    "CREATE TEMPORARY TABLE ranked (id TEXT PRIMARY KEY, place INTEGER) WITHOUT ROWID",
    "INSERT INTO ranked SELECT id, row_number() OVER (ORDER BY received_at, id) FROM cases",
    "UPDATE cases SET number = (SELECT place FROM ranked WHERE ranked.id = cases.id)",
    "DROP TABLE ranked",
    """
    UPDATE cases SET
        due_at = CASE priority WHEN 1 THEN strftime('%Y-%m-%d %H:%M:%f', received_at, '-2 hours') || '000'
                 ELSE received_at END,
        probability = -1,
        n_radiographs = (SELECT count(*) FROM radiographs WHERE case_id = cases.id),
        n_not_analysed = (
            SELECT count(DISTINCT radiographs.id) FROM radiographs CROSS JOIN readings ON radiograph_id = radiographs.id
            WHERE case_id = cases.id AND status IN ('refused', 'failed')
        ),
        search_words = coalesce(accession_number, '') || ' ' || coalesce(patient_id, '') || ' '
            || coalesce(patient_name, '') || ' ' || coalesce(study_date, '') || ' '
            || strftime('%Y%m%d', received_at) || ' ' || substr(id, 1, 8) || ' '
            || coalesce((SELECT group_concat(file_name, ' ') FROM radiographs WHERE case_id = cases.id), '')
    """,
    """
    UPDATE cases SET (finding, probability) =
        (SELECT finding, coalesce(p_covid, -1) FROM readings WHERE readings.id = leading_reading_id)
    WHERE leading_reading_id IN (SELECT id FROM readings)
    """,
)


def facets(row: str) -> str:
    """Name every view, and every finding in it, that a case belongs to, as one word each: such as `inflagged`."""
    base = f"CASE WHEN {row}is_reviewed THEN 'reviewed' ELSE 'toreview' END"
    narrow = (
        f"CASE WHEN {row}is_reviewed AND {row}verdict = 'disagree' THEN 'discordant' "
        f"WHEN {row}is_reviewed THEN 'reviewed' "
        f"WHEN {row}state = 'flagged' THEN 'flagged' "
        f"WHEN {row}state = 'not-analysed' THEN 'notanalysed' ELSE 'toreview' END"
    )
    finding = f"replace(coalesce({row}finding, 'none'), '-', '')"
    return (
        f"'in' || {base} || ' in' || {base} || {finding} || ' in' || {narrow} || ' in' || {narrow} || {finding} "
        f"|| ' inall' || {finding}"
    )


def words(row: str) -> str:
    """What a person may type to find a case: its own words, and those of its state."""
    return (
        f"{row}search_words || ' ' || {row}state || ' ' || coalesce({row}finding, '') || ' ' "
        f"|| CASE WHEN {row}is_reviewed THEN 'reviewed ' || coalesce({row}verdict, '') ELSE '' END"
    )


def kind(row: str) -> str:
    return f"{row}is_reviewed, {row}state, coalesce({row}finding, ''), coalesce({row}verdict, '')"


def count(row: str, change: int) -> str:
    return (
        f"INSERT INTO case_counts (is_reviewed, state, finding, verdict, n) VALUES ({kind(row)}, {change}) "
        f"ON CONFLICT (is_reviewed, state, finding, verdict) DO UPDATE SET n = n + {change};"
    )


def add(row: str) -> str:
    return f"INSERT INTO case_search (rowid, words, facets) VALUES ({row}number, {words(row)}, {facets(row)});"


def remove(row: str) -> str:
    return (
        "INSERT INTO case_search (case_search, rowid, words, facets) "
        f"VALUES ('delete', {row}number, {words(row)}, {facets(row)});"
    )


TRIGGERS = {
    "case_added": f"AFTER INSERT ON cases BEGIN {add('new.')} {count('new.', 1)} END",
    "case_removed": f"AFTER DELETE ON cases BEGIN {remove('old.')} {count('old.', -1)} END",
    "case_changed": (
        "AFTER UPDATE OF search_words, number, is_reviewed, state, finding, verdict ON cases BEGIN "
        f"{remove('old.')} {add('new.')} {count('old.', -1)} {count('new.', 1)} END"
    ),
}
INDEXES = {
    "ix_cases_queue": ["is_reviewed", "due_at", "number", "state", "finding"],
    "ix_cases_newest": ["is_reviewed", "received_at", "number", "state", "finding", "verdict"],
    "ix_cases_probability": ["is_reviewed", "probability", "number", "state", "finding", "verdict"],
    "ix_cases_reviewed": ["is_reviewed", "reviewed_at", "number", "finding", "verdict"],
    "ix_cases_all_newest": ["received_at", "number", "finding"],
    "ix_cases_all_probability": ["probability", "number", "finding"],
}
REQUIRED = {
    "number": sa.Integer(),
    "due_at": sa.DateTime(),
    "probability": sa.Float(),
    "n_radiographs": sa.Integer(),
    "n_not_analysed": sa.Integer(),
    "search_words": sa.Text(),
}


def upgrade() -> None:
    for statement in FILL:
        op.execute(statement)
    for index in ("ix_cases_worklist", "ix_cases_state", "ix_cases_reviewed_at"):
        op.drop_index(index, table_name="cases")
    with op.batch_alter_table("cases") as batch:
        for column, kind_of in REQUIRED.items():
            batch.alter_column(column, existing_type=kind_of, nullable=False)
        batch.create_unique_constraint(op.f("uq_cases_number"), ["number"])
        batch.create_check_constraint(
            op.f("ck_cases_finding"), "finding IS NULL OR finding IN ('normal', 'covid-19', 'other', 'indeterminate')"
        )
    for index, columns in INDEXES.items():
        op.create_index(index, "cases", columns)
    op.execute(f"INSERT INTO case_search (rowid, words, facets) SELECT number, {words('')}, {facets('')} FROM cases")
    op.execute(
        f"INSERT INTO case_counts (is_reviewed, state, finding, verdict, n) SELECT {kind('')}, count(*) FROM cases "
        "GROUP BY 1, 2, 3, 4"
    )
    for name, body in TRIGGERS.items():
        op.execute(f"CREATE TRIGGER {name} {body}")


def downgrade() -> None:
    for name in TRIGGERS:
        op.execute(f"DROP TRIGGER {name}")
    op.execute("DELETE FROM case_counts")
    op.execute("INSERT INTO case_search (case_search) VALUES ('delete-all')")
    for index in INDEXES:
        op.drop_index(index, table_name="cases")
    with op.batch_alter_table("cases") as batch:
        batch.drop_constraint(op.f("ck_cases_finding"), type_="check")
        batch.drop_constraint(op.f("uq_cases_number"), type_="unique")
        for column, kind_of in REQUIRED.items():
            batch.alter_column(column, existing_type=kind_of, nullable=True)
    op.create_index("ix_cases_reviewed_at", "cases", ["reviewed_at", "id"])
    op.create_index("ix_cases_state", "cases", ["is_reviewed", "state", "priority", "received_at", "id"])
    op.create_index("ix_cases_worklist", "cases", ["is_reviewed", "priority", "received_at", "id"])
