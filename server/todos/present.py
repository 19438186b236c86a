"""Turn what waits into what goes over the wire."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from server.identity.schemas import PlaceOut
from server.organizations.queries import titles
from server.todos.queries import Todo
from server.todos.registry import kinds
from server.todos.schemas import TodoOut, TodosOut


def todos_out(session: Session, found: Sequence[Todo]) -> TodosOut:
    named = {kind.code: kind.title for kind in kinds()}
    places = titles(session, [todo.organization_id for todo in found])
    return TodosOut(
        items=[
            TodoOut(
                kind=todo.kind,
                title=named[todo.kind],
                organization=PlaceOut(id=todo.organization_id, title=places[todo.organization_id]),
                count=todo.count,
                first_id=todo.first_id,
                first_day=todo.first_day,
                words=todo.words,
            )
            for todo in found
        ]
    )
