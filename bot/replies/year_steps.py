"""本支部年度工作到哪一步: for those who may see it, the last step, the next with its day, and what it waits for."""

from collections.abc import Iterator

from bot import pages
from bot.turn import Turn
from bot.understanding.engine import Meaning
from bot.wording import spoken_day
from server.annual.steps import conditions, due
from server.annual.steps.courses import Way
from server.annual.steps.holding import seen
from server.annual.steps.rules import STEP_TITLES, Track, next_step
from server.identity.rules import Permission, allows, reach
from server.organizations.models import Organization, OrganizationKind
from server.organizations.queries import branch_of
from server.organizations.targets import of_organization
from server.years.rules import may_have_ended

TRACK_TITLES = {Track.points: "", Track.stars: "星级："}
NOT_FOR_MEMBERS = "年度工作的进度由支部和上级的负责人查看。结果通报以后，请说“年度积分”查看您自己的。"
NO_BRANCH = "您不在党支部任职，各支部的年度工作请在小程序里查看。"


def reply(turn: Turn, meaning: Meaning) -> list[str]:
    year = int(meaning.slots.get("year", turn.today.year - 1))
    branch = _branch(turn)
    if branch is None:
        return [NO_BRANCH if turn.actor.member_id is None else NOT_FOR_MEMBERS]
    if not may_have_ended(year, today=turn.today):
        return [f"{year}年度还没有结束，年度工作要到次年申报截止以后才开始。"]
    way = seen(turn.session, branch.id, year, now=turn.now)
    lines = [f"{branch.title}{year}年度工作：", *(line for track in Track for line in _of_track(turn, way, track))]
    return ["\n".join([*lines, turn.page(pages.branch_year(branch.id, year))])]


def _branch(turn: Turn) -> Organization | None:
    """Return the branch whose year the speaker may see: their own, or else the only one where they hold an office."""
    member_id = turn.actor.member_id
    own = branch_of(turn.session, member_id=member_id, on=turn.today) if member_id is not None else None
    target = of_organization(turn.session, own.id) if own is not None else None
    if target is not None and allows(turn.actor, Permission.year_read, target):
        return own
    places = [turn.session.get_one(Organization, each) for each in reach(turn.actor, Permission.year_read)]
    branches = [each for each in places if each.kind == OrganizationKind.branch]
    return branches[0] if len(branches) == 1 else None


def _of_track(turn: Turn, way: Way, track: Track) -> Iterator[str]:
    state = way.progress.of(track)
    if state is None:
        return
    head = TRACK_TITLES[track]
    yield f"{head}目前：{STEP_TITLES[state]}"
    step = next_step(way.course, way.progress, track)
    if step is None:
        return
    ids = [way.branch_year.id] if way.branch_year.id is not None else []
    found = due.due_days(turn.session, ids).get(way.branch_year.id, {}).get(due.kind_of(track, step))
    by = (
        f"，应在{spoken_day(found.row.due_on, today=turn.today)}（含当天）前办理"
        if found is not None and found.row.open
        else ""
    )
    yield f"{head}下一步：{STEP_TITLES[step]}{by}"
    for each in conditions.missing(turn.session, way, track, step, now=turn.now):
        yield f"· {each.words}"
