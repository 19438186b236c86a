"""A claim from draft to submission, by the member or on his behalf, on both databases."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from sqlalchemy.orm import Session

from server.claims import queries, review, service
from server.claims.contents import Contents, Participant
from server.claims.models import Claim
from server.claims.rules import ClaimStatus
from server.organizations import transfers
from server.organizations.models import Organization
from tests.cast import NOW, TODAY, Cast, Person
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


def test_a_draft_without_a_day_is_todays_branchs_and_so_are_those_named_in_it(session: Session, cast: Cast) -> None:
    """张敏 and 王芳 have come to the other branch today."""
    undated = replace(VOLUNTEERING, occurred_on=None)
    draft = partial(service.create_draft, session, member_id=cast.zhang_min.member_id, actor=cast.zhang_min.actor)
    claim = draft(contents=undated, now=NOW - timedelta(days=1))
    assert claim.organization_id == cast.branch
    for person in (cast.zhang_min, cast.wang_fang):
        transfers.transfer(
            session,
            member_id=person.member_id,
            to_organization_id=cast.other_branch,
            on=TODAY,
            account_id=cast.chen_jing.account_id,
            now=NOW,
        )
    assert draft(contents=undated, now=NOW).organization_id == cast.other_branch
    joint = replace(undated, people=2, participants=[Participant(cast.wang_fang.member_id, 2)])
    service.edit(session, claim_id=claim.id, actor=cast.zhang_min.actor, version=claim.version, contents=joint, now=NOW)
    assert claim.organization_id == cast.other_branch


@pytest.mark.parametrize("missing", ["title", "item_code", "occurred_on"])
def test_a_draft_may_be_unfinished_but_not_handed_in(session: Session, cast: Cast, missing: str) -> None:
    empty: Any = {"title": "", "item_code": None, "occurred_on": None}[missing]
    changes: dict[str, Any] = {missing: empty}
    error = refused("unfinished", lambda: submitted(session, cast.zhang_min, **changes))
    assert error.detail == {"fields": [missing]}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"item_code": "C99"}, "unknown_item"),
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


def test_a_claim_turned_into_a_fact_of_another_year_came_in_for_that_year_when_it_did(
    session: Session, cast: Cast
) -> None:
    first, moved = datetime(2027, 1, 9, tzinfo=UTC), datetime(2027, 3, 1, tzinfo=UTC)
    me = cast.zhang_min
    claim = submitted(session, me, occurred_on=date(2026, 12, 30), now=first)
    assert (claim.claimed_year, claim.claimed_at) == (2026, first)
    returned(session, claim, cast.li_wei, now=moved)
    contents = replace(VOLUNTEERING, occurred_on=date(2027, 2, 1))
    service.edit(session, claim_id=claim.id, actor=me.actor, version=claim.version, contents=contents, now=moved)
    service.submit(session, claim_id=claim.id, actor=me.actor, version=claim.version, now=moved)
    assert (claim.claimed_year, claim.claimed_at) == (2027, moved)
    late = datetime(2028, 1, 20, tzinfo=UTC)
    returned(session, claim, cast.li_wei, now=late)
    service.submit(session, claim_id=claim.id, actor=me.actor, version=claim.version, now=late)
    assert claim.status == ClaimStatus.submitted


def test_a_fact_of_another_day_belongs_to_the_branch_of_that_day(session: Session, cast: Cast) -> None:
    me, moved_on = cast.zhang_min, date(2026, 6, 10)
    draft = service.create_draft(session, member_id=me.member_id, actor=me.actor, contents=VOLUNTEERING, now=NOW)
    transfers.transfer(
        session, member_id=me.member_id, to_organization_id=cast.other_branch, on=moved_on, account_id=None, now=NOW
    )
    assert draft.organization_id == cast.branch
    later = replace(VOLUNTEERING, occurred_on=moved_on)
    service.edit(session, claim_id=draft.id, actor=me.actor, version=1, contents=later, now=NOW)
    assert draft.organization_id == cast.other_branch
    service.submit(session, claim_id=draft.id, actor=me.actor, version=2, now=NOW)
    approved(session, draft, cast.zhao_qiang)


def test_a_years_claims_are_those_of_its_facts_to_the_last_day(session: Session, cast: Cast) -> None:
    january = datetime(2027, 1, 2, tzinfo=UTC)
    eve = submitted(session, cast.zhang_min, occurred_on=date(2026, 12, 31), now=january)
    new_year = submitted(session, cast.zhang_min, occurred_on=date(2027, 1, 1), now=january)
    found = partial(queries.claims_of_member, session, member_id=cast.zhang_min.member_id, own=True, limit=10)
    assert (found(year=2026), found(year=2027)) == ([eve], [new_year])


def test_the_university_may_move_the_cut_off(session: Session, cast: Cast) -> None:
    session.get_one(Organization, cast.root).settings = {"claim_cut_off": "01-05"}
    session.flush()
    day = datetime(2027, 1, 6, tzinfo=UTC)
    refused("past_cut_off", lambda: submitted(session, cast.zhang_min, occurred_on=date(2026, 12, 30), now=day))


def test_a_draft_is_its_members_own_business(session: Session, cast: Cast) -> None:
    me = cast.zhang_min
    draft = service.create_draft(session, member_id=me.member_id, actor=me.actor, contents=VOLUNTEERING, now=NOW)
    refused("not_found", lambda: queries.visible(session, draft.id, cast.li_wei.actor))
    refused("not_found", lambda: review.open_for_review(session, claim_id=draft.id, actor=cast.li_wei.actor, now=NOW))
    assert queries.claims_of_member(session, member_id=me.member_id, own=False, limit=10) == []
    assert queries.claims_of_member(session, member_id=me.member_id, own=True, limit=10) == [draft]


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
    withdraw = partial(service.withdraw, session, claim_id=claim.id, version=claim.version, now=NOW)
    refused("not_your_claim", lambda: withdraw(actor=cast.li_wei.actor))
    withdraw(actor=cast.zhang_min.actor)


def test_what_an_officer_entered_is_withdrawn_by_an_officer_or_by_the_member(session: Session, cast: Cast) -> None:
    for who in (cast.sun_li, cast.zhang_min):
        claim = on_behalf(session, cast, cast.li_wei)
        service.withdraw(session, claim_id=claim.id, actor=who.actor, version=claim.version, now=NOW)
        assert claim.status == ClaimStatus.withdrawn
