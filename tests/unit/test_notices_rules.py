"""The states of a notice and which files may be attached."""

from datetime import UTC, datetime, timedelta

import pytest

from server.notices.rules import (
    REMIND_EVERY,
    NoticeAction,
    NoticeStatus,
    media_type,
    next_reminder_at,
    next_status,
)

NOW = datetime(2026, 6, 18, 2, 0, tzinfo=UTC)
ZIP, PDF, OLE = b"PK\x03\x04rest", b"%PDF-1.7 rest", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest"


def test_a_notice_goes_from_draft_to_published_to_withdrawn() -> None:
    assert next_status(NoticeStatus.draft, NoticeAction.publish) == NoticeStatus.published
    assert next_status(NoticeStatus.published, NoticeAction.withdraw) == NoticeStatus.withdrawn
    assert next_status(NoticeStatus.published, NoticeAction.publish) is None
    assert next_status(NoticeStatus.withdrawn, NoticeAction.publish) is None


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("议程.pdf", PDF, "application/pdf"),
        ("议程.PDF", PDF, "application/pdf"),
        ("名单.xlsx", ZIP, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("旧表.doc", OLE, "application/msword"),
        ("照片.jpeg", b"\xff\xd8\xff\xe0", "image/jpeg"),
        ("议程.pdf", ZIP, None),
        ("名单.zip", ZIP, None),
        ("网页.html", b"<html>", None),
        ("议程.pdf.exe", PDF, None),
        ("没有后缀", PDF, None),
        ("", b"", None),
    ],
)
def test_name_and_content_must_agree(name: str, content: bytes, expected: str | None) -> None:
    assert media_type(name, content) == expected


def test_a_reminder_is_free_again_after_twelve_hours() -> None:
    assert next_reminder_at(None, NOW) is None
    assert next_reminder_at(NOW, NOW + REMIND_EVERY) is None
    assert next_reminder_at(NOW, NOW + REMIND_EVERY - timedelta(seconds=1)) == NOW + REMIND_EVERY
