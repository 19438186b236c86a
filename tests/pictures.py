"""Image files for tests: honest ones, crooked ones and bombs."""

import io
import random
import struct
import zlib
from typing import Any

import pillow_heif
from PIL import Image, ImageDraw

pillow_heif.register_heif_opener()

MAKER = "SECRETCAMERA"
PLACE = "SECRETPLACE"


def scene(seed: int = 1, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """A picture of coloured blocks, different for every seed."""
    chance = random.Random(seed)
    image = Image.new("RGB", size, _colour(chance))
    draw = ImageDraw.Draw(image)
    for _ in range(24):
        x, y = chance.randrange(size[0]), chance.randrange(size[1])
        draw.rectangle((x, y, x + size[0] // 4, y + size[1] // 4), fill=_colour(chance))
    return image


def _colour(chance: random.Random) -> tuple[int, int, int]:
    return chance.randrange(256), chance.randrange(256), chance.randrange(256)


def encoded(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def jpeg(seed: int = 1, **options: Any) -> bytes:
    return encoded(scene(seed), "JPEG", **options)


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def exif(orientation: int = 1) -> Image.Exif:
    """EXIF with a camera, an orientation and a place."""
    data = Image.Exif()
    data[0x010F] = MAKER
    data[0x0112] = orientation
    data[0x8825] = {1: "N", 2: (31.0, 14.0, 2.0), 3: "E", 4: (121.0, 28.0, 9.0), 27: PLACE.encode()}
    return data


def quarters(size: tuple[int, int] = (400, 200)) -> Image.Image:
    """Red at the upper left, green at the upper right, blue at the lower left, black at the lower right."""
    image = Image.new("RGB", size)
    middle = (size[0] // 2, size[1] // 2)
    image.paste((255, 0, 0), (0, 0, *middle))
    image.paste((0, 255, 0), (middle[0], 0, size[0], middle[1]))
    image.paste((0, 0, 255), (0, middle[1], middle[0], size[1]))
    return image


def png_bomb(side: int) -> bytes:
    """A 1-bit PNG of side × side pixels in a few kilobytes; the header is true."""
    rows = zlib.compress(bytes(side // 8 + 1) * min(side, 1000), 9)
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def png_with(kind: bytes, content: bytes) -> bytes:
    """An honest PNG with one more chunk after its header."""
    png = encoded(scene(), "PNG")
    return png[:33] + chunk(kind, content) + png[33:]


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
