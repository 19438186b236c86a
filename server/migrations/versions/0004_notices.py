"""Notices, their files and who has read them."""

import sqlalchemy as sa
from alembic import op

from server import db, protection

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("root_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("organization_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("audience", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("written_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("published_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("published_at", db.UtcDateTime(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(length=200), nullable=True),
        sa.Column("reminded_at", db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name=op.f("fk_notices_organization_id")),
        sa.ForeignKeyConstraint(["published_by"], ["accounts.id"], name=op.f("fk_notices_published_by")),
        sa.ForeignKeyConstraint(["root_id"], ["organizations.id"], name=op.f("fk_notices_root_id")),
        sa.ForeignKeyConstraint(["written_by"], ["accounts.id"], name=op.f("fk_notices_written_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_notices_organization_id_status_published_at"),
            ["organization_id", "status", "published_at"],
            unique=False,
        )

    op.create_table(
        "notice_files",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("notice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("added_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("added_at", db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["added_by"], ["accounts.id"], name=op.f("fk_notice_files_added_by")),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_notice_files_notice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_files")),
        sa.UniqueConstraint("public_id", name=op.f("uq_notice_files_public_id")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("notice_files", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_files_notice_id"), ["notice_id"], unique=False)

    op.create_table(
        "notice_readings",
        sa.Column(
            "notice_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column(
            "member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("read_at", db.UtcDateTime(), nullable=False),
        sa.Column("told_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_notice_readings_member_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_notice_readings_notice_id")),
        sa.ForeignKeyConstraint(["told_by"], ["accounts.id"], name=op.f("fk_notice_readings_told_by")),
        sa.PrimaryKeyConstraint("notice_id", "member_id", name=op.f("pk_notice_readings")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("notice_readings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notice_readings_member_id"), ["member_id"], unique=False)

    protection.install(op.get_bind())


def downgrade() -> None:
    for table in ("notice_readings", "notice_files", "notices"):
        op.drop_table(table)
