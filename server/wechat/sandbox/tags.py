"""Tags of an official account's followers. They decide who sees which menu."""

from dataclasses import dataclass, field
from itertools import count

from server.wechat.sandbox.errcodes import CallRefused

LONGEST_NAME_BYTES = 30
MOST_TAGGED_AT_ONCE = 50


@dataclass(slots=True)
class Tags:
    """By id: names, and who has the tag."""

    names: dict[int, str] = field(default_factory=dict)
    members: dict[int, set[str]] = field(default_factory=dict)
    _ids: "count[int]" = field(default_factory=lambda: count(100))

    def create(self, name: str) -> int:
        """Return the new tag's id. Raises CallRefused."""
        if not 0 < len(name.encode()) <= LONGEST_NAME_BYTES:
            raise CallRefused(45158)
        if name in self.names.values():
            raise CallRefused(45157)
        tag_id = next(self._ids)
        self.names[tag_id], self.members[tag_id] = name, set()
        return tag_id

    def known(self, tag_id: object) -> set[str]:
        """Return who has a tag. Raises CallRefused."""
        if not isinstance(tag_id, int) or tag_id not in self.members:
            raise CallRefused(45159)
        return self.members[tag_id]

    def of(self, openid: str) -> list[int]:
        return [tag_id for tag_id, openids in self.members.items() if openid in openids]
