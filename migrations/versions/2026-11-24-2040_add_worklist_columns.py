"""add what the worklist is ordered, counted and found by; the next revision fills it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

# Contentless: the words lie in `cases` already. Prefixes of one to four letters have an index of their own, because a
# search that is being typed begins with them.
SEARCH = (
    "CREATE VIRTUAL TABLE case_search USING fts5(words, facets, content='', prefix='1 2 3 4', "
    "tokenize='unicode61 remove_diacritics 2')"
)


def upgrade() -> None:
    with op.batch_alter_table("cases") as batch:
        batch.add_column(sa.Column("number", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("due_at", sa.DateTime(), nullable=True))
        batch.add_column(sa.Column("finding", sa.String(length=16), nullable=True))
        batch.add_column(sa.Column("probability", sa.Float(), nullable=True))
        batch.add_column(sa.Column("n_radiographs", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("n_not_analysed", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("search_words", sa.Text(), nullable=True))
    op.create_table(
        "case_counts",
        sa.Column("is_reviewed", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("finding", sa.String(length=16), nullable=False),
        sa.Column("verdict", sa.String(length=8), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("is_reviewed", "state", "finding", "verdict", name=op.f("pk_case_counts")),
    )
    op.execute(SEARCH)


def downgrade() -> None:
    op.execute("DROP TABLE case_search")
    op.drop_table("case_counts")
    with op.batch_alter_table("cases") as batch:
        for column in (
            "search_words",
            "n_not_analysed",
            "n_radiographs",
            "probability",
            "finding",
            "due_at",
            "number",
        ):
            batch.drop_column(column)
