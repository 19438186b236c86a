"""A branch's recorded consent to quarterly or later payment of dues."""

import sqlalchemy as sa
from alembic import op

from server import db, protection

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "dues_consents",
        sa.Column("id", ID, nullable=False),
        sa.Column("root_id", ID, nullable=False),
        sa.Column("organization_id", ID, nullable=False),
        sa.Column("member_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("from_month", sa.String(length=7), nullable=False),
        sa.Column("until_month", sa.String(length=7), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("recorded_by", ID, nullable=False),
        sa.Column("recorded_at", db.UtcDateTime(), nullable=False),
        sa.Column("ended_from", sa.String(length=7), nullable=True),
        sa.Column("ended_reason", sa.String(length=200), nullable=True),
        sa.Column("ended_by", ID, nullable=True),
        sa.Column("ended_at", db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["ended_by"], ["accounts.id"], name=op.f("fk_dues_consents_ended_by")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_dues_consents_member_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_dues_consents_organization_id")
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["accounts.id"], name=op.f("fk_dues_consents_recorded_by")),
        sa.ForeignKeyConstraint(["root_id"], ["organizations.id"], name=op.f("fk_dues_consents_root_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dues_consents")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_dues_consents_organization_id"), "dues_consents", ["organization_id"])
    op.create_index(op.f("ix_dues_consents_member_id_until_month"), "dues_consents", ["member_id", "until_month"])
    protection.install(op.get_bind())


def downgrade() -> None:
    op.drop_table("dues_consents")
