"""A meeting room."""

from random import Random

from PIL import Image

from scripts.demo.scenes.brush import HEIGHT, PARTY_RED, WIDTH, WOODS, Area, Brush, banner, darker, held, lighter
from scripts.demo.scenes.figures import SHIRTS, from_behind, seated, standing
from scripts.demo.scenes.room import room, window


def meeting(chance: Random) -> Image.Image:
    """A meeting room: a banner or a slide, people around a long table."""
    brush = Brush(camera=held(chance))
    floor_at = chance.uniform(430, 480)
    room(brush, chance, floor_at)
    layout = chance.randrange(4)
    title = chance.choice(("主题党日", "集中学习", "专题党课", "组织生活会", "支部党员大会", "学习交流"))
    if layout in (0, 2):
        window(brush, chance, (chance.choice((60, 660)) if layout == 2 else 40, chance.uniform(70, 120), 210, 230))
    if layout == 3:
        for number in range(3):
            window(brush, chance, (60 + number * 300 + chance.uniform(-20, 20), chance.uniform(110, 150), 200, 200))
        banner(brush, chance.uniform(120, 260), 26, chance.uniform(420, 620), title)
    elif layout == 2:
        banner(brush, chance.uniform(60, 220), chance.uniform(20, 50), chance.uniform(500, 680), title)
    else:
        width = chance.uniform(340, 470)
        left = chance.uniform(300, 900 - width) if layout == 0 else chance.uniform(80, 880 - width)
        _screen(brush, chance, (left, chance.uniform(50, 90), width, width * 0.56), title)
        speaker = left - 62 if left > 420 else left + width + 62
        standing(
            brush,
            chance,
            (min(max(speaker, 50), 910), floor_at + 50),
            chance.uniform(290, 330),
            shirt=chance.choice(SHIRTS),
            raised=1 if speaker < left else -1,
        )
    if chance.random() < 0.6:
        _plant(brush, chance, chance.choice((50, 910)), floor_at + 30)
    _table(brush, chance, floor_at)
    return brush.photo()


def _screen(brush: Brush, chance: Random, area: Area, title: str) -> None:
    """A projection screen with a slide."""
    x, y, width, height = area
    brush.box((x - 7, y - 7, width + 14, height + 14), (60, 62, 68), 4)
    tone = chance.choice(((248, 250, 252), (252, 246, 238), (236, 244, 250)))
    brush.box((x, y, width, height), tone)
    brush.box((x, y, width, height * 0.22), chance.choice((PARTY_RED, (36, 84, 140), (160, 40, 44))))
    brush.words(
        x + width / 2,
        y + height * 0.11,
        title,
        size=min(height * 0.13, width / (len(title) + 2)),
        colour=(255, 250, 240),
    )
    for line in range(4):
        length = chance.uniform(0.25, 0.5) * width
        brush.box((x + width * 0.07, y + height * (0.34 + 0.15 * line), length, height * 0.045), (120, 126, 138), 4)
    for bar in range(4):
        tall = chance.uniform(0.15, 0.5) * height
        brush.box(
            (x + width * (0.66 + 0.075 * bar), y + height * 0.92 - tall, width * 0.05, tall),
            (206, 120, 70) if bar % 2 else (84, 128, 176),
        )


def _plant(brush: Brush, chance: Random, x: float, ground: float) -> None:
    brush.shape([(x - 26, ground - 60), (x + 26, ground - 60), (x + 20, ground), (x - 20, ground)], (196, 120, 84))
    for _ in range(9):
        brush.stroke(
            [(x, ground - 60), (x + chance.uniform(-62, 62), ground - chance.uniform(110, 190))],
            11,
            (70, chance.randrange(120, 160), 84),
        )


def _table(brush: Brush, chance: Random, floor_at: float) -> None:
    wood = chance.choice(WOODS)
    far, near = floor_at + chance.uniform(30, 60), floor_at + chance.uniform(150, 190)
    count = chance.randrange(4, 7)
    left, right = chance.uniform(120, 230), chance.uniform(730, 850)
    for number in range(count):
        if chance.random() < 0.95:
            seated(
                brush,
                chance,
                left + (right - left) * (number + 0.5) / count + chance.uniform(-12, 12),
                far + 8,
                chance.uniform(34, 40),
            )
    brush.shape([(left - 30, far), (right + 30, far), (right + 110, near), (left - 110, near)], wood)
    brush.shape([(left - 30, far), (right + 30, far), (right + 36, far + 8), (left - 36, far + 8)], lighter(wood))
    brush.box((left - 110, near, right - left + 220, 46), darker(wood, 0.3))
    for number in range(count):
        _table_things(brush, chance, left + (right - left) * (number + 0.5) / count, far + 30, 26)
    behind = chance.randrange(2, 5)
    for number in range(behind):
        x = WIDTH * (number + 0.5) / behind + chance.uniform(-60, 60)
        if chance.random() < 0.8:
            from_behind(brush, chance, x, HEIGHT - chance.uniform(-10, 40), chance.uniform(50, 62))


def _table_things(brush: Brush, chance: Random, x: float, y: float, unit: float) -> None:
    brush.shape(
        [(x - unit, y + unit * 0.5), (x - unit * 0.7, y), (x + unit * 0.7, y), (x + unit, y + unit * 0.5)],
        (250, 250, 246),
    )
    cup = x + unit * 1.5
    if chance.random() < 0.7:
        brush.box((cup - unit * 0.25, y - unit * 0.35, unit * 0.5, unit * 0.7), (236, 240, 244), unit * 0.12)
        brush.oval(cup, y - unit * 0.35, unit * 0.5, unit * 0.2, (196, 206, 212))
