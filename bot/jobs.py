"""What the bot does by the clock."""

from bot.menus import publishing as menus
from bot.receive import upkeep as bot
from server.scheduling import WEEK, CatchUp, Job, daily, every_minutes

JOBS = (
    Job("finish_bot_replies", "补发对话回复", every_minutes(1), CatchUp.latest, bot.finish, keeps=WEEK),
    Job("purge_bot", "清理对话收件记录", daily("03:30"), CatchUp.latest, bot.purge, deletes=True),
    Job("tag_reviewers", "公众号审核菜单随任职更新", daily("04:00"), CatchUp.latest, menus.tag_reviewers),
)
