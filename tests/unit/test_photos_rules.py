"""What counts as a photo and what looks alike."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.photos.rules import (
    PhotoKind,
    distance,
    evidence_hash,
    fingerprint,
    kind_of,
    may_put_away,
    may_unlink_unattached,
    other_kind,
)
from tests.cast import NOW
from tests.pictures import encoded, scene


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("JPEG", PhotoKind.jpeg), ("PNG", PhotoKind.png), ("WEBP", PhotoKind.webp), ("HEIF", PhotoKind.heif)],
)
def test_a_photo_is_told_by_its_first_bytes(kind: str, expected: PhotoKind) -> None:
    assert kind_of(encoded(scene(), kind)) is expected


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "AVIF", "PDF"])
def test_other_pictures_are_not_photos(kind: str) -> None:
    assert kind_of(encoded(scene(), kind)) is None


@pytest.mark.parametrize(
    ("head", "title"),
    [
        (b"%PDF-1.7", "PDF 文档"),
        (b"MZ\x90\x00", "Windows 程序"),
        (b"\xef\xbb\xbf \n<svg xmlns=", "网页或 SVG 图片"),
        (b"<!DOCTYPE html>", "网页或 SVG 图片"),
        (b"GIF89a", "GIF 动图"),
        (b"PK\x03\x04", "压缩包或 Office 文档"),
        (b"hello", None),
        (b"", None),
    ],
)
def test_what_is_no_photo_is_named_where_it_is_known(head: bytes, title: str | None) -> None:
    assert other_kind(head) == title


prints = st.integers(0, 2**64 - 1)


@given(prints, prints, prints)
def test_distance_is_a_metric(one: int, two: int, three: int) -> None:
    assert distance(one, one) == 0
    assert distance(one, two) == distance(two, one) <= 64
    assert distance(one, three) <= distance(one, two) + distance(two, three)
    assert fingerprint(f"{one:016x}") == one


def test_evidence_depends_on_every_photo_and_on_their_order() -> None:
    assert evidence_hash([]) is None
    assert (
        len({evidence_hash(["a" * 64]), evidence_hash(["a" * 64, "b" * 64]), evidence_hash(["b" * 64, "a" * 64])}) == 3
    )


@given(st.binary(max_size=64))
def test_any_bytes_can_be_sniffed(content: bytes) -> None:
    assert kind_of(content) is None or other_kind(content) is None


@pytest.mark.parametrize(
    ("stored", "most"), [(0, 4), (4, 4), (10, 4), (499, 4), (500, 5), (2_000, 20), (5_000, 50), (1_000_000, 50)]
)
def test_no_more_is_put_away_than_crashes_leave_over(stored: int, most: int) -> None:
    assert may_put_away(most, stored=stored)
    assert not may_put_away(most + 1, stored=stored)


@given(st.integers(0, 10**7), st.integers(0, 10**7))
def test_more_than_fifty_or_more_than_a_hundredth_are_never_put_away(unknown: int, stored: int) -> None:
    if may_put_away(unknown, stored=stored):
        assert unknown <= 50
        assert unknown <= 4 or unknown * 100 <= stored


def test_a_photo_goes_for_good_only_where_the_sweep_has_run_while_it_waited() -> None:
    assert may_unlink_unattached(NOW - timedelta(hours=48), now=NOW)
    assert not may_unlink_unattached(NOW - timedelta(hours=48, seconds=1), now=NOW)
    assert not may_unlink_unattached(None, now=NOW)
