"""What people say to the bot, each message once, and what follows an answer."""

import sqlalchemy as sa
from alembic import op

from server import db, protection

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bot_deliveries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("app_id", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("received_at", db.UtcDateTime(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("finished_at", db.UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bot_deliveries")),
        sa.UniqueConstraint("app_id", "key", name=op.f("uq_bot_deliveries_app_id_key")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("bot_deliveries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bot_deliveries_app_id_openid"), ["app_id", "openid"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_bot_deliveries_status_received_at"), ["status", "received_at"], unique=False
        )

    op.create_table(
        "bot_signatures",
        sa.Column("app_id", sa.String(length=64), nullable=False),
        sa.Column("signature", sa.String(length=40), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("seen_at", db.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("app_id", "signature", name=op.f("pk_bot_signatures")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("bot_signatures", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bot_signatures_seen_at"), ["seen_at"], unique=False)

    op.create_table(
        "bot_follow_ups",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("delivery_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("app_id", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("openid", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("errcode", sa.Integer(), nullable=True),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("next_at", db.UtcDateTime(), nullable=False),
        sa.Column("until", db.UtcDateTime(), nullable=False),
        sa.Column("started_at", db.UtcDateTime(), nullable=True),
        sa.Column("finished_at", db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["delivery_id"], ["bot_deliveries.id"], name=op.f("fk_bot_follow_ups_delivery_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bot_follow_ups")),
        sa.UniqueConstraint("delivery_id", "position", name=op.f("uq_bot_follow_ups_delivery_id_position")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("bot_follow_ups", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bot_follow_ups_status_next_at"), ["status", "next_at"], unique=False)

    protection.install(op.get_bind())


def downgrade() -> None:
    with op.batch_alter_table("bot_follow_ups", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bot_follow_ups_status_next_at"))

    op.drop_table("bot_follow_ups")
    with op.batch_alter_table("bot_signatures", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bot_signatures_seen_at"))

    op.drop_table("bot_signatures")
    with op.batch_alter_table("bot_deliveries", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bot_deliveries_status_received_at"))
        batch_op.drop_index(batch_op.f("ix_bot_deliveries_app_id_openid"))

    op.drop_table("bot_deliveries")
