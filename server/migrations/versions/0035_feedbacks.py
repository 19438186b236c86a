"""What anyone reports, the photos that come with it, and its story."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

from server import db, protection

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
IMAGE = sa.LargeBinary().with_variant(mysql.MEDIUMBLOB(), "mysql", "mariadb")
TABLE: Any = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin", "mysql_engine": "InnoDB"}


def upgrade() -> None:
    op.create_table(
        "feedbacks",
        sa.Column("id", ID, nullable=False),
        sa.Column("root_id", ID, nullable=False),
        sa.Column("organization_id", ID, nullable=False),
        sa.Column("about_id", ID, nullable=False),
        sa.Column("publicity_id", ID, nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=True),
        sa.Column("via", sa.String(length=32), nullable=True),
        sa.Column("about_officer", sa.Boolean(), nullable=False),
        sa.Column("about_name", sa.String(length=64), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("words_key", sa.String(length=16), nullable=True),
        sa.Column("sender", sa.String(length=8), nullable=True),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("name_sealed", sa.String(length=600), nullable=True),
        sa.Column("contact_sealed", sa.String(length=600), nullable=True),
        sa.Column("identity_gone_at", db.UtcDateTime(), nullable=True),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("refusal", sa.String(length=32), nullable=True),
        sa.Column("investigator_id", ID, nullable=True),
        sa.Column("begun_at", db.UtcDateTime(), nullable=True),
        sa.Column("extended_at", db.UtcDateTime(), nullable=True),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.Column("finding", sa.Text(), nullable=True),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("received_at", db.UtcDateTime(), nullable=False),
        sa.Column("ended_at", db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["about_id"], ["organizations.id"], name=op.f("fk_feedbacks_about_id")),
        sa.ForeignKeyConstraint(["investigator_id"], ["accounts.id"], name=op.f("fk_feedbacks_investigator_id")),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name=op.f("fk_feedbacks_organization_id")),
        sa.ForeignKeyConstraint(["publicity_id"], ["publicities.id"], name=op.f("fk_feedbacks_publicity_id")),
        sa.ForeignKeyConstraint(["root_id"], ["organizations.id"], name=op.f("fk_feedbacks_root_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedbacks")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_feedbacks_code_hash")),
        **TABLE,
    )
    op.create_index(op.f("ix_feedbacks_ended_at"), "feedbacks", ["ended_at"])
    op.create_index(op.f("ix_feedbacks_organization_id_open"), "feedbacks", ["organization_id", "open"])
    op.create_index(op.f("ix_feedbacks_root_id_open"), "feedbacks", ["root_id", "open"])

    op.create_table(
        "feedback_photos",
        sa.Column("feedback_id", ID, autoincrement=False, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("image", IMAGE, nullable=False),
        sa.ForeignKeyConstraint(["feedback_id"], ["feedbacks.id"], name=op.f("fk_feedback_photos_feedback_id")),
        sa.PrimaryKeyConstraint("feedback_id", "position", name=op.f("pk_feedback_photos")),
        **TABLE,
    )
    op.create_table(
        "feedback_steps",
        sa.Column("id", ID, nullable=False),
        sa.Column("feedback_id", ID, nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("after", sa.String(length=32), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("account_id", ID, nullable=True),
        sa.Column("at", db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_feedback_steps_account_id")),
        sa.ForeignKeyConstraint(["feedback_id"], ["feedbacks.id"], name=op.f("fk_feedback_steps_feedback_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback_steps")),
        **TABLE,
    )
    op.create_index(op.f("ix_feedback_steps_feedback_id"), "feedback_steps", ["feedback_id"])

    protection.install(op.get_bind())


def downgrade() -> None:
    op.drop_table("feedback_steps")
    op.drop_table("feedback_photos")
    op.drop_table("feedbacks")
