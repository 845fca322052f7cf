"""create tables."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "cases",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("study_instance_uid", sa.String(length=64), nullable=True),
        sa.Column("patient_id", sa.String(length=64), nullable=True),
        sa.Column("patient_name", sa.String(length=324), nullable=True),
        sa.Column("patient_sex", sa.String(length=16), nullable=True),
        sa.Column("patient_age", sa.String(length=4), nullable=True),
        sa.Column("accession_number", sa.String(length=16), nullable=True),
        sa.Column("study_date", sa.String(length=8), nullable=True),
        sa.Column("study_time", sa.String(length=16), nullable=True),
        sa.Column("study_description", sa.String(length=64), nullable=True),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("leading_reading_id", sa.Uuid(), nullable=True),
        sa.Column("is_reviewed", sa.Boolean(), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(), nullable=True),
        sa.Column("verdict", sa.String(length=8), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'read', 'flagged', 'not-analysed')", name=op.f("ck_cases_state")),
        sa.CheckConstraint(
            "verdict IS NULL OR verdict IN ('agree', 'disagree', 'unsure')", name=op.f("ck_cases_verdict")
        ),
        sa.CheckConstraint("priority BETWEEN 1 AND 2", name=op.f("ck_cases_priority")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("study_instance_uid", name=op.f("uq_cases_study_instance_uid")),
    )
    op.create_index("ix_cases_reviewed_at", "cases", ["reviewed_at", "id"])
    op.create_index("ix_cases_state", "cases", ["is_reviewed", "state", "priority", "received_at", "id"])
    op.create_index("ix_cases_worklist", "cases", ["is_reviewed", "priority", "received_at", "id"])

    op.create_table(
        "receipts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipts")),
    )
    op.create_table(
        "radiographs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=True),
        sa.Column("encoding", sa.String(length=8), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("columns", sa.Integer(), nullable=False),
        sa.Column("view_position", sa.String(length=16), nullable=True),
        sa.Column("image_laterality", sa.String(length=16), nullable=True),
        sa.Column("photometric_interpretation", sa.String(length=16), nullable=False),
        sa.Column("spacing", sa.JSON(), nullable=True),
        sa.Column("window", sa.JSON(), nullable=True),
        sa.Column("cautions", sa.JSON(), nullable=False),
        sa.Column("received_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_radiographs_case_id_cases")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_radiographs")),
        sa.UniqueConstraint("sha256", name=op.f("uq_radiographs_sha256")),
    )
    op.create_index("ix_radiographs_case_id", "radiographs", ["case_id"])

    op.create_table(
        "readings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("radiograph_id", sa.Uuid(), nullable=False),
        sa.Column("model_name", sa.String(length=64), nullable=False),
        sa.Column("model_version", sa.String(length=32), nullable=False),
        sa.Column("model_sha256", sa.String(length=64), nullable=False),
        sa.Column("pipeline", sa.String(length=32), nullable=False),
        sa.Column("device", sa.String(length=64), nullable=True),
        sa.Column("status", sa.String(length=8), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason_code", sa.String(length=64), nullable=True),
        sa.Column("reason_detail", sa.Text(), nullable=True),
        sa.Column("reason_measured", sa.Float(), nullable=True),
        sa.Column("reason_limit", sa.Float(), nullable=True),
        sa.Column("finding", sa.String(length=16), nullable=True),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("p_covid", sa.Float(), nullable=True),
        sa.Column("p_normal", sa.Float(), nullable=True),
        sa.Column("p_other", sa.Float(), nullable=True),
        sa.Column("p_low", sa.Float(), nullable=True),
        sa.Column("p_high", sa.Float(), nullable=True),
        sa.Column("operating_point", sa.JSON(), nullable=True),
        sa.Column("other_threshold", sa.Float(), nullable=True),
        sa.Column("localization", sa.JSON(), nullable=True),
        sa.Column("cam_png", sa.LargeBinary(), nullable=True),
        sa.Column("cam_grid", sa.JSON(), nullable=True),
        sa.Column("cautions", sa.JSON(), nullable=False),
        sa.Column("timings_ms", sa.JSON(), nullable=False),
        sa.Column("queued_at", sa.DateTime(), nullable=False),
        sa.Column("started_at", sa.DateTime(), nullable=True),
        sa.Column("finished_at", sa.DateTime(), nullable=True),
        sa.CheckConstraint(
            "(status = 'done') = (finding IS NOT NULL AND p_covid IS NOT NULL)",
            name=op.f("ck_readings_done_has_finding"),
        ),
        sa.CheckConstraint(
            "(status IN ('refused', 'failed')) = (reason_code IS NOT NULL)", name=op.f("ck_readings_reason")
        ),
        sa.CheckConstraint(
            "finding IS NULL OR finding IN ('normal', 'covid-19', 'other', 'indeterminate')",
            name=op.f("ck_readings_finding"),
        ),
        sa.CheckConstraint(
            "status IN ('queued', 'running', 'done', 'refused', 'failed')", name=op.f("ck_readings_status")
        ),
        sa.ForeignKeyConstraint(
            ["radiograph_id"], ["radiographs.id"], name=op.f("fk_readings_radiograph_id_radiographs")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_readings")),
        sa.UniqueConstraint(
            "radiograph_id",
            "model_name",
            "model_version",
            "model_sha256",
            name=op.f("uq_readings_radiograph_and_model"),
        ),
    )
    op.create_index("ix_readings_status", "readings", ["status", "queued_at"])

    op.create_table(
        "reviews",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("reading_id", sa.Uuid(), nullable=False),
        sa.Column("verdict", sa.String(length=8), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.CheckConstraint("verdict IN ('agree', 'disagree', 'unsure')", name=op.f("ck_reviews_verdict")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name=op.f("fk_reviews_case_id_cases")),
        sa.ForeignKeyConstraint(["reading_id"], ["readings.id"], name=op.f("fk_reviews_reading_id_readings")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
    )
    op.create_index("ix_reviews_case_id", "reviews", ["case_id"])
    op.create_index("ix_reviews_reading_id", "reviews", ["reading_id"])


def downgrade() -> None:
    op.drop_index("ix_reviews_reading_id", table_name="reviews")
    op.drop_index("ix_reviews_case_id", table_name="reviews")

    op.drop_table("reviews")
    op.drop_index("ix_readings_status", table_name="readings")

    op.drop_table("readings")
    op.drop_index("ix_radiographs_case_id", table_name="radiographs")

    op.drop_table("radiographs")
    op.drop_table("receipts")
    op.drop_index("ix_cases_worklist", table_name="cases")
    op.drop_index("ix_cases_state", table_name="cases")
    op.drop_index("ix_cases_reviewed_at", table_name="cases")

    op.drop_table("cases")
