"""Check-ins that wait for the host's word, and the places that a ticket and a helper have."""

import sqlalchemy as sa
from alembic import op

from server import db, protection

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PLACES = (("ticket_place", "ticket_id"), ("helper_place", "account_id"))
"""What is numbered, and within what of a meeting."""


def upgrade() -> None:
    op.add_column("meetings", sa.Column("allows_sharing", sa.Boolean(), server_default=sa.false(), nullable=False))
    for place, within in PLACES:
        op.add_column("attendances", sa.Column(place, sa.Integer(), nullable=True))
        columns = ["meeting_id", within, place]
        op.create_index(op.f(f"ix_attendances_{'_'.join(columns)}"), "attendances", columns, unique=True)
    op.drop_index(op.f("ix_attendances_meeting_id_ticket_id"), "attendances")
    op.create_table(
        "held_check_ins",
        sa.Column("meeting_id", ID, autoincrement=False, nullable=False),
        sa.Column("member_id", ID, autoincrement=False, nullable=False),
        sa.Column("why", sa.String(length=32), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("via", sa.String(length=32), nullable=False),
        sa.Column("scanned_at", db.UtcDateTime(), nullable=False),
        sa.Column("held_at", db.UtcDateTime(), nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("scan_id", sa.String(length=32), nullable=False),
        sa.Column("ticket_id", sa.String(length=32), nullable=False),
        sa.Column("decided_by", ID, nullable=True),
        sa.Column("decided_at", db.UtcDateTime(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_held_check_ins_account_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["accounts.id"], name=op.f("fk_held_check_ins_decided_by")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_held_check_ins_meeting_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_held_check_ins_member_id")),
        sa.PrimaryKeyConstraint("meeting_id", "member_id", name=op.f("pk_held_check_ins")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    for columns in (["member_id", "meeting_id"], ["status", "meeting_id"]):
        op.create_index(op.f(f"ix_held_check_ins_{'_'.join(columns)}"), "held_check_ins", columns)
    protection.install(op.get_bind())


def downgrade() -> None:
    op.drop_table("held_check_ins")
    op.create_index(op.f("ix_attendances_meeting_id_ticket_id"), "attendances", ["meeting_id", "ticket_id"])
    for place, within in PLACES:
        op.drop_index(op.f(f"ix_attendances_meeting_id_{within}_{place}"), "attendances")
        op.drop_column("attendances", place)
    op.drop_column("meetings", "allows_sharing")
