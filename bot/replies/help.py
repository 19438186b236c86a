"""帮助: what one can say here."""

from bot.turn import Turn


def reply(turn: Turn) -> list[str]:
    return ["可以问我：积分、扣分原因、还能得什么分、排名、会议、请假、申报、通知、党费、出勤。"]
