"""What WeChat calls a message, what it reports of it later; and what a person is still owed."""

import sqlalchemy as sa
from alembic import op

from server import db, protection

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("push_attempts", sa.Column("message_id", sa.String(length=128), nullable=True))
    with op.batch_alter_table("push_attempts", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_push_attempts_channel_message_id"), ["channel", "message_id"], unique=False
        )
    op.create_table(
        "push_receipts",
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("message_id", sa.String(length=128), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("errcode", sa.Integer(), nullable=True),
        sa.Column("received_at", db.UtcDateTime(), nullable=False),
        sa.Column("applied_at", db.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("channel", "message_id", name=op.f("pk_push_receipts")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("push_receipts", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_push_receipts_applied_at_received_at"), ["applied_at", "received_at"], unique=False
        )
    with op.batch_alter_table("bot_follow_ups", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_bot_follow_ups_app_id_openid_status"), ["app_id", "openid", "status"], unique=False
        )
    protection.install(op.get_bind())


def downgrade() -> None:
    with op.batch_alter_table("bot_follow_ups", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bot_follow_ups_app_id_openid_status"))
    op.drop_table("push_receipts")
    with op.batch_alter_table("push_attempts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_push_attempts_channel_message_id"))
    op.drop_column("push_attempts", "message_id")
