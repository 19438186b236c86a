"""Photos: upload one, look at it, discard it; the files themselves by signed link."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, current_app, request
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge

from server.audit.subjects import AuditSubject
from server.errors import DomainError
from server.identity import limits
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission
from server.organizations.targets import member_target
from server.photos import links, present, processing, queries, service
from server.photos.error_codes import PhotoErrorCode
from server.photos.models import Photo
from server.photos.schemas import PhotoFilePath, PhotoForm, PhotoLinkQuery, PhotoOut, PhotoPath
from server.photos.storage import storage_of
from server.photos.targets import photo_target
from server.presentation import MemberPath, Page

api = Api("photos", __name__, tag="照片")

FILE_RESPONSE = {"content": {"image/jpeg": {"schema": {"type": "string", "contentMediaType": "image/jpeg"}}}}


def received(view: Callable[..., Any]) -> Callable[..., Any]:
    """Receive the whole upload before a transaction is opened: a slow phone must not hold the database."""

    @wraps(view)
    def receiving(**path: Any) -> Any:
        try:
            files = request.files
        except RequestEntityTooLarge:
            raise processing.too_large(current_app.extensions["settings"].max_photo_bytes) from None
        if len(files.getlist("photo")) > 1:
            raise DomainError(PhotoErrorCode.photo_one_at_a_time, "每次只能上传一张照片")
        return view(**path)

    return receiving


@api.guarded(
    "POST",
    "/members/<int:member_id>/photos",
    permission=Permission.photo_upload,
    target=member_target,
    responses={200: PhotoOut, 201: PhotoOut},
    idempotent=False,
    decorators=(received, *limits.upload),
)
def upload_photo(context: Context, path: MemberPath, form: PhotoForm) -> tuple[PhotoOut, int]:
    """上传一张照片（JPEG、PNG、WebP、HEIC）；同一文件再传一次得到同一张"""
    original = form.content()
    processing.check_size(len(original), context.settings.max_photo_bytes)
    found = service.expect(context.session, member_id=path.member_id, original=original)
    if found is not None:
        return present.photo_out(context, found), 200
    _let_go(context.session)
    photo, new = service.keep(
        context.session,
        storage_of(context.settings),
        member_id=path.member_id,
        picture=processing.process(original),
        uploaded_by=context.account_id,
        now=context.now,
    )
    return present.photo_out(context, photo), 201 if new else 200


def _let_go(session: Session) -> None:
    """End the transaction, in which nothing was written: decoding takes a second, and SQLite has one writer."""
    session.rollback()


@api.guarded(
    "GET",
    "/members/<int:member_id>/photos",
    permission=Permission.photo_upload,
    target=member_target,
    responses={200: Page[PhotoOut]},
)
def list_waiting_photos(context: Context, path: MemberPath) -> Page[PhotoOut]:
    """尚未用于申报的照片；代为上传的人只看到自己上传的"""
    own = context.actor.member_id == path.member_id
    photos = queries.waiting_photos(
        context.session, member_id=path.member_id, uploaded_by=None if own else context.account_id
    )
    return Page[PhotoOut](items=[present.photo_out(context, photo) for photo in photos])


@api.guarded(
    "GET",
    "/photos/<int:photo_id>",
    permission=Permission.claim_read,
    target=photo_target,
    responses={200: PhotoOut},
)
def get_photo(context: Context, path: PhotoPath) -> PhotoOut:
    """查看一张照片，得到五分钟内有效的链接"""
    photo = _found(context, path.photo_id)
    context.audit_look(AuditSubject.photo, photo.id)
    return present.photo_out(context, photo)


@api.guarded(
    "DELETE",
    "/photos/<int:photo_id>",
    permission=Permission.photo_upload,
    target=photo_target,
    responses={204: None},
)
def delete_photo(context: Context, path: PhotoPath) -> None:
    """删除一张尚未用于申报的照片"""
    photo = _found(context, path.photo_id)
    service.discard(context.session, storage_of(context.settings), photo)


def _found(context: Context, photo_id: int) -> Photo:
    return queries.find(context.session, photo_id, member_id=context.actor.member_id, account_id=context.account_id)


@api.guarded(
    "GET",
    "/photo-files/<string:public_id>/<string:variant>",
    permission=None,
    responses={200: FILE_RESPONSE},
)
def get_photo_file(context: Context, path: PhotoFilePath, query: PhotoLinkQuery) -> Response:
    """凭限时签名链接读取照片文件"""
    seconds = links.check_link(
        context.settings,
        public_id=path.public_id,
        variant=path.variant,
        expires=query.expires,
        signature=query.signature,
        now=context.now,
    )
    content = queries.read(
        context.session, storage_of(context.settings), public_id=path.public_id, variant=path.variant
    )
    return Response(content, mimetype="image/jpeg", headers=_file_headers(seconds))


def _file_headers(seconds: int) -> dict[str, str]:
    return {
        "Cache-Control": f"private, max-age={seconds}, must-revalidate",
        "Content-Disposition": "inline; filename=photo.jpg",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-site",
        "X-Content-Type-Options": "nosniff",
    }
