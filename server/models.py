"""Every table, imported in one place so that the metadata is complete."""

from server.audit import models as audit
from server.db import Base
from server.identity import models as identity
from server.organizations import models as organizations
from server.points import models as points
from server.standards import models as standards

__all__ = ["Base", "audit", "identity", "organizations", "points", "standards"]
