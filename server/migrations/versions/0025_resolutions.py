"""What members' meetings vote on, and who is not counted in a vote."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from server import db, protection

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE: Any = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin", "mysql_engine": "InnoDB"}
FIGURES = ("entitled", "present", "written", "ayes", "nays", "abstentions", "invalid", "unreturned")


def upgrade() -> None:
    op.create_table(
        "resolutions",
        sa.Column("id", ID, nullable=False),
        sa.Column("meeting_id", ID, nullable=False),
        sa.Column("rule", sa.String(length=32), nullable=False),
        sa.Column("rule_from", sa.Date(), nullable=False),
        sa.Column("title", sa.String(length=100), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in FIGURES),
        sa.Column("passed", sa.Boolean(), nullable=False),
        sa.Column("recorded_by", ID, nullable=False),
        sa.Column("recorded_at", db.UtcDateTime(), nullable=False),
        sa.Column("withdrawn_by", ID, nullable=True),
        sa.Column("withdrawn_at", db.UtcDateTime(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_resolutions_meeting_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["accounts.id"], name=op.f("fk_resolutions_recorded_by")),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["accounts.id"], name=op.f("fk_resolutions_withdrawn_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resolutions")),
        **TABLE,
    )
    op.create_index(op.f("ix_resolutions_meeting_id"), "resolutions", ["meeting_id"])
    op.create_table(
        "vote_exclusions",
        sa.Column("resolution_id", ID, autoincrement=False, nullable=False),
        sa.Column("member_id", ID, autoincrement=False, nullable=False),
        sa.Column("ground", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_vote_exclusions_member_id")),
        sa.ForeignKeyConstraint(["resolution_id"], ["resolutions.id"], name=op.f("fk_vote_exclusions_resolution_id")),
        sa.PrimaryKeyConstraint("resolution_id", "member_id", name=op.f("pk_vote_exclusions")),
        **TABLE,
    )
    op.create_index(op.f("ix_vote_exclusions_member_id"), "vote_exclusions", ["member_id"])
    protection.install(op.get_bind())


def downgrade() -> None:
    op.drop_table("vote_exclusions")
    op.drop_table("resolutions")
