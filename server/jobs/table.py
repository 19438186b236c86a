"""Everything that runs by the clock, in one table."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Engine

from bot.menus import publishing as menus
from bot.receive import upkeep as bot
from server.config import Settings
from server.jobs import service, work
from server.jobs.rules import CatchUp, Schedule, daily, every_minutes, monthly, quarterly
from server.statements.rules import FREEZE_DAY, FREEZE_TIME

Function = Callable[[Engine, Settings, datetime, datetime], None]
"""Called with the engine, the settings, the time now and the period; must be safe to run again."""


@dataclass(frozen=True, slots=True)
class Job:
    """`when` is Asia/Shanghai. `keeps`: how long the records of its runs are kept, None for ever.
    `deletes`: it deletes what is old, which it does not do by a clock that may be wrong (`rules.trusts_clock`).

    A job that comes `after` another waits while that one has a period to work off, or to try again.
    """

    name: str
    title: str
    when: Schedule
    catch_up: CatchUp
    function: Function
    keeps: timedelta | None = None
    deletes: bool = False
    after: "Job | None" = None

    @property
    def times(self) -> str:
        """When it runs, in words."""
        return self.when.title + (f"，在“{self.after.title}”之后" if self.after else "")


def purge_job_runs(engine: Engine, settings: Settings, now: datetime, period: datetime) -> None:
    """Delete the records of jobs that run many times a day."""
    for job in JOBS:
        if job.keeps is not None:
            forget = partial(service.forget_runs, job=job.name, before=now - job.keeps)
            work.to_the_end(engine, forget, service.BATCH)


WEEK = timedelta(days=7)

FREEZING = Job(
    "freeze_statements", "生成月汇总", monthly(FREEZE_DAY, FREEZE_TIME), CatchUp.every, work.freeze_statements
)

JOBS: tuple[Job, ...] = (
    Job(
        "carry_standards_forward", "沿用上一年度积分标准", daily("00:01"), CatchUp.latest, work.carry_standards_forward
    ),
    Job("settle_meetings", "会议到期结算", every_minutes(5), CatchUp.latest, work.settle_meetings, keeps=WEEK),
    Job(
        "count_missed_makeups",
        "逾期未补课计缺",
        every_minutes(5),
        CatchUp.latest,
        work.count_missed_makeups,
        keeps=WEEK,
    ),
    Job("open_years", "计入年度起始分", every_minutes(5), CatchUp.latest, work.open_years, keeps=WEEK),
    FREEZING,
    Job("confirm_statements", "月汇总到期自动确认", daily("08:30"), CatchUp.latest, work.confirm_statements),
    Job(
        "draw_up_bulletins",
        "生成季通报草稿",
        quarterly(8, "03:00"),
        CatchUp.every,
        work.draw_up_bulletins,
        after=FREEZING,
    ),
    Job("prepare_pushes", "推送逐人展开", every_minutes(1), CatchUp.latest, work.prepare_pushes, keeps=WEEK),
    Job("send_pushes", "发送推送", every_minutes(1), CatchUp.latest, work.send_pushes, keeps=WEEK),
    Job("say_in_groups", "群机器人播报", every_minutes(1), CatchUp.latest, work.say_in_groups, keeps=WEEK),
    Job("finish_bot_replies", "补发对话回复", every_minutes(1), CatchUp.latest, bot.finish, keeps=WEEK),
    Job("send_digests", "每日待办提醒", daily("09:00"), CatchUp.latest, work.send_digests),
    Job("remind_of_dues", "党费交纳提醒", monthly(25, "10:00"), CatchUp.every, work.remind_of_dues),
    Job("remind_of_cut_off", "年度申报截止提醒", daily("09:00"), CatchUp.latest, work.remind_of_cut_off),
    Job("purge_sign_ins", "清理登录与重试记录", daily("03:30"), CatchUp.latest, work.purge_sign_ins, deletes=True),
    Job(
        "purge_meetings", "清理会议数字码与投屏链接", daily("03:30"), CatchUp.latest, work.purge_meetings, deletes=True
    ),
    Job("purge_photos", "清理未使用的照片", daily("03:30"), CatchUp.latest, work.purge_photos, deletes=True),
    Job("purge_pushes", "清理过期推送记录", daily("03:30"), CatchUp.latest, work.purge_pushes, deletes=True),
    Job("tag_reviewers", "公众号审核菜单随任职更新", daily("04:00"), CatchUp.latest, menus.tag_reviewers),
    Job("purge_bot", "清理对话收件记录", daily("03:30"), CatchUp.latest, bot.purge, deletes=True),
    Job("purge_job_runs", "清理任务运行记录", daily("03:30"), CatchUp.latest, purge_job_runs, deletes=True),
)
