"""Two persons: for the keys of who holds a role, and for every change of a confirmed negative decision."""

import sqlalchemy as sa
from alembic import op

from server import db, protection

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "key_resets",
        sa.Column("id", ID, nullable=False),
        sa.Column("root_id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("open", sa.Boolean(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("phone_sealed", sa.String(length=160), nullable=True),
        sa.Column("proposed_by", ID, nullable=False),
        sa.Column("proposed_at", db.UtcDateTime(), nullable=False),
        sa.Column("expires_at", db.UtcDateTime(), nullable=False),
        sa.Column("confirmed_by", ID, nullable=True),
        sa.Column("confirmed_at", db.UtcDateTime(), nullable=True),
        sa.Column("used_at", db.UtcDateTime(), nullable=True),
        sa.Column("stopped_by", ID, nullable=True),
        sa.Column("stopped_at", db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_key_resets_account_id")),
        sa.ForeignKeyConstraint(["confirmed_by"], ["accounts.id"], name=op.f("fk_key_resets_confirmed_by")),
        sa.ForeignKeyConstraint(["proposed_by"], ["accounts.id"], name=op.f("fk_key_resets_proposed_by")),
        sa.ForeignKeyConstraint(["root_id"], ["organizations.id"], name=op.f("fk_key_resets_root_id")),
        sa.ForeignKeyConstraint(["stopped_by"], ["accounts.id"], name=op.f("fk_key_resets_stopped_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_key_resets")),
        sa.UniqueConstraint("account_id", "open", name=op.f("uq_key_resets_account_id_open")),
        mysql_charset="utf8mb4",
        mysql_collate="utf8mb4_bin",
        mysql_engine="InnoDB",
    )
    op.create_index(op.f("ix_key_resets_confirmed_at"), "key_resets", ["confirmed_at"])
    op.add_column("wechat_identities", sa.Column("former_account_id", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_wechat_identities_former_account_id"), "wechat_identities", ["former_account_id"])
    op.add_column("negative_decisions", sa.Column("proposal_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "negative_changes", sa.Column("step", sa.String(length=32), server_default="alone", nullable=False)
    )  # what one person did, before it took two
    protection.install(op.get_bind())


def downgrade() -> None:
    op.drop_column("negative_changes", "step")
    op.drop_column("negative_decisions", "proposal_id")
    op.drop_index(op.f("ix_wechat_identities_former_account_id"), "wechat_identities")
    op.drop_column("wechat_identities", "former_account_id")
    op.drop_table("key_resets")
