"""People: standing, behind a table, from behind. They have no faces, and are nobody."""

from collections.abc import Sequence
from random import Random

from scripts.demo.scenes.brush import Brush, Colour, Point, darker, lighter

SKINS: Sequence[Colour] = ((244, 208, 178), (236, 190, 156), (226, 176, 140), (250, 220, 196))
HAIRS: Sequence[Colour] = (
    (38, 32, 34),
    (54, 44, 42),
    (28, 28, 36),
    (46, 38, 34),
    (34, 30, 40),
    (88, 80, 80),
    (190, 188, 186),
)
SHIRTS: Sequence[Colour] = (
    (58, 88, 132),
    (236, 238, 242),
    (84, 98, 110),
    (150, 62, 58),
    (62, 110, 96),
    (198, 172, 128),
    (46, 54, 78),
    (122, 136, 164),
    (170, 116, 92),
)


def standing(brush: Brush, chance: Random, feet: Point, height: float, *, shirt: Colour, raised: int = 0) -> None:
    """Someone standing; `raised` = −1 or 1 lifts the left or right arm."""
    x, ground = feet
    unit = height / 8
    skin, hair = chance.choice(SKINS), chance.choice(HAIRS)
    trousers = chance.choice(((44, 50, 66), (70, 74, 84), (92, 84, 76), (38, 40, 46)))
    brush.oval(x, ground, unit * 3.4, unit * 0.6, (112, 112, 100))
    for side in (-1, 1):
        brush.stroke(
            [(x + side * unit * 0.5, ground - unit * 3.6), (x + side * unit * 0.62, ground - unit * 0.3)],
            unit * 0.85,
            trousers,
        )
        brush.oval(x + side * unit * 0.75, ground - unit * 0.12, unit * 1.1, unit * 0.45, (40, 38, 40))
    _torso(brush, (x, ground - unit * 6.4), unit, shirt=shirt, skin=skin, raised=raised)
    _head(brush, (x, ground - unit * 7.2), unit, skin=skin, hair=hair, long=chance.random() < 0.4)


def _torso(brush: Brush, neck: Point, unit: float, *, shirt: Colour, skin: Colour, raised: int) -> None:
    x, top = neck
    brush.box((x - unit * 0.3, top - unit * 0.3, unit * 0.6, unit * 0.8), darker(skin, 0.1))
    for side in (-1, 1):
        up = raised == side
        elbow = (x + side * unit * (1.9 if up else 1.45), top + unit * (0.6 if up else 1.6))
        hand = (x + side * unit * (2.4 if up else 1.3), top + unit * (-0.9 if up else 2.9))
        brush.stroke([(x + side * unit * 0.95, top + unit * 0.4), elbow, hand], unit * 0.55, darker(shirt, 0.12))
        brush.oval(*hand, unit * 0.6, unit * 0.6, skin)
    brush.box((x - unit * 1.15, top, unit * 2.3, unit * 3.2), shirt, unit * 0.7)


def _head(brush: Brush, middle: Point, unit: float, *, skin: Colour, hair: Colour, long: bool) -> None:
    x, y = middle
    if long:
        brush.box((x - unit * 0.78, y - unit * 0.6, unit * 1.56, unit * 1.7), hair, unit * 0.7)
    brush.oval(x, y, unit * 1.3, unit * 1.55, skin)
    brush.dome((x - unit * 0.72, y - unit * 0.9, unit * 1.44, unit * 1.5), hair)


def seated(brush: Brush, chance: Random, x: float, y: float, unit: float) -> None:
    """Someone behind a table, facing us; (x, y) is where the table's edge cuts them off."""
    shirt = chance.choice(SHIRTS)
    skin = chance.choice(SKINS)
    brush.box((x - unit * 0.3, y - unit * 2.9, unit * 0.6, unit), darker(skin, 0.1))
    brush.box((x - unit * 1.35, y - unit * 2.35, unit * 2.7, unit * 2.6), shirt, unit * 0.9)
    brush.shape(
        [(x - unit * 0.4, y - unit * 2.35), (x + unit * 0.4, y - unit * 2.35), (x, y - unit * 1.5)],
        lighter(shirt, 0.55),
    )
    _head(brush, (x, y - unit * 3.3), unit, skin=skin, hair=chance.choice(HAIRS), long=chance.random() < 0.4)


def from_behind(brush: Brush, chance: Random, x: float, y: float, unit: float) -> None:
    """Someone seated with their back to us; (x, y) is below the middle of the shoulders."""
    shirt, hair, skin = chance.choice(SHIRTS), chance.choice(HAIRS), chance.choice(SKINS)
    brush.box((x - unit * 1.6, y - unit * 2.4, unit * 3.2, unit * 4.4), shirt, unit * 1.1)
    brush.box((x - unit * 0.35, y - unit * 2.8, unit * 0.7, unit * 0.7), darker(skin, 0.12))
    for side in (-1, 1):
        brush.oval(x + side * unit * 0.85, y - unit * 3.5, unit * 0.32, unit * 0.5, skin)
    if chance.random() < 0.4:
        brush.box((x - unit * 0.85, y - unit * 4.1, unit * 1.7, unit * 2.4), hair, unit * 0.8)
    brush.oval(x, y - unit * 3.6, unit * 1.7, unit * 1.95, hair)
