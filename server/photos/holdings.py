"""The photos a person uploaded or that were uploaded for them; the files themselves go beside the tables."""

from collections.abc import Iterator

from sqlalchemy import and_, select

from server.audit.holdings import looks
from server.audit.models import AuditLine
from server.audit.subjects import AuditSubject
from server.holdings import DataSubject, Holding
from server.photos.models import Photo

PLACE = 50
"""Among the holdings of all features, in the order in which a person reads them."""


def holdings(subject: DataSubject) -> Iterator[Holding]:
    mine = Photo.member_id == subject.member_id
    yield Holding(
        "照片",
        Photo,
        mine,
        {
            "编号": Photo.id,
            "申报编号": Photo.claim_id,
            "会议编号": Photo.meeting_id,
            "宽": Photo.width,
            "高": Photo.height,
            "字节": Photo.bytes,
            "校验值": Photo.stored_sha256,
            "上传时间": Photo.created_at,
            "删除时间": Photo.erased_at,
        },
    )
    of_mine = AuditLine.subject_id.in_(select(Photo.id).where(mine))
    yield looks("他人对我的照片的查看", and_(AuditLine.subject_kind == AuditSubject.photo, of_mine), subject)
