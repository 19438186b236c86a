"""通知公告 over HTTP: writing, publishing, reading, reminding, and the files attached."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import quote

from flask import Response, request

from server.audit.subjects import AuditSubject
from server.errors import not_found
from server.identity import limits
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission, allows
from server.notices import files, present, queries, recipients, service
from server.notices.models import Notice
from server.notices.schemas import (
    InboxQuery,
    MemberNoticePath,
    MyNoticeOut,
    NoticeChangeIn,
    NoticeFileLinkPath,
    NoticeFileLinkQuery,
    NoticeFileOut,
    NoticeFilePath,
    NoticeForm,
    NoticeIn,
    NoticeOut,
    NoticePath,
    NoticeReaderOut,
    NoticeReaderPath,
    NoticesQuery,
    ReadersQuery,
    ReadingOut,
    RemindedOut,
    WithdrawNoticeIn,
)
from server.notices.targets import notice_target
from server.organizations.targets import member_target, organization_target
from server.photos.processing import check_size
from server.presentation import MemberPath, OrganizationPath, Page, decode_id_cursor, page_of

api = Api("notices", __name__, tag="通知公告")

FILE_RESPONSE = {"content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}}


@api.guarded(
    "POST",
    "/organizations/<int:organization_id>/notices",
    permission=Permission.notice_manage,
    target=organization_target,
    responses={201: NoticeOut},
)
def write_notice(context: Context, path: OrganizationPath, body: NoticeIn) -> tuple[NoticeOut, int]:
    """起草通知，对象为本组织及下级"""
    notice = service.write(
        context.session,
        organization_id=path.organization_id,
        title=body.title,
        body=body.body,
        audience=body.audience,
        account_id=context.account_id,
        now=context.now,
    )
    return present.one(context, notice), 201


@api.guarded(
    "GET",
    "/organizations/<int:organization_id>/notices",
    permission=Permission.notice_manage,
    target=organization_target,
    responses={200: Page[NoticeOut]},
)
def list_organization_notices(context: Context, path: OrganizationPath, query: NoticesQuery) -> Page[NoticeOut]:
    """本组织写的通知，草稿和已撤回的在内"""
    rows = queries.of_organization(
        context.session,
        path.organization_id,
        status=query.status,
        before_id=decode_id_cursor(query.cursor),
        limit=query.one_more,
    )
    page, cursor = page_of(query, rows)
    return Page[NoticeOut](items=present.notices(context, page), next_cursor=cursor)


@api.guarded(
    "GET",
    "/notices/<int:notice_id>",
    permission=Permission.notice_read,
    target=notice_target,
    responses={200: NoticeOut},
)
def get_notice(context: Context, path: NoticePath) -> NoticeOut:
    """一份通知；草稿只有起草单位看得到"""
    notice = queries.found(context.session, path.notice_id)
    if not _may_see(context, notice):
        raise not_found("通知")
    return present.one(context, notice)


def _may_see(context: Context, notice: Notice) -> bool:
    """Officers see all; other members see what was published for them."""
    if allows(context.actor, Permission.notice_manage, context.target):
        return True
    if notice.published_at is None or context.actor.member_id is None:
        return False
    return recipients.is_for(context.session, notice, member_id=context.actor.member_id, now=context.now)


@api.guarded(
    "PATCH",
    "/notices/<int:notice_id>",
    permission=Permission.notice_manage,
    target=notice_target,
    responses={200: NoticeOut},
)
def change_notice(context: Context, path: NoticePath, body: NoticeChangeIn) -> NoticeOut:
    """修改草稿"""
    notice = service.change(
        context.session,
        path.notice_id,
        version=body.version,
        title=body.title,
        body=body.body,
        audience=body.audience,
        account_id=context.account_id,
        now=context.now,
    )
    return present.one(context, notice)


@api.guarded(
    "POST",
    "/notices/<int:notice_id>/publish",
    permission=Permission.notice_manage,
    target=notice_target,
    responses={200: NoticeOut},
)
def publish_notice(context: Context, path: NoticePath) -> NoticeOut:
    """发布"""
    notice = service.publish(context.session, path.notice_id, account_id=context.account_id, now=context.now)
    return present.one(context, notice)


@api.guarded(
    "POST",
    "/notices/<int:notice_id>/withdraw",
    permission=Permission.notice_manage,
    target=notice_target,
    responses={200: NoticeOut},
)
def withdraw_notice(context: Context, path: NoticePath, body: WithdrawNoticeIn) -> NoticeOut:
    """撤回（写明原因）"""
    notice = service.withdraw(
        context.session, path.notice_id, reason=body.reason, account_id=context.account_id, now=context.now
    )
    return present.one(context, notice)


@api.guarded(
    "GET",
    "/notices/<int:notice_id>/reading",
    permission=Permission.notice_manage,
    target=notice_target,
    responses={200: ReadingOut},
)
def get_notice_reading(context: Context, path: NoticePath) -> ReadingOut:
    """阅读情况：总数和各支部"""
    notice = queries.found(context.session, path.notice_id)
    return present.reading(recipients.counts(context.session, notice, now=context.now))


@api.guarded(
    "GET",
    "/notices/<int:notice_id>/readers",
    permission=Permission.notice_manage,
    target=notice_target,
    responses={200: Page[NoticeReaderOut]},
)
def list_notice_readers(context: Context, path: NoticePath, query: ReadersQuery) -> Page[NoticeReaderOut]:
    """已读和未读名单"""
    context.audit_look(AuditSubject.notice_readers, path.notice_id)
    rows = recipients.readers(
        context.session,
        queries.found(context.session, path.notice_id),
        has_read=query.has_read,
        after_id=decode_id_cursor(query.cursor),
        limit=query.one_more,
        now=context.now,
    )
    page, cursor = page_of(query, rows, lambda row: (row.member_id,))
    return Page[NoticeReaderOut](items=[present.reader(row) for row in page], next_cursor=cursor)


@api.guarded(
    "POST",
    "/notices/<int:notice_id>/readers/<int:member_id>/told",
    permission=Permission.notice_manage,
    target=notice_target,
    responses={204: None},
)
def tell_notice(context: Context, path: NoticeReaderPath) -> None:
    """登记已当面或电话告知一名党员"""
    service.note_read(
        context.session, path.notice_id, member_id=path.member_id, now=context.now, told_by=context.account_id
    )


@api.guarded(
    "POST",
    "/notices/<int:notice_id>/remind",
    permission=Permission.notice_manage,
    target=notice_target,
    responses={200: RemindedOut},
)
def remind_notice(context: Context, path: NoticePath) -> RemindedOut:
    """提醒未读的人，十二小时内一次"""
    waiting = service.remind(context.session, path.notice_id, account_id=context.account_id, now=context.now)
    return RemindedOut(waiting=waiting)


@api.guarded(
    "GET",
    "/members/<int:member_id>/notices",
    permission=Permission.notice_inbox,
    target=member_target,
    responses={200: Page[MyNoticeOut]},
)
def list_member_notices(context: Context, path: MemberPath, query: InboxQuery) -> Page[MyNoticeOut]:
    """发给本人的通知"""
    rows = recipients.inbox(
        context.session,
        member_id=path.member_id,
        unread_only=query.unread_only,
        before_id=decode_id_cursor(query.cursor),
        limit=query.one_more,
        now=context.now,
    )
    page, cursor = page_of(query, rows, lambda row: (row[0].id,))
    return Page[MyNoticeOut](items=present.mine(context, page), next_cursor=cursor)


@api.guarded(
    "POST",
    "/members/<int:member_id>/notices/<int:notice_id>/read",
    permission=Permission.notice_inbox,
    target=member_target,
    responses={204: None},
)
def read_notice(context: Context, path: MemberNoticePath) -> None:
    """本人已读回执"""
    service.note_read(context.session, path.notice_id, member_id=path.member_id, now=context.now)


def received(view: Callable[..., Any]) -> Callable[..., Any]:
    """Receive the whole file before a transaction is opened: a slow line must not hold the database."""

    @wraps(view)
    def receiving(**path: Any) -> Any:
        _ = request.files
        return view(**path)

    return receiving


@api.guarded(
    "POST",
    "/notices/<int:notice_id>/files",
    permission=Permission.notice_manage,
    target=notice_target,
    responses={201: NoticeFileOut},
    idempotent=False,
    decorators=(received, *limits.upload),
)
def attach_notice_file(context: Context, path: NoticePath, form: NoticeForm) -> tuple[NoticeFileOut, int]:
    """给草稿附一个文件；同一文件再传一次得到同一个"""
    content = form.content()
    check_size(len(content), context.settings.max_photo_bytes)
    file = files.attach(
        context.session,
        files.storage_of(context.settings),
        notice_id=path.notice_id,
        name=form.name(),
        content=content,
        account_id=context.account_id,
        now=context.now,
    )
    return present.file_out(context, file), 201


@api.guarded(
    "DELETE",
    "/notices/<int:notice_id>/files/<int:file_id>",
    permission=Permission.notice_manage,
    target=notice_target,
    responses={204: None},
)
def remove_notice_file(context: Context, path: NoticeFilePath) -> None:
    """从草稿取下一个附件"""
    storage = files.storage_of(context.settings)
    files.remove(
        context.session,
        storage,
        notice_id=path.notice_id,
        file_id=path.file_id,
        account_id=context.account_id,
        now=context.now,
    )


@api.guarded(
    "GET",
    "/notice-files/<string:public_id>",
    permission=None,
    responses={200: FILE_RESPONSE},
)
def get_notice_file(context: Context, path: NoticeFileLinkPath, query: NoticeFileLinkQuery) -> Response:
    """凭限时签名链接下载附件"""
    file, content = files.read(
        context.session,
        context.settings,
        public_id=path.public_id,
        expires=query.expires,
        signature=query.signature,
        now=context.now,
    )
    headers = {
        "Cache-Control": "private, no-store",
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name)}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, mimetype=file.media_type, headers=headers)
