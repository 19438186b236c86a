"""What a branch's year is beside its state: its course, the report, 更正通报 and 代办."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from server import db, protection

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE: Any = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin", "mysql_engine": "InnoDB"}


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    op.create_table(
        "annual_courses",
        sa.Column("branch_year_id", ID, autoincrement=False, nullable=False),
        sa.Column("flow", sa.String(length=32), nullable=False),
        sa.Column("points_publicized", sa.Boolean(), nullable=False),
        sa.Column("rates_stars", sa.Boolean(), nullable=False),
        sa.Column("stars_state", sa.String(length=32), nullable=True),
        sa.Column("fixed_at", db.UtcDateTime(), nullable=False),
        _to("annual_courses", "branch_year_id", "branch_years"),
        sa.PrimaryKeyConstraint("branch_year_id", name=op.f("pk_annual_courses")),
        **TABLE,
    )
    op.create_table(
        "annual_stars_steps",
        sa.Column("id", ID, nullable=False),
        sa.Column("branch_year_id", ID, nullable=False),
        sa.Column("before", sa.String(length=32), nullable=False),
        sa.Column("after", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=True),
        sa.Column("account_id", ID, nullable=True),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        _to("annual_stars_steps", "branch_year_id", "branch_years"),
        _to("annual_stars_steps", "account_id", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_annual_stars_steps")),
        **TABLE,
    )
    op.create_index(op.f("ix_annual_stars_steps_branch_year_id"), "annual_stars_steps", ["branch_year_id"])
    op.create_table(
        "annual_reports",
        sa.Column("id", ID, nullable=False),
        sa.Column("branch_year_id", ID, nullable=False),
        sa.Column("edition_id", ID, nullable=False),
        sa.Column("meeting_id", ID, nullable=False),
        sa.Column("expected", sa.Integer(), nullable=False),
        sa.Column("present", sa.Integer(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=True),
        sa.Column("reported_by", ID, nullable=False),
        sa.Column("reported_at", db.UtcDateTime(), nullable=False),
        sa.Column("undone_at", db.UtcDateTime(), nullable=True),
        _to("annual_reports", "branch_year_id", "branch_years"),
        _to("annual_reports", "edition_id", "annual_editions"),
        _to("annual_reports", "meeting_id", "meetings"),
        _to("annual_reports", "reported_by", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_annual_reports")),
        sa.UniqueConstraint("branch_year_id", "open", name=op.f("uq_annual_reports_branch_year_id_open")),
        **TABLE,
    )
    op.create_index(op.f("ix_annual_reports_edition_id"), "annual_reports", ["edition_id"])
    op.create_index(op.f("ix_annual_reports_meeting_id"), "annual_reports", ["meeting_id"])
    op.create_table(
        "annual_report_absentees",
        sa.Column("report_id", ID, autoincrement=False, nullable=False),
        sa.Column("member_id", ID, autoincrement=False, nullable=False),
        sa.Column("way", sa.String(length=32), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        _to("annual_report_absentees", "report_id", "annual_reports"),
        _to("annual_report_absentees", "member_id", "members"),
        sa.PrimaryKeyConstraint("report_id", "member_id", name=op.f("pk_annual_report_absentees")),
        **TABLE,
    )
    op.create_index(op.f("ix_annual_report_absentees_member_id"), "annual_report_absentees", ["member_id"])
    op.create_table(
        "annual_corrections",
        sa.Column("id", ID, nullable=False),
        sa.Column("branch_year_id", ID, nullable=False),
        sa.Column("told_edition_id", ID, nullable=False),
        sa.Column("edition_id", ID, nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.Column("way", sa.String(length=32), nullable=False),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("recorded_by", ID, nullable=False),
        sa.Column("recorded_at", db.UtcDateTime(), nullable=False),
        _to("annual_corrections", "branch_year_id", "branch_years"),
        _to("annual_corrections", "told_edition_id", "annual_editions"),
        _to("annual_corrections", "edition_id", "annual_editions"),
        _to("annual_corrections", "recorded_by", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_annual_corrections")),
        sa.UniqueConstraint("edition_id", name=op.f("uq_annual_corrections_edition_id")),
        **TABLE,
    )
    op.create_index(op.f("ix_annual_corrections_branch_year_id"), "annual_corrections", ["branch_year_id"])
    op.create_index(op.f("ix_annual_corrections_told_edition_id"), "annual_corrections", ["told_edition_id"])
    op.create_table(
        "annual_delegates",
        sa.Column("id", ID, nullable=False),
        sa.Column("branch_year_id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("open", sa.Boolean(), nullable=True),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("appointed_by", ID, nullable=False),
        sa.Column("appointed_at", db.UtcDateTime(), nullable=False),
        sa.Column("ended_by", ID, nullable=True),
        sa.Column("ended_at", db.UtcDateTime(), nullable=True),
        _to("annual_delegates", "branch_year_id", "branch_years"),
        _to("annual_delegates", "account_id", "accounts"),
        _to("annual_delegates", "appointed_by", "accounts"),
        _to("annual_delegates", "ended_by", "accounts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_annual_delegates")),
        sa.UniqueConstraint("branch_year_id", "open", name=op.f("uq_annual_delegates_branch_year_id_open")),
        **TABLE,
    )
    op.create_index(op.f("ix_annual_delegates_account_id"), "annual_delegates", ["account_id"])
    protection.install(op.get_bind())


def downgrade() -> None:
    for table in (
        "annual_delegates",
        "annual_corrections",
        "annual_report_absentees",
        "annual_reports",
        "annual_stars_steps",
        "annual_courses",
    ):
        op.drop_table(table)
