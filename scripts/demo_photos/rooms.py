"""Indoors: a meeting room, a classroom."""

from collections.abc import Sequence
from random import Random

from PIL import Image

from scripts.demo_photos.brush import (
    HEIGHT,
    PARTY_RED,
    WIDTH,
    WOODS,
    Area,
    Brush,
    Colour,
    banner,
    darker,
    held,
    lighter,
)
from scripts.demo_photos.people import SHIRTS, from_behind, seated, standing

WALLS: Sequence[Colour] = ((238, 230, 214), (222, 230, 232), (232, 226, 224), (216, 226, 212), (244, 240, 232))


def _room(brush: Brush, chance: Random, floor_at: float) -> Colour:
    wall = chance.choice(WALLS)
    brush.fade((0, 0, WIDTH, floor_at), lighter(wall), wall)
    floor = chance.choice(((176, 158, 138), (150, 152, 158), (190, 178, 160), (132, 116, 104)))
    brush.fade((0, floor_at, WIDTH, HEIGHT - floor_at), floor, darker(floor, 0.25))
    brush.box((0, floor_at - 10, WIDTH, 10), darker(wall, 0.25))
    return wall


def _window(brush: Brush, chance: Random, area: Area) -> None:
    x, y, width, height = area
    brush.box((x - 8, y - 8, width + 16, height + 16), (246, 246, 244))
    brush.fade((x, y, width, height), (150, 196, 232), (222, 238, 246))
    for _ in range(3):
        tree = chance.uniform(x + 20, x + width - 20)
        brush.oval(tree, y + height - 12, 60, chance.uniform(40, 110), (118, 160, 110))
    brush.box((x - 8, y + height, width + 16, 10), (230, 230, 226))
    brush.box((x + width / 2 - 4, y, 8, height), (246, 246, 244))
    curtain = chance.choice(((204, 184, 152), (150, 172, 190), (186, 142, 128), (176, 188, 160)))
    for side in (x - 26, x + width - 10):
        brush.box((side, y - 18, 36, height + 60), curtain)
        brush.box((side + 12, y - 18, 5, height + 60), darker(curtain, 0.12))


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


def _table_things(brush: Brush, chance: Random, x: float, y: float, unit: float) -> None:
    brush.shape(
        [(x - unit, y + unit * 0.5), (x - unit * 0.7, y), (x + unit * 0.7, y), (x + unit, y + unit * 0.5)],
        (250, 250, 246),
    )
    cup = x + unit * 1.5
    if chance.random() < 0.7:
        brush.box((cup - unit * 0.25, y - unit * 0.35, unit * 0.5, unit * 0.7), (236, 240, 244), unit * 0.12)
        brush.oval(cup, y - unit * 0.35, unit * 0.5, unit * 0.2, (196, 206, 212))


def meeting(chance: Random) -> Image.Image:
    """A meeting room: a banner or a slide, people around a long table."""
    brush = Brush(camera=held(chance))
    floor_at = chance.uniform(430, 480)
    _room(brush, chance, floor_at)
    layout = chance.randrange(4)
    title = chance.choice(("主题党日", "集中学习", "专题党课", "组织生活会", "支部党员大会", "学习交流"))
    if layout in (0, 2):
        _window(brush, chance, (chance.choice((60, 660)) if layout == 2 else 40, chance.uniform(70, 120), 210, 230))
    if layout == 3:
        for number in range(3):
            _window(brush, chance, (60 + number * 300 + chance.uniform(-20, 20), chance.uniform(110, 150), 200, 200))
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


def classroom(chance: Random) -> Image.Image:
    """A classroom: a blackboard with writing, someone teaching, rows of heads."""
    brush = Brush(camera=held(chance))
    floor_at = chance.uniform(400, 440)
    _room(brush, chance, floor_at)
    width = chance.uniform(480, 640)
    left, top = chance.uniform(60, 900 - width), chance.uniform(60, 100)
    board: Colour = chance.choice(((44, 84, 70), (40, 72, 66), (52, 92, 78), (48, 60, 66)))
    brush.box((left - 12, top - 12, width + 24, 264), chance.choice(WOODS), 4)
    brush.fade((left, top, width, 240), lighter(board, 0.08), board)
    _chalk(brush, chance, left, top, width)
    if left > 300 or left + width < 660:
        _window(brush, chance, (50 if left > 300 else 720, chance.uniform(60, 100), 180, 230))
    teacher = chance.uniform(left + 40, left + width - 40)
    standing(
        brush,
        chance,
        (teacher, floor_at + 46),
        chance.uniform(290, 330),
        shirt=chance.choice(SHIRTS),
        raised=chance.choice((-1, 1)),
    )
    desk = chance.uniform(120, 780)
    brush.shape(
        [(desk, floor_at - 50), (desk + 120, floor_at - 50), (desk + 130, floor_at + 60), (desk - 10, floor_at + 60)],
        chance.choice(WOODS),
    )
    for row, (y, unit) in enumerate(((520, 28), (600, 40), (716, 56))):
        _row(brush, chance, y, unit, count=7 - row)
    return brush.photo()


def _chalk(brush: Brush, chance: Random, left: float, top: float, width: float) -> None:
    """Writing, a diagram and a curve, as far as there is room."""
    white: Colour = (226, 234, 226)
    brush.words(
        left + width * chance.uniform(0.3, 0.7),
        top + 34,
        chance.choice(("微积分答疑", "线性代数", "党史专题", "数据结构", "英语口语", "实验安全")),
        size=34,
        colour=white,
    )
    for line in range(4):
        start = left + chance.uniform(20, 60)
        y = top + 84 + line * 36
        for _ in range(chance.randrange(3, 8)):
            long = chance.uniform(16, 46)
            if start + long < left + width * 0.58:
                brush.stroke([(start, y), (start + long * 0.5, y - 6), (start + long, y + 3)], 3, white)
            start += long + 10
    x, y = left + width * 0.64, top + 200
    colour: Colour = chance.choice(((250, 214, 120), (240, 160, 150), (150, 210, 240)))
    brush.stroke([(x, y), (x + width * 0.3, y)], 3, white)
    brush.stroke([(x, y), (x, y - 120)], 3, white)
    bend = chance.uniform(-60, 60)
    brush.stroke(
        [(x + step * width * 0.028, y - 20 - step * 8 - bend * (step / 10) * (1 - step / 10)) for step in range(11)],
        4,
        colour,
    )


def _row(brush: Brush, chance: Random, y: float, unit: float, *, count: int) -> None:
    wood = chance.choice(WOODS[:4])
    shift = chance.uniform(-50, 50)
    brush.box((0, y - unit * 1.5, WIDTH, unit * 0.5), lighter(wood, 0.2))
    brush.box((0, y - unit, WIDTH, unit * 2.4), wood)
    for number in range(count):
        if chance.random() < 0.78:
            from_behind(brush, chance, shift + WIDTH * (number + 0.5) / count, y, unit)
