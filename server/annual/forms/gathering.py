"""What forms say of an edition of a branch's results: read here, laid out by their builders."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.annual import doubts
from server.annual.forms import entries as of_entries
from server.annual.forms.certificate import CertificatePaper
from server.annual.forms.filing import FilingForm
from server.annual.forms.lists import BranchYearList, NamedTotal, YearReport
from server.annual.forms.months import CountedEntry, basis, way
from server.annual.forms.notice import NoticeGroup, NoticeName, PublicityNotice
from server.annual.forms.register import Register, RegisterLine, RegisterSection
from server.annual.results import queries as results
from server.annual.results.certificate import Certificate
from server.annual.results.measuring import last_day
from server.annual.results.models import AnnualEdition
from server.annual.results.queries import Result
from server.annual.results.rules import TERM_TO_OBJECT, Standing
from server.annual.steps import shown
from server.annual.steps.models import AnnualReport
from server.days import shanghai_date
from server.documents.blocks import legible
from server.documents.signing import POLICY, PaperSignature
from server.meetings.models import Meeting
from server.organizations.models import Category, Member, Membership, Organization, Stage
from server.organizations.queries import membership_on, supervising_organization, titles
from server.points.ledger.chains import entries_of
from server.points.models import PointEntry, SourceKind
from server.points.scores.rules import LineScore, SectionScore
from server.presentation import points_text
from server.publicity import queries as publicities
from server.publicity.models import Publicity
from server.publicity.rules import PublicityStatus, code_of
from server.publicity.telephones import telephones_of
from server.rounding import rounded
from server.standards.problems import CATEGORY_TITLES, STAGE_TITLES
from server.standards.rules import AUDIENCE_STAGES, Audience, Item, StandardDocument, plain_number
from server.standards.versions import document_of
from server.statements.bulletins.wording import NOTHING, full_day, paragraphs, spoken_day
from server.strokes import by_strokes
from server.years.models import BranchYear

PARTY_MEMBERS = AUDIENCE_STAGES[Audience.members]
NEGATIVE = "有，年度积分为零"
NO_DAY = "　　月　　日"
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Place:
    """A branch as forms name it, and the one that it files with."""

    branch: str
    above: str
    telephones: tuple[str, ...]


def place_of(session: Session, edition: AnnualEdition) -> Place:
    above = supervising_organization(session, edition.organization_id)
    return Place(
        branch=session.get_one(Organization, edition.organization_id).title,
        above=above.title if above is not None else "党委组织部",
        telephones=tuple(f"{each.title} {each.number}" for each in telephones_of(session, edition.organization_id)),
    )


def members_of(session: Session, edition: AnnualEdition) -> list[Result]:
    """Return the results of Party members as forms list them: by position where it is shown, else by 姓氏笔画."""
    found = [each for each in results.results_of(session, edition.id) if each.result.stage in PARTY_MEMBERS]
    return sorted(found, key=lambda each: (each.result.position or 0, by_strokes(each.name), each.result.member_id))


def registers(
    session: Session, edition: AnnualEdition, member_ids: Collection[int], *, with_entries: bool = False
) -> list[Register]:
    """Return 附件一 of these members of an edition; who has no score, 不列入 all year, fills in none."""
    wanted = [each for each in members_of(session, edition) if each.result.member_id in member_ids]
    scores = results.explained(session, edition, [each.result for each in wanted])
    ledgers = entries_of(session, scores.keys(), edition.year)
    people = _people(session, scores.keys(), edition)
    place, heard = place_of(session, edition), _heard(session, edition)
    documents: dict[int, StandardDocument] = {}
    made = []
    for each in wanted:
        result, score = each.result, scores.get(each.result.member_id)
        if score is None or result.standard_id is None:
            continue
        document = documents.setdefault(result.standard_id, document_of(session, result.standard_id))
        posted = [entry for entry in ledgers[result.member_id] if entry.seq <= result.head_seq]
        member, group = people[result.member_id]
        register = Register(
            branch=place.branch,
            above=place.above if len(place.above) <= 8 else "党总支",
            year=edition.year,
            name=member.name,
            gender=member.gender or "",
            category=CATEGORY_TITLES[Category(result.category)],
            stage=STAGE_TITLES[Stage(result.stage)],
            group=group,
            joined=f"{member.joined_on.year}年{member.joined_on.month}月" if member.joined_on else "",
            sections=tuple(_section(part, posted, each) for part in score.sections),
            total=points_text(score.total),
            negative=NEGATIVE if result.negative else "无",
            star="不参评" if result.standing == Standing.exempt else "",
            heard=heard,
            basis=f"{POLICY}和《{document.title}》",
            code=code_of(edition.hash),
            dated=edition.drawn_at,
            entries=of_entries.listed(session, document, score, posted) if with_entries else None,
        )
        made.append(legible(register))
    return made


def _people(session: Session, member_ids: Collection[int], edition: AnnualEdition) -> Mapping[int, tuple[Member, str]]:
    """Return the members with the title of their group on the last day of the year."""
    rows = session.execute(
        select(Member, Membership.group_id)
        .join(Membership, Membership.member_id == Member.id)
        .where(Member.id.in_(member_ids), Membership.holds_on(last_day(edition.year)))
    ).all()
    groups = titles(session, [group_id for _, group_id in rows])
    return {member.id: (member, groups.get(group_id, "") if group_id else "") for member, group_id in rows}


def _section(part: SectionScore, posted: Sequence[PointEntry], each: Result) -> RegisterSection:
    by_seq = {entry.seq: entry for entry in posted if entry.source_kind != SourceKind.opening}
    who = (Category(each.result.category), Stage(each.result.stage))
    return RegisterSection(
        title=part.section.title,
        cap=plain_number(part.section.cap),
        points=points_text(part.points),
        basis=_sum(part, by_seq),
        lines=tuple(_line(line, by_seq, who) for line in part.lines),
    )


def _line(line: LineScore, by_seq: Mapping[int, PointEntry], who: tuple[Category, Stage]) -> RegisterLine:
    item = _item(line, who)
    live = [by_seq[share.seq] for share in line.shares if share.seq in by_seq]
    occasions = [
        CountedEntry(
            on=entry.occurred_on,
            points=entry.points,
            owed=entry.owed,
            attended=entry.attended,
            made_up=entry.made_up,
            excused=entry.excused,
            level=entry.level,
        )
        for entry in sorted(live, key=lambda entry: (entry.occurred_on, entry.seq))
    ]
    return RegisterLine(
        code=line.code,
        title=item.title,
        way=way(item),
        cap=plain_number(line.cap),
        points=points_text(line.points),
        basis=basis(line, item, occasions),
    )


def _item(line: LineScore, who: tuple[Category, Stage]) -> Item:
    return next((item for item in line.items if item.applies_to(*who)), line.items[0])


def _sum(part: SectionScore, by_seq: Mapping[int, PointEntry]) -> str:
    """起始分 58.00，扣 2.00，另得 11.50; of a section without openings, how many claims count."""
    opening = sum((line.opening for line in part.lines), ZERO)
    earned = sum((line.earned for line in part.lines), ZERO)
    if opening:
        taken = opening + earned - part.raw
        return f"起始分 {points_text(opening)}，扣 {points_text(taken)}，另得 {points_text(earned)}"
    seqs = {share.seq for line in part.lines for share in line.shares}
    claims = {by_seq[seq].source_id for seq in seqs & by_seq.keys() if by_seq[seq].source_kind == SourceKind.claim}
    left_out = part.uncounted + sum((line.uncounted for line in part.lines), ZERO)
    words = [f"申报计入 {len(claims)} 条"] if claims else []
    return "，".join([*words, f"未计入 {points_text(left_out)}"] if left_out else words)


def _publicity(session: Session, edition: AnnualEdition) -> Publicity | None:
    """Return the publicity of the list that holds for an edition, once it was approved."""
    found = shown.of_points(session, edition)
    return found if found is not None and found.status != PublicityStatus.proposed else None


def _heard(session: Session, edition: AnnualEdition) -> str:
    heard, row = hearing_of(session, edition), _publicity(session, edition)
    told = spoken_day(heard.day) if heard is not None else NO_DAY
    first, last = (row.first_day, row.last_day) if row is not None else (None, None)
    shown_days = [spoken_day(each) if each is not None else NO_DAY for each in (first, last)]
    return f"经审核确认，{told}党员大会通报，{'至'.join(shown_days)}公示。"


@dataclass(frozen=True, slots=True)
class Heard:
    """The members' meeting that heard a year's points: its day, 应到 and 实到 as the year's report has them."""

    day: date
    expected: int
    present: int

    @property
    def words(self) -> str:
        return f"应到{self.expected}人，实到{self.present}人"


def hearing_of(session: Session, edition: AnnualEdition) -> Heard | None:
    """Return the meeting of the report that stands of an edition's year, or None before it and after its undo."""
    query = (
        select(AnnualReport, Meeting)
        .join(Meeting, Meeting.id == AnnualReport.meeting_id)
        .join(BranchYear, BranchYear.id == AnnualReport.branch_year_id)
        .where(
            BranchYear.organization_id == edition.organization_id,
            BranchYear.year == edition.year,
            AnnualReport.open.is_(True),
        )
    )
    found = session.execute(query).one_or_none()
    return Heard(found[1].day, found[0].expected, found[0].present) if found is not None else None


def listed(session: Session, edition: AnnualEdition) -> BranchYearList:
    """Return the rated members of an edition with their points; who is 未参评 is only counted."""
    found = members_of(session, edition)
    rated = [each for each in found if each.result.standing == Standing.scored and each.result.total is not None]
    sections = sections_of(session, rated)
    totals = [each.result.total or ZERO for each in rated]
    made = BranchYearList(
        branch=place_of(session, edition).branch,
        year=edition.year,
        sections=tuple(sections.values()),
        rows=tuple(_row(each, tuple(sections)) for each in rated),
        members=len(found),
        average=points_text(rounded(sum(totals, ZERO) / len(totals))) if totals else None,
        code=code_of(edition.hash),
        dated=edition.drawn_at,
    )
    return legible(made)


def sections_of(session: Session, rated: Sequence[Result]) -> dict[str, str]:
    """Return the titles of the sections by code, in the order of the standards."""
    ids = sorted({each.result.standard_id for each in rated if each.result.standard_id is not None})
    return {part.code: part.title for each in ids for part in document_of(session, each).sections}


def _row(each: Result, codes: Sequence[str]) -> NamedTotal:
    points = dict(each.sections)
    return NamedTotal(
        name=each.name,
        sections=tuple(points_text(points[code]) if code in points else NOTHING for code in codes),
        total=points_text(each.result.total or ZERO),
        position=str(each.result.position or ""),
    )


def report_of(session: Session, edition: AnnualEdition) -> YearReport:
    """Return 通报稿. Before the meeting, when it is read out, its day and the last day for objections are not known;
    in a copy that is printed for the files afterwards they are those of the year's report."""
    place, heard = place_of(session, edition), hearing_of(session, edition)
    until = doubts.window(session, edition.organization_id, edition.year).last_day if heard is not None else None
    made = YearReport(
        listed(session, edition),
        f"{full_day(heard.day)}支部党员大会（{heard.words}）" if heard is not None else "",
        f"{spoken_day(until)}24时" if until is not None else "",
        place.telephones,
        PaperSignature(place.branch, full_day(heard.day) if heard is not None else ""),
    )
    return legible(made)


def filing_of(session: Session, edition: AnnualEdition) -> FilingForm:
    """Return 备案表 of an edition."""
    place, told, row = place_of(session, edition), listed(session, edition), _publicity(session, edition)
    heard = hearing_of(session, edition)
    registered = len([each for each in members_of(session, edition) if each.result.total is not None])
    made = FilingForm(
        branch=place.branch,
        above=place.above,
        year=edition.year,
        edition=edition.edition,
        members=told.members,
        rated=len(told.rows),
        average=f"{told.average} 分" if told.average is not None else NOTHING,
        reported=f"{full_day(heard.day)}\n{heard.words}" if heard is not None else "",
        publicized=f"{full_day(row.first_day)}至{spoken_day(row.last_day)}" if row is not None else "",
        objections="",
        enclosures=(
            f"党员积分量化登记表 {registered} 份",
            "党员积分核对签名册 1 份",
            "党员大会通报稿、会议记录 1 份",
        ),
        code=code_of(edition.hash),
        dated=edition.drawn_at,
    )
    return legible(made)


def certificate_of(session: Session, found: Certificate, *, now: datetime) -> CertificatePaper:
    """Return 积分证明; under a negative decision as of one who was not rated, with no word of why."""
    first = _first_day(session, found)
    rated = found.total is not None and not found.negative
    made = CertificatePaper(
        name=found.name,
        stage=STAGE_TITLES[found.stage],
        branch=found.branch,
        year=found.year,
        first=full_day(first),
        on=full_day(found.on),
        sections=tuple((part.section.title, points_text(part.points)) for part in found.sections) if rated else (),
        total=points_text(found.total) if found.total is not None and rated else None,
        standard=f"《{found.standard_title}》",
        object_within=TERM_TO_OBJECT,
        signature=PaperSignature(found.branch, full_day(shanghai_date(now))),
        dated=now,
    )
    return legible(made)


def _first_day(session: Session, found: Certificate) -> date:
    """The first day of the year on which the member belonged to the branch."""
    membership = membership_on(session, member_id=found.member_id, on=found.on)
    begins = date(found.year, 1, 1)
    return max(begins, membership.from_date) if membership is not None else begins


def notice_of(session: Session, row: Publicity) -> PublicityNotice:
    """Return 公示 on A4 of a publicity, as its owner has it."""
    content = publicities.content_of(session, row)
    place = session.get_one(Organization, row.organization_id).title
    made = PublicityNotice(
        title=content.title,
        unit=place,
        opening=tuple(paragraphs(row.text)),
        groups=tuple(
            NoticeGroup(
                f"{group.heading}{group.mark}",
                tuple(NoticeName(entry.name, " ".join(entry.words)) for entry in group.entries),
            )
            for group in content.groups
        ),
        unlisted=content.unlisted,
        lines=content.lines,
        first=full_day(row.first_day),
        last=full_day(row.last_day),
        days=row.working_days,
        telephones=tuple(f"{each.title} {each.number}" for each in telephones_of(session, row.organization_id)),
        signature=PaperSignature(place, full_day(row.first_day)),
        code=code_of(row.content_hash),
        dated=row.approved_at or row.proposed_at,
    )
    return legible(made)
