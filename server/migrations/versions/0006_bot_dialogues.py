"""What the bot's conversations remember."""

import sqlalchemy as sa
from alembic import op

from server import db, protection

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bot_dialogues",
        sa.Column(
            "identity_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("account_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("flow", sa.String(length=16), nullable=True),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("pending", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("updated_at", db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_bot_dialogues_account_id")),
        sa.ForeignKeyConstraint(["identity_id"], ["wechat_identities.id"], name=op.f("fk_bot_dialogues_identity_id")),
        sa.PrimaryKeyConstraint("identity_id", name=op.f("pk_bot_dialogues")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    with op.batch_alter_table("bot_dialogues", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bot_dialogues_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_bot_dialogues_updated_at"), ["updated_at"], unique=False)
    protection.install(op.get_bind())


def downgrade() -> None:
    op.drop_table("bot_dialogues")
