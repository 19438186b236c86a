"""What keeps the audit trail and its seals insert-only: triggers on both databases, besides the account's rights."""

from server.audit.models import AuditLine, AuditSeal
from server.triggers import insert_only

INSERT_ONLY = "the audit trail is insert-only"
LINES = insert_only(AuditLine.__tablename__, INSERT_ONLY, "id = NEW.id")
SEALS = insert_only(AuditSeal.__tablename__, INSERT_ONLY, "root_id = NEW.root_id AND number = NEW.number")
