"""Forms of a year made in bulk: what was asked for, its pieces, and the files."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from server import db

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE: Any = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin", "mysql_engine": "InnoDB"}


def upgrade() -> None:
    op.create_table(
        "prints",
        sa.Column("id", ID, nullable=False),
        sa.Column("root_id", ID, nullable=False),
        sa.Column("organization_id", ID, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(length=32), nullable=False),
        sa.Column("format", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("papers", sa.Integer(), nullable=False),
        sa.Column("made", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(length=200), nullable=True),
        sa.Column("asked_by", ID, nullable=False),
        sa.Column("asked_at", db.UtcDateTime(), nullable=False),
        sa.Column("finished_at", db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["root_id"], ["organizations.id"], name=op.f("fk_prints_root_id")),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name=op.f("fk_prints_organization_id")),
        sa.ForeignKeyConstraint(["asked_by"], ["accounts.id"], name=op.f("fk_prints_asked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prints")),
        **TABLE,
    )
    op.create_index(op.f("ix_prints_organization_id_year"), "prints", ["organization_id", "year"])
    op.create_index(op.f("ix_prints_status"), "prints", ["status"])
    op.create_table(
        "print_pieces",
        sa.Column("print_id", ID, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("edition_id", ID, nullable=False),
        sa.Column("member_ids", sa.JSON(), nullable=False),
        sa.Column("first", sa.Integer(), nullable=False),
        sa.Column("papers", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("bytes", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["print_id"], ["prints.id"], name=op.f("fk_print_pieces_print_id")),
        sa.ForeignKeyConstraint(["edition_id"], ["annual_editions.id"], name=op.f("fk_print_pieces_edition_id")),
        sa.PrimaryKeyConstraint("print_id", "number", name=op.f("pk_print_pieces")),
        **TABLE,
    )
    op.create_table(
        "print_files",
        sa.Column("id", ID, nullable=False),
        sa.Column("print_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=240), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["print_id"], ["prints.id"], name=op.f("fk_print_files_print_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_print_files")),
        sa.UniqueConstraint("print_id", "number", name=op.f("uq_print_files_print_id_number")),
        **TABLE,
    )


def downgrade() -> None:
    for table in ("print_files", "print_pieces", "prints"):
        op.drop_table(table)
