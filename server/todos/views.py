"""待办 over HTTP: the caller's own, from all their offices."""

from server.identity.access import Context
from server.identity.guard import Api
from server.identity.rules import Permission
from server.todos import present, queries
from server.todos.schemas import TodosOut

api = Api("todos", __name__, tag="待办")


@api.guarded("GET", "/me/todos", permission=Permission.signed_in, responses={200: TodosOut})
def list_my_todos(context: Context) -> TodosOut:
    """轮到我办的事：待两人确认的重置和负面清单、待审核、请假、签到、名单、月汇总、积分标准、党费、未送达、放假安排，按事项和党组织计数"""
    found = queries.todos_of(context.session, context.actor, now=context.now)
    return present.todos_out(context.session, found)
