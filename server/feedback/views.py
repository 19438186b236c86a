"""Feedbacks over HTTP: reporting from the app, and the officer's desk. The form behind a QR is `console/feedback_page`.

No answer to whoever reports is kept under an Idempotency-Key: it holds the query code, and the key's row names its
sender. A form sent twice is known by its own text.
"""

from base64 import b64encode

from server.audit import service as audit
from server.audit.subjects import AuditSubject
from server.feedback import handover, present, queries, service, taking
from server.feedback.limits import from_the_app, looking_up
from server.feedback.models import Feedback
from server.feedback.rules import FeedbackAction, FeedbackVia
from server.feedback.schemas import (
    AnswerFeedbackIn,
    AssignFeedbackIn,
    EnteredObjectionOut,
    ExtendFeedbackIn,
    FeedbackFormOut,
    FeedbackFormQuery,
    FeedbackIdentityOut,
    FeedbackIn,
    FeedbackLineOut,
    FeedbackOut,
    FeedbackPath,
    FeedbackSeenIn,
    FeedbacksQuery,
    HandoverFileOut,
    ProgressOut,
    QueryCodeIn,
    ReceiptOut,
    RefuseFeedbackIn,
)
from server.feedback.targets import feedback_target
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission
from server.organizations.targets import organization_target
from server.presentation import OrganizationPath, Page, decode_id_cursor, page_of

api = Api("feedback", __name__, tag="反映情况")


@api.guarded(
    "GET",
    "/organizations/<int:organization_id>/feedback-form",
    permission=Permission.signed_in,
    responses={200: FeedbackFormOut},
)
def show_feedback_form(context: Context, path: OrganizationPath, query: FeedbackFormQuery) -> FeedbackFormOut:
    """反映情况前要看到的：交给谁、办理时限、电话"""
    return present.form(context.session, path.organization_id, query.publicity_id, now=context.now)


@api.guarded(
    "POST",
    "/organizations/<int:organization_id>/feedbacks",
    permission=Permission.signed_in,
    responses={201: ReceiptOut},
    idempotent=False,
    decorators=from_the_app,
)
def report_feedback(context: Context, path: OrganizationPath, body: FeedbackIn) -> tuple[ReceiptOut, int]:
    """反映情况；不记录是谁提交的，查询码只显示这一次"""
    row, code = taking.take(
        context.session,
        context.vault,
        context.settings.secret_key,
        organization_id=path.organization_id,
        publicity_id=body.publicity_id,
        report=taking.report_of(body),
        via=FeedbackVia.app,
        network=None,
        now=context.now,
    )
    return present.receipt(context.session, row, code), 201


@api.guarded(
    "POST",
    "/feedback-progress",
    permission=Permission.signed_in,
    responses={200: ProgressOut},
    transacts=False,
    decorators=looking_up,
)
def show_feedback_progress(context: Context, body: QueryCodeIn) -> ProgressOut:
    """凭查询码看办到哪一步"""
    return present.progress(context.session, taking.with_code(context.session, context.settings.secret_key, body.code))


@api.guarded(
    "GET",
    "/organizations/<int:organization_id>/feedbacks",
    permission=Permission.feedback_handle,
    target=organization_target,
    responses={200: Page[FeedbackLineOut]},
)
def list_feedbacks(context: Context, path: OrganizationPath, query: FeedbacksQuery) -> Page[FeedbackLineOut]:
    """由本人受理或核实的反映；没办结的全部列出，成批的折叠在后"""
    context.audit_look(AuditSubject.feedbacks, path.organization_id)
    if query.open:
        return Page(items=present.open_lines(context, path.organization_id))
    rows = queries.of_organization(
        context.session,
        path.organization_id,
        is_open=False,
        before_id=decode_id_cursor(query.cursor),
        limit=query.one_more,
    )
    page, cursor = page_of(query, rows)
    return Page(items=present.ended_lines(context, page), next_cursor=cursor)


@api.guarded(
    "GET",
    "/feedbacks/<int:feedback_id>",
    permission=Permission.feedback_handle,
    target=feedback_target,
    responses={200: FeedbackOut},
)
def show_feedback(context: Context, path: FeedbackPath) -> FeedbackOut:
    """一件反映和它的办理过程，不含反映人身份"""
    context.audit_look(AuditSubject.feedback, path.feedback_id)
    return present.whole(context, _of(context, path))


@api.guarded(
    "POST",
    "/feedbacks/<int:feedback_id>/identity",
    permission=Permission.feedback_handle,
    target=feedback_target,
    responses={200: FeedbackIdentityOut},
    idempotent=False,
)
def show_reporter(context: Context, path: FeedbackPath) -> FeedbackIdentityOut:
    """反映人的姓名和联系方式，只给核实人本人，每次查看都留痕"""
    row = _of(context, path)
    found = service.identity_of(context.vault, row, account_id=context.account_id)
    _note(context, row, "feedback_identity")
    return FeedbackIdentityOut(name=found.name, contact=found.contact)


@api.guarded(
    "POST",
    "/feedbacks/<int:feedback_id>/refuse",
    permission=Permission.feedback_handle,
    target=feedback_target,
    responses={200: FeedbackOut},
)
def refuse_feedback(context: Context, path: FeedbackPath, body: RefuseFeedbackIn) -> FeedbackOut:
    """不予受理，写明理由；内容相同的可一并办理"""
    row = service.refuse(
        context.session,
        path.feedback_id,
        version=body.version,
        why=body.why,
        words=body.words,
        alike=body.alike,
        account_id=context.account_id,
        now=context.now,
    )
    return present.whole(context, row)


@api.guarded(
    "POST",
    "/feedbacks/<int:feedback_id>/assign",
    permission=Permission.feedback_handle,
    target=feedback_target,
    responses={200: FeedbackOut},
)
def assign_feedback(context: Context, path: FeedbackPath, body: AssignFeedbackIn) -> FeedbackOut:
    """受理并确定核实人；更换核实人的写明理由"""
    row = service.assign(
        context.session,
        path.feedback_id,
        version=body.version,
        investigator_id=body.investigator_id,
        words=body.words,
        account_id=context.account_id,
        now=context.now,
    )
    return present.whole(context, row)


@api.guarded(
    "POST",
    "/feedbacks/<int:feedback_id>/extend",
    permission=Permission.feedback_handle,
    target=feedback_target,
    responses={200: FeedbackOut},
)
def extend_feedback(context: Context, path: FeedbackPath, body: ExtendFeedbackIn) -> FeedbackOut:
    """延长答复期限一次，原因凭查询码可见"""
    row = service.extend(
        context.session,
        path.feedback_id,
        version=body.version,
        words=body.words,
        account_id=context.account_id,
        now=context.now,
    )
    return present.whole(context, row)


@api.guarded(
    "POST",
    "/feedbacks/<int:feedback_id>/answer",
    permission=Permission.feedback_handle,
    target=feedback_target,
    responses={200: FeedbackOut},
)
def answer_feedback(context: Context, path: FeedbackPath, body: AnswerFeedbackIn) -> FeedbackOut:
    """答复：结论、核实记录（内部）、给反映人的答复"""
    row = service.answer(
        context.session,
        path.feedback_id,
        version=body.version,
        outcome=body.outcome,
        finding=body.finding,
        reply=body.reply,
        account_id=context.account_id,
        now=context.now,
    )
    return present.whole(context, row)


@api.guarded(
    "POST",
    "/feedbacks/<int:feedback_id>/objection",
    permission=Permission.feedback_handle,
    target=feedback_target,
    responses={201: EnteredObjectionOut},
)
def enter_feedback_objection(
    context: Context, path: FeedbackPath, body: FeedbackSeenIn
) -> tuple[EnteredObjectionOut, int]:
    """留名的公示意见，登记为本人的异议"""
    objection = service.enter_objection(
        context.session,
        context.vault,
        path.feedback_id,
        version=body.version,
        account_id=context.account_id,
        now=context.now,
    )
    return EnteredObjectionOut(objection_id=objection.id), 201


@api.guarded(
    "POST",
    "/feedbacks/<int:feedback_id>/handover-file",
    permission=Permission.feedback_handle,
    target=feedback_target,
    responses={200: HandoverFileOut},
    idempotent=False,
)
def print_handover(context: Context, path: FeedbackPath) -> HandoverFileOut:
    """打印移交学校纪委的材料：加密 PDF 和只显示这一次的密码；可以重新打印，密码另换"""
    row = _of(context, path)
    identity = service.identity_of(context.vault, row, account_id=context.account_id)
    service.check_possible(row, FeedbackAction.hand_over)
    made = handover.printed(context.session, row, identity, now=context.now)
    _note(context, row, "feedback_printed")
    file = b64encode(made.file).decode()
    return HandoverFileOut(name=made.name, file=file, password=handover.shown(made.password))


@api.guarded(
    "POST",
    "/feedbacks/<int:feedback_id>/hand-over",
    permission=Permission.feedback_handle,
    target=feedback_target,
    responses={204: None},
)
def hand_over_feedback(context: Context, path: FeedbackPath, body: FeedbackSeenIn) -> tuple[None, int]:
    """记录材料已当面移交学校纪委，本系统只留编号和日期"""
    service.hand_over(
        context.session, path.feedback_id, version=body.version, account_id=context.account_id, now=context.now
    )
    return None, 204


def _of(context: Context, path: FeedbackPath) -> Feedback:
    return context.session.get_one(Feedback, path.feedback_id)


def _note(context: Context, row: Feedback, action: str) -> None:
    audit.record(context.session, actor_id=context.account_id, action=action, **audit.of(row), now=context.now)
