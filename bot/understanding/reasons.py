"""Why someone asks for leave, in their own words: the clause that is left when all else is taken away. Pure."""

import re
from collections.abc import Mapping
from datetime import date

from bot.understanding import days, lexicon
from bot.understanding.days import DayDirection
from bot.understanding.saying import Saying

_MEETING = "|".join(sorted({word for words in lexicon.KIND_WORDS.values() for word in words}, key=len, reverse=True))
_ASKING = (
    r"(?:我|俺|本人)?(?:特此|特地|想|要|得|需要?|可能|恐怕|估计|必须|申请|跟组织|向组织|跟书记|向您|跟您|"
    r"能不能|能否|可不可以|可以|先|也|都|就|准备|打算|帮我|给我|替我|来)*"
    r"(?:请不了假|请(?:一?[个次天下]|半天|几天)?(?:事|病|公|产|婚|丧|年)?假|告(?:个)?假|去不了|去不成|"
    r"来不了|到不了|不能(?:去|来|到|参加|出席)|参加不了|参加不成|(?:没法|无法|没办法)(?:参加|去|到|来|"
    r"出席|到会)|赶不(?:上|过去|到)|(?<![回起出下])不(?:去|来|参加)了?|不能?到会|无法到会)"
    r"(?:条|一次|一天|半天|两天)?(?:了|啦|吧|哈|呗|呢|啊|一下|吗|行吗|可以吗|好吗|不)*(?:怎么(?:请|写|弄|"
    r"办)|咋整|咋请|咋写)?"
)
_KIND_OF_LEAVE = r"(?:休|请)?(?:事假|病假|公假|产假|陪产假|婚假|丧假|年假|补假)(?:期间)?"
_NOISE = (
    r"向(?:书记|组织|支部|领导|老师|您)|(?:老师|书记|同志|领导|组织委员|主任|支书|组长)?(?:您好|你好|好)(?:呀|啊)?|谢谢(?:您|你)?|麻烦(?:您|"
    r"你)?(?:了)?|请批准|望批准|请予批准|请假|(?<![体人庭作])原因(?:是)?|理由(?:是)?|事由|"
    r"(?:\d{1,2}|[一二两三四五六七八九十]{1,3})(?:点钟?半?|[:：]\d\d)(?:钟|半|[一二三四五]?十?[五分]?分)?|"
    r"这次|那次|这个|那个|那天|当天|时候|期间|现场|活动|(?<!学术)(?<!工作)(?<!国际)(?<!重要)会议|的会|(?:早上|上午|中午|"
    r"下午|晚上)(?=的|$)|的(?=$)"
)
_TAKEN = re.compile(
    f"{_ASKING}|{_KIND_OF_LEAVE}|(?<![去地出])(?:的|那个|这个)?(?:{_MEETING})(?:活动|会议|学习)?|{_NOISE}"
)
_LEAD = re.compile(
    r"^(?:老师|书记|同志|领导|因为|由于|因(?!公)|要|我这(?:边|儿)?|我们?(?!爱人|家|妈|爸|老|孩|儿|女|父|母|妻|爷|奶|姥|"
    r"岳|媳|对象|孙)|俺(?!家)|本人|是|"
    r"可是|但是?|不过|和|跟|在(?=$)|到时候|那天|的|都)+"
)
_LEAD_OWN = re.compile(r"^[我俺](?=老伴|爱人|家|妈|爸|老|孩|儿|女|父|母|妻|爷|奶|姥|岳|媳|对象|孙|媳妇|娃)")
_TAIL = re.compile(r"(?:了|呢|哈|咯|嘛|噻|哟|喽|哩|撒|啊|呀|哦|吧|啦|的|所以|特此|想|需要|要|得|就|也|，)+$")
_EMPTY = re.compile(
    r"(?:那?个?|[天年]假|[呀啊嘛呗噻吧哈咧哟咯成]|不?会弄|教教|求|批|准|通融|向|对|手续|流程|办理?|帮|替|给|[a-z]+|一下|怎么|各位|报告|本人|领导|主任|支书|组长|开会|开|下周|这周|本周|下个月|这几天|例|条|写|次|儿|咋|弄|"
    r"整|请|我|俺|想|能|可以|不|吗|么|行|好|都|会|的|了|先|去|来|到|是|有|和|跟|"
    r"时|日|天|上午|下午|晚上|晚|早上|中午|全天|半天|小|组|支部|学院|党|老师|书记|同志|谢|怎么请|请问|假|"
    r"申请|批准|报备)*"
)
_WORDS = (
    *lexicon.ILLNESS,
    *lexicon.FAMILY,
    *lexicon.BUSY,
    *(word for words in lexicon.LEAVE_WORDS.values() for word in words),
)


def reason(saying: Saying, today: date) -> Mapping[str, str]:
    """Return the reason given; a kind of leave is none."""
    clauses = [left for clause in saying.clauses if (left := _left(clause, today))]
    telling = [clause for clause in clauses if any(word in clause for word in _WORDS)]
    chosen = telling or [clause for clause in clauses if len(clause) > 1]
    return {"reason": saying.as_written(chosen[0])} if chosen else {}


def _left(clause: str, today: date) -> str:
    """Return what a clause says beside the day, the meeting and the asking."""
    while (named := days.day_in(clause, today, DayDirection.ahead)) is not None:
        clause = clause.replace(named.words, "\n", 1)
    parts = [_stripped(part) for part in re.split(r"\n", _TAKEN.sub("\n", clause))]
    found = [part for part in parts if part and not _EMPTY.fullmatch(part)]
    return max(found, key=_weight, default="")


def _weight(part: str) -> tuple[bool, int]:
    return any(word in part for word in _WORDS), len(part)


def _stripped(part: str) -> str:
    told = _LEAD_OWN.sub("", _LEAD.sub("", part.strip()))
    bare = _TAIL.sub("", told)
    return bare if len(bare) > 1 else told
