"""群机器人 on the wire."""

from pydantic import BaseModel, Field

from server.identity.guard import Body
from server.presentation import TimeOut
from server.pushes.robots.rules import AnnouncementKind, AnnouncementStatus
from server.text import Line


class GroupRobotIn(Body):
    webhook: Line | None = Field(None, max_length=300, description="群机器人的 Webhook 地址；不填则沿用已有的")
    meeting_tomorrow: bool = Field(description="会议前一天在群里提醒")
    month_published: bool = Field(description="月度积分公布后在群里告知")


class AnnouncementOut(BaseModel):
    id: int
    kind: AnnouncementKind
    text: str
    at: TimeOut
    status: AnnouncementStatus
    status_title: str


class GroupRobotOut(BaseModel):
    webhook: Line | None = Field(description="已设置的地址，只显示末四位；未设置为空")
    meeting_tomorrow: bool
    month_published: bool
    changed_at: TimeOut | None
    recent: list[AnnouncementOut]
