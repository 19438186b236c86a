"""The child process that decodes one untrusted photo (docs/adr/0006). Run by path; imports nothing of ours.

`python -I decode.py MEMORY_BYTES CPU_SECONDS`: the file on stdin; on stdout one line of JSON, then the photo and its
thumbnail. A refusal is `{"refusal": code}`.
"""

import io
import json
import resource
import sys
from typing import NamedTuple

import pillow_heif
from PIL import Image, ImageCms

MAX_PIXELS = 60_000_000
FULL_SIDE = 2048
THUMB_SIDE = 480
FULL_QUALITY = 82
THUMB_QUALITY = 75
FORMATS = ("JPEG", "PNG", "WEBP", "HEIF")
ORIENTATION_TAG = 0x0112
MAX_FILE_DESCRIPTORS = 32

STEEP = 4
MIN_STEEP_STEPS = 12
"""A dHash is meaningful if at least this many of its 64 steps differ by `STEEP` grey levels or more."""

TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

Image.MAX_IMAGE_PIXELS = None  # `_opened` holds every format to MAX_PIXELS itself
pillow_heif.register_heif_opener(decode_threads=1, thumbnails=False, depth_images=False, aux_images=False)


class Refused(Exception):
    """The photo is refused; `args[0]` is the code."""


class Reencoded(NamedTuple):
    """JPEG without metadata. `dhash` is None if the picture is too even to be told from others."""

    full: bytes
    thumb: bytes
    width: int
    height: int
    dhash: str | None


def reencode(content: bytes) -> Reencoded:
    """Decode, turn upright, shrink and encode again. Raises Refused."""
    try:
        return _reencoded(content)
    except Refused:
        raise
    except Exception as error:
        starved = isinstance(error, MemoryError) or "memory" in str(error).lower()
        raise Refused("photo_too_heavy" if starved else "photo_unreadable") from error


def _reencoded(content: bytes) -> Reencoded:
    image = _opened(content)
    turn = TURNS.get(_orientation(image))
    profile = image.info.get("icc_profile")
    image.draft(None, (FULL_SIDE, FULL_SIDE))
    image.load()
    full = _plain(_shrunk(image), profile)
    if turn is not None:
        full = full.transpose(turn)
    thumb = full.copy()
    thumb.thumbnail((THUMB_SIDE, THUMB_SIDE), Image.Resampling.HAMMING)
    return Reencoded(_jpeg(full, FULL_QUALITY), _jpeg(thumb, THUMB_QUALITY), *full.size, dhash(thumb))


def _opened(content: bytes) -> Image.Image:
    """Read only the header, and refuse by what it declares before anything is unpacked."""
    image = Image.open(io.BytesIO(content), formats=FORMATS)
    if image.width * image.height > MAX_PIXELS:
        raise Refused("photo_too_many_pixels")
    return image


def _orientation(image: Image.Image) -> int:
    """Return EXIF's orientation; a photo is not refused for broken EXIF."""
    try:
        return int(image.getexif().get(ORIENTATION_TAG, 1))
    except Exception:
        return 1


def _shrunk(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):  # 16 bits of grey; `convert` alone would clip them to white
        image = image.convert("F").point(lambda value: value * (1 / 256) + 0).convert("L")
    elif image.mode not in ("L", "RGB", "RGBA", "CMYK"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    image.thumbnail((FULL_SIDE, FULL_SIDE), Image.Resampling.LANCZOS)
    return image


def _plain(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return a new RGB image on white, in sRGB, that carries nothing but its pixels."""
    if image.mode == "RGBA":
        white = Image.new("RGB", image.size, "white")
        white.paste(image, mask=image.getchannel("A"))
        image = white
    plain = Image.new("RGB", image.size)
    plain.paste(_in_srgb(image, profile))
    return plain


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Apply the colour profile that is about to be dropped; an unusable one is only dropped."""
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
        except (ImageCms.PyCMSError, OSError, ValueError):
            converted = None
        if converted is not None:
            return converted
    return image.convert("RGB")


def _jpeg(image: Image.Image, quality: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality, optimize=True)
    return buffer.getvalue()


def dhash(image: Image.Image) -> str | None:
    """Return 64 bits in hex: whether each of 8×8 cells is darker than its right neighbour."""
    grey = image.convert("L").resize((9, 8), Image.Resampling.BOX).tobytes()
    steps = [grey[row * 9 + column + 1] - grey[row * 9 + column] for row in range(8) for column in range(8)]
    if sum(abs(step) >= STEEP for step in steps) < MIN_STEEP_STEPS:
        return None
    return f"{sum(1 << place for place, step in enumerate(steps) if step > 0):016x}"


def limit(memory_bytes: int, cpu_seconds: int) -> None:
    """Limit this process before it sees the file: memory, processor time, no files written, few opened, no core."""
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))  # SIGXCPU tells why, a second later SIGKILL
    bounds = (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, MAX_FILE_DESCRIPTORS),
        (resource.RLIMIT_CORE, 0),
    )
    for kind, bound in bounds:
        resource.setrlimit(kind, (bound, bound))


def main() -> None:
    limit(int(sys.argv[1]), int(sys.argv[2]))
    content = sys.stdin.buffer.read()
    parts: tuple[bytes, ...] = ()
    try:
        picture = reencode(content)
    except Refused as refusal:
        head: dict[str, object] = {"refusal": refusal.args[0]}
    else:
        head = {"width": picture.width, "height": picture.height, "dhash": picture.dhash, "full": len(picture.full)}
        parts = (picture.full, picture.thumb)
    sys.stdout.buffer.write(b"".join((json.dumps(head).encode(), b"\n", *parts)))


if __name__ == "__main__":
    main()
