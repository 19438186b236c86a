"""What every room has: walls, a floor, windows."""

from collections.abc import Sequence
from random import Random

from scripts.demo.scenes.brush import HEIGHT, WIDTH, Area, Brush, Colour, darker, lighter

WALLS: Sequence[Colour] = ((238, 230, 214), (222, 230, 232), (232, 226, 224), (216, 226, 212), (244, 240, 232))


def room(brush: Brush, chance: Random, floor_at: float) -> None:
    wall = chance.choice(WALLS)
    brush.fade((0, 0, WIDTH, floor_at), lighter(wall), wall)
    floor = chance.choice(((176, 158, 138), (150, 152, 158), (190, 178, 160), (132, 116, 104)))
    brush.fade((0, floor_at, WIDTH, HEIGHT - floor_at), floor, darker(floor, 0.25))
    brush.box((0, floor_at - 10, WIDTH, 10), darker(wall, 0.25))


def window(brush: Brush, chance: Random, area: Area) -> None:
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
