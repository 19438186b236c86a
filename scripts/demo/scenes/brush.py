"""What the scenes are drawn with: colours, a camera, a brush, letters."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 960, 720

Colour = tuple[int, int, int]
Point = tuple[float, float]
Area = tuple[float, float, float, float]
"""Left, top, width, height."""

WOODS: Sequence[Colour] = ((150, 100, 62), (178, 130, 84), (120, 78, 54), (196, 158, 112), (108, 92, 84))
PARTY_RED: Colour = (190, 32, 36)
GOLD: Colour = (212, 170, 84)
PAPER: Colour = (252, 248, 236)
FONTS = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc",
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/System/Library/Fonts/PingFang.ttc",
)


@dataclass(frozen=True, slots=True)
class Camera:
    """How much nearer than usual, and how far aside, in the photo's pixels."""

    zoom: float = 1.0
    left: float = 0.0
    top: float = 0.0


STRAIGHT = Camera()


def held(chance: Random) -> Camera:
    """Nobody holds the camera in the same place twice."""
    zoom = chance.uniform(1.0, 1.19)
    return Camera(zoom, chance.uniform(0, WIDTH * (zoom - 1)), chance.uniform(0, HEIGHT * (zoom - 1)))


@cache
def _chinese(size: int) -> ImageFont.FreeTypeFont | None:
    """A font with Chinese characters, or None on a machine that has none: then lines stand for words."""
    path = next((path for path in FONTS if Path(path).exists()), None)
    return ImageFont.truetype(path, size) if path else None


def mixed(one: Colour, other: Colour, part: float) -> Colour:
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(one, other, strict=True))
    return red, green, blue


def darker(colour: Colour, part: float = 0.2) -> Colour:
    return mixed(colour, (20, 18, 30), part)


def lighter(colour: Colour, part: float = 0.3) -> Colour:
    return mixed(colour, (255, 255, 255), part)


class Brush:
    """Draws on a canvas of `width` × `height` in their coordinates, through a camera that may be nearer or aside.

    `fine` is how many canvas pixels make one of the photo's; `photo()` brings them together, which smooths the edges.
    """

    def __init__(self, width: int = WIDTH, height: int = HEIGHT, *, fine: int = 2, camera: Camera = STRAIGHT) -> None:
        self.fine = fine
        self.scale = fine * camera.zoom
        self.left, self.top = camera.left * fine, camera.top * fine
        self.image = Image.new("RGB", (width * fine, height * fine), PAPER)
        self.draw = ImageDraw.Draw(self.image)

    def photo(self) -> Image.Image:
        return self.image.reduce(self.fine) if self.fine > 1 else self.image

    def _points(self, points: Sequence[Point]) -> list[Point]:
        return [(x * self.scale - self.left, y * self.scale - self.top) for x, y in points]

    def _corners(self, area: Area) -> list[Point]:
        x, y, width, height = area
        return self._points([(x, y), (x + width, y + height)])

    def box(self, area: Area, colour: Colour, radius: float = 0) -> None:
        if radius:
            corner = min(radius, area[2] / 2, area[3] / 2) * self.scale
            self.draw.rounded_rectangle(self._corners(area), corner, colour)
        else:
            self.draw.rectangle(self._corners(area), colour)

    def oval(self, x: float, y: float, across: float, down: float, colour: Colour) -> None:
        """Draw an oval around its middle (x, y)."""
        self.draw.ellipse(self._corners((x - across / 2, y - down / 2, across, down)), colour)

    def dome(self, area: Area, colour: Colour) -> None:
        """Draw the upper half of an oval."""
        self.draw.pieslice(self._corners(area), 180, 360, colour)

    def shape(self, points: Sequence[Point], colour: Colour) -> None:
        self.draw.polygon(self._points(points), colour)

    def stroke(self, points: Sequence[Point], width: float, colour: Colour) -> None:
        self.draw.line(self._points(points), colour, round(width * self.scale), joint="curve")
        for x, y in (points[0], points[-1]):
            self.oval(x, y, width, width, colour)

    def fade(self, area: Area, top: Colour, bottom: Colour) -> None:
        """Fill with a gradient downwards."""
        (left, upper), (right, lower) = ((round(x), round(y)) for x, y in self._corners(area))
        pair = Image.new("RGB", (1, 2))
        pair.putdata([top, bottom])
        column = pair.resize((1, lower - upper), Image.Resampling.BILINEAR)
        self.image.paste(column.resize((right - left, lower - upper), Image.Resampling.NEAREST), (left, upper))

    def words(self, x: float, y: float, text: str, *, size: float, colour: Colour) -> None:
        """Write around the middle (x, y)."""
        if font := _chinese(round(size * self.scale)):
            self.draw.text(self._points([(x, y)])[0], text, colour, font, anchor="mm")
            return
        for place in range(len(text)):
            self.box((x + (place - len(text) / 2) * size + 2, y - size * 0.4, size - 5, size * 0.8), colour, 3)


def banner(brush: Brush, x: float, y: float, width: float, text: str) -> None:
    brush.box((x + 4, y + 5, width, 62), (150, 140, 132), 3)
    brush.box((x, y, width, 62), PARTY_RED, 3)
    brush.words(x + width / 2, y + 31, text, size=min(38, width / (len(text) + 1)), colour=(255, 232, 150))
