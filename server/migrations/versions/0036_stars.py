"""Stars: methods, dry runs, proposals, editions, and appraisals."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from server import db, protection

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TABLE: Any = {"mysql_charset": "utf8mb4", "mysql_collate": "utf8mb4_bin", "mysql_engine": "InnoDB"}


def upgrade() -> None:
    op.create_table(
        "rating_methods",
        sa.Column("id", ID, nullable=False),
        sa.Column("root_id", ID, nullable=False),
        sa.Column("organization_id", ID, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("in_force", sa.Boolean(), nullable=True),
        sa.Column("document_json", sa.JSON(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_by", ID, nullable=False),
        sa.Column("created_at", db.UtcDateTime(), nullable=False),
        sa.Column("updated_at", db.UtcDateTime(), nullable=False),
        sa.Column("published_by", ID, nullable=True),
        sa.Column("published_at", db.UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["accounts.id"], name=op.f("fk_rating_methods_created_by")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_rating_methods_organization_id")
        ),
        sa.ForeignKeyConstraint(["published_by"], ["accounts.id"], name=op.f("fk_rating_methods_published_by")),
        sa.ForeignKeyConstraint(["root_id"], ["organizations.id"], name=op.f("fk_rating_methods_root_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_methods")),
        sa.UniqueConstraint(
            "organization_id", "year", "in_force", name=op.f("uq_rating_methods_organization_id_year_in_force")
        ),
        sa.UniqueConstraint(
            "organization_id", "year", "version", name=op.f("uq_rating_methods_organization_id_year_version")
        ),
        **TABLE,
    )
    op.create_table(
        "star_exceptions",
        sa.Column("id", ID, nullable=False),
        sa.Column("root_id", ID, nullable=False),
        sa.Column("organization_id", ID, nullable=False),
        sa.Column("member_id", ID, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=True),
        sa.Column("entered_by", ID, nullable=False),
        sa.Column("entered_at", db.UtcDateTime(), nullable=False),
        sa.Column("withdrawn_by", ID, nullable=True),
        sa.Column("withdrawn_at", db.UtcDateTime(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["entered_by"], ["accounts.id"], name=op.f("fk_star_exceptions_entered_by")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_star_exceptions_member_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_star_exceptions_organization_id")
        ),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["accounts.id"], name=op.f("fk_star_exceptions_withdrawn_by")),
        sa.ForeignKeyConstraint(["root_id"], ["organizations.id"], name=op.f("fk_star_exceptions_root_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_star_exceptions")),
        sa.UniqueConstraint(
            "member_id", "year", "kind", "open", name=op.f("uq_star_exceptions_member_id_year_kind_open")
        ),
        **TABLE,
    )
    op.create_index(op.f("ix_star_exceptions_organization_id"), "star_exceptions", ["organization_id"])

    op.create_table(
        "appraisals",
        sa.Column("id", ID, nullable=False),
        sa.Column("root_id", ID, nullable=False),
        sa.Column("organization_id", ID, nullable=False),
        sa.Column("member_id", ID, nullable=False),
        sa.Column("for_year", sa.Integer(), nullable=False),
        sa.Column("grade", sa.String(length=32), nullable=False),
        sa.Column("meeting_id", ID, nullable=False),
        sa.Column("open", sa.Boolean(), nullable=True),
        sa.Column("recorded_by", ID, nullable=False),
        sa.Column("recorded_at", db.UtcDateTime(), nullable=False),
        sa.Column("withdrawn_by", ID, nullable=True),
        sa.Column("withdrawn_at", db.UtcDateTime(), nullable=True),
        sa.Column("withdrawn_reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_appraisals_meeting_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_appraisals_member_id")),
        sa.ForeignKeyConstraint(["organization_id"], ["organizations.id"], name=op.f("fk_appraisals_organization_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["accounts.id"], name=op.f("fk_appraisals_recorded_by")),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["accounts.id"], name=op.f("fk_appraisals_withdrawn_by")),
        sa.ForeignKeyConstraint(["root_id"], ["organizations.id"], name=op.f("fk_appraisals_root_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appraisals")),
        sa.UniqueConstraint("member_id", "for_year", "open", name=op.f("uq_appraisals_member_id_for_year_open")),
        **TABLE,
    )
    op.create_index(op.f("ix_appraisals_meeting_id"), "appraisals", ["meeting_id"])
    op.create_index(op.f("ix_appraisals_organization_id"), "appraisals", ["organization_id"])

    op.create_table(
        "star_dry_runs",
        sa.Column("id", ID, nullable=False),
        sa.Column("root_id", ID, nullable=False),
        sa.Column("organization_id", ID, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("edition_id", ID, nullable=False),
        sa.Column("method_id", ID, nullable=False),
        sa.Column("inputs", sa.JSON(), nullable=False),
        sa.Column("inputs_hash", sa.String(length=64), nullable=False),
        sa.Column("pool_taken", sa.JSON(), nullable=True),
        sa.Column("drawn_by", ID, nullable=False),
        sa.Column("drawn_at", db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["drawn_by"], ["accounts.id"], name=op.f("fk_star_dry_runs_drawn_by")),
        sa.ForeignKeyConstraint(["edition_id"], ["annual_editions.id"], name=op.f("fk_star_dry_runs_edition_id")),
        sa.ForeignKeyConstraint(["method_id"], ["rating_methods.id"], name=op.f("fk_star_dry_runs_method_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_star_dry_runs_organization_id")
        ),
        sa.ForeignKeyConstraint(["root_id"], ["organizations.id"], name=op.f("fk_star_dry_runs_root_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_star_dry_runs")),
        **TABLE,
    )
    op.create_index(op.f("ix_star_dry_runs_organization_id_year"), "star_dry_runs", ["organization_id", "year"])

    op.create_table(
        "rating_proposals",
        sa.Column("id", ID, nullable=False),
        sa.Column("root_id", ID, nullable=False),
        sa.Column("organization_id", ID, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("dry_run_id", ID, nullable=False),
        sa.Column("meeting_id", ID, nullable=False),
        sa.Column("resolution_id", ID, nullable=True),
        sa.Column("status", sa.String(length=32), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=True),
        sa.Column("excess", sa.Integer(), nullable=False),
        sa.Column("excess_reason", sa.String(length=200), nullable=True),
        sa.Column("proposed_by", ID, nullable=False),
        sa.Column("proposed_at", db.UtcDateTime(), nullable=False),
        sa.Column("decided_by", ID, nullable=True),
        sa.Column("decided_at", db.UtcDateTime(), nullable=True),
        sa.Column("decided_words", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(["decided_by"], ["accounts.id"], name=op.f("fk_rating_proposals_decided_by")),
        sa.ForeignKeyConstraint(["dry_run_id"], ["star_dry_runs.id"], name=op.f("fk_rating_proposals_dry_run_id")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_rating_proposals_meeting_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_rating_proposals_organization_id")
        ),
        sa.ForeignKeyConstraint(["proposed_by"], ["accounts.id"], name=op.f("fk_rating_proposals_proposed_by")),
        sa.ForeignKeyConstraint(["resolution_id"], ["resolutions.id"], name=op.f("fk_rating_proposals_resolution_id")),
        sa.ForeignKeyConstraint(["root_id"], ["organizations.id"], name=op.f("fk_rating_proposals_root_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_proposals")),
        sa.UniqueConstraint(
            "organization_id", "year", "open", name=op.f("uq_rating_proposals_organization_id_year_open")
        ),
        **TABLE,
    )
    op.create_index(op.f("ix_rating_proposals_dry_run_id"), "rating_proposals", ["dry_run_id"])
    op.create_index(op.f("ix_rating_proposals_meeting_id"), "rating_proposals", ["meeting_id"])

    op.create_table(
        "proposed_stars",
        sa.Column("proposal_id", ID, autoincrement=False, nullable=False),
        sa.Column("member_id", ID, autoincrement=False, nullable=False),
        sa.Column("stars", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("ground", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_proposed_stars_member_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["rating_proposals.id"], name=op.f("fk_proposed_stars_proposal_id")),
        sa.PrimaryKeyConstraint("proposal_id", "member_id", name=op.f("pk_proposed_stars")),
        **TABLE,
    )
    op.create_index(op.f("ix_proposed_stars_member_id"), "proposed_stars", ["member_id"])

    op.create_table(
        "rating_editions",
        sa.Column("id", ID, nullable=False),
        sa.Column("root_id", ID, nullable=False),
        sa.Column("organization_id", ID, nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("proposal_id", ID, nullable=False),
        sa.Column("annual_edition_id", ID, nullable=False),
        sa.Column("supersedes_id", ID, nullable=True),
        sa.Column("objection_id", ID, nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("drawn_by", ID, nullable=False),
        sa.Column("drawn_at", db.UtcDateTime(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["annual_edition_id"], ["annual_editions.id"], name=op.f("fk_rating_editions_annual_edition_id")
        ),
        sa.ForeignKeyConstraint(["drawn_by"], ["accounts.id"], name=op.f("fk_rating_editions_drawn_by")),
        sa.ForeignKeyConstraint(["objection_id"], ["objections.id"], name=op.f("fk_rating_editions_objection_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_rating_editions_organization_id")
        ),
        sa.ForeignKeyConstraint(["proposal_id"], ["rating_proposals.id"], name=op.f("fk_rating_editions_proposal_id")),
        sa.ForeignKeyConstraint(["root_id"], ["organizations.id"], name=op.f("fk_rating_editions_root_id")),
        sa.ForeignKeyConstraint(
            ["supersedes_id"], ["rating_editions.id"], name=op.f("fk_rating_editions_supersedes_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_editions")),
        sa.UniqueConstraint(
            "organization_id", "year", "edition", name=op.f("uq_rating_editions_organization_id_year_edition")
        ),
        sa.UniqueConstraint("supersedes_id", name=op.f("uq_rating_editions_supersedes_id")),
        **TABLE,
    )
    op.create_index(op.f("ix_rating_editions_annual_edition_id"), "rating_editions", ["annual_edition_id"])
    op.create_index(op.f("ix_rating_editions_proposal_id"), "rating_editions", ["proposal_id"])
    op.create_index(op.f("ix_rating_editions_root_id_year"), "rating_editions", ["root_id", "year"])

    op.create_table(
        "star_recusals",
        sa.Column("proposal_id", ID, autoincrement=False, nullable=False),
        sa.Column("member_id", ID, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_star_recusals_member_id")),
        sa.ForeignKeyConstraint(["proposal_id"], ["rating_proposals.id"], name=op.f("fk_star_recusals_proposal_id")),
        sa.PrimaryKeyConstraint("proposal_id", "member_id", name=op.f("pk_star_recusals")),
        **TABLE,
    )
    op.create_index(op.f("ix_star_recusals_member_id"), "star_recusals", ["member_id"])

    op.create_table(
        "rating_withdrawals",
        sa.Column("edition_id", ID, autoincrement=False, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("withdrawn_by", ID, nullable=True),
        sa.Column("withdrawn_at", db.UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["rating_editions.id"], name=op.f("fk_rating_withdrawals_edition_id")),
        sa.ForeignKeyConstraint(["withdrawn_by"], ["accounts.id"], name=op.f("fk_rating_withdrawals_withdrawn_by")),
        sa.PrimaryKeyConstraint("edition_id", name=op.f("pk_rating_withdrawals")),
        **TABLE,
    )
    op.create_table(
        "ratings",
        sa.Column("edition_id", ID, autoincrement=False, nullable=False),
        sa.Column("member_id", ID, autoincrement=False, nullable=False),
        sa.Column("apart", sa.String(length=16), nullable=True),
        sa.Column("band", sa.Integer(), nullable=True),
        sa.Column("stars", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["edition_id"], ["rating_editions.id"], name=op.f("fk_ratings_edition_id")),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name=op.f("fk_ratings_member_id")),
        sa.PrimaryKeyConstraint("edition_id", "member_id", name=op.f("pk_ratings")),
        **TABLE,
    )
    op.create_index(op.f("ix_ratings_member_id_edition_id"), "ratings", ["member_id", "edition_id"])

    protection.install(op.get_bind())


def downgrade() -> None:

    op.drop_table("ratings")
    op.drop_table("rating_withdrawals")
    op.drop_table("star_recusals")
    op.drop_table("rating_editions")
    op.drop_table("proposed_stars")
    op.drop_table("rating_proposals")
    op.drop_table("star_dry_runs")
    op.drop_table("appraisals")
    op.drop_table("star_exceptions")
    op.drop_table("rating_methods")
