"""The oldest phones we serve (docs/adr/0028): Chromium without what is younger than Chrome 78 or iOS 13.

`too_young.txt` names it as MDN's browser-compat-data 5.7.6 dates it (stable, without a flag): what the objects of an
interface have, and what it has itself (`static`).
"""

import json
from pathlib import Path

from playwright.sync_api import BrowserContext

_LINES = (Path(__file__).parent / "too_young.txt").read_text(encoding="utf-8").splitlines()
TOO_YOUNG = {name: members.split() for name, _, members in (line.partition(": ") for line in _LINES)}
_TAKE_AWAY = """young => {
    for (const [name, members] of Object.entries(young)) {
        const [owner, itself] = name.split(' ')
        const place = itself ? globalThis[owner] : globalThis[owner]?.prototype
        for (const member of members) if (place) delete place[member]
    }
}"""


def take_away(context: BrowserContext) -> None:
    """Make a browser one of the oldest we serve, as far as interfaces go; syntax and styles are checked as built."""
    context.add_init_script(f"({_TAKE_AWAY})({json.dumps(TOO_YOUNG)})")


def take_away_more(context: BrowserContext) -> None:
    """Make a browser older than we serve."""
    take_away(context)
    context.add_init_script("delete Promise.allSettled")
