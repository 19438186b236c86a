"""That a person was told a year's results apart from the meeting, and that they stood in for a secretary."""

from collections.abc import Iterator

from server.annual.steps.models import AnnualDelegate, AnnualReport, AnnualReportAbsentee
from server.annual.steps.rules import ToldWay
from server.holdings import DataSubject, Holding
from server.organizations.models import Organization
from server.years.models import BranchYear

PLACE = 92
"""Among the holdings of all features, in the order in which a person reads them."""

_YEAR = (BranchYear, BranchYear.id == AnnualReport.branch_year_id)


def holdings(subject: DataSubject) -> Iterator[Holding]:
    yield Holding(
        "年度积分补充告知",
        AnnualReportAbsentee,
        AnnualReportAbsentee.member_id == subject.member_id,
        {
            "年度": BranchYear.year,
            "党支部": Organization.title,
            "告知方式": AnnualReportAbsentee.way,
            "告知日期": AnnualReportAbsentee.told_on,
        },
        joins=(
            (AnnualReport, AnnualReport.id == AnnualReportAbsentee.report_id),
            _YEAR,
            (Organization, Organization.id == BranchYear.organization_id),
        ),
        words={ToldWay.group: "党小组告知", ToldWay.visit: "上门告知"},
    )
    yield Holding(
        "年度工作代办",
        AnnualDelegate,
        AnnualDelegate.account_id == subject.account_id,
        {
            "年度": BranchYear.year,
            "党支部": Organization.title,
            "原因": AnnualDelegate.reason,
            "指定时间": AnnualDelegate.appointed_at,
            "结束时间": AnnualDelegate.ended_at,
        },
        joins=(
            (BranchYear, BranchYear.id == AnnualDelegate.branch_year_id),
            (Organization, Organization.id == BranchYear.organization_id),
        ),
    )
