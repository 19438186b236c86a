"""Proof that the books still lead to every head made of them, and that the file beside the database agrees."""

from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.config import Settings
from server.heads import file, queries
from server.heads.models import DailyHead
from server.heads.rules import Head, key_of, read
from server.verifying import Findings, Verification


def verify_heads(session: Session, settings: Settings) -> Findings:
    """Yield every head that today's books do not lead to or that no key of ours issued, and where the file differs."""
    heads = session.scalars(select(DailyHead).order_by(DailyHead.root_id, DailyHead.number)).all()
    session.expunge_all()
    by_root: dict[int, list[DailyHead]] = {}
    for head in heads:
        by_root.setdefault(head.root_id, []).append(head)
    if heads and not settings.head_keys:
        yield "每日校验码：没有设置 XIANFENG_HEAD_KEYS，无法核对"
    else:
        for root_id, of_root in by_root.items():
            yield from _of_root(session, settings, root_id, of_root)
    yield from _of_file(settings, by_root)
    return len(heads)


def _of_root(session: Session, settings: Settings, root_id: int, heads: Sequence[DailyHead]) -> Iterator[str]:
    issued: list[tuple[DailyHead, Head, bytes]] = []
    for number, row in enumerate(heads, 1):
        if row.number != number and (number == 1 or heads[number - 2].number != row.number - 1):
            yield f"{_name(row)}：之前有校验码缺失"
        head = read(row.head)
        key = key_of(head, settings.head_keys, root_id) if head else None
        if head is None or key is None or head.day != row.day:
            yield f"{_name(row)}：不是用现有密钥签发的，或者已被改动"
        else:
            issued.append((row, head, key))
    tags = queries.worked_out(session, root_id, [row for row, _, _ in issued], [key for _, _, key in issued])
    for row, head, _ in issued:
        if tags[row.number] != head.tag:
            yield f"{_name(row)}：现在的账目已不能得出这个校验码"


def _of_file(settings: Settings, by_root: dict[int, list[DailyHead]]) -> Iterator[str]:
    """The latest head of a root may not have reached the file yet."""
    written = file.lines(settings.heads_dir)
    every = {file.line_of(head) for heads in by_root.values() for head in heads}
    for line in sorted(written - every):
        if line.strip():
            yield f"校验码文件中有、数据库里没有：{line}"
    for heads in by_root.values():
        lacking = [head for head in heads[:-1] if file.line_of(head) not in written]
        if lacking:
            yield f"{_name(lacking[0])}：校验码文件 {settings.heads_dir / file.NAME} 里没有（共缺 {len(lacking)} 条）"


def _name(head: DailyHead) -> str:
    return f"每日校验码 {head.day.isoformat()}（单位 {head.root_id}，第 {head.number} 个）"


HEADS = Verification("heads", "每日校验码", "个", "现在的账目都能得出", verify_heads)
