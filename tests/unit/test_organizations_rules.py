"""Who may give which role, when a transfer may be dated, and how names are compared."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.identity.rules import Role, sees_or_decides
from server.organizations.models import FilingStatus, OrganizationKind
from server.organizations.rules import (
    CHILD_KINDS,
    ROLE_KINDS,
    ExemptionStatus,
    FilingAction,
    date_problem,
    exemption_status,
    founded,
    is_within_two_years,
    is_work_number,
    likely_kind,
    may_give,
    next_filing_status,
    normal_activation_code,
    normal_title,
    normal_work_number,
    stands_above,
    transfer_refusal,
)

TODAY = date(2026, 6, 18)


@pytest.mark.parametrize(
    ("on", "within"),
    [
        (date(2024, 12, 31), False),
        (date(2025, 1, 1), True),
        (TODAY, True),
        (TODAY + timedelta(days=1), False),
    ],
)
def test_a_membership_begins_in_this_year_or_the_last_and_not_ahead(on: date, within: bool) -> None:
    assert is_within_two_years(on, today=TODAY) is within


def test_every_role_has_its_kinds_and_every_kind_its_children() -> None:
    assert ROLE_KINDS.keys() == set(Role)
    assert CHILD_KINDS.keys() == set(OrganizationKind)


@pytest.mark.parametrize(
    ("own", "given", "may"),
    [
        (Role.general_secretary, Role.secretary, True),
        (Role.general_secretary, Role.general_secretary, True),
        (Role.general_secretary, Role.organization_department, False),
        (Role.general_secretary, Role.administrator, False),
        (Role.general_secretary, Role.inspector, False),
        (Role.organizer, Role.general_secretary, False),
        (Role.organization_department, Role.inspector, True),
    ],
)
def test_nobody_gives_a_role_above_his_own(own: Role, given: Role, may: bool) -> None:
    assert may_give(frozenset({own}), given) is may


def test_the_administrator_gives_the_first_organization_department_and_no_other() -> None:
    administrator = frozenset({Role.administrator})
    assert may_give(administrator, Role.organization_department, first=True)
    assert not may_give(administrator, Role.organization_department)
    assert may_give(administrator | {Role.organization_department}, Role.organization_department)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.administrator])
def test_the_administrator_gives_nothing_that_sees_points_or_decides(role: Role) -> None:
    assert sees_or_decides(role)
    assert not may_give(frozenset({Role.administrator}), role)


def test_the_administrator_sees_no_points_and_may_be_followed_by_another() -> None:
    assert not sees_or_decides(Role.administrator)
    assert may_give(frozenset({Role.administrator}), Role.administrator)


@pytest.mark.parametrize(
    ("own", "holds", "above"),
    [
        ({Role.organization_department}, Role.administrator, True),
        ({Role.organization_department}, Role.inspector, True),
        ({Role.organization_department}, Role.organization_department, False),
        ({Role.administrator}, Role.organization_department, False),
        ({Role.administrator, Role.secretary}, Role.inspector, False),
        ({Role.secretary}, Role.secretary, False),
        ({Role.secretary}, Role.deputy_secretary, True),
        ({Role.deputy_secretary}, Role.secretary, False),
        ({Role.representative, Role.general_secretary}, Role.secretary, True),
        (set(), Role.representative, False),
    ],
)
def test_who_stands_above_a_role_holds_a_higher_one(own: set[Role], holds: Role, above: bool) -> None:
    """组织部 alone stands above its peers, and nobody above it."""
    assert stands_above(frozenset(own), holds) is above


def test_what_a_roster_founds_is_told_from_the_highest_down() -> None:
    found = {"group": ["第一党小组"], "general_branch": [], "branch": ["教工党支部", "学生党支部"]}
    assert founded(found) == ["党支部 2 个：教工党支部、学生党支部", "党小组 1 个：第一党小组"]


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("机关直属党支部", OrganizationKind.branch),
        ("经济学院党总支", OrganizationKind.general_branch),
        ("经济学院分党委", OrganizationKind.general_branch),
        ("第一党小组", OrganizationKind.group),
        ("图书馆", None),
    ],
)
def test_a_title_may_name_its_kind(title: str, kind: OrganizationKind | None) -> None:
    assert likely_kind(title) is kind


@given(st.sampled_from(Role))
def test_who_holds_no_role_gives_none(role: Role) -> None:
    assert not may_give(frozenset(), role)


@pytest.mark.parametrize(
    ("on", "fine"),
    [
        (date(2026, 6, 18), True),
        (date(2026, 6, 19), False),
        (date(2026, 3, 1), True),
        (date(2026, 2, 28), False),
        (date(2025, 12, 31), False),
    ],
)
def test_a_transfer_lies_between_joining_and_today(on: date, fine: bool) -> None:
    assert (transfer_refusal(on=on, today=TODAY, member_since=date(2026, 3, 1)) is None) is fine


def test_a_filing_goes_back_and_forth_until_it_is_received() -> None:
    moves = {
        (status, action): after
        for status in FilingStatus
        for action in FilingAction
        if (after := next_filing_status(status, action))
    }
    assert moves == {
        (FilingStatus.submitted, FilingAction.receive): FilingStatus.received,
        (FilingStatus.submitted, FilingAction.send_back): FilingStatus.returned,
        (FilingStatus.returned, FilingAction.resubmit): FilingStatus.submitted,
    }


@pytest.mark.parametrize(
    ("is_open", "passed", "filing", "status"),
    [
        (True, False, None, ExemptionStatus.studied),
        (True, True, None, ExemptionStatus.passed),
        (True, True, FilingStatus.submitted, ExemptionStatus.submitted),
        (True, True, FilingStatus.returned, ExemptionStatus.returned),
        (True, True, FilingStatus.received, ExemptionStatus.in_force),
        (False, True, FilingStatus.received, ExemptionStatus.ended),
        (False, True, FilingStatus.submitted, ExemptionStatus.given_up),
        (False, False, None, ExemptionStatus.given_up),
    ],
)
def test_an_exemption_stands_where_its_steps_have_brought_it(
    is_open: bool, passed: bool, filing: FilingStatus | None, status: ExemptionStatus
) -> None:
    assert exemption_status(is_open=is_open, passed=passed, filing=filing) is status


@given(st.text())
def test_the_normal_form_of_a_title_stays_as_it_is(text: str) -> None:
    assert normal_title(normal_title(text)) == normal_title(text)


@given(st.text("0123456789abcXYZ-_ ０１ａＺ　", max_size=32))
def test_the_normal_form_of_a_work_number_stays_as_it_is(text: str) -> None:
    assert normal_work_number(normal_work_number(text)) == normal_work_number(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("２０１５００１２", "20150012"),
        (" 2015 0012 ", "20150012"),
        ("ｂ－２０１５", "B-2015"),
        ("B—2015", "B-2015"),
        ("b‑2015\u200b", "B-2015"),
        ("\ufeff2015\u00a00012", "20150012"),
        ("7", "7"),
        ("A_1-2", "A_1-2"),
        ("1" * 32, "1" * 32),
    ],
)
def test_a_work_number_is_one_however_it_was_pasted(text: str, number: str) -> None:
    assert normal_work_number(text) == number
    assert is_work_number(number)


@pytest.mark.parametrize("text", ["", "-", "__", "王芳", "2015/12", "1" * 33])
def test_what_has_not_the_shape_of_a_work_number_is_none(text: str) -> None:
    assert not is_work_number(normal_work_number(text))


@pytest.mark.parametrize(
    ("joined_on", "full_member_on", "problem"),
    [
        (TODAY, None, None),
        (TODAY + timedelta(days=1), None, "入党日期不能晚于今天"),
        (TODAY, TODAY, None),
        (TODAY, TODAY - timedelta(days=1), "转正日期不能早于入党日期"),
        (None, TODAY, None),
    ],
)
def test_nobody_joined_tomorrow_or_became_a_full_member_before(
    joined_on: date | None, full_member_on: date | None, problem: str | None
) -> None:
    assert date_problem(joined_on=joined_on, full_member_on=full_member_on, today=TODAY) == problem


@pytest.mark.parametrize(
    "text",
    [
        "ABCDE-FGHJK",
        "abcdefghjk",
        "ＡＢＣＤＥ－ＦＧＨＪＫ",
        "ABCDE—FGHJK",
        "ABCDE – FGHJK",
        "A B C D E F G H J K",
        "ABCDE\u2011FGHJK",
        "\u200bABCDE\u00ad-FGHJK\ufeff",
        "ABCDEーFGHJK",
        "ABCDE−FGHJK",
        "ABCDE\nFGHJK",
    ],
)
def test_an_activation_code_is_one_however_it_was_pasted(text: str) -> None:
    assert normal_activation_code(text) == "ABCDEFGHJK"


@pytest.mark.parametrize("text", ["", "ABCDE", "ABCDE-FGHJ", "ABCDE-FGHJKL", "ABCDE-FGHJ0", "ABCDE-FGHJO", "激活码"])
def test_what_has_not_the_shape_of_a_code_is_none(text: str) -> None:
    assert normal_activation_code(text) is None


@pytest.mark.parametrize(
    ("text", "title"),
    [("第一⽀部（本科）", "第一支部(本科)"), ("⺠族学院 党委", "民族学院党委"), ("Ａ１支部", "A1支部")],
)
def test_a_title_out_of_a_pdf_is_the_same_title(text: str, title: str) -> None:
    assert normal_title(text) == title
