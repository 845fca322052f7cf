"""add what a radiologist saw before the reading was shown; older reviews keep it in their comment."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


# Both without a copy of the table: a copy would lose the check of its verdicts. The column's own check goes with it.
def upgrade() -> None:
    op.add_column(
        "reviews",
        sa.Column(
            "impression",
            sa.String(length=16),
            sa.CheckConstraint(
                "impression IS NULL OR impression IN ('covid-19', 'other', 'normal', 'unsure')",
                name=op.f("ck_reviews_impression"),
            ),
            nullable=True,
        ),
    )


def downgrade() -> None:
    op.drop_column("reviews", "impression")
