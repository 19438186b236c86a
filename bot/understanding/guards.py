"""What is not for the bot, however much it sounds like it: others' scores, other apps, points as a gift. Pure."""

import re

from bot.understanding.numbers import NUMBER
from bot.understanding.patterns import any_of
from bot.understanding.saying import Saying

_SURNAMES = (
    "王李张刘陈杨赵黄吴徐孙胡朱林何郭马罗梁宋郑谢韩唐冯董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡"
    "贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟万段雷钱汤尹黎易常武乔贺赖龚"
)
_TITLES = any_of("老师 书记 同志 同学 主任 院长 教授 处长 师傅 阿姨 大爷 委员 班长 师兄 师姐 学长 学姐")
_RELATED = any_of(
    "同桌 室友 舍友 同事 同学 同门 同组 同班 朋友 闺蜜 哥们 师兄 师姐 学长 学姐 徒弟 学生 领导 对象 "
    "男朋友 女朋友 爱人 老公 老婆",
    "媳妇 老伴 儿子 女儿 孩子 爸 妈 爸爸 妈妈 弟弟 妹妹 哥 姐 隔壁 邻居 上铺 下铺",
)
_ASKED_ABOUT = any_of(
    "的?(?:积?分|排|申报|党费|考勤|出勤|得分) 多少分 几分 排第 排几 报的 交的 扣 考勤 缺 签到 加了 "
    "有几 为啥扣 为什么扣 怎么扣"
)
_ABOUT = any_of(
    "的 多少分 几分 积分 分数 总分 排第 排名 这个月 上个月 今年 去年 为啥 为什么 怎么 咋 扣 加了 "
    "请假 缺 党费 申报 报了 签到"
)
_SOMEBODY = (
    rf"(?:[{_SURNAMES}]|"
    rf"周(?![一二三四五六日末天几]))(?![上时分天多年处家务序额面里边下午末晚几])[\u4e00-\u9fff]{{1,2}}?"
)
_FOR_SOMEBODY = re.compile(
    rf"(?:帮|替|看看|看下|查查|查一下|问一下|问问|给){_SOMEBODY}(?:同志|老师|同学)?(?:的|请|签|申|排|报|"
    rf"多少|几)|^{_SOMEBODY}的(?:申报|积分|分|党费|排)"
)
_NAMED = re.compile(rf"(?:{_SOMEBODY}|[{_SURNAMES}]{_TITLES}){_ABOUT}")
_TITLED = re.compile(
    rf"(?:[{_SURNAMES}]{_TITLES}|小[{_SURNAMES}]|老[{_SURNAMES}])(?:(?!我).)*(?:分|申报|请假.*[吗没么]|党费|缺|排)"
)
_TITLED_FIRST = re.compile(rf"[{_SURNAMES}]{_TITLES}(?:为|怎|的|多少|几|这|上|扣)")
_OUR_LEADER = re.compile(r"我们(?:书记|支委|组长|主任)的")
_OTHERS = re.compile(
    any_of(
        "(?<!其)[他她](?:们|的|这|今年|上|请|多少|几|排|为|怎|扣|考|交|党费|缺|申报|有多少)",
        "(?<!你是)(?<!到)谁(?!报|交|提|审|通过|批|给我|来审|扣我|在审|手里|那)",
        "(?<!让)(?<!和)书记(?:的积分|多少分|几分|排) 别人(?:的|多|几|有|排|扣|加|为) 其他人(?:的|多|"
        "几|有|排) 人家(?:的|多|几|排)(?!申报驳) 大家的 大家都 每个人 全支部的 所有人的",
        f"(?:我|俺|咱)(?:的|们)?{_RELATED}{_ASKED_ABOUT} (?:同事|室友|舍友)的",
    )
)
_ELSEWHERE = re.compile(
    any_of(
        "强国 综测 志愿汇 第二课堂 加油卡 支付宝 会员积分 校园卡 饭卡 一卡通 信用卡 话费 快递 外卖 "
        "股票 彩票 签证 驾照 违章 团费 工会 社团",
        "入党申请 入党积极 积极分子 培养期 发展对象 国家基金 奖学金 助学金 会议室 怎么借 考试能 平均分 平均多少",
        "兑奖 兑换 换东西 换礼品 换钱 能换 通融 笑话 你几岁 多大了 分手 分子式 百分之 百分比 百分率 方程式",
    )
)
"""Never the bot's business."""

_OTHER_THINGS = re.compile(
    any_of(
        "高铁 火车 飞机 航空 里程 导航 天气 气温 下雨 食堂(?:几|在|开|关|吃|有) 超市 淘宝 京东 油价 "
        "房价 股市 水电费 网费 电费 报修 停电",
        "期末 期中 四级 六级 高数 英语 雅思 托福 高考 考研 录取 绩点 学分 选课 教务 考了 考试多少 "
        "考试成绩 考几分 孩子考 剩几分",
        "图书馆 几点关门 几点下班 校医院 挂号 校车 班车 澡堂 宿舍(?:停|几点|怎么|电|水|报|维|调整) "
        "校园网 打印店 限号 限行 毕业 开学 放假 暑假 寒假 放几天 校历",
        "电影 世界杯 唱首 这首歌 打游戏 球赛 几比几 抖音 微博 身高 体重 减肥 吃什么 吃饭 睡觉 心情 无聊",
        "翻译 写个 写篇 写一篇 作文 论文查重 密码 wifi 电话多少 电话号 手机号多少 工资 报销",
        "转正申请 转正 组织关系 党徽 党章 党旗 思想汇报 二十大 入党 党龄 团员 多少党员 多少人",
    )
)
"""Not the bot's business, unless it stands beside something that is: 监考高数，请假."""

_OURS = re.compile(
    any_of(
        "假 党课 党费 党日 党员 党小组 支部 申报 签到 志愿 撤 绑定 审核 不了 不去 参加 参与 帮助 "
        "辅导 宣讲 获 论文(?!查) 排名 我的积分 先锋 录入 报 调解 帮 讲 捐 献血 结对 做了 组织 陪 送 "
        "打扫 慰问 奖"
    )
)
_GIFT = re.compile(
    r"(?:给|帮|替|为)(?:我|俺|咱)(?:直接)?(?:多)?加(?:上)?[\d一二两三四五六七八九十几点]+个?分|把(?:我的?|我的分|"
    r"俺的?)?(?:积分|分数?|总分)(?:都|全)?(?:改|调|加|变|弄|设)(?:成|到|为)|改(?:一下)?(?:我的?)?(?:积分|"
    r"分数)|(?:改|调|加|变|弄)(?:成|到)满分|扣分(?:取消|去掉|删)|把我的分"
)
_DENIAL = re.compile(
    r"我(?:没|没有|不是|可没|又没|并没|从没|不)(?:说|要|想|让|打算|叫)(?:过|你)?(?:要|是|想)?(?:请假|申报|"
    r"撤|报(?!了)|提交|签到|绑定)|我不是要|我(?:又|可|并)?不是来?(?:想|要)?(?:查|问|看|申报|请假|签到)"
)
_DECISION = re.compile(any_of("通过 同意 退回 打回 驳回 不予 批(?!评|量|次) 认可 跳过 否决"))
_NO_DECISION = re.compile("我的|我报|申报|待审")
_OF_THE_CLAIM = re.compile(
    any_of(rf"几分 多少分 {NUMBER}个?分 这[条个项份](?!月|星期|周|学期) 照片 材料 证明 加分 分数")
)
_OF_OTHER_CLAIMS = re.compile(r"(?:上次|以前|之前|类似|一般|我).*给.*(?:几分|多少分)")
_WEEKDAYS = re.compile(r"(?:周|星期|礼拜)[一二三四五六日天末]")
_OWN = re.compile(any_of("我 俺 本人 咱 自己"))


def refuses(saying: Saying, moment: str | None) -> bool:
    """Whether a message is none of the bot's business, or at this moment only looks like an order."""
    text = saying.plain
    if _ELSEWHERE.search(text) or _GIFT.search(text) or _DENIAL.search(text):
        return True
    if _OTHER_THINGS.search(text) and not _OURS.search(text):
        return True
    return (moment == "review" and _is_of_the_claim(text)) or _is_of_others(_WEEKDAYS.sub("", text))


def is_of_oneself(saying: Saying) -> bool:
    return _OWN.search(saying.plain) is not None


def _is_of_the_claim(text: str) -> bool:
    """Whether a reviewer speaks of the claim before them without an order: it is no question about their own points."""
    if _OF_OTHER_CLAIMS.search(text) or (_OF_THE_CLAIM.search(text) and not _OWN.search(text)):
        return True
    return bool(_DECISION.search(text) and not _NO_DECISION.search(text))


def _is_of_others(text: str) -> bool:
    if _OTHERS.search(text) or _FOR_SOMEBODY.search(text):
        return True
    if _OWN.search(text):
        return bool(_TITLED_FIRST.match(text) or _OUR_LEADER.search(text))
    return bool(_NAMED.match(text) or _TITLED.search(text))
