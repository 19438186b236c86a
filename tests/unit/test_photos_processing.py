"""Untrusted files through the child: what comes out, and what is refused and how."""

import contextlib
import re
import sys
import threading
import zlib
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from server.errors import DomainError
from server.photos import decode, processing, rules
from server.photos.processing import ChildLimits, process, process_trusted
from tests.at_once import at_once
from tests.fuzzing import examples
from tests.pictures import (
    MAKER,
    PLACE,
    encoded,
    exif,
    jpeg,
    opened,
    png_bomb,
    png_with,
    quarters,
    scene,
)
from tests.waiting import LONG


def refusal(content: bytes, limits: ChildLimits = processing.LIMITS) -> str:
    with pytest.raises(DomainError) as raised:
        process(content, limits=limits)
    assert re.search("[一-龥]", raised.value.message)
    return raised.value.code


def refusal_by(program: str, limits: ChildLimits = processing.LIMITS) -> DomainError:
    """Return how it ends when the child is this Python program."""
    with pytest.raises(DomainError) as raised:
        process(jpeg(), limits=limits, decoder=(sys.executable, "-c", program))
    return raised.value


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_each_accepted_kind_becomes_a_jpeg_of_the_same_picture(kind: str) -> None:
    picture = process(encoded(scene(), kind))
    full, thumb = opened(picture.full), opened(picture.thumb)
    assert (full.format, full.mode, full.size) == ("JPEG", "RGB", (640, 480))
    assert (thumb.format, thumb.size) == ("JPEG", (480, 360))
    assert (picture.width, picture.height) == (640, 480)
    assert look_alike(picture.dhash, process_trusted(jpeg()).dhash)


def test_the_same_file_gives_the_same_bytes_in_the_child_and_in_this_process() -> None:
    assert process(jpeg(5)) == process_trusted(jpeg(5))


def test_a_large_photo_is_shrunk_to_2048_and_a_small_one_is_left() -> None:
    assert opened(process(encoded(scene(size=(3000, 1500)))).full).size == (2048, 1024)
    assert opened(process(encoded(scene(size=(10, 7)))).full).size == (10, 7)


def test_a_48_megapixel_photo_is_taken() -> None:
    picture = process(encoded(Image.new("RGB", (8000, 6000), "green")))
    assert (picture.width, picture.height) == (2048, 1536)


def test_a_strip_one_pixel_wide_is_taken() -> None:
    picture = process(encoded(Image.new("RGB", (1, 60_000), "green")))
    assert (picture.width, picture.height) == (1, 2048)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_no_metadata_survives(kind: str) -> None:
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/">SECRETXMP</x:xmpmeta>'
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    content = encoded(scene(), kind, exif=exif().tobytes(), xmp=xmp, icc_profile=profile)
    assert MAKER.encode() in content
    assert PLACE.encode() in content
    picture = process(content)
    for stored in (picture.full, picture.thumb):
        assert not set(opened(stored).info) - {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        for secret in (MAKER.encode(), PLACE.encode(), b"SECRETXMP", b"Exif", b"ICC_PROFILE", b"http://"):
            assert secret not in stored


def test_a_comment_and_what_follows_the_picture_do_not_survive() -> None:
    content = jpeg(comment=b"SECRETCOMMENT") + b"<script>SECRETTAIL</script>"
    assert b"SECRET" not in process(content).full


HELD = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
"""How a camera's sensor saw an upright scene, by the orientation it then noted."""


@pytest.mark.parametrize("orientation", HELD)
def test_the_picture_stands_upright_whatever_the_camera_held(orientation: int) -> None:
    turn = HELD[orientation]
    held = quarters() if turn is None else quarters().transpose(turn)
    upright = opened(process(encoded(held, exif=exif(orientation).tobytes())).full)
    assert upright.size == (400, 200)
    corners = [upright.getpixel(point) for point in ((20, 20), (380, 20), (20, 180), (380, 180))]
    assert [_near(corner) for corner in corners] == [(255, 0, 0), (0, 255, 0), (0, 0, 255), (0, 0, 0)]


def _near(pixel: object) -> tuple[int, ...]:
    assert isinstance(pixel, tuple)
    return tuple(255 * (value > 127) for value in pixel)


def test_a_broken_orientation_is_no_reason_to_refuse() -> None:
    broken = exif().tobytes()[:30] + b"\xff" * 40
    assert process(encoded(scene(), exif=broken)).width == 640


def test_transparent_parts_become_white() -> None:
    image = Image.new("RGBA", (100, 100), (255, 0, 0, 0))
    assert opened(process(encoded(image, "PNG")).full).getpixel((50, 50)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "I;16"])
def test_every_kind_of_png_is_understood(mode: str) -> None:
    image = Image.new("I;16", (64, 64), 0x8080) if mode == "I;16" else scene(size=(64, 64)).convert(mode)
    full = opened(process(encoded(image, "PNG")).full)
    assert (full.mode, full.size) == ("RGB", (64, 64))


def test_sixteen_bits_of_grey_are_scaled_and_not_clipped() -> None:
    image = Image.new("I;16", (64, 64), 0x8080)
    grey = opened(process(encoded(image, "PNG")).full).getpixel((32, 32))
    assert isinstance(grey, tuple)
    assert all(126 <= value <= 130 for value in grey)


def test_a_cmyk_jpeg_becomes_rgb() -> None:
    full = opened(process(encoded(Image.new("CMYK", (64, 64), (0, 255, 255, 0)))).full)
    assert _near(full.getpixel((32, 32))) == (255, 0, 0)


def test_an_unusable_colour_profile_is_dropped() -> None:
    assert process(jpeg(icc_profile=b"no profile at all" * 20)).width == 640


def test_of_an_animated_webp_the_first_frame_counts() -> None:
    red, blue = Image.new("RGB", (64, 64), "red"), Image.new("RGB", (64, 64), "blue")
    content = encoded(red, "WEBP", save_all=True, append_images=[blue], lossless=True)
    assert _near(opened(process(content).full).getpixel((32, 32))) == (255, 0, 0)


def test_a_jpeg_with_more_pictures_behind_the_first_is_taken() -> None:
    content = encoded(scene(1), "MPO", save_all=True, append_images=[scene(2)])
    assert process(content).dhash == process(jpeg(1)).dhash


def test_pictures_resized_or_compressed_again_look_alike_and_others_do_not() -> None:
    first = process_trusted(jpeg(1)).dhash
    again = process_trusted(encoded(scene(1).resize((333, 250)), quality=40)).dhash
    assert look_alike(first, again)
    assert not look_alike(first, process_trusted(jpeg(2)).dhash)


def look_alike(one: str | None, other: str | None) -> bool:
    first, second = rules.fingerprint(one), rules.fingerprint(other)
    assert first is not None
    assert second is not None
    return rules.distance(first, second) <= rules.SIMILAR_WITHIN


@pytest.mark.parametrize("colour", ["white", "black", "gray"])
def test_an_even_picture_has_no_fingerprint(colour: str) -> None:
    assert process_trusted(encoded(Image.new("RGB", (640, 480), colour))).dhash is None


def test_a_png_bomb_is_refused_by_its_header() -> None:
    assert refusal(png_bomb(50_000), ChildLimits(memory_bytes=200 * 1024 * 1024)) == "photo_too_many_pixels"


def test_sixty_megapixels_are_the_limit() -> None:
    assert refusal(encoded(Image.new("1", (10_000, 6_001)), "PNG")) == "photo_too_many_pixels"
    assert process(encoded(Image.new("1", (10_000, 6_000)), "PNG")).width == 2048


@pytest.mark.parametrize("kind", [b"zTXt", b"iTXt", b"iCCP"])
def test_a_png_whose_text_swells_to_64_megabytes_is_refused(kind: bytes) -> None:
    swollen = zlib.compress(bytes(64 * 1024 * 1024), 9)
    head = b"Comment\0\x01\0\0\0" if kind == b"iTXt" else b"Comment\0\0"
    content = png_with(kind, head + swollen)
    assert len(content) < 100_000
    assert refusal(content) == "photo_unreadable"


def test_an_empty_file_is_refused() -> None:
    assert refusal(b"") == "photo_unreadable"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_a_truncated_photo_is_refused(kind: str) -> None:
    content = encoded(scene(), kind)
    assert refusal(content[: len(content) // 2]) == "photo_unreadable"
    assert refusal(content[:40]) == "photo_unreadable"


@pytest.mark.parametrize(
    "content",
    [b"MZ" + bytes(200), b"%PDF-1.7 ...", b"<svg onload='alert(1)'/>", b"GIF89a" + bytes(50), b"<html>", b"\0" * 64],
)
def test_a_disguised_file_is_refused_by_its_content(content: bytes) -> None:
    assert refusal(content) == "photo_type"


@pytest.mark.parametrize("magic", [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\x10\0\0\0WEBP", b"\0\0\0\x18ftypheic"])
def test_the_right_first_bytes_alone_are_not_enough(magic: bytes) -> None:
    assert refusal(magic + b"MZ this program cannot be run" * 20) == "photo_unreadable"


@settings(max_examples=examples(80), suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_damaged_photos_are_taken_or_refused_and_nothing_else(data: st.DataObject) -> None:
    content = bytearray(encoded(scene(size=(64, 48)), data.draw(st.sampled_from(["JPEG", "PNG", "WEBP"]))))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(decode.Refused):
        assert decode.reencode(bytes(content)).full


def test_a_photo_that_needs_too_much_memory_is_refused_clearly() -> None:
    greedy = encoded(Image.new("RGB", (6000, 5000), "red"), "PNG")
    assert refusal(greedy, ChildLimits(memory_bytes=140 * 1024 * 1024)) == "photo_too_heavy"


def test_a_child_that_takes_too_long_is_ended() -> None:
    program = "import sys, threading; sys.stdin.buffer.read(); threading.Event().wait()"
    assert refusal_by(program, ChildLimits(wall_seconds=0.2)).code == "photo_too_heavy"


def test_a_child_that_computes_too_long_is_ended_by_the_kernel() -> None:
    program = "from server.photos.decode import limit\nlimit(1 << 30, 1)\nwhile True: pass"
    assert refusal_by(program).code == "photo_too_heavy"


def test_a_child_killed_from_outside_asks_to_try_again() -> None:
    refused = refusal_by("import os; os.kill(os.getpid(), 9)")
    assert (refused.code, refused.status) == ("photo_interrupted", 503)
    assert refused.detail["retry_after_seconds"]


def test_a_child_that_crashes_on_a_photo_refuses_the_photo() -> None:
    assert refusal_by("import os; os.kill(os.getpid(), 11)").code == "photo_unreadable"


def test_a_child_that_cannot_start_is_not_blamed_on_the_photo() -> None:
    assert refusal_by("raise SystemExit(3)").code == "photo_interrupted"


def test_a_child_that_answers_nonsense_is_not_believed() -> None:
    for nonsense in ("", "hello", "[]", "{}", '{"full": "x"}', '{"refusal": "no such code"}'):
        assert refusal_by(f"print({nonsense!r})").code == "photo_interrupted"


def test_the_child_knows_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIANFENG_SECRET_KEY", "s" * 40)
    program = "import os, sys; sys.exit(7) if 'XIANFENG_SECRET_KEY' in os.environ else os.kill(os.getpid(), 11)"
    assert refusal_by(program).code == "photo_unreadable"


def test_the_child_can_write_no_file(tmp_path: Path) -> None:
    leak = tmp_path / "leak"
    program = f"from server.photos.decode import limit\nlimit(1 << 30, 9)\nopen({str(leak)!r}, 'w').write('x')"
    assert refusal_by(program).code == "photo_interrupted"
    assert leak.read_bytes() == b""


def test_when_every_seat_is_taken_the_answer_is_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processing, "_seats", threading.BoundedSemaphore(1))
    with processing._seat(ChildLimits()), pytest.raises(DomainError) as raised:
        process(jpeg(), limits=ChildLimits(seat_seconds=0))
    assert (raised.value.code, raised.value.status) == ("photo_busy", 503)
    assert process(jpeg()).width == 640


def test_beyond_a_few_that_wait_the_answer_is_busy_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processing, "_seats", threading.BoundedSemaphore(1))
    monkeypatch.setattr(processing, "_places", threading.BoundedSemaphore(1))
    with processing._seat(ChildLimits()), pytest.raises(DomainError) as raised:
        process(jpeg(), limits=ChildLimits(seat_seconds=LONG))
    assert raised.value.code == "photo_busy"
    assert raised.value.detail["retry_after_seconds"] == 3
    assert process(jpeg()).width == 640


def test_many_threads_may_process_at_once() -> None:
    pictures = at_once(*(partial(process, jpeg(seed), limits=ChildLimits(seat_seconds=LONG)) for seed in range(5)))
    assert [picture.original_sha256 for picture in pictures] == [
        processing.original_sha256(jpeg(seed)) for seed in range(5)
    ]
