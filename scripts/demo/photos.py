"""Pictures for the demo, drawn here: meetings, classrooms, volunteers, certificates; one seed draws one picture.

`python -m scripts.demo.photos sheet.png` draws a contact sheet.
"""

import io
import os
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from functools import cache
from itertools import islice
from multiprocessing import get_context, parent_process
from random import Random
from threading import Thread

from PIL import Image, ImageChops, ImageDraw, ImageFont

from scripts.demo.scenes import SCENES
from scripts.demo.scenes.brush import HEIGHT, WIDTH
from server.photos.processing import CleanPhoto, process_trusted

KINDS = tuple(SCENES)
BATCH = 96
PROCESSORS = len(os.sched_getaffinity(0))

Job = tuple[int, str, date | None]
"""Seed, kind, and the day stamped on the picture."""


def make_photo(seed: int, kind: str, *, taken_on: date | None = None) -> bytes:
    """Return a JPEG of 960×720 of one of `KINDS`, dated `taken_on` (default: a day that goes with the seed)."""
    chance = Random(f"{kind} {seed}")
    scene = SCENES[kind](chance)
    scene = ImageChops.multiply(scene, _light(chance))
    _stamp(scene, taken_on or date(2026, 1, 5) + timedelta(days=chance.randrange(160)))
    buffer = io.BytesIO()
    scene.save(buffer, "JPEG", quality=84)
    return buffer.getvalue()


def pictures(jobs: Iterable[Job]) -> Iterator[CleanPhoto]:
    """Draw job after job on every processor; yield them ready for `photos.service.keep`, in order."""
    waiting = iter(jobs)
    with ProcessPoolExecutor(PROCESSORS, mp_context=get_context("spawn"), initializer=_end_with_parent) as pool:
        ahead = pool.map(_picture, list(islice(waiting, BATCH)), chunksize=8)
        while batch := list(islice(waiting, BATCH)):
            ready, ahead = ahead, pool.map(_picture, batch, chunksize=8)
            yield from ready
        yield from ahead


def _picture(job: Job) -> CleanPhoto:
    seed, kind, taken_on = job
    return process_trusted(make_photo(seed, kind, taken_on=taken_on))


def _end_with_parent() -> None:
    """Let no drawing process outlive a demo that was killed."""
    Thread(target=_await_parents_end, daemon=True).start()


def _await_parents_end() -> None:
    if parent := parent_process():
        parent.join()
        os._exit(1)


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


if __name__ == "__main__":
    contact_sheet().save(sys.argv[1])
