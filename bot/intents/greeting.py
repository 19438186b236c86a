"""你好, 谢谢, 再见: nothing but courtesy. Pure."""

import re

from bot.understanding.cues import Intent, Slots
from bot.understanding.saying import Saying

_WORDS = (
    "打扰了|打扰一下|打扰|晓得了|晓得|懂了|好滴|好哒|okk?|谢了|谢啦|谢谢啦|哥们儿?|兄弟|亲|朋友|姐|哥|嘿|好嘞|费心了|帮大忙了?|帮了大忙|帮忙了|小先锋|先锋|太谢谢|太感谢|十分感谢|受累了|劳驾了?|有劳|感恩|"
    "你好|您好|大家好|老师好|书记好|同志好|领导好|早上好|上午好|中午好|下午好|晚上好|早安|午安|晚安|早|"
    "嗨|哈喽|哈啰|哈罗|hello|hi|hey|喂|"
    "在吗|在不在|在么|在不|有人吗|有人在吗|有人么|有人在|谢谢|谢了|多谢|感谢|谢谢您|谢谢你|辛苦了|辛苦|"
    "麻烦了|麻烦您|麻烦你|再见|拜拜|拜|bye|回见|回头见|明天见|"
    "好的|好|嗯|知道了|收到|明白了|了解了|明白|了解|老师|书记|同志|小同志|小助手|机器人|您|你|节日快乐|"
    "新年好|新年快乐|没事了|没事|先这样|不客气|太好了|真棒|厉害|非常|十分|万分|问候"
)
_GREETING = re.compile(rf"(?:(?>{_WORDS})[呀啊哈啦了哦噢哟吖嘞呢吧]*)+")
_COURTEOUS = re.compile(
    r"好|嘿|嗨|哈|hello|hi|hey|喂|在|有人|谢|辛苦|麻烦|打扰|晓得|懂|ok|费心|受累|劳|感恩|再见|拜|bye|见|早|安|快乐|收到|知道|明白|了解|没事|先这样"
)


def _whole(saying: Saying) -> Slots | None:
    plain = saying.plain
    return {} if _GREETING.fullmatch(plain) and _COURTEOUS.search(plain) else None


INTENT = Intent(name="greeting", title="打招呼", grammar=_whole)
