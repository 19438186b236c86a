"""Names by 姓氏笔画: by the number of strokes, then by their kinds in writing order (横 竖 撇 点 折). Pure."""

import json
from functools import cache
from pathlib import Path

_ORDER = Path(__file__).with_name("stroke_order.json")
StrokeKey = tuple[tuple[int, int], ...]


def by_strokes(name: str) -> StrokeKey:
    """Return a key that sorts names by their characters' strokes, the surname first: 马 < 王 < 孙 < 李 < 张.

    Of two characters with the same strokes the one with the lower code point comes first. Characters that the table
    lacks, and letters, come last.
    """
    places = _places()
    return tuple((places.get(each, len(places)), ord(each)) for each in name if not each.isspace() and each != "·")


@cache
def _places() -> dict[str, int]:
    groups: dict[str, str] = json.loads(_ORDER.read_text("utf-8"))["by_strokes"]
    return {character: place for place, character in enumerate("".join(groups.values()))}
