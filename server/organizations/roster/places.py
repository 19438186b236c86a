"""Which organization a row means, within the import's reach; missing ones are founded or refused."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.organizations.models import Organization, OrganizationKind
from server.organizations.roster.entries import ImportEntry
from server.organizations.roster.rules import RosterColumn
from server.organizations.rules import KIND_TITLES, likely_kind, normal_title

Creator = Callable[[int, OrganizationKind, str], int]
"""Make an organization (parent id, kind, title) and return its id."""


@dataclass(frozen=True, slots=True)
class Node:
    id: int
    parent_id: int | None
    kind: OrganizationKind
    title: str
    closed: bool


class PlaceProblem(Exception):
    """Why a row's organization cannot be found, and which column shows it."""

    def __init__(self, column: RosterColumn, message: str) -> None:
        super().__init__(message)
        self.column = column
        self.message = message


class RosterPlaces:
    """The organizations at and below the import's own. `create` is None if missing ones are an error."""

    def __init__(self, session: Session, organization: Organization, create: Creator | None) -> None:
        self.base = _node(organization)
        self._above = session.get(Organization, organization.parent_id) if organization.parent_id else None
        self._create = create
        self.created: list[Node] = []
        self._by_id: dict[int, Node] = {}
        self._by_title: dict[tuple[int | None, str], Node] = {}
        self._branches: dict[str, list[Node]] = {}
        for row in session.scalars(select(Organization).where(Organization.path.startswith(organization.path))):
            self._add(_node(row))

    def _add(self, node: Node) -> None:
        self._by_id[node.id] = node
        self._by_title[node.parent_id, normal_title(node.title)] = node
        if node.kind == OrganizationKind.branch:
            self._branches.setdefault(normal_title(node.title), []).append(node)

    def created_by_kind(self) -> dict[str, list[str]]:
        """Return the titles of what was founded, by kind."""
        found: dict[str, list[str]] = {}
        for node in self.created:
            found.setdefault(node.kind, []).append(node.title)
        return found

    def covers(self, branch_id: int) -> bool:
        return branch_id in self._by_id

    def title(self, organization_id: int | None) -> str | None:
        node = self._by_id.get(organization_id) if organization_id is not None else None
        return node.title if node else None

    def branch_of(self, entry: ImportEntry) -> int | None:
        """Return the branch a row means; None when it names none. Raises PlaceProblem."""
        if self.base.kind == OrganizationKind.branch:
            return self._own_branch(entry)
        if entry.branch is None:
            self._general_branch(entry, make=False)
            return None
        if entry.general_branch is None and self.base.kind == OrganizationKind.party_committee:
            return self._branch_by_title(entry.branch)
        parent = self._general_branch(entry, make=True)
        return self._child(parent, OrganizationKind.branch, entry.branch, RosterColumn.branch).id

    def group_of(self, entry: ImportEntry, branch_id: int) -> int | None:
        """Return the group a row means in a branch; None when it names none. Raises PlaceProblem."""
        if entry.group is None:
            return None
        return self._child(self._by_id[branch_id], OrganizationKind.group, entry.group, RosterColumn.group).id

    def _own_branch(self, entry: ImportEntry) -> int:
        above = normal_title(self._above.title) if self._above else None
        if entry.branch is not None and entry.branch != normal_title(self.base.title):
            raise PlaceProblem(RosterColumn.branch, f"不在您的管理范围内，本次只导入{self.base.title}")
        if entry.general_branch is not None and entry.general_branch != above:
            raise PlaceProblem(RosterColumn.general_branch, f"与{self.base.title}的上级党组织不符")
        return self.base.id

    def _general_branch(self, entry: ImportEntry, *, make: bool) -> Node:
        title = entry.general_branch
        if title is None or title == normal_title(self.base.title):
            return self.base
        if self.base.kind == OrganizationKind.general_branch:
            raise PlaceProblem(RosterColumn.general_branch, f"不在您的管理范围内，本次只导入{self.base.title}")
        return self._child(self.base, OrganizationKind.general_branch, title, RosterColumn.general_branch, make=make)

    def _branch_by_title(self, title: str) -> int:
        """Without a 党总支 a title means the 直属 branch, or the only branch of that name."""
        if direct := self._by_title.get((self.base.id, title)):
            return self._usable(direct, OrganizationKind.branch, RosterColumn.branch).id
        found = [node for node in self._branches.get(title, []) if not node.closed]
        if len(found) > 1:
            raise PlaceProblem(RosterColumn.branch, "有多个同名党支部，请填写党总支")
        if found:
            return found[0].id
        return self._child(self.base, OrganizationKind.branch, title, RosterColumn.branch).id

    def _child(
        self, parent: Node, kind: OrganizationKind, title: str, column: RosterColumn, *, make: bool = True
    ) -> Node:
        if found := self._by_title.get((parent.id, title)):
            return self._usable(found, kind, column)
        if self._create is None or not make:
            raise PlaceProblem(column, f"{parent.title}之下没有“{title[:40]}”，请核对名称或勾选自动设立")
        if kind != (likely := likely_kind(title) or kind):
            raise PlaceProblem(column, f"“{title[:40]}”像是{KIND_TITLES[likely]}，请填入“{KIND_TITLES[likely]}”一列")
        node = Node(self._create(parent.id, kind, title), parent.id, kind, title, closed=False)
        self.created.append(node)
        self._add(node)
        return node

    def _usable(self, node: Node, kind: OrganizationKind, column: RosterColumn) -> Node:
        if node.kind != kind:
            raise PlaceProblem(column, f"“{node.title}”不是{KIND_TITLES[kind]}")
        if node.closed:
            raise PlaceProblem(column, f"“{node.title}”已撤销")
        return node


def _node(organization: Organization) -> Node:
    return Node(
        id=organization.id,
        parent_id=organization.parent_id,
        kind=OrganizationKind(organization.kind),
        title=organization.title,
        closed=organization.closed_on is not None,
    )
