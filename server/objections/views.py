"""Objections over HTTP: raising one, its story, and each step.

Answers say who objects, so none is kept under an Idempotency-Key: a step knows itself again (`steps.is_repeated`).
"""

from server.audit.subjects import AuditSubject
from server.days import shanghai_date
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission
from server.objections import present, queries, service
from server.objections.matters import present as offering
from server.objections.rules import ObjectionVia
from server.objections.schemas import (
    AnswerIn,
    AssignIn,
    EscalateIn,
    ExtendIn,
    MatterOut,
    MatterQuery,
    MattersOut,
    ObjectionIn,
    ObjectionLineOut,
    ObjectionOut,
    ObjectionPath,
    ObjectionsQuery,
    RefuseObjectionIn,
    SpeakIn,
)
from server.objections.targets import objection_target
from server.organizations.targets import member_target, organization_target
from server.presentation import MemberPath, OrganizationPath, Page, PageQuery, decode_id_cursor, page_of

api = Api("objections", __name__, tag="异议")


@api.guarded(
    "GET",
    "/members/<int:member_id>/objection-form",
    permission=Permission.objection_raise,
    target=member_target,
    responses={200: MatterOut},
)
def show_objection_form(context: Context, path: MemberPath, query: MatterQuery) -> MatterOut:
    """提出异议前要看到的：事项、异议期、各项时限"""
    context.audit_look(AuditSubject.member_objections, path.member_id)
    return present.form(context, path.member_id, query.subject_kind, query.subject_id)


@api.guarded(
    "GET",
    "/members/<int:member_id>/objection-matters",
    permission=Permission.objection_raise,
    target=member_target,
    responses={200: MattersOut},
)
def list_matters(context: Context, path: MemberPath) -> MattersOut:
    """党员可以提出异议的事项：年度结果、未通过的申报、积分、月汇总，最近的在前"""
    context.audit_look(AuditSubject.member_objections, path.member_id)
    return MattersOut(items=offering.matter_lines(context.session, path.member_id, today=shanghai_date(context.now)))


@api.guarded(
    "GET",
    "/members/<int:member_id>/objections",
    permission=Permission.objection_read,
    target=member_target,
    responses={200: Page[ObjectionLineOut]},
)
def list_member_objections(context: Context, path: MemberPath, query: PageQuery) -> Page[ObjectionLineOut]:
    """党员提出的异议，最新的在前"""
    context.audit_look(AuditSubject.member_objections, path.member_id)
    rows = queries.of_member(
        context.session, path.member_id, before_id=decode_id_cursor(query.cursor), limit=query.one_more
    )
    page, cursor = page_of(query, rows)
    return Page(items=present.lines(context, page), next_cursor=cursor)


@api.guarded(
    "POST",
    "/members/<int:member_id>/objections",
    permission=Permission.objection_raise,
    target=member_target,
    responses={201: ObjectionOut},
    idempotent=False,
)
def raise_objection(context: Context, path: MemberPath, body: ObjectionIn) -> tuple[ObjectionOut, int]:
    """提出异议；党员书面、口头提出的，由支部代为登记"""
    own = context.actor.member_id == path.member_id
    row = service.raise_objection(
        context.session,
        member_id=path.member_id,
        subject_kind=body.subject_kind,
        subject_id=body.subject_id,
        words=body.words,
        wish=body.wish,
        via=ObjectionVia.app if own else body.via,
        late_reason=body.late_reason,
        intake=body.intake,
        own=own,
        account_id=context.account_id,
        now=context.now,
    )
    return present.whole(context, row), 201


@api.guarded(
    "GET",
    "/organizations/<int:organization_id>/objections",
    permission=Permission.objection_handle,
    target=organization_target,
    responses={200: Page[ObjectionLineOut]},
)
def list_objections(context: Context, path: OrganizationPath, query: ObjectionsQuery) -> Page[ObjectionLineOut]:
    """本党组织及所属党支部的异议，最新的在前"""
    context.audit_look(AuditSubject.objections, path.organization_id)
    rows = queries.of_organization(
        context.session,
        path.organization_id,
        is_open=query.open,
        before_id=decode_id_cursor(query.cursor),
        limit=query.one_more,
    )
    page, cursor = page_of(query, rows)
    return Page(items=present.lines(context, page), next_cursor=cursor)


@api.guarded(
    "GET",
    "/objections/<int:objection_id>",
    permission=Permission.objection_read,
    target=objection_target,
    responses={200: ObjectionOut},
)
def show_objection(context: Context, path: ObjectionPath) -> ObjectionOut:
    """一件异议和它的办理过程"""
    context.audit_look(AuditSubject.objection, path.objection_id)
    return present.whole(context, queries.get_objection(context.session, path.objection_id))


@api.guarded(
    "POST",
    "/objections/<int:objection_id>/refuse",
    permission=Permission.objection_handle,
    target=objection_target,
    responses={200: ObjectionOut},
    idempotent=False,
)
def refuse_objection(context: Context, path: ObjectionPath, body: RefuseObjectionIn) -> ObjectionOut:
    """不予受理，写明理由和应向哪里提出"""
    row = service.refuse(
        context.session,
        path.objection_id,
        version=body.version,
        why=body.why,
        words=body.words,
        account_id=context.account_id,
        now=context.now,
    )
    return present.whole(context, row)


@api.guarded(
    "POST",
    "/objections/<int:objection_id>/assign",
    permission=Permission.objection_handle,
    target=objection_target,
    responses={200: ObjectionOut},
    idempotent=False,
)
def assign_objection(context: Context, path: ObjectionPath, body: AssignIn) -> ObjectionOut:
    """受理并确定核查人；更换核查人的写明理由"""
    row = service.assign(
        context.session,
        path.objection_id,
        version=body.version,
        investigator_id=body.investigator_id,
        words=body.words,
        account_id=context.account_id,
        now=context.now,
    )
    return present.whole(context, row)


@api.guarded(
    "POST",
    "/objections/<int:objection_id>/extend",
    permission=Permission.objection_handle,
    target=objection_target,
    responses={200: ObjectionOut},
    idempotent=False,
)
def extend_objection(context: Context, path: ObjectionPath, body: ExtendIn) -> ObjectionOut:
    """延长答复期限一次，原因告知本人"""
    row = service.extend(
        context.session,
        path.objection_id,
        version=body.version,
        words=body.words,
        account_id=context.account_id,
        now=context.now,
    )
    return present.whole(context, row)


@api.guarded(
    "POST",
    "/objections/<int:objection_id>/answer",
    permission=Permission.objection_handle,
    target=objection_target,
    responses={200: ObjectionOut},
    idempotent=False,
)
def answer_objection(context: Context, path: ObjectionPath, body: AnswerIn) -> ObjectionOut:
    """答复：核查情况、结论，成立的办理更正或写明不作更正的原因"""
    row = service.answer(
        context.session,
        path.objection_id,
        version=body.version,
        finding=body.finding,
        outcome=body.outcome,
        corrects=body.corrects,
        why_no_correction=body.why_no_correction,
        account_id=context.account_id,
        now=context.now,
    )
    return present.whole(context, row)


@api.guarded(
    "POST",
    "/objections/<int:objection_id>/accept",
    permission=Permission.objection_raise,
    target=objection_target,
    responses={200: ObjectionOut},
    idempotent=False,
)
def accept_answer(context: Context, path: ObjectionPath, body: SpeakIn) -> ObjectionOut:
    """接受答复，异议办结"""
    row = service.accept(
        context.session,
        path.objection_id,
        version=body.version,
        own=context.actor.member_id == context.target.member_id,
        words=body.words,
        account_id=context.account_id,
        now=context.now,
    )
    return present.whole(context, row)


@api.guarded(
    "POST",
    "/objections/<int:objection_id>/escalate",
    permission=Permission.objection_raise,
    target=objection_target,
    responses={200: ObjectionOut},
    idempotent=False,
)
def escalate_objection(context: Context, path: ObjectionPath, body: EscalateIn) -> ObjectionOut:
    """对答复仍有异议，提请上级专项查核"""
    row = service.escalate(
        context.session,
        path.objection_id,
        version=body.version,
        own=context.actor.member_id == context.target.member_id,
        words=body.words,
        account_id=context.account_id,
        now=context.now,
    )
    return present.whole(context, row)


@api.guarded(
    "POST",
    "/objections/<int:objection_id>/withdraw",
    permission=Permission.objection_raise,
    target=objection_target,
    responses={200: ObjectionOut},
    idempotent=False,
)
def withdraw_objection(context: Context, path: ObjectionPath, body: SpeakIn) -> ObjectionOut:
    """答复前撤回异议"""
    row = service.withdraw(
        context.session,
        path.objection_id,
        version=body.version,
        own=context.actor.member_id == context.target.member_id,
        words=body.words,
        account_id=context.account_id,
        now=context.now,
    )
    return present.whole(context, row)
