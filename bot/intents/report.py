"""申报: a contribution, guided step by step. Pure."""

import re
from collections.abc import Mapping
from datetime import date

from bot.understanding import slots
from bot.understanding.cues import Intent, cue
from bot.understanding.lexicon import GATHERINGS, NOT_COMING
from bot.understanding.saying import Saying

_ORDER = re.compile(
    r"申报|申抱|登记|上报|(?<![海汇通简日])报(?!名|告|销|社|到|纸|刊|答|道|国)|帮我记|记一下|记上|加分|"
    r"想加|补录|能不能|可以.*吗|怎么"
)
_VERBAL = re.compile(r"[\u4e00-\u9fff]{4,}")


def _text(saying: Saying, today: date) -> Mapping[str, str]:
    """What was done, where the message says nothing else."""
    if _ORDER.search(saying.plain) or len(saying.plain) < 6 or not _VERBAL.search(saying.plain):
        return {}
    return {"text": saying.raw.strip()}


INTENT = Intent(
    name="report",
    title="申报一项贡献",
    whole=(
        "申报",
        "我要申报",
        "上报",
        "报分",
        "报个分",
        "申报积分",
        "新申报",
        "新建申报",
        "我要报",
        "加分申报",
        "填报",
        "自主申报",
        "我要加分",
        "报积分",
    ),
    cues=(
        cue(5, "我想加分 我要加分 好事想加分"),
        cue(-6, "@asks", "余地 参加了吗 加了多少 给加分吗 咋才 怎么才"),
        cue(4, "献血 捐 做了", "能加分吗"),
        cue(-5, "谁交 谁报 我报上去"),
        cue(-9, "@of_the_claim"),
        cue(6, "@past", "参加 做 去 帮 讲 开展 组织 给 陪 送"),
        cue(-6, "@past", "审 申报的 交的 报的 党费 签到 通知 开会"),
        cue(6, "献了血 献了 发了篇 发了一篇 拿了优 承担 做义工 传单 宣传了 宣传 优秀共产党员 优秀党员 先进个人"),
        cue(-8, "能加 加满 上限 退回来 没过 作废 不要了 来了吗 还没通过 报上去的那个 发了吗"),
        cue(-9, GATHERINGS, NOT_COMING),
        cue(
            5,
            (
                "申报 上报 报个分 报一下 报分 报积分 填报 报上 报一 我要报 想报 能报 可以报 报志愿 记一下 记上 "
                "登记个 登记一下 帮我登记 补报 报个 报一项 能不能报 报~的分"
            ),
        ),
        cue(
            6,
            (
                "参加了 帮学生 采用 做了 去做 做志愿 讲了 宣讲 宣讲了 获得了 获得 获奖 获~奖 拿了~奖 得了~奖 发表了 "
                "发表 被~采纳 "
                "采纳了 调解 结对 帮扶 慰问 献血 捐款 捐了 捐书 值守 辅导 志愿岗 维修 义诊 义务 支教 志愿者 担任 "
                "主持 组织了 帮助了 帮老人 帮同学 完成了 一等奖 二等奖 三等奖 银奖 金奖 铜奖 特等奖 学时 立项 专利 "
                "走访 清扫 打扫 照顾 值班了 协助 整理 撰写 去敬老院 助学 帮忙搬 授课 讲课 讲~党课 上了~党课 去社区 "
                "无偿 义卖 植树 巡逻 疏导 引导 服务了 做好事 好事 送学 培训了 帮教 奖"
            ),
        ),
        cue(
            6,
            "资助 值班~维持 维持秩序 修水管 修~给 种了 种树 清理 陪护 陪伴 送去 看望 探望 照看 捐助 讲解 带学生 "
            "演讲 参与了 开展 组织开展 帮邻居 帮社区 帮忙搬 去帮忙 获评 被评为 评为 荣获 申请~专利 "
            "出版 编写 编了 完成了 "
            "无偿 代课 支援 防疫 值勤 执勤 站岗 巡查 入户 走访了",
        ),
        cue(2, "想加分 加分 报上去 志愿 照片 昨天 上周 前天 一起去 今天去 今天上午"),
        cue(1, "@long"),
        cue(
            -6,
            (
                "我的申报 申报进度 申报记录 我报的 审了 通过了 进度 退回 驳回 待审 审核 动静 报过 要我审 有人交 "
                "新申报 批申报 看到了吗 到哪 咋样了 历史 删了 审批通过 通过没 等着 处理 草稿 "
                "没审 申报过 有哪些 批了 情况"
            ),
        ),
        cue(-7, "撤回 撤销 撤了 不报 撤掉"),
        cue(-6, "多少分 几分 几次 还能 还可以再 加分项 排第 我的分 还有哪些"),
        cue(-6, "扣 为什么 为啥 凭什么 只加 才给 请假 去不了 参加不了"),
        cue(-4, "什么时候 几点 在哪开 有没有会"),
    ),
    slots=(_text, slots.day_back, slots.item, slots.quantity),
)
