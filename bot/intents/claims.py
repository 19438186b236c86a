"""我的申报: their state. Pure."""

import re
from collections.abc import Mapping
from datetime import date

from bot.understanding import slots
from bot.understanding.cues import Intent, cue
from bot.understanding.saying import Saying

_STATUSES = (
    (
        "returned",
        re.compile(
            r"(?:被|给|已)?(?:退回|打回|退)(?:了|来|去)?的|(?:被|给)(?:退回|打回|退)|哪些.*退回|退回.*(?:哪|有(?!没)(?<!没有))"
        ),
    ),
    (
        "rejected",
        re.compile(
            r"(?:被)?(?:驳回|否决|拒绝|没通过|未通过|不通过|没过|不合格)(?:了)?的|(?:没|未|不)通过的?申报|"
            r"被(?:驳回|拒|否)|哪些.*(?:驳回|没通过|没过)"
        ),
    ),
    ("withdrawn", re.compile(r"(?:撤回|撤销|撤)(?:了|过)?的(?:申报)?(?:有|$|在|给|记)")),
    ("draft", re.compile(r"草稿|没提交|未提交|没交上去|没写完|存着的")),
    (
        "submitted",
        re.compile(
            r"待审(?!核得)|(?:没|未|没有)(?:审|批|处理)(?:的|着)|(?:几|哪|多少|还有|看|查|列).*(?<![审批])(?:没|未|没有)(?:审|批)(?!完)|在审|审核中|等审|等着审|还没(?:审|批)的"
        ),
    ),
    (
        "approved",
        re.compile(
            r"(?<![没未不])(?:通过|过审|批)(?:了|下来|过)?的|哪些.*通过|已通过|审过的|通过了(?:哪|几|多少)|(?:几|"
            r"多少)[条个项].*通过"
        ),
    ),
)


def _status(saying: Saying, today: date) -> Mapping[str, str]:
    """A state that narrows the list; whether one claim has been approved (通过了吗) does not."""
    for status, pattern in _STATUSES:
        if pattern.search(saying.plain):
            return {"status": status}
    return {}


INTENT = Intent(
    name="claims",
    title="查看我的申报",
    whole=(
        "我的申报",
        "申报记录",
        "申报进度",
        "申报情况",
        "申报状态",
        "申报列表",
        "我的草稿",
        "草稿",
        "我的材料",
        "申报查询",
        "我申报的",
    ),
    cues=(
        cue(5, "审核结果 审批结果 材料审核 报上去"),
        cue(-6, "谁交 谁报 把没批"),
        cue(
            7,
            "申报 报 材料 证书 申请 论文",
            "没过 退回来 审核没 批了吗 还没通过 报上去的那个 状态 还没审 没审完 没通过",
        ),
        cue(8, "审批进度 给我审 审到我 我的申请"),
        cue(
            7,
            (
                "我的申报 申报进度 申报记录 申报情况 申报状态 我报的 我申报的 我交的 我提交的 我上报的 报过 申报过 "
                "以前申报 我的草稿 我交上去 我提的申报 我的那个申报 申报结果 我申请的 申报了几 报了几 报了哪些 "
                "申报了哪些 申报了多少 查看申报 看申报 看看申报 报了多少 之前报的 上次报的 历史申报 我那个~申报 "
                "撤回的申报 申报批 申报到哪 我提交的 提交的申报 交的申报 审核通过的 我那条 我那个申报 我~交的 "
                "我~报的 我~提交的 我~申报的"
            ),
        ),
        cue(
            6,
            "申报 我报 材料 报的 那条 交的 提交",
            (
                "批下来 到哪 看到 咋样了 那个志愿 历史 审批通过 通过没 审核得 看到了 发没发 审核过 过了吗 审核了 "
                "审过 几个 报了几 审了 审没 审完 批了 通过了 通过没 怎么样 咋样 进度 状态 结果 "
                "记录 退回 驳回 没动静 动静 到哪 看了没 "
                "草稿 待审 没审 啥情况 什么情况 个情况 通过的 有哪些 看看 几条 在哪看 过了没 过没过 审核到 批没批 "
                "没批 有没有过 多久 回音 消息 被退 被打回 查一下 查询"
            ),
        ),
        cue(6, "我", "待审的 被退回 被驳回 待审核的 退回的 驳回的 没通过的 草稿"),
        cue(6, "被退回 被驳回 被打回 没通过的 退回的 哪个没通过 哪条没过 在审的 没批下来 退回来的"),
        cue(-6, "撤回 撤销 撤了 撤掉"),
        cue(-4, "要我审 我审 审批 处理 要审 来审"),
        cue(-4, "我要申报 我想申报 怎么申报 新建"),
    ),
    slots=(_status, slots.item),
)
