"""Pictures for the demo, drawn here: meetings, classrooms, volunteers, certificates; one seed draws one picture.

`python -m scripts.demo_photos sheet.png` draws a contact sheet.
"""

import io
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from functools import cache
from itertools import islice
from multiprocessing import get_context
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFont

from scripts.demo_photos.brush import HEIGHT, WIDTH
from scripts.demo_photos.outdoors import volunteering
from scripts.demo_photos.paper import certificate
from scripts.demo_photos.rooms import classroom, meeting
from server.photos.processing import Picture, process_trusted

SCENES: dict[str, Callable[[Random], Image.Image]] = {
    "meeting": meeting,
    "classroom": classroom,
    "volunteering": volunteering,
    "certificate": certificate,
}
KINDS = tuple(SCENES)
BATCH = 96


def make_photo(seed: int, kind: str, *, taken_on: date | None = None) -> bytes:
    """Return a JPEG of 960×720 of one of `KINDS`, dated `taken_on` (default: a day that goes with the seed)."""
    chance = Random(f"{kind} {seed}")
    scene = SCENES[kind](chance)
    scene = ImageChops.multiply(scene, _light(chance))
    _stamp(scene, taken_on or date(2026, 1, 5) + timedelta(days=chance.randrange(160)))
    buffer = io.BytesIO()
    scene.save(buffer, "JPEG", quality=84)
    return buffer.getvalue()


def pictures(jobs: Iterable[tuple[int, str]]) -> Iterator[Picture]:
    """Draw (seed, kind) after (seed, kind) on every processor; yield them ready for `photos.service.keep`, in order."""
    waiting = iter(jobs)
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        ahead = pool.map(_picture, list(islice(waiting, BATCH)), chunksize=8)
        while batch := list(islice(waiting, BATCH)):
            ready, ahead = ahead, pool.map(_picture, batch, chunksize=8)
            yield from ready
        yield from ahead


def _picture(job: tuple[int, str]) -> Picture:
    return process_trusted(make_photo(*job))


def _light(chance: Random) -> Image.Image:
    """Uneven light from one side, a little warm or cool, darker towards the corners: it tells equal rooms apart."""
    bright, warm = chance.uniform(1, 7), chance.randrange(-6, 9)
    small = Image.new("RGB", (9, 7))
    for x in range(9):
        for y in range(7):
            away = ((x - bright) / 9) ** 2 * 0.8 + ((y - 2.6) / 7) ** 2 * 0.7
            level = int(250 - 84 * away - chance.uniform(0, 17))
            small.putpixel((x, y), (level + max(warm, -9), level, level - warm))
    return small.resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)


def _stamp(photo: Image.Image, day: date) -> None:
    text = f"{day:%Y.%m.%d}"
    ImageDraw.Draw(photo).text(
        (WIDTH - 28, HEIGHT - 24),
        text,
        (255, 176, 64),
        _latin(30),
        anchor="rs",
        stroke_width=2,
        stroke_fill=(70, 40, 10),
    )


@cache
def _latin(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def contact_sheet(columns: int = 5, first_seed: int = 1) -> Image.Image:
    """Return one row of small pictures for each kind."""
    sheet = Image.new("RGB", (columns * 330, len(KINDS) * 250), "white")
    for row, kind in enumerate(KINDS):
        for column in range(columns):
            photo = Image.open(io.BytesIO(make_photo(first_seed + column, kind))).reduce(3)
            sheet.paste(photo, (column * 330 + 5, row * 250 + 5))
    return sheet
