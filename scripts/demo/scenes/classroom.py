"""A classroom."""

from random import Random

from PIL import Image

from scripts.demo.scenes.brush import WIDTH, WOODS, Brush, Colour, held, lighter
from scripts.demo.scenes.figures import SHIRTS, from_behind, standing
from scripts.demo.scenes.room import room, window


def classroom(chance: Random) -> Image.Image:
    """A classroom: a blackboard with writing, someone teaching, rows of heads."""
    brush = Brush(camera=held(chance))
    floor_at = chance.uniform(400, 440)
    room(brush, chance, floor_at)
    width = chance.uniform(480, 640)
    left, top = chance.uniform(60, 900 - width), chance.uniform(60, 100)
    board: Colour = chance.choice(((44, 84, 70), (40, 72, 66), (52, 92, 78), (48, 60, 66)))
    brush.box((left - 12, top - 12, width + 24, 264), chance.choice(WOODS), 4)
    brush.fade((left, top, width, 240), lighter(board, 0.08), board)
    _chalk(brush, chance, left, top, width)
    if left > 300 or left + width < 660:
        window(brush, chance, (50 if left > 300 else 720, chance.uniform(60, 100), 180, 230))
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
