"""What the demo's members report: titles and words per item of the default standard, and how secretaries answer."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Story:
    """A kind of contribution. `photos` is how many pictures of `scene` usually come with it."""

    item_code: str
    title: str
    words: str
    scene: str
    photos: int
    quantity: Decimal = Decimal(1)
    level: str | None = None


def _study(hours: int, title: str, words: str) -> Story:
    return Story("B06a", title, words, "meeting", 1, quantity=Decimal(hours))


STAFF = (
    Story("C04", "校园开放日志愿引导", "在南门引导考生和家长，负责咨询台，服务约两小时。", "volunteering", 2),
    Story("C04", "学业困难学生结对辅导", "与两名学业预警学生结对，辅导高等数学两次。", "classroom", 1),
    Story("C04", "社区防诈骗宣讲", "到滨河社区为老年居民讲解常见诈骗手法。", "volunteering", 2),
    Story("C04", "无偿献血", "参加学校组织的无偿献血活动。", "certificate", 1),
    Story("C05", "为支部讲授专题党课", "以“扎根课堂、立德树人”为题为本支部讲党课。", "meeting", 1),
    Story("C05", "承担支部宣传委员工作", "完成一季度宣传栏更新和会议记录整理。", "meeting", 0),
    Story(
        "C01a",
        "省级教学成果奖二等奖",
        "作为完成人参与课程改革项目，获省级教学成果奖。",
        "certificate",
        1,
        level="provincial",
    ),
    Story("C01a", "校级优秀教师", "获评年度校级优秀教师。", "certificate", 1, level="university"),
    Story(
        "C02", "实验室安全管理建议被学院采纳", "提出分级巡查建议，学院已印发执行。", "certificate", 1, level="college"
    ),
    Story("C03", "协助调解实验室使用纠纷", "受学院委托协调两个课题组的设备使用安排。", "meeting", 0),
    _study(2, "集中学习两小时", "参加学院组织的集中学习，有签到记录。"),
    _study(3, "线上专题培训三学时", "完成网络培训并通过测试。"),
)
OF_ZHANG_MIN = (STAFF[3], STAFF[1], STAFF[0], STAFF[6], STAFF[8], STAFF[2])
STUDENT = (
    Story("C04", "迎新志愿服务", "在火车站迎新点接待新生，服务半天。", "volunteering", 2),
    Story("C04", "图书馆整架志愿服务", "协助图书馆整理期刊阅览室书架两小时。", "volunteering", 1),
    Story("C04", "帮扶同学补习高数", "每周一次为两名同学答疑。", "classroom", 1),
    Story("C01b", "全国大学生数学建模竞赛省级一等奖", "作为队员参赛获奖。", "certificate", 1, level="provincial"),
    Story("C01b", "校级一等奖学金", "学年成绩专业前百分之五。", "certificate", 1, level="university"),
    Story("C05", "担任入党积极分子联系人", "与两名积极分子谈话并做好记录。", "meeting", 0),
    Story("C02", "食堂错峰就餐建议被学校采纳", "建议已由后勤处采纳并公告。", "certificate", 1, level="university"),
    _study(2, "参加主题团日联学", "与团支部联学两小时，有签到。"),
)
RETIRED = (
    Story("C01c", "给青年教师讲校史", "在新教师培训中讲述建校历史。", "meeting", 1),
    Story("C01c", "关工委结对青年学生", "与三名学生座谈，交流学习方法。", "classroom", 1),
    Story("C04", "小区文明劝导", "在家属区参加文明劝导半天。", "volunteering", 1),
    Story("B06b", "送学上门", "支部送来学习材料，已学习并交流心得。", "meeting", 0),
)
STORIES = {"教职工": STAFF, "学生": STUDENT, "离退休": RETIRED}

RETURN_WORDS = ("照片不清晰，请补拍活动现场", "请补充服务时长证明", "请注明活动日期和组织单位")
REJECT_WORDS = ("该活动已由签到计分，不重复计算", "不属于本年度事项")
ADJUST_WORDS = "按实际参与时长核定"


def pick(chance: random.Random, category: str, from_date: date, until_date: date) -> tuple[Story, date]:
    """Return a story and the day on which it happened, before `until_date` if there is such a day."""
    day = from_date + timedelta(days=chance.randrange(max((until_date - from_date).days, 1)))
    return chance.choice(STORIES[category]), day
