"""Claims over HTTP: what members, or those who write for them, do with claims."""

from http import HTTPStatus

from server.audit.subjects import AuditSubject
from server.claims import present, queries, room, service
from server.claims.error_codes import ClaimErrorCode
from server.claims.schemas import (
    ClaimableItemOut,
    ClaimableItemsOut,
    ClaimForIn,
    ClaimIn,
    ClaimLineOut,
    ClaimOut,
    ClaimPath,
    ClaimsQuery,
    EditClaimIn,
    FellowOut,
    FellowsOut,
    FellowsQuery,
    ItemsQuery,
    LevelOut,
    NewClaimIn,
    VersionIn,
    WithdrawIn,
)
from server.claims.targets import claim_target, work_target
from server.errors import DomainError
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission
from server.organizations.targets import member_target
from server.presentation import (
    MemberPath,
    Page,
    decode_id_cursor,
    page_of,
)

api = Api("claims", __name__, tag="个人申报")


@api.guarded(
    "GET",
    "/members/<int:member_id>/claims",
    permission=Permission.claim_read,
    target=member_target,
    responses={200: Page[ClaimLineOut]},
)
def list_claims(context: Context, path: MemberPath, query: ClaimsQuery) -> Page[ClaimLineOut]:
    """党员的申报，最新的在前"""
    context.audit_look(AuditSubject.member_claims, path.member_id)
    found = queries.claims_of_member(
        context.session,
        member_id=path.member_id,
        own=context.actor.member_id == path.member_id,
        limit=query.one_more,
        before_id=decode_id_cursor(query.cursor),
        status=query.status,
        year=query.year,
        item_code=query.item_code,
    )
    page, cursor = page_of(query, found)
    return Page(items=present.lines(context.session, page), next_cursor=cursor)


@api.guarded(
    "GET",
    "/members/<int:member_id>/claimable-items",
    permission=Permission.claim_read,
    target=member_target,
    responses={200: ClaimableItemsOut},
)
def list_claimable_items(context: Context, path: MemberPath, query: ItemsQuery) -> ClaimableItemsOut:
    """可申报的项目和各项目本年还可得的分值"""
    context.audit_look(AuditSubject.member_claims, path.member_id)
    found = room.claimable_items(context.session, member_id=path.member_id, year=query.year, now=context.now)
    items = [
        ClaimableItemOut(
            code=item.code,
            title=item.title,
            clause=item.clause,
            method=item.method,
            points=item.points,
            unit=item.unit,
            levels=[LevelOut(code=level.code, title=level.title, points=level.points) for level in item.levels],
            evidence_note=item.evidence_note,
            room=left,
        )
        for item, left in found.items
    ]
    return ClaimableItemsOut(items=items, claim_until=found.until)


@api.guarded(
    "POST",
    "/members/<int:member_id>/claims",
    permission=Permission.claim_submit,
    target=member_target,
    responses={201: ClaimOut},
)
def create_claim(context: Context, path: MemberPath, body: NewClaimIn) -> tuple[ClaimOut, int]:
    """填写申报，可直接提交"""
    return _created(context, path.member_id, body, submit=body.submit, reason=None)


@api.guarded(
    "POST",
    "/members/<int:member_id>/claims-on-behalf",
    permission=Permission.claim_submit_for,
    target=member_target,
    responses={201: ClaimOut},
)
def create_claim_on_behalf(context: Context, path: MemberPath, body: ClaimForIn) -> tuple[ClaimOut, int]:
    """代党员填写申报（写明原因），与本人申报同等有效"""
    if context.actor.member_id == path.member_id:
        raise DomainError(ClaimErrorCode.own_claim, "本人的申报请直接填写，不用代填", status=HTTPStatus.FORBIDDEN)
    return _created(context, path.member_id, body, submit=body.submit, reason=body.reason)


@api.guarded(
    "GET",
    "/members/<int:member_id>/fellows",
    permission=Permission.claim_write,
    target=member_target,
    responses={200: FellowsOut},
)
def list_fellows(context: Context, path: MemberPath, query: FellowsQuery) -> FellowsOut:
    """可填为合作人员的人：当日与该党员同在一个支部的其他党员"""
    found = queries.fellows(context.session, member_id=path.member_id, on=query.on)
    return FellowsOut(items=[FellowOut(member_id=member.id, name=member.name) for member in found])


@api.guarded(
    "GET", "/claims/<int:claim_id>", permission=Permission.claim_read, target=work_target, responses={200: ClaimOut}
)
def get_claim(context: Context, path: ClaimPath) -> ClaimOut:
    """申报详情：内容、照片、办理过程和意见"""
    claim = queries.visible(context.session, path.claim_id, context.actor)
    context.audit_look(AuditSubject.claim, claim.id)
    return present.detail(context, claim)


@api.guarded(
    "PUT", "/claims/<int:claim_id>", permission=Permission.claim_write, target=claim_target, responses={200: ClaimOut}
)
def edit_claim(context: Context, path: ClaimPath, body: EditClaimIn) -> ClaimOut:
    """修改草稿或被退回的申报，可直接（再次）提交"""
    session, actor, now = context.session, context.actor, context.now
    claim = service.edit(
        session, claim_id=path.claim_id, actor=actor, version=body.version, contents=body.contents(), now=now
    )
    if body.submit:
        service.submit(session, claim_id=claim.id, actor=actor, version=claim.version, now=now)
    return present.detail(context, claim)


@api.guarded(
    "POST",
    "/claims/<int:claim_id>/submit",
    permission=Permission.claim_write,
    target=claim_target,
    responses={200: ClaimOut},
)
def submit_claim(context: Context, path: ClaimPath, body: VersionIn) -> ClaimOut:
    """提交草稿，或重新提交被退回的申报"""
    claim = service.submit(
        context.session, claim_id=path.claim_id, actor=context.actor, version=body.version, now=context.now
    )
    return present.detail(context, claim)


@api.guarded(
    "POST",
    "/claims/<int:claim_id>/withdraw",
    permission=Permission.claim_write,
    target=claim_target,
    responses={200: ClaimOut},
)
def withdraw_claim(context: Context, path: ClaimPath, body: WithdrawIn) -> ClaimOut:
    """在审核决定之前撤回申报"""
    claim = service.withdraw(
        context.session,
        claim_id=path.claim_id,
        actor=context.actor,
        version=body.version,
        now=context.now,
        words=body.words,
    )
    return present.detail(context, claim)


def _created(
    context: Context, member_id: int, body: ClaimIn, *, submit: bool, reason: str | None
) -> tuple[ClaimOut, int]:
    claim = service.create_draft(
        context.session,
        member_id=member_id,
        actor=context.actor,
        contents=body.contents(),
        now=context.now,
        on_behalf_reason=reason,
    )
    if submit:
        service.submit(context.session, claim_id=claim.id, actor=context.actor, version=claim.version, now=context.now)
    return present.detail(context, claim), 201
