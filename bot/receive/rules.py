"""How long WeChat waits, how many messages may follow, and what happens to unfinished work. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from server.pushes.rules import Channel as PushChannel
from server.pushes.sending.rules import AnswerVerdict, verdict


class DeliveryStatus(StrEnum):
    received = "received"  # written down, not answered yet
    answered = "answered"
    failed = "failed"  # it could not be answered; the person was told so


class FollowUpStatus(StrEnum):
    waiting = "waiting"
    sending = "sending"  # committed before the call, so that a crash is seen
    sent = "sent"
    unknown = "unknown"  # crash or time-out after the call went out: never sent again
    refused = "refused"  # WeChat did not take it: `errcode` says why; it goes with the answer to the person's next one
    given = "given"  # refused, and told with a later answer
    expired = "expired"  # WeChat's time for it ran out first


ANSWER_SECONDS = 4.0
"""WeChat waits for five, the way included."""

AFTER_ANSWER = timedelta(seconds=2)
"""So that what follows an answer does not arrive before it."""

REPEATED_WITHIN = timedelta(seconds=60)
"""WeChat repeats a post three times, five seconds apart. A later repetition is not from WeChat, and learns nothing."""

STALE_AFTER = timedelta(seconds=30)
"""A message received this long ago and not answered has no worker any more."""

ABANDONED_AFTER = timedelta(minutes=10)
"""Later nobody would know what an answer answers."""

LONGEST_CALL = timedelta(minutes=1)
MOST_TRIES = 5
MOST_BYTES = 2048

RECEIVED = "收到，正在处理，结果稍后发给您。"
RECEIVED_ALONE = "收到，正在处理。请过一会儿再发一条消息（例如“好了吗”），我把结果告诉您。"
"""For when nothing can follow: the account may not send 客服消息."""

UNAUTHORIZED = frozenset({48001, 48002, 48004})
"""The account may not send by itself: no right to (公众号, 企业微信), or the right was taken away."""

NOT_DONE = "您刚才的消息没有处理成功，什么都没有改动。请再发一次。"
SHORTENED = "……（内容较长，其余请打开小程序查看）"


def allowance(*, tapped: bool) -> tuple[int, timedelta]:
    """Return how many messages may follow, and for how long."""
    return (3, timedelta(minutes=1)) if tapped else (5, timedelta(hours=48))


def packed(texts: Sequence[str], most: int) -> list[str]:
    """Return the texts as at most so many messages: short ones are joined, and the last one says if any is cut."""
    found: list[str] = []
    for text in texts:
        together = f"{found[-1]}\n\n{text}" if found else text
        if found and len(texts) > most and len(together.encode()) <= MOST_BYTES:
            found[-1] = together
        else:
            found.append(text)
    if len(found) > most:
        found = found[:most]
        found[-1] = _cut(found[-1], MOST_BYTES - len(SHORTENED.encode())) + SHORTENED
    return found


def joined(texts: Sequence[str]) -> list[str]:
    """Return the texts, each whole, as the fewest messages that they fit into."""
    found: list[str] = []
    for text in texts:
        together = f"{found[-1]}\n\n{text}" if found else text
        if found and len(together.encode()) <= MOST_BYTES:
            found[-1] = together
        else:
            found.append(text)
    return found


def _cut(text: str, most_bytes: int) -> str:
    return text.encode()[:most_bytes].decode(errors="ignore")


def after_call(errcode: int, *, tries: int, now: datetime) -> tuple[FollowUpStatus, datetime]:
    """Return the status of a follow-up after WeChat's answer, and when to look at it next."""
    meaning = verdict(PushChannel.official, errcode)
    if meaning is AnswerVerdict.sent:
        return FollowUpStatus.sent, now
    if meaning in (AnswerVerdict.backoff, AnswerVerdict.next_minute) and tries < MOST_TRIES:
        return FollowUpStatus.waiting, now + timedelta(seconds=5 * 2**tries)
    return FollowUpStatus.refused, now
