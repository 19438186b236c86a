"""A feedback from the form to its end: where it goes, whose turn it is, which days it keeps, what is left of it."""

import secrets
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from server.audit.models import AuditLine
from server.config import Settings
from server.db import Base
from server.deadlines.models import Deadline, DeadlineSubject
from server.feedback import codes, handover, jobs, present, queries, service, taking
from server.feedback.models import Feedback, FeedbackPhoto, FeedbackStep
from server.feedback.places import handling_of
from server.feedback.rules import (
    FeedbackDue,
    FeedbackKind,
    FeedbackRefusal,
    FeedbackStatus,
)
from server.feedback.schemas import FeedbackIn
from server.feedback.service import Identity
from server.objections.rules import Hand
from server.pushes.rules import Occasion
from server.todos.queries import todos_of
from tests.at_once import race
from tests.cast import NOW, Cast
from tests.pushing import all_pushes
from tests.refusing import refused
from tests.reporting import CONTACT, KEY, REPORTER, VAULT, WORDS, named, replied, reported

DAY = timedelta(days=1)


def _due(session: Session, row: Feedback, kind: FeedbackDue) -> date | None:
    query = select(Deadline.due_on).where(
        Deadline.subject_kind == DeadlineSubject.feedback, Deadline.subject_id == row.id, Deadline.kind == kind
    )
    return session.scalar(query)


def _rows(session: Session) -> int:
    return len(session.scalars(select(Feedback.id)).all())


def test_it_goes_from_the_form_to_an_answer(session: Session, cast: Cast) -> None:
    row, code = reported(session, cast)
    assert _due(session, row, FeedbackDue.admission) == date(2026, 6, 23), "端午 and a weekend lie between"
    row = named(session, row, cast.li_wei, cast.sun_li)
    assert _due(session, row, FeedbackDue.answer) == date(2026, 6, 26)
    row = replied(session, row, cast.sun_li)
    assert (row.status, row.open, row.ended_at, row.sender) == (FeedbackStatus.answered, None, NOW, None)
    assert [each.action for each in queries.story_of(session, row.id)] == ["submit", "assign", "answer"]
    shown = present.progress(session, taking.with_code(session, KEY, code))
    assert (shown.outcome_title, shown.reply) == ("部分属实", "下午三点以后确实无人值守，已提醒。")
    assert "已问当天" not in shown.model_dump_json(), "the record stays with the officers"


def test_a_wrong_code_opens_nothing(session: Session, cast: Cast) -> None:
    _, code = reported(session, cast)
    other = codes.code_of(KEY, "0" * 32)
    for wrong in (other, code[:-1], "", "查询码"):
        refused("wrong_query_code", partial(taking.with_code, session, KEY, wrong))
    assert session.scalar(select(Feedback.code_hash)) not in (code, codes.code_hash(b"another key", code))


def test_the_same_form_sent_again_counts_once_and_has_the_same_code(session: Session, cast: Cast) -> None:
    form = secrets.token_hex(16)
    first, code = reported(session, cast, form=form)
    again, same = reported(session, cast, form=form)
    assert (again.id, same, _rows(session)) == (first.id, code, 1)
    refused("form_used", lambda: reported(session, cast, form=form, words="另外一件完全不同的事。"))


def test_one_form_sent_twice_at_once_counts_once(engine: Engine, session: Session, cast: Cast) -> None:
    session.commit()
    form = secrets.token_hex(16)
    done = race(engine, *(lambda opened: reported(opened, cast, form=form),) * 2)
    assert done == ["done", "done"]
    assert _rows(session) == 1


def test_about_an_officer_it_goes_above_from_the_start(session: Session, cast: Cast) -> None:
    row, _ = reported(session, cast, about_officer=True)
    assert (row.organization_id, row.about_id) == (cast.general_branch, cast.branch)
    handling = handling_of(session, row, now=NOW)
    assert handling.assigners == (cast.chen_jing.account_id,)
    refused("another_handles_it", lambda: named(session, row, cast.li_wei, cast.sun_li))


def test_a_name_of_an_officer_is_enough(session: Session, cast: Cast) -> None:
    row, _ = reported(session, cast, about_name="李 伟")
    assert (row.organization_id, row.about_officer) == (cast.general_branch, True)
    row, _ = reported(session, cast, about_name="张敏")
    assert (row.organization_id, row.about_officer) == (cast.branch, False)


def test_about_an_officer_of_a_direct_branch_or_a_general_branch_it_goes_to_the_university(
    session: Session, cast: Cast
) -> None:
    for place in (cast.direct_branch, cast.general_branch):
        row, _ = reported(session, cast, place=place, about_officer=True)
        assert row.organization_id == cast.root


def test_whoever_is_named_stands_back_even_above(session: Session, cast: Cast) -> None:
    """陈静 of the 总支 is who it is about: 组织部 names who looks into it."""
    row, _ = reported(session, cast, about_officer=True, about_name="陈静")
    handling = handling_of(session, row, now=NOW)
    assert (handling.organization_id, handling.assigners) == (
        cast.root,
        (cast.organization_department.account_id,),
    )


def test_a_member_of_the_committee_with_the_name_is_not_offered(session: Session, cast: Cast) -> None:
    row, _ = reported(session, cast)
    row.about_name = "王芳"
    found = {each.account_id: each.hand for each in handling_of(session, row, now=NOW).found}
    assert found[cast.wang_fang.account_id] is Hand.concerned
    refused("takes_part", lambda: named(session, row, cast.li_wei, cast.wang_fang))


def test_a_closed_place_and_a_group_have_no_form(session: Session, cast: Cast) -> None:
    refused("not_found", lambda: reported(session, cast, place=cast.group))
    refused("not_found", lambda: reported(session, cast, place=999_999))


def test_another_investigator_needs_a_reason_and_keeps_the_day(session: Session, cast: Cast) -> None:
    row = named(session, reported(session, cast)[0], cast.li_wei, cast.sun_li)
    refused("reason_missing", lambda: named(session, row, cast.li_wei, cast.wang_fang))
    row = named(session, row, cast.li_wei, cast.wang_fang, words="孙丽出差", now=NOW + DAY)
    assert _due(session, row, FeedbackDue.answer) == date(2026, 6, 26)
    refused("another_handles_it", lambda: replied(session, row, cast.sun_li))


def test_who_is_named_is_told_of_the_day_and_of_no_word_or_name(session: Session, cast: Cast) -> None:
    row, _ = reported(session, cast, name=REPORTER, contact=CONTACT, about_name="张敏")
    row = named(session, row, cast.li_wei, cast.li_wei)
    assert list(all_pushes(session, Occasion.feedback_named)) == [], "they named themselves"
    row = named(session, row, cast.li_wei, cast.sun_li, words="李伟出差")
    [push] = all_pushes(session, Occasion.feedback_named)
    assert (push.account_id, push.page) == (
        cast.sun_li.account_id,
        f"pages/feedback-case/feedback-case?id={row.id}",
    )
    assert push.content == {
        "matter": "一件反映由您核实",
        "result": "待核实",
        "until": "2026年6月26日",
        "hint": "请打开小程序查看",
    }


def test_it_is_extended_once(session: Session, cast: Cast) -> None:
    row = named(session, reported(session, cast)[0], cast.li_wei, cast.sun_li)
    extend = partial(service.extend, session, row.id, words="当事人外出", account_id=cast.sun_li.account_id, now=NOW)
    row = extend(version=row.version)
    assert _due(session, row, FeedbackDue.answer) == date(2026, 7, 3)
    refused("extended_before", lambda: extend(version=row.version))


def test_of_two_at_once_one_is_told_that_it_moved_on(engine: Engine, session: Session, cast: Cast) -> None:
    row, _ = reported(session, cast)
    session.commit()
    number, version = row.id, row.version

    def refuse(opened: Session) -> object:
        why = FeedbackRefusal.too_vague
        by = cast.li_wei.account_id
        return service.refuse(opened, number, version=version, why=why, words="请写明时间", account_id=by, now=NOW)

    def assign(opened: Session) -> object:
        by, to = cast.li_wei.account_id, cast.sun_li.account_id
        return service.assign(opened, number, version=version, investigator_id=to, account_id=by, now=NOW)

    assert race(engine, refuse, assign) == ["done", "stale_version"]


def test_a_refusal_is_told_and_takes_the_alike_with_it(session: Session, cast: Cast) -> None:
    rows = [reported(session, cast, network=f"203.0.113.{at}") for at in range(5)]
    other, _ = reported(session, cast, words="另一件事：资料室周末没有开门。")
    first, code = rows[0]
    service.refuse(
        session,
        first.id,
        version=1,
        why=FeedbackRefusal.repeated,
        words="已在核实",
        alike=True,
        account_id=cast.li_wei.account_id,
        now=NOW,
    )
    assert {row.status for row, _ in rows} == {FeedbackStatus.not_admitted}
    assert other.status == FeedbackStatus.submitted
    steps = present.progress(session, taking.with_code(session, KEY, code)).steps
    assert steps[-1].words == "同一情况已在办理。已在核实"


def test_who_reported_is_opened_by_who_looks_into_it_alone(session: Session, cast: Cast) -> None:
    row, _ = reported(session, cast, name=REPORTER, contact=CONTACT)
    row = named(session, row, cast.li_wei, cast.sun_li)
    refused("identity_sealed", lambda: service.identity_of(VAULT, row, account_id=cast.li_wei.account_id))
    assert service.identity_of(VAULT, row, account_id=cast.sun_li.account_id) == Identity(REPORTER, CONTACT)
    row = named(session, row, cast.li_wei, cast.wang_fang, words="孙丽出差")
    refused("identity_sealed", lambda: service.identity_of(VAULT, row, account_id=cast.sun_li.account_id))


def test_a_contact_without_a_name_is_not_kept(session: Session, cast: Cast) -> None:
    form = taking.report_of(
        FeedbackIn(form="a" * 32, kind=FeedbackKind.praise, words="服务很热心，谢谢。", contact=CONTACT)
    )
    row, _ = reported(session, cast, name=form.name, contact=form.contact)
    assert (row.name_sealed, row.contact_sealed) == (None, None)


def test_the_planted_name_is_nowhere_in_the_database(session: Session, cast: Cast) -> None:
    row, code = reported(session, cast, name=REPORTER, contact=CONTACT)
    replied(session, named(session, row, cast.li_wei, cast.sun_li), cast.sun_li)
    session.flush()
    dump = [
        repr(tuple(found))
        for table in Base.metadata.sorted_tables
        for found in session.execute(text(f"SELECT * FROM {table.name}"))
    ]
    assert any(WORDS in line for line in dump), "the dump has the words"
    for secret in (REPORTER, CONTACT, code, "198.51.100.7"):
        assert not [line for line in dump if secret in line]


def test_it_is_destroyed_when_its_days_are_over(
    engine: Engine, session: Session, settings: Settings, cast: Cast
) -> None:
    row, _ = reported(session, cast, name=REPORTER, contact=CONTACT, photos=(b"photo",))
    open_one, _ = reported(session, cast, name=REPORTER, contact=CONTACT)
    replied(session, named(session, row, cast.li_wei, cast.sun_li), cast.sun_li)
    session.commit()
    kept = replace(settings, feedback_days=30)
    jobs.destroy_identities(engine, kept, NOW + 30 * DAY, NOW)
    session.expire_all()
    assert row.name_sealed is not None, "the thirtieth day is one of them"
    session.commit()
    jobs.destroy_identities(engine, kept, NOW + 31 * DAY, NOW)
    session.expire_all()
    destroyed = session.get_one(Feedback, row.id)
    assert (destroyed.name_sealed, destroyed.contact_sealed) == (None, None)
    assert destroyed.identity_gone_at == NOW + 31 * DAY
    assert session.scalars(select(FeedbackPhoto)).all() == []
    assert open_one.name_sealed is not None


def test_what_is_handed_over_leaves_its_number_and_its_days(session: Session, cast: Cast) -> None:
    row, _ = reported(session, cast, name=REPORTER, contact=CONTACT, about_name="许明", photos=(b"photo",))
    row = named(session, row, cast.li_wei, cast.sun_li, words=None)
    row = service.hand_over(session, row.id, version=row.version, account_id=cast.sun_li.account_id, now=NOW)
    columns = {column.key: getattr(row, column.key) for column in Feedback.__table__.c}
    kept = {key for key, value in columns.items() if value not in (None, False)}
    assert kept == {
        *("id", "root_id", "organization_id", "about_id", "code_hash", "status", "version", "received_at", "ended_at")
    }
    steps = session.scalars(select(FeedbackStep).where(FeedbackStep.feedback_id == row.id)).all()
    assert [(each.action, each.words) for each in steps] == [("hand_over", None)]
    assert session.scalars(select(FeedbackPhoto)).all() == []
    refused("another_handles_it", lambda: replied(session, row, cast.sun_li))


def test_the_paper_for_the_discipline_office_opens_with_its_password_alone(session: Session, cast: Cast) -> None:
    row, _ = reported(session, cast, about_name="许明")
    made = handover.printed(session, row, Identity(REPORTER, CONTACT), now=NOW)
    again = handover.printed(session, row, Identity(REPORTER, CONTACT), now=NOW)
    assert made.password != again.password
    for needle in (REPORTER, CONTACT, "许明"):
        assert needle.encode() not in made.file
        assert needle.encode("utf-16-be") not in made.file
    locked = PdfReader(BytesIO(made.file))
    assert locked.is_encrypted
    assert not locked.decrypt(again.password)
    assert locked.decrypt(made.password)
    said = "".join(page.extract_text() for page in locked.pages)
    assert REPORTER in said
    assert "咨询台" in said


def test_nobody_but_who_handles_it_is_in_the_trail(session: Session, cast: Cast) -> None:
    row, _ = reported(session, cast, name=REPORTER, contact=CONTACT)
    named(session, row, cast.li_wei, cast.sun_li)
    lines = session.scalars(select(AuditLine).where(AuditLine.subject_kind == "feedback").order_by(AuditLine.id)).all()
    assert [(each.action, each.actor_id, each.detail) for each in lines] == [
        ("feedback_submit", None, {}),
        ("feedback_assign", cast.li_wei.account_id, {}),
    ]


@pytest.mark.parametrize("way", ["page", "app"])
def test_a_flood_is_one_thing_to_do_and_the_real_one_another(session: Session, cast: Cast, way: str) -> None:
    for at in range(60):
        reported(session, cast, network=f"203.0.{at}.1", words="刷屏的内容，请忽略。")
    reported(session, cast, network=None if way == "app" else "192.0.2.1", words="资料室周末没有开门，请核实。")
    session.flush()
    rows = queries.of_organization(session, cast.branch, is_open=True)
    assert len(rows) == 61
    waiting = {todo.kind: todo.count for todo in todos_of(session, cast.li_wei.actor, now=NOW)}
    assert waiting["feedbacks"] == 2
