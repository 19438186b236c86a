"""Votes as they go over the wire, and in words for minutes."""

from server.identity.access import Context
from server.identity.rules import Permission, Target, allows
from server.meetings.models import Meeting
from server.meetings.resolutions import queries, service
from server.meetings.resolutions.models import Resolution, VoteExclusion
from server.meetings.resolutions.queries import Voter
from server.meetings.resolutions.rules import GROUND_TITLES, ExclusionGround, VotingRuleCode, rules_on
from server.meetings.resolutions.schemas import (
    ExclusionGroundOut,
    ExclusionOut,
    ResolutionOut,
    ResolutionsOut,
    VoterOut,
    VotingRuleOut,
)
from server.organizations.queries import account_names, ancestor_ids


def whole(context: Context, meeting: Meeting) -> ResolutionsOut:
    """Return a meeting's votes, and what a form for the next one needs."""
    session = context.session
    voters = queries.voters(session, meeting)
    found = queries.of_meeting(session, meeting.id)
    excluded = queries.exclusions(session, [row.id for row in found])
    names = account_names(session, [each for row in found for each in (row.recorded_by, row.withdrawn_by)])
    refused = service.refusal(meeting, context.now)
    entitled, present = queries.present_among(voters, ())
    target = Target(ancestor_ids(session, meeting.organization_id))
    return ResolutionsOut(
        may_record=refused is None and allows(context.actor, Permission.resolution_record, target),
        refusal=refused.message if refused else None,
        rules=[
            VotingRuleOut(
                code=rule.code,
                title=rule.title,
                source=rule.source,
                clause=rule.clause,
                counts_written=rule.counts_written,
            )
            for rule in rules_on(meeting.day).values()
        ],
        grounds=[ExclusionGroundOut(code=code, title=title) for code, title in GROUND_TITLES.items()],
        voters=[VoterOut(member_id=each.member_id, name=each.name, came=each.came) for each in voters],
        entitled=entitled,
        present=present,
        again_by=service.again_by(session, meeting),
        items=[_one(meeting, row, excluded[row.id], voters, names) for row in found],
    )


def words(row: Resolution) -> str:
    """Return a vote as minutes print it."""
    written = f"，书面意见 {row.written} 份" if row.written else ""
    outcome = "超过应到会有表决权党员的半数，通过。" if row.passed else "未超过应到会有表决权党员的半数，未通过。"
    return (
        f"应到会有表决权党员 {row.entitled} 名，实到 {row.present} 名{written}。表决结果：赞成 {row.ayes} 票，"
        f"反对 {row.nays} 票，弃权 {row.abstentions} 票，无效 {row.invalid} 票，未交 {row.unreturned} 票。"
        f"赞成人数{outcome}"
    )


def _one(
    meeting: Meeting,
    row: Resolution,
    excluded: list[tuple[VoteExclusion, str]],
    voters: list[Voter],
    names: dict[int, str],
) -> ResolutionOut:
    rule = rules_on(meeting.day)[VotingRuleCode(row.rule)]
    today = queries.present_among(voters, {each.member_id for each, _ in excluded})
    return ResolutionOut(
        id=row.id,
        rule=rule.code,
        rule_title=rule.title,
        clause=rule.clause,
        title=row.title,
        text=row.text,
        entitled=row.entitled,
        present=row.present,
        written=row.written,
        ayes=row.ayes,
        nays=row.nays,
        abstentions=row.abstentions,
        invalid=row.invalid,
        unreturned=row.unreturned,
        passed=row.passed,
        words=words(row),
        exclusions=[
            ExclusionOut(
                member_id=each.member_id,
                name=name,
                ground=each.ground,
                ground_title=GROUND_TITLES[ExclusionGround(each.ground)],
                reason=each.reason,
            )
            for each, name in excluded
        ],
        attendance_differs=today != (row.entitled, row.present),
        recorded_by=names[row.recorded_by],
        recorded_at=row.recorded_at,
        withdrawn_by=names.get(row.withdrawn_by or 0),
        withdrawn_at=row.withdrawn_at,
        withdrawn_reason=row.withdrawn_reason,
    )
