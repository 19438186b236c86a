"""Which features hold something about a person, and the tables that hold nothing of their own."""

from collections.abc import Iterator

from server.holdings import DataSubject, Hold, Holding

_holds: dict[int, Hold] = {}

LEFT_OUT = {
    "binding_attempts": "counters of wrong tries, by hash-like keys, deleted after a day",
    "counters": "counters of failures and of tickets exchanged, by hashes, deleted when their window ends",
    "push_receipts": "what WeChat reported of a message; the attempt it is about stands in the export",
    "idempotency_records": "answers kept for a repeat, deleted after a day; each repeats what stands elsewhere",
    "bot_signatures": "signatures of WeChat, that none is used twice; of nobody in particular",
    "group_robots": "a branch's robot in its group",
    "group_announcements": "messages to a group as a whole",
    "bot_dialogues": "where a conversation with the bot stands, for a day; in a review it is about another's claim",
    "point_entry_texts": "the words of a ledger entry; they stand with it",
    "organizations": "about an organization",
    "workday_overrides": "about the calendar",
    "workday_years": "about the calendar",
    "vacations": "about the calendar",
    "objection_hands": "who had a hand in another's matter, as its own records say; whose it is stays unknown to them",
    "deadlines": "when an organization's work is due",
    "deadline_moves": "how such a due day moved",
    "publicities": "that an organization shows a list; what it says of a person stands with its subject",
    "filings": "documents of an organization; what concerns a person stands in exemptions",
    "filing_steps": "steps of such documents",
    "roster_imports": "files of an office with many people in them; what they said of this one stands in members",
    "roster_chunks": "rows of such files, deleted once applied",
    "standards": "rules for everyone",
    "meetings": "about a meeting; a person's own part stands in invitations, attendances and leaves",
    "meeting_rosters": "a branch's list as a whole",
    "meeting_reminders": "about a meeting",
    "code_exchanges": "counts of a meeting, of nobody in particular",
    "notices": "written for everyone",
    "notice_files": "attached to notices",
    "statements": "a branch's month as a whole; a person's own lines are in the export",
    "bulletins": "a frozen document with many people in it; a person's figures are those of his statement lines",
    "bulletin_receipts": "that a branch acknowledged a bulletin",
    "board_links": "screens that may show a branch's board",
    "push_fanouts": "work of a job, of nobody in particular",
    "push_channel_pauses": "about a channel",
    "job_runs": "work of the scheduler",
    "job_leases": "work of the scheduler",
    "audit_seals": "hashes of audit lines",
    "daily_heads": "hashes of the books",
    "head_positions": "how far each chain had come",
    "installation": "which database this is",
    "wechat_access_tokens": "the university's own keys",
    "annual_editions": "a branch's results as a whole; a person's own are in the export",
    "prints": "forms of a branch's year as files for two weeks; a person's own points are in the export",
    "print_pieces": "parts of such files while they are made",
    "print_files": "such files",
    "annual_withdrawals": "that a branch's results were taken back",
    "branch_years": "how far a branch has come with a year",
    "annual_courses": "by which steps a branch goes through its year",
    "rating_methods": "how a unit rates stars; of nobody in particular",
    "rating_editions": "a branch's stars as a whole; a person's own are in the export",
    "rating_withdrawals": "that a branch's stars were taken back",
    "rating_proposals": "what a branch proposes as a whole; what it came to for a person stands in their stars",
    "proposed_stars": "stars not agreed to yet; the reason stands with the stars that came of them",
    "star_recusals": "that a committee member left the room, in a branch's proposal",
    "star_dry_runs": "what was computed of results, appraisals and exceptions, which are in the export",
    "annual_stars_steps": "steps of a branch's year",
    "annual_reports": "that a meeting heard a branch's results; who was told apart stands in annual_report_absentees",
    "annual_corrections": "that members were told of changed figures; a person's own stand in their results",
    "branch_year_steps": "steps of a branch's year",
    "feedbacks": "what anyone reported; by whom is sealed, and opened by nobody but whoever looks into it",
    "feedback_photos": "came with such a report",
    "feedback_steps": "steps of such a report; what an officer did stands in the trail",
    "resolutions": "figures of a vote; who was not counted in it stands in vote_exclusions",
}
"""Every table that no holding mentions, and why. A test holds this list against the database's tables."""


def register(hold: Hold, *, place: int) -> None:
    """Register what one feature holds. Raises ValueError if another feature has its place."""
    if _holds.setdefault(place, hold) is not hold:
        raise ValueError(f"two features have their holdings at place {place}")


def holdings(subject: DataSubject) -> Iterator[Holding]:
    for place in sorted(_holds):
        yield from _holds[place](subject)
