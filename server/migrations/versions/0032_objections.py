"""What members object to, each look into it, and its story."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from server import db, protection

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE: Any = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin", "mysql_engine": "InnoDB"}


def upgrade() -> None:
    op.create_table(
        "objections",
        sa.Column("id", ID, nullable=False),
        sa.Column("root_id", ID, nullable=False),
        sa.Column("organization_id", ID, nullable=False),
        sa.Column("subject_kind", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("member_id", ID, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("wish", sa.String(length=200), nullable=True),
        sa.Column("via", sa.String(length=32), nullable=False),
        sa.Column("entered_by", ID, nullable=False),
        sa.Column("late_reason", sa.String(length=200), nullable=True),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("not_admitted", sa.String(length=32), nullable=True),
        sa.Column("raised_at", db.UtcDateTime(), nullable=False),
        sa.Column("ended_at", db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["entered_by"], ["accounts.id"], name=op.f("fk_objections_entered_by")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_objections_member_id")),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name=op.f("fk_objections_organization_id")),
        sa.ForeignKeyConstraint(["root_id"], ["organizations.id"], name=op.f("fk_objections_root_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objections")),
        sa.UniqueConstraint(
            "subject_kind",
            "subject_id",
            "member_id",
            "open",
            name=op.f("uq_objections_subject_kind_subject_id_member_id_open"),
        ),
        **TABLE,
    )
    op.create_index(op.f("ix_objections_member_id_id"), "objections", ["member_id", "id"])
    op.create_index(op.f("ix_objections_organization_id_year_open"), "objections", ["organization_id", "year", "open"])
    op.create_index(op.f("ix_objections_root_id_status"), "objections", ["root_id", "status"])

    op.create_table(
        "objection_inquiries",
        sa.Column("objection_id", ID, autoincrement=False, nullable=False),
        sa.Column("instance", sa.String(length=32), nullable=False),
        sa.Column("organization_id", ID, nullable=False),
        sa.Column("investigator_id", ID, nullable=True),
        sa.Column("assigned_by", ID, nullable=True),
        sa.Column("begun_at", db.UtcDateTime(), nullable=False),
        sa.Column("extended_at", db.UtcDateTime(), nullable=True),
        sa.Column("finding", sa.Text(), nullable=True),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.Column("corrects", sa.Boolean(), nullable=False),
        sa.Column("why_no_correction", sa.String(length=200), nullable=True),
        sa.Column("correcting_seq", sa.BigInteger(), nullable=True),
        sa.Column("answered_by", ID, nullable=True),
        sa.Column("answered_at", db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["answered_by"], ["accounts.id"], name=op.f("fk_objection_inquiries_answered_by")),
        sa.ForeignKeyConstraint(["assigned_by"], ["accounts.id"], name=op.f("fk_objection_inquiries_assigned_by")),
        sa.ForeignKeyConstraint(
            ["investigator_id"], ["accounts.id"], name=op.f("fk_objection_inquiries_investigator_id")
        ),
        sa.ForeignKeyConstraint(["objection_id"], ["objections.id"], name=op.f("fk_objection_inquiries_objection_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_objection_inquiries_organization_id")
        ),
        sa.PrimaryKeyConstraint("objection_id", "instance", name=op.f("pk_objection_inquiries")),
        **TABLE,
    )
    op.create_table(
        "objection_steps",
        sa.Column("id", ID, nullable=False),
        sa.Column("objection_id", ID, nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("after", sa.String(length=32), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("account_id", ID, nullable=True),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_objection_steps_account_id")),
        sa.ForeignKeyConstraint(["objection_id"], ["objections.id"], name=op.f("fk_objection_steps_objection_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_objection_steps")),
        **TABLE,
    )
    op.create_index(op.f("ix_objection_steps_objection_id"), "objection_steps", ["objection_id"])

    protection.install(op.get_bind())


def downgrade() -> None:
    op.drop_table("objection_steps")
    op.drop_table("objection_inquiries")
    op.drop_table("objections")
