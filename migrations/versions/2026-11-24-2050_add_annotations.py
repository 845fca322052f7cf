"""add annotations, and the way to a patient's other cases."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "annotations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("radiograph_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("points", sa.JSON(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("updated_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('ruler', 'angle', 'cardiothoracic-ratio', 'rectangle', 'ellipse', 'arrow')",
            name=op.f("ck_annotations_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["radiograph_id"],
            ["radiographs.id"],
            name=op.f("fk_annotations_radiograph_id_radiographs"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_annotations")),
    )
    op.create_index("ix_annotations_radiograph_id", "annotations", ["radiograph_id"])
    op.create_index("ix_cases_patient_id", "cases", ["patient_id"])


def downgrade() -> None:
    op.drop_index("ix_cases_patient_id", table_name="cases")
    op.drop_index("ix_annotations_radiograph_id", table_name="annotations")
    op.drop_table("annotations")
