"""A claim from draft to submission, by the member or on his behalf, on both databases."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from server.claims import review, service
from server.claims.contents import Contents
from server.claims.models import Claim
from server.claims.rules import ClaimStatus
from server.organizations.models import Organization
from tests.cast import NOW, Cast, Person
from tests.claiming import (
    AWARD,
    VOLUNTEERING,
    approved,
    kinds,
    paid,
    returned,
    section_points,
    submitted,
)
from tests.refusing import refused

# Handing in


def test_an_approved_claim_pays_its_member_and_keeps_its_story(session: Session, cast: Cast) -> None:
    claim = submitted(session, cast.zhang_min)
    assert (claim.status, claim.proposed_points, claim.organization_id) == ("submitted", Decimal(1), cast.branch)
    approved(session, claim, cast.li_wei)
    session.commit()
    assert (claim.status, claim.approved_points, claim.decided_by) == (
        "approved",
        Decimal(1),
        cast.li_wei.account_id,
    )
    assert paid(session, claim.id) == [(cast.zhang_min.member_id, Decimal(1))]
    assert section_points(session, cast.zhang_min.member_id) == Decimal(1)
    assert kinds(session, claim) == ["created", "submitted", "opened", "approved"]


def test_text_is_kept_to_the_letter(session: Session, cast: Cast) -> None:
    title, description = "𬭎铭楼🎉服务 ①", "第一行\n第二行　𠮷"
    claim = submitted(session, cast.zhang_min, title=title, description=description)
    session.commit()
    session.expire_all()
    found = session.get_one(Claim, claim.id)
    assert (found.title, found.description) == (title, description)


@pytest.mark.parametrize("missing", ["title", "item_code", "occurred_on"])
def test_a_draft_may_be_unfinished_but_not_handed_in(session: Session, cast: Cast, missing: str) -> None:
    empty: Any = {"title": "", "item_code": None, "occurred_on": None}[missing]
    changes: dict[str, Any] = {missing: empty}
    error = refused("unfinished", lambda: submitted(session, cast.zhang_min, **changes))
    assert error.detail == {"fields": [missing]}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"item_code": "C99"}, "no_such_item"),
        ({"item_code": "B01"}, "item_not_claimable"),
        ({"item_code": "C01b", "level": "national"}, "item_not_applicable"),
        ({"quantity": None}, "quantity_missing"),
        ({"item_code": "C02", "level": "county"}, "level_missing"),
        ({"occurred_on": date(2026, 6, 19)}, "in_the_future"),
        ({"occurred_on": date(2025, 12, 31)}, "no_membership"),
        ({"place": 2}, "place_beyond_people"),
        ({"photo_ids": (999_999,)}, "photo_unavailable"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(session: Session, cast: Cast, changes: dict[str, Any], code: str) -> None:
    refused(code, lambda: submitted(session, cast.zhang_min, **changes))


def test_a_draft_is_edited_and_then_handed_in_once(session: Session, cast: Cast) -> None:
    me = cast.zhang_min
    draft = service.create_draft(session, member_id=me.member_id, actor=me.actor, contents=Contents(), now=NOW)
    service.edit(session, claim_id=draft.id, actor=me.actor, version=1, contents=VOLUNTEERING, now=NOW)
    assert draft.version == 2
    service.submit(session, claim_id=draft.id, actor=me.actor, version=2, now=NOW)
    refused(
        "wrong_status",
        lambda: service.submit(session, claim_id=draft.id, actor=me.actor, version=2, now=NOW),
    )
    refused(
        "wrong_status",
        lambda: service.edit(session, claim_id=draft.id, actor=me.actor, version=3, contents=VOLUNTEERING, now=NOW),
    )


def test_an_edit_of_an_older_version_is_refused(session: Session, cast: Cast) -> None:
    me = cast.zhang_min
    draft = service.create_draft(session, member_id=me.member_id, actor=me.actor, contents=Contents(), now=NOW)
    service.edit(session, claim_id=draft.id, actor=me.actor, version=1, contents=VOLUNTEERING, now=NOW)
    error = refused(
        "stale_version",
        lambda: service.edit(session, claim_id=draft.id, actor=me.actor, version=1, contents=AWARD, now=NOW),
    )
    assert error.detail == {"version": 2}


def test_a_returned_claim_is_completed_and_handed_in_again(session: Session, cast: Cast) -> None:
    me = cast.zhang_min
    claim = returned(session, submitted(session, me), cast.li_wei)
    service.edit(
        session,
        claim_id=claim.id,
        actor=me.actor,
        version=claim.version,
        contents=replace(VOLUNTEERING, quantity=Decimal(2)),
        now=NOW,
    )
    service.submit(session, claim_id=claim.id, actor=me.actor, version=claim.version, now=NOW)
    approved(session, claim, cast.wang_fang)
    assert paid(session, claim.id) == [(me.member_id, Decimal(2))]
    assert kinds(session, claim) == [
        "created",
        "submitted",
        "opened",
        "returned",
        "edited",
        "resubmitted",
        "opened",
        "approved",
    ]


def test_a_withdrawn_claim_is_over(session: Session, cast: Cast) -> None:
    me = cast.zhang_min
    claim = submitted(session, me)
    service.withdraw(session, claim_id=claim.id, actor=me.actor, version=claim.version, now=NOW, words="填错了")
    assert claim.status == ClaimStatus.withdrawn
    refused(
        "wrong_status",
        lambda: review.open_for_review(session, claim_id=claim.id, actor=cast.li_wei.actor, now=NOW),
    )


@pytest.mark.parametrize(
    ("now", "code"),
    [
        (datetime(2027, 1, 10, 15, 59, 59, tzinfo=UTC), None),
        (datetime(2027, 1, 10, 16, 0, tzinfo=UTC), "past_cut_off"),
    ],
)
def test_facts_of_a_year_may_be_claimed_until_midnight_in_shanghai_of_the_tenth(
    session: Session, cast: Cast, now: datetime, code: str | None
) -> None:
    if code is None:
        claim = submitted(session, cast.zhang_min, occurred_on=date(2026, 12, 31), now=now)
        approved(session, claim, cast.li_wei, now=datetime(2027, 2, 1, tzinfo=UTC))
        assert paid(session, claim.id)
    else:
        refused(code, lambda: submitted(session, cast.zhang_min, occurred_on=date(2026, 12, 31), now=now))


def test_a_claim_in_time_stays_in_time_when_it_is_returned(session: Session, cast: Cast) -> None:
    late = datetime(2027, 1, 20, tzinfo=UTC)
    in_time = datetime(2027, 1, 9, tzinfo=UTC)
    claim = submitted(session, cast.zhang_min, occurred_on=date(2026, 12, 30), now=in_time)
    returned(session, claim, cast.li_wei, now=late)
    service.submit(session, claim_id=claim.id, actor=cast.zhang_min.actor, version=claim.version, now=late)
    assert claim.status == ClaimStatus.submitted


def test_a_claim_in_time_for_one_year_is_late_for_the_year_before(session: Session, cast: Cast) -> None:
    """Returned, it may not be turned into a fact of the year whose last day has passed meanwhile."""
    in_time, late = datetime(2027, 1, 9, tzinfo=UTC), datetime(2027, 1, 20, tzinfo=UTC)
    claim = submitted(session, cast.zhang_min, occurred_on=date(2027, 1, 5), now=in_time)
    returned(session, claim, cast.li_wei, now=late)
    actor, day = cast.zhang_min.actor, date(2026, 12, 30)
    contents = replace(VOLUNTEERING, occurred_on=day)
    service.edit(session, claim_id=claim.id, actor=actor, version=claim.version, contents=contents, now=late)
    refused(
        "past_cut_off",
        lambda: service.submit(session, claim_id=claim.id, actor=actor, version=claim.version, now=late),
    )


def test_the_university_may_move_the_cut_off(session: Session, cast: Cast) -> None:
    session.get_one(Organization, cast.root).settings = {"claim_cut_off": "01-05"}
    session.flush()
    day = datetime(2027, 1, 6, tzinfo=UTC)
    refused("past_cut_off", lambda: submitted(session, cast.zhang_min, occurred_on=date(2026, 12, 30), now=day))


def test_a_draft_is_its_members_own_business(session: Session, cast: Cast) -> None:
    me = cast.zhang_min
    draft = service.create_draft(session, member_id=me.member_id, actor=me.actor, contents=VOLUNTEERING, now=NOW)
    refused("not_found", lambda: service.visible(session, draft.id, cast.li_wei.actor))
    refused("not_found", lambda: review.open_for_review(session, claim_id=draft.id, actor=cast.li_wei.actor, now=NOW))
    assert service.claims_of_member(session, member_id=me.member_id, own=False, limit=10) == []
    assert service.claims_of_member(session, member_id=me.member_id, own=True, limit=10) == [draft]


# On behalf


def on_behalf(session: Session, cast: Cast, enterer: Person) -> Claim:
    claim = service.create_draft(
        session,
        member_id=cast.zhang_min.member_id,
        actor=enterer.actor,
        contents=VOLUNTEERING,
        now=NOW,
        on_behalf_reason="本人不使用手机，交来纸质材料",
    )
    return service.submit(session, claim_id=claim.id, actor=enterer.actor, version=1, now=NOW)


def test_a_claim_on_paper_counts_the_same_but_its_enterer_does_not_decide_it(session: Session, cast: Cast) -> None:
    claim = on_behalf(session, cast, cast.li_wei)
    refused("own_entry", lambda: approved(session, claim, cast.li_wei))
    approved(session, claim, cast.wang_fang)
    assert paid(session, claim.id) == [(cast.zhang_min.member_id, Decimal(1))]


def test_who_submits_what_another_entered_is_its_writer_too(session: Session, cast: Cast) -> None:
    claim = service.create_draft(
        session,
        member_id=cast.zhang_min.member_id,
        actor=cast.wang_fang.actor,
        contents=VOLUNTEERING,
        now=NOW,
        on_behalf_reason="纸质申报",
    )
    service.submit(session, claim_id=claim.id, actor=cast.li_wei.actor, version=1, now=NOW)
    refused("own_entry", lambda: approved(session, claim, cast.wang_fang))
    refused("own_entry", lambda: approved(session, claim, cast.li_wei))
    approved(session, claim, cast.sun_li)


def test_an_officer_does_not_rewrite_what_a_member_wrote(session: Session, cast: Cast) -> None:
    claim = returned(session, submitted(session, cast.zhang_min), cast.li_wei)
    refused(
        "not_your_claim",
        lambda: service.edit(
            session,
            claim_id=claim.id,
            actor=cast.li_wei.actor,
            version=claim.version,
            contents=VOLUNTEERING,
            now=NOW,
        ),
    )
