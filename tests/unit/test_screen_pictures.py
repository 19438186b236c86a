"""The QR as strokes: it is the symbol segno made, module by module."""

import re
from datetime import UTC, datetime

import segno

from server.meetings.check_in.codes import code_of, digits_of, meeting_key, payload_url, step_at
from server.meetings.screen.pictures import picture

KEY = meeting_key(b"secret of the tests, thirty-two bytes", "abcdefghij")
STEP = step_at(datetime(2026, 6, 18, 7, 0, tzinfo=UTC))


def test_the_strokes_are_the_dark_modules() -> None:
    drawn = picture(KEY, STEP, base_url="https://xf.example.edu.cn", public_id="abcdefghij")
    payload = payload_url("https://xf.example.edu.cn", "abcdefghij", code_of(KEY, STEP))
    expected = [list(map(bool, row)) for row in segno.make(payload, error="m", micro=False).matrix]
    found = [[False] * drawn.size for _ in range(drawn.size)]
    for x, y, length in re.findall(r"M(\d+) (\d+)\.5h(\d+)", drawn.path):
        for column in range(int(x), int(x) + int(length)):
            found[int(y)][column] = True
    assert found == expected
    assert re.fullmatch(r"(M\d+ \d+\.5h\d+)+", drawn.path)


def test_a_picture_is_shown_for_its_ten_seconds() -> None:
    drawn = picture(KEY, STEP, base_url="https://xf.example.edu.cn", public_id="abcdefghij")
    assert (drawn.shown_until - drawn.shown_from).total_seconds() == 10
    assert step_at(drawn.shown_from) == STEP
    assert drawn.digits == digits_of(KEY, STEP)
