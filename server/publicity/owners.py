"""Who owns what is publicized: asked whether it may be, and for what is shown."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from server.publicity.rules import PublicitySubject


@dataclass(frozen=True, slots=True)
class PublicityEntry:
    """A name, and what stands beside it: 86.50 → 87.50; nothing for a star. `member_id` marks the reader's own."""

    member_id: int
    name: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PublicityGroup:
    """Entries under a heading, by 姓氏笔画 (`server/strokes.py`). `mark` stands beside it: ★★★★☆."""

    heading: str
    entries: tuple[PublicityEntry, ...]
    mark: str = ""


@dataclass(frozen=True, slots=True)
class PublicityContent:
    """What is shown of a subject: `unlisted` are 未参评, in number only; `lines` stand below the names.

    `hash` is the subject's own, which changes when anything of it does; the 校验码 is taken from it. Telephones and
    dates are the publicity's own.
    """

    title: str
    year: int
    groups: tuple[PublicityGroup, ...]
    unlisted: int
    hash: str
    lines: tuple[str, ...] = ()

    def texts(self) -> Iterator[str]:
        """Yield every text that is shown, for the text check."""
        yield self.title
        yield from self.lines
        for group in self.groups:
            yield from (group.heading, group.mark)
            for entry in group.entries:
                yield from (entry.name, *entry.words)


@dataclass(frozen=True, slots=True)
class PublicityOwner:
    """`check` raises DomainError if the subject may not be publicized now; `content` returns what is shown."""

    check: Callable[[Session, int], None]
    content: Callable[[Session, int], PublicityContent]


_owners: dict[PublicitySubject, PublicityOwner] = {}


def register(subject_kind: PublicitySubject, owner: PublicityOwner) -> None:
    """Let a feature own a kind of subject. Raises ValueError if another does."""
    if _owners.setdefault(subject_kind, owner) != owner:
        raise ValueError(f"two features publicize {subject_kind!r}")


def owner_of(subject_kind: PublicitySubject) -> PublicityOwner:
    """Return the owner. Raises LookupError for a kind without one."""
    return _owners[subject_kind]
