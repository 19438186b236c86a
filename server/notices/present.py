"""How notices look on the wire."""

from collections.abc import Sequence

from server.identity.access import Context
from server.notices import files
from server.notices.models import Notice, NoticeFile, NoticeReading
from server.notices.recipients import PlaceCount, Reader
from server.notices.schemas import (
    MyNoticeOut,
    NoticeFileOut,
    NoticeOut,
    NoticePlaceOut,
    NoticeReaderOut,
    ReadingOut,
)
from server.organizations.queries import account_names, titles


def notices(context: Context, rows: Sequence[Notice]) -> list[NoticeOut]:
    """Return notices with their files, in a handful of statements."""
    places = titles(context.session, [notice.organization_id for notice in rows])
    names = account_names(context.session, [notice.written_by for notice in rows])
    attached = files.of_notices(context.session, [notice.id for notice in rows])
    return [
        NoticeOut(
            id=notice.id,
            organization_id=notice.organization_id,
            organization_title=places[notice.organization_id],
            title=notice.title,
            body=notice.body,
            audience=notice.audience,
            status=notice.status,
            version=notice.version,
            written_by=names.get(notice.written_by),
            published_at=notice.published_at,
            withdrawn_reason=notice.withdrawn_reason,
            reminded_at=notice.reminded_at,
            files=[file_out(context, file) for file in attached.get(notice.id, [])],
        )
        for notice in rows
    ]


def one(context: Context, notice: Notice) -> NoticeOut:
    return notices(context, [notice])[0]


def mine(context: Context, rows: Sequence[tuple[Notice, NoticeReading | None]]) -> list[MyNoticeOut]:
    """Return a reader's notices with when they read them."""
    shown = notices(context, [notice for notice, _ in rows])
    return [
        MyNoticeOut(
            notice=notice,
            read_at=reading.read_at if reading else None,
            told=reading is not None and reading.told_by is not None,
        )
        for notice, (_, reading) in zip(shown, rows, strict=True)
    ]


def file_out(context: Context, file: NoticeFile) -> NoticeFileOut:
    url = files.signed_url(context.settings, file, now=context.now)
    return NoticeFileOut(id=file.id, name=file.name, media_type=file.media_type, bytes=file.bytes, url=url)


def reading(places: Sequence[PlaceCount]) -> ReadingOut:
    return ReadingOut(
        people=sum(place.people for place in places),
        read=sum(place.read for place in places),
        places=[
            NoticePlaceOut(
                organization_id=place.organization_id,
                organization_title=place.title,
                people=place.people,
                read=place.read,
            )
            for place in places
        ],
    )


def reader(row: Reader) -> NoticeReaderOut:
    return NoticeReaderOut(
        member_id=row.member_id,
        name=row.name,
        organization_title=row.organization_title,
        read_at=row.read_at,
        told=row.told_by is not None,
    )
