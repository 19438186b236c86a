"""Outdoors: volunteers on a lawn."""

from collections.abc import Sequence
from random import Random

from PIL import Image

from scripts.demo.scenes.brush import HEIGHT, WIDTH, Brush, Colour, Point, banner, darker, held, lighter, mixed
from scripts.demo.scenes.figures import SHIRTS, standing


def volunteering(chance: Random) -> Image.Image:
    """Volunteers in red vests on a lawn: sweeping, planting, carrying."""
    brush = Brush(camera=held(chance))
    horizon = chance.uniform(260, 360)
    skies: Sequence[tuple[Colour, Colour]] = (
        ((120, 180, 232), (222, 238, 250)),
        ((150, 190, 220), (240, 236, 222)),
        ((176, 196, 212), (226, 230, 230)),
        ((98, 164, 222), (204, 230, 244)),
    )
    brush.fade((0, 0, WIDTH, horizon + 10), *chance.choice(skies))
    for _ in range(chance.randrange(1, 5)):
        _cloud(brush, chance)
    for _ in range(chance.randrange(1, 3)):
        _building(brush, chance, horizon)
    for _ in range(chance.randrange(4, 9)):
        tree(brush, chance, chance.uniform(-20, 980), horizon + chance.uniform(0, 40), chance.uniform(110, 250))
    grass: Colour = chance.choice(((128, 178, 92), (150, 186, 96), (108, 160, 88), (168, 182, 104)))
    brush.fade((0, horizon + 24, WIDTH, HEIGHT - horizon - 24), lighter(grass, 0.2), darker(grass, 0.2))
    if chance.random() < 0.7:
        _path(brush, chance, horizon + 24)
    if chance.random() < 0.6:
        _hung_banner(brush, chance, horizon)
    count = chance.randrange(3, 7)
    places = [(chance.uniform(horizon + 170, 690), WIDTH * (at + 0.5) / count) for at in range(count)]
    for ground, x in sorted(places):
        _volunteer(brush, chance, x + chance.uniform(-40, 40), ground, 150 + (ground - horizon) * 0.55)
    return brush.photo()


def _hung_banner(brush: Brush, chance: Random, horizon: float) -> None:
    """A banner between two poles, above the heads."""
    x, y = chance.uniform(140, 400), horizon - chance.uniform(150, 190)
    for pole in (x - 6, x + 386):
        brush.stroke([(pole, y - 10), (pole, horizon + 60)], 8, (150, 152, 158))
    banner(brush, x, y, 380, chance.choice(("志愿服务", "学雷锋在行动", "文明校园", "植树护绿")))


def _cloud(brush: Brush, chance: Random) -> None:
    x, y, size = chance.uniform(40, 920), chance.uniform(30, 150), chance.uniform(40, 90)
    for step in (-0.9, -0.3, 0.35, 0.9):
        brush.oval(x + step * size, y + abs(step) * size * 0.2, size * 1.2, size * 0.62, (250, 252, 254))


def _building(brush: Brush, chance: Random, horizon: float) -> None:
    x, width, height = chance.uniform(-40, 760), chance.uniform(180, 420), chance.uniform(110, 240)
    wall: Colour = chance.choice(((206, 120, 96), (222, 212, 196), (190, 196, 204), (214, 176, 140)))
    brush.box((x, horizon - height + 20, width, height + 20), wall)
    brush.box((x - 8, horizon - height + 8, width + 16, 16), darker(wall, 0.3))
    for row in range(int(height // 52)):
        for column in range(int(width // 46)):
            brush.box(
                (x + 16 + column * 46, horizon - height + 42 + row * 52, 24, 30), mixed((150, 190, 214), wall, 0.15)
            )


def tree(brush: Brush, chance: Random, x: float, ground: float, height: float) -> None:
    green: Colour = (chance.randrange(60, 110), chance.randrange(124, 164), chance.randrange(66, 100))
    brush.box((x - height * 0.04, ground - height * 0.4, height * 0.08, height * 0.42), (116, 86, 64))
    for step, tone in ((-0.2, 0.12), (0.2, 0.06), (0, 0.0)):
        middle = ground - height * (0.75 if step == 0 else 0.58)
        brush.oval(x + step * height, middle, height * 0.52, height * 0.5, darker(green, tone))


def _path(brush: Brush, chance: Random, top: float) -> None:
    start, end = chance.uniform(200, 760), chance.uniform(-100, 900)
    brush.shape([(start, top), (start + 46, top), (end + 300, HEIGHT), (end, HEIGHT)], (214, 204, 186))


def _volunteer(brush: Brush, chance: Random, x: float, ground: float, height: float) -> None:
    unit = height / 8
    raised = chance.choice((-1, 0, 0, 1))
    standing(brush, chance, (x, ground), height, shirt=lighter(chance.choice(SHIRTS), 0.2), raised=raised)
    brush.box((x - unit * 1.15, ground - unit * 6.4, unit * 2.3, unit * 2.7), (206, 44, 42), unit * 0.5)
    brush.box((x - unit * 0.06, ground - unit * 6.2, unit * 0.14, unit * 2.4), (250, 216, 120))
    if chance.random() < 0.6:
        brush.box((x - unit * 0.75, ground - unit * 8.1, unit * 1.5, unit * 0.62), (206, 44, 42), unit * 0.3)
        brush.box((x - unit * 0.2, ground - unit * 7.62, unit * 1.25, unit * 0.2), (180, 36, 36), unit * 0.1)
    _tool(brush, chance, (x + unit * 1.3, ground), unit)


def _tool(brush: Brush, chance: Random, below_hand: Point, unit: float) -> None:
    """A broom, a bucket, a sapling or nothing."""
    hand, ground = below_hand
    tool = chance.randrange(4)
    if tool == 0:
        brush.stroke(
            [(hand, ground - unit * 4.6), (hand + unit * 1.1, ground - unit * 0.5)], unit * 0.2, (190, 150, 96)
        )
        brush.shape(
            [
                (hand + unit * 0.8, ground - unit * 0.8),
                (hand + unit * 1.4, ground - unit * 0.7),
                (hand + unit * 1.9, ground + unit * 0.2),
                (hand + unit * 0.6, ground + unit * 0.2),
            ],
            (206, 178, 96),
        )
    elif tool == 1:
        brush.box((hand - unit * 0.5, ground - unit * 3.4, unit * 1.2, unit * 1.5), (70, 120, 170), unit * 0.3)
    elif tool == 2:
        tree(brush, chance, hand + unit * 1.4, ground + unit * 0.1, unit * 4.4)
