"""What keeps dry runs and editions of stars insert-only, and published methods as they are."""

from server.ratings.editions.models import Rating, RatingEdition, RatingWithdrawal
from server.ratings.methods.models import MethodStatus, RatingMethod
from server.ratings.trials.models import DryRun
from server.triggers import Triggers, insert_only

INSERT_ONLY = "stars are insert-only"
TABLES = (
    insert_only(DryRun.__tablename__, INSERT_ONLY, "id = NEW.id"),
    insert_only(
        RatingEdition.__tablename__,
        INSERT_ONLY,
        """id = NEW.id OR supersedes_id = NEW.supersedes_id
        OR (organization_id = NEW.organization_id AND year = NEW.year AND edition = NEW.edition)""",
    ),
    insert_only(Rating.__tablename__, INSERT_ONLY, "edition_id = NEW.edition_id AND member_id = NEW.member_id"),
    insert_only(RatingWithdrawal.__tablename__, INSERT_ONLY, "edition_id = NEW.edition_id"),
)

_METHODS = RatingMethod.__tablename__
FROZEN = "a published method is frozen"
_PUBLISHED = f"OLD.status = '{MethodStatus.published}'"
_KEPT = [column.name for column in RatingMethod.__table__.columns if column.name != "in_force"]
_SIGNAL = f"SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{FROZEN}'"
_REPLACED = f"""
    SELECT 1 FROM {_METHODS} WHERE status = '{MethodStatus.published}' AND (id = NEW.id
    OR (organization_id = NEW.organization_id AND year = NEW.year
        AND (version = NEW.version OR in_force = NEW.in_force)))
"""

METHODS = Triggers(
    _METHODS,
    {
        f"{_METHODS}_frozen_update": f"""
        CREATE TRIGGER {_METHODS}_frozen_update BEFORE UPDATE ON {_METHODS}
        WHEN {_PUBLISHED} AND NOT ({{same}})
        BEGIN SELECT RAISE(ABORT, '{FROZEN}'); END""",
        f"{_METHODS}_frozen_delete": f"""
        CREATE TRIGGER {_METHODS}_frozen_delete BEFORE DELETE ON {_METHODS} WHEN {_PUBLISHED}
        BEGIN SELECT RAISE(ABORT, '{FROZEN}'); END""",
        # INSERT OR REPLACE deletes without firing DELETE triggers.
        f"{_METHODS}_frozen_replace": f"""
        CREATE TRIGGER {_METHODS}_frozen_replace BEFORE INSERT ON {_METHODS} WHEN EXISTS ({_REPLACED})
        BEGIN SELECT RAISE(ABORT, '{FROZEN}'); END""",
    },
    {
        f"{_METHODS}_frozen_update": f"""
        CREATE TRIGGER {_METHODS}_frozen_update BEFORE UPDATE ON {_METHODS} FOR EACH ROW
        IF {_PUBLISHED} AND NOT ({{same}}) THEN {_SIGNAL}; END IF""",
        f"{_METHODS}_frozen_delete": f"""
        CREATE TRIGGER {_METHODS}_frozen_delete BEFORE DELETE ON {_METHODS} FOR EACH ROW
        IF {_PUBLISHED} THEN {_SIGNAL}; END IF""",
    },
    _KEPT,
)
