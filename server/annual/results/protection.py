"""What keeps editions, results and withdrawals insert-only, as the ledger is."""

from server.annual.results.models import AnnualEdition, AnnualResult, AnnualSection, EditionWithdrawal
from server.triggers import insert_only

INSERT_ONLY = "results are insert-only"
_SAME_RESULT = "edition_id = NEW.edition_id AND member_id = NEW.member_id"
TABLES = (
    insert_only(
        AnnualEdition.__tablename__,
        INSERT_ONLY,
        """id = NEW.id OR supersedes_id = NEW.supersedes_id
        OR (organization_id = NEW.organization_id AND year = NEW.year AND edition = NEW.edition)""",
    ),
    insert_only(AnnualResult.__tablename__, INSERT_ONLY, _SAME_RESULT),
    insert_only(AnnualSection.__tablename__, INSERT_ONLY, f"{_SAME_RESULT} AND section = NEW.section"),
    insert_only(EditionWithdrawal.__tablename__, INSERT_ONLY, "edition_id = NEW.edition_id"),
)
