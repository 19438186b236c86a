"""是: to the question just asked, and to nothing else. Pure."""

import re
import unicodedata

from bot.understanding.cues import Intent, Slots
from bot.understanding.saying import Saying

_YES = (
    "确认提交|确认无误|没有问题|就这样办|就这么办|确认办理|确认|确定|没错|无误|没问题|可以|好的|好滴|"
    "好嘞|就这样|是这样|同意|提交|嗯呢|嗯|是|对|行|好|中|得|要得|成|妥|ok|okay|yes|y|yep|可|办吧|交吧|"
    "提交吧|办|没毛病|妥妥|就这么着|就这样吧|同意提交|同意办理|准确|正确|属实|是这个|照办|当然"
)
_WHOLLY = re.compile(rf"(?:(?:{_YES})(?:的|滴|哒|啊|呀|哦|哈|哟|呐|嘞|噢|吧|哩)?){{1,4}}")
_RELUCTANT = re.compile(r"[?？]|(?:是|对|没错)吧$")
_SILENT = re.compile(r"[\s,，.。!！~～、;；…]+")


def _read(saying: Saying) -> Slots | None:
    """Nothing but assent, said without doubt: one character more and it is none.

    Emoji may stand beside it; whatever else was there, unseen signs too, is a character more.
    """
    if _RELUCTANT.search(_SILENT.sub("", saying.text) + ("?" if "?" in saying.text else "")):
        return None
    seen = "".join(each for each in saying.raw if unicodedata.category(each) not in ("So", "Sk", "Mn", "Cf"))
    plain = _SILENT.sub("", unicodedata.normalize("NFKC", seen)).lower()
    return {} if _WHOLLY.fullmatch(plain) else None


INTENT = Intent(name="yes", title="确认", only_in=frozenset({"confirm"}), grammar=_read)
