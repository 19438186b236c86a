"""On a table: a certificate, a little askew."""

from random import Random

from PIL import Image

from scripts.demo.scenes.brush import GOLD, HEIGHT, PAPER, WIDTH, WOODS, Brush, Colour, darker, lighter

AWARDS = (
    ("荣誉证书", "在本年度志愿服务工作中表现突出", "特发此证，以资鼓励。"),
    ("荣誉证书", "在教学科研工作中成绩显著", "特发此证，以资鼓励。"),
    ("获奖证书", "在学科竞赛中取得优异成绩", "特发此证，以资鼓励。"),
    ("志愿服务证书", "积极参与校园公益活动", "特发此证，以资鼓励。"),
    ("采纳证明", "所提建议经研究已予采纳", "特此证明。"),
    ("结业证书", "完成全部学习任务，考核合格", "准予结业。"),
)
MONTHS = ("三", "五", "六", "九", "十", "十一", "十二")


def certificate(chance: Random) -> Image.Image:
    """A certificate on a table, a little askew."""
    surface: Colour = chance.choice((*WOODS, (58, 92, 84), (196, 196, 192), (70, 78, 96), (224, 216, 204)))
    brush = Brush(fine=1)
    brush.fade((0, 0, WIDTH, HEIGHT), lighter(surface, 0.15), darker(surface, 0.15))
    for _ in range(14):
        y = chance.uniform(0, HEIGHT)
        brush.stroke([(0, y), (WIDTH, y + chance.uniform(-30, 30))], 2, darker(surface, 0.1))
    _desk_things(brush, chance)
    sheet = _sheet(chance)
    angle = chance.uniform(-17, 17)
    mask = Image.new("L", sheet.size, 255).rotate(angle, Image.Resampling.BILINEAR, expand=True)
    turned = sheet.rotate(angle, Image.Resampling.BILINEAR, expand=True)
    left = round((WIDTH - turned.width) / 2 + chance.uniform(-120, 120))
    top = round((HEIGHT - turned.height) / 2 + chance.uniform(-90, 90))
    brush.image.paste(darker(surface, 0.55), (left + 9, top + 12), mask)
    brush.image.paste(turned, (left, top), mask)
    return brush.photo()


def _desk_things(brush: Brush, chance: Random) -> None:
    """A cup, a pen, a notebook or a keyboard at the edges of the table."""
    for corner in chance.sample(
        ((70, 70), (890, 80), (80, 640), (880, 630), (480, 30), (480, 700)), chance.randrange(1, 4)
    ):
        x, y = corner
        thing = chance.randrange(3)
        if thing == 0:
            brush.oval(x, y, 150, 150, (236, 236, 232))
            brush.oval(x, y, 120, 120, chance.choice(((120, 76, 44), (176, 132, 60), (92, 120, 84))))
        elif thing == 1:
            brush.box(
                (x - 100, y - 70, 200, 140),
                chance.choice(((60, 90, 130), (170, 60, 56), (50, 54, 60), (206, 180, 120))),
                8,
            )
        else:
            brush.stroke([(x - 90, y - 30), (x + 90, y + 40)], 12, (40, 44, 60))
            brush.stroke([(x + 70, y + 32), (x + 90, y + 40)], 12, GOLD)


def _sheet(chance: Random) -> Image.Image:
    tall = chance.random() < 0.3
    width, height = (
        (chance.randrange(430, 500), chance.randrange(570, 640))
        if tall
        else (chance.randrange(600, 740), chance.randrange(430, 500))
    )
    paper: Colour = chance.choice((PAPER, (255, 252, 246), (250, 240, 220), (246, 248, 250)))
    brush = Brush(width, height, fine=1)
    brush.box((0, 0, width, height), paper)
    frame: Colour = chance.choice((GOLD, (196, 60, 52), (176, 140, 70), (84, 120, 160)))
    style = chance.randrange(3)
    if style == 2:  # an open cover, red around the page
        brush.box((0, 0, width, height), (176, 28, 34))
        brush.box((22, 22, width - 44, height - 44), paper)
    for inset, thick in ((30, 6), (42, 2)):
        brush.draw.rectangle((inset, inset, width - inset, height - inset), outline=frame, width=thick)
    if style == 1:
        for x, y in ((46, 46), (width - 46, 46), (46, height - 46), (width - 46, height - 46)):
            brush.oval(x, y, 36, 36, frame)
            brush.oval(x, y, 20, 20, paper)
    _wording(brush, chance, width, height)
    _seal(brush, width * chance.uniform(0.68, 0.78), height * chance.uniform(0.72, 0.78), 92)
    return brush.photo()


def _wording(brush: Brush, chance: Random, width: int, height: int) -> None:
    title, deed, closing = chance.choice(AWARDS)
    brush.words(width / 2, height * 0.2, title, size=58 if len(title) < 5 else 46, colour=(178, 30, 34))
    brush.box((width * 0.3, height * 0.285, width * 0.4, 3), GOLD)
    ink: Colour = (62, 58, 60)
    brush.words(width * 0.25, height * 0.37, "×××同志：", size=24, colour=ink)
    size = min(24, (width - 130) / 17)
    brush.words(width / 2, height * 0.47, f"{deed}，", size=size, colour=ink)
    brush.words(width / 2, height * 0.55, closing, size=size, colour=ink)
    brush.words(width * 0.72, height * 0.84, f"二〇二五年{chance.choice(MONTHS)}月", size=20, colour=ink)


def _seal(brush: Brush, x: float, y: float, across: float) -> None:
    red: Colour = (206, 48, 44)
    half = across / 2
    brush.draw.ellipse((x - half, y - half, x + half, y + half), outline=red, width=5)
    star = [(0, -1), (0.235, -0.32), (0.95, -0.31), (0.38, 0.12), (0.59, 0.81), (0, 0.4)]
    star += [(-px, py) for px, py in reversed(star[1:5])]
    brush.shape([(x + px * across * 0.2, y + py * across * 0.2) for px, py in star], red)
