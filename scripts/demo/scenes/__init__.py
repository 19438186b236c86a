"""What the demo's photos show, a file for each kind of scene; `chance` decides everything in it."""

from collections.abc import Callable
from random import Random

from PIL import Image

from scripts.demo.scenes.certificate import certificate
from scripts.demo.scenes.classroom import classroom
from scripts.demo.scenes.meeting import meeting
from scripts.demo.scenes.volunteering import volunteering

SCENES: dict[str, Callable[[Random], Image.Image]] = {
    "meeting": meeting,
    "classroom": classroom,
    "volunteering": volunteering,
    "certificate": certificate,
}
