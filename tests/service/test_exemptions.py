"""不列入管理范围: whose matter it is, and whose trail."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit.models import AuditLine
from server.organizations import exemptions
from tests.cast import NOW, TODAY, Cast
from tests.refusing import refused

pytestmark = pytest.mark.usefixtures("_frozen_time")


def test_nobody_takes_any_step_of_their_own(session: Session, cast: Cast) -> None:
    own: dict[str, Any] = {"on": TODAY, "note": "支委会", "account_id": cast.li_wei.account_id, "now": NOW}
    member_id = cast.li_wei.member_id
    refused("own_exemption", lambda: exemptions.record_study(session, member_id=member_id, reason="患病", **own))
    begun = exemptions.record_study(
        session, member_id=member_id, reason="患病", **own | {"account_id": cast.chen_jing.account_id}
    )
    refused("own_exemption", lambda: exemptions.record_passing(session, exemption_id=begun.id, **own))
    refused("own_exemption", lambda: exemptions.end(session, exemption_id=begun.id, **own))


def test_its_trail_is_the_universitys(session: Session, cast: Cast) -> None:
    by: dict[str, Any] = {"account_id": cast.li_wei.account_id, "now": NOW}
    exemptions.record_study(session, member_id=cast.zhang_min.member_id, reason="患病", on=TODAY, note="支委会", **by)
    lines = session.scalars(select(AuditLine).where(AuditLine.subject_kind == "exemption")).all()
    assert [(line.action, line.root_id) for line in lines] == [("exemption_studied", cast.root)]
