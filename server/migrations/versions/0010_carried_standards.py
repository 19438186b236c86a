"""Standards carried forward into a year that has none of its own yet."""

import sqlalchemy as sa
from alembic import op

from server import protection
from server.standards.protection import TRIGGERS

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

FOREIGN_KEY = "fk_standards_carried_from_id"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":  # rebuilding the table would drop rows that others refer to
        op.execute(
            f"ALTER TABLE standards ADD carried_from_id INTEGER CONSTRAINT {FOREIGN_KEY} REFERENCES standards (id)"
        )
    else:
        op.add_column("standards", sa.Column("carried_from_id", sa.BigInteger(), nullable=True))
        op.create_foreign_key(FOREIGN_KEY, "standards", "standards", ["carried_from_id"], ["id"])
    protection.install(op.get_bind())


def downgrade() -> None:
    TRIGGERS.remove(op.get_bind())  # they name the column
    if op.get_bind().dialect.name != "sqlite":
        op.drop_constraint(FOREIGN_KEY, "standards", type_="foreignkey")
    op.drop_column("standards", "carried_from_id")
    protection.install(op.get_bind())
