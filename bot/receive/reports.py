"""What WeChat posts about our own messages: whether one arrived, or that a person wants no more of them.

公众号, template messages: `TEMPLATESENDJOBFINISH` with `MsgID` and `Status`, which is `success`, `failed:user block` or
`failed: system failed` (https://developers.weixin.qq.com/doc/offiaccount/Message_Management/Template_Message_Interface.html;
wechatpy's `TemplateSendJobFinishEvent`); `failed:freq limit` was seen, too
(https://developers.weixin.qq.com/community/personal/oCJUsw3wodZLOPz0rEGohEItTOEI/question).

小程序, subscription messages (https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/subscribe-message.html),
each with one or several `List`:

- `subscribe_msg_sent_event`: `MsgID`, `ErrorCode` (0: arrived; other codes are failures of WeChat's own) and words.
- `subscribe_msg_change_event`: a person turned a template off (`reject`; nothing else is posted).
- `subscribe_msg_popup_event`: what a person answered to the question. The app reports that itself: counted here as
  well, one consent would be two.

企业微信 reports nothing of the kind; it says at once whom it leaves out (`server/wechat/work.py`). Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from bot.receive.parsing import text_of
from server.pushes.receipts import Report
from server.pushes.rules import Channel, ReceiptKind
from server.wechat.client import LONGEST_MESSAGE_ID

_MANY: Mapping[str, str] = MappingProxyType(
    {"subscribe_msg_sent_event": "SubscribeMsgSentEvent", "subscribe_msg_change_event": "SubscribeMsgChangeEvent"}
)


@dataclass(frozen=True, slots=True)
class EventReport:
    """`withdrawn`: WeChat's ids of templates of which `openid` wants no more."""

    openid: str
    reports: Sequence[Report] = ()
    withdrawn: Sequence[str] = field(default=())

    def __bool__(self) -> bool:
        return bool(self.reports or self.withdrawn)


def told_by_official(fields: Mapping[str, Any], event: str) -> EventReport:
    """Return what an event of the 公众号 tells of our messages."""
    kind = _kind_of_status(text_of(fields, "Status")) if event == "templatesendjobfinish" else None
    message_id = _message_id(fields)
    reports = [Report(Channel.official, message_id, kind)] if kind and message_id else []
    return EventReport(text_of(fields, "FromUserName"), reports)


def told_by_mini_program(fields: Mapping[str, Any], event: str) -> EventReport:
    """Return what an event of the mini-program tells of our messages."""
    openid, entries = text_of(fields, "FromUserName"), _entries(fields, _MANY.get(event, ""))
    if event == "subscribe_msg_sent_event":
        return EventReport(openid, [report for entry in entries if (report := _report_of(entry))])
    refused = [entry for entry in entries if text_of(entry, "SubscribeStatusString").lower() == "reject"]
    return EventReport(openid, withdrawn=[text_of(entry, "TemplateId") for entry in refused])


def _kind_of_status(status: str) -> ReceiptKind | None:
    words = status.lower().replace(" ", "")
    if words == "success":
        return ReceiptKind.delivered
    if not words.startswith("fail"):
        return None
    return ReceiptKind.blocked if "block" in words else ReceiptKind.failed


def _report_of(entry: Mapping[str, Any]) -> Report | None:
    message_id, code = _message_id(entry), text_of(entry, "ErrorCode").strip()
    if not message_id or not code.lstrip("-").isdecimal() or len(code) > 9:
        return None
    kind = ReceiptKind.failed if int(code) else ReceiptKind.delivered
    return Report(Channel.subscription, message_id, kind, int(code))


def _entries(fields: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    """Return the entries of an event's `List`; the parser does not make a list of a single one."""
    outer = fields.get(name)
    inner = outer.get("List") if isinstance(outer, dict) else None
    return [each for each in (inner if isinstance(inner, list) else [inner]) if isinstance(each, dict)]


def _message_id(fields: Mapping[str, Any]) -> str:
    message_id = text_of(fields, "MsgID") or text_of(fields, "MsgId")
    return message_id if len(message_id) <= LONGEST_MESSAGE_ID else ""
