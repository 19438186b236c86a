"""Branches' results of a year, in editions that are only ever added."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from server import db, protection

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE: Any = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin", "mysql_engine": "InnoDB"}


def upgrade() -> None:
    op.create_table(
        "annual_editions",
        sa.Column("id", ID, nullable=False),
        sa.Column("root_id", ID, nullable=False),
        sa.Column("organization_id", ID, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("supersedes_id", ID, nullable=True),
        sa.Column("statement_id", ID, nullable=True),
        sa.Column("warrant_kind", sa.String(length=32), nullable=True),
        sa.Column("warrant_id", sa.BigInteger(), nullable=True),
        sa.Column("positions", sa.Boolean(), nullable=False),
        sa.Column("drawn_by", ID, nullable=True),
        sa.Column("drawn_at", db.UtcDateTime(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("hash_version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["root_id"], ["organizations.id"], name=op.f("fk_annual_editions_root_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_annual_editions_organization_id")
        ),
        sa.ForeignKeyConstraint(
            ["supersedes_id"], ["annual_editions.id"], name=op.f("fk_annual_editions_supersedes_id")
        ),
        sa.ForeignKeyConstraint(["statement_id"], ["statements.id"], name=op.f("fk_annual_editions_statement_id")),
        sa.ForeignKeyConstraint(["drawn_by"], ["accounts.id"], name=op.f("fk_annual_editions_drawn_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_annual_editions")),
        sa.UniqueConstraint(
            "organization_id", "year", "edition", name=op.f("uq_annual_editions_organization_id_year_edition")
        ),
        sa.UniqueConstraint("supersedes_id", name=op.f("uq_annual_editions_supersedes_id")),
        **TABLE,
    )
    op.create_index(op.f("ix_annual_editions_root_id_year"), "annual_editions", ["root_id", "year"])
    op.create_table(
        "annual_results",
        sa.Column("edition_id", ID, autoincrement=False, nullable=False),
        sa.Column("member_id", ID, autoincrement=False, nullable=False),
        sa.Column("category", sa.String(length=16), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column("standing", sa.String(length=16), nullable=False),
        sa.Column("standard_id", ID, nullable=True),
        sa.Column("negative", sa.Boolean(), nullable=False),
        sa.Column("total", db.Points(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("head_seq", sa.BigInteger(), nullable=False),
        sa.Column("head_hash", sa.String(length=64), nullable=False),
        sa.Column("cutoff_at", db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["annual_editions.id"], name=op.f("fk_annual_results_edition_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_annual_results_member_id")),
        sa.ForeignKeyConstraint(["standard_id"], ["standards.id"], name=op.f("fk_annual_results_standard_id")),
        sa.PrimaryKeyConstraint("edition_id", "member_id", name=op.f("pk_annual_results")),
        **TABLE,
    )
    op.create_index(op.f("ix_annual_results_member_id_edition_id"), "annual_results", ["member_id", "edition_id"])
    op.create_table(
        "annual_sections",
        sa.Column("edition_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("section", sa.String(length=16), nullable=False),
        sa.Column("points", db.Points(), nullable=False),
        sa.PrimaryKeyConstraint("edition_id", "member_id", "section", name=op.f("pk_annual_sections")),
        **TABLE,
    )
    op.create_table(
        "annual_withdrawals",
        sa.Column("edition_id", ID, autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("withdrawn_by", ID, nullable=False),
        sa.Column("withdrawn_at", db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["annual_editions.id"], name=op.f("fk_annual_withdrawals_edition_id")),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["accounts.id"], name=op.f("fk_annual_withdrawals_withdrawn_by")),
        sa.PrimaryKeyConstraint("edition_id", name=op.f("pk_annual_withdrawals")),
        **TABLE,
    )
    protection.install(op.get_bind())


def downgrade() -> None:
    for table in ("annual_withdrawals", "annual_sections", "annual_results", "annual_editions"):
        op.drop_table(table)
