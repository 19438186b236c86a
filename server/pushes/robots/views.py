"""群机器人 over HTTP, for the branch's officers."""

from server.audit import service as audit
from server.audit.subjects import AuditSubject
from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission
from server.organizations.targets import organization_target
from server.presentation import OrganizationPath
from server.privacy import PhoneVault
from server.pushes.robots import present, service
from server.pushes.robots.schemas import GroupRobotIn, GroupRobotOut

api = Api("group_robots", __name__, tag="群机器人")
ROBOT = "/organizations/<int:organization_id>/group-robot"


@api.guarded(
    "GET", ROBOT, permission=Permission.robot_manage, target=organization_target, responses={200: GroupRobotOut}
)
def get_group_robot(context: Context, path: OrganizationPath) -> GroupRobotOut:
    """群机器人：是否设置、说什么、最近说了什么"""
    return present.robot(context.session, path.organization_id)


@api.guarded(
    "PUT", ROBOT, permission=Permission.robot_manage, target=organization_target, responses={200: GroupRobotOut}
)
def set_group_robot(context: Context, path: OrganizationPath, body: GroupRobotIn) -> GroupRobotOut:
    """设置群机器人，选择在群里说什么；群里不出现任何人的积分和姓名"""
    service.set_up(
        context.session,
        PhoneVault(context.settings.phone_keys),
        path.organization_id,
        webhook=body.webhook,
        meeting_tomorrow=body.meeting_tomorrow,
        month_published=body.month_published,
        account_id=context.account_id,
        now=context.now,
    )
    _note(context, "group_robot_set", path)
    return present.robot(context.session, path.organization_id)


@api.guarded(
    "DELETE", ROBOT, permission=Permission.robot_manage, target=organization_target, responses={200: GroupRobotOut}
)
def remove_group_robot(context: Context, path: OrganizationPath) -> GroupRobotOut:
    """移除群机器人，不再在群里说话"""
    service.take_away(context.session, path.organization_id)
    _note(context, "group_robot_removed", path)
    return present.robot(context.session, path.organization_id)


@api.guarded(
    "POST",
    f"{ROBOT}/trial",
    permission=Permission.robot_manage,
    target=organization_target,
    responses={200: GroupRobotOut},
)
def try_group_robot(context: Context, path: OrganizationPath) -> GroupRobotOut:
    """让机器人在群里说一句，一分钟内发出"""
    service.try_out(context.session, path.organization_id, now=context.now)
    _note(context, "group_robot_tried", path)
    return present.robot(context.session, path.organization_id)


def _note(context: Context, action: str, path: OrganizationPath) -> None:
    audit.record(
        context.session,
        actor_id=context.account_id,
        root_id=context.actor.root_id,
        action=action,
        subject_kind=AuditSubject.organization,
        subject_id=path.organization_id,
        now=context.now,
        request_id=context.request_id,
    )
