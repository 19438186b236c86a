"""Versions of a standard: who follows which, what a published one may still change, and how it is filed."""

from contextlib import suppress
from itertools import product
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.audit.models import AuditLine
from server.errors import DomainError
from server.organizations.models import FilingStatus, Organization
from server.points.models import SourceKind
from server.standards import queries, service, versions
from server.standards.default import default_document
from server.standards.events import StandardPublished
from server.standards.models import Standard, StandardStatus
from server.standards.rules import Audience, StandardDocument, as_data
from server.standards.versions import document_of, in_force
from tests.cast import NOW, Cast
from tests.refusing import refused
from tests.service.standards.facts import post_fact
from tests.standards import FINER, REWORDED, YEAR, add_draft, altered, publish, put_in_force


def test_a_branch_follows_the_nearest_published_standard_above(
    session: Session, cast: Cast, heard: list[StandardPublished]
) -> None:
    assert in_force(session, organization_id=cast.branch, year=YEAR).id == cast.standard_id
    finer = publish(session, cast.general_branch, FINER)
    for organization in (cast.branch, cast.group, cast.general_branch):
        assert in_force(session, organization_id=organization, year=YEAR).id == finer.id
    for organization in (cast.root, cast.foreign_branch, cast.direct_branch):
        assert in_force(session, organization_id=organization, year=YEAR).id == cast.standard_id


def test_what_is_in_force_everywhere_is_what_each_asks_for(
    session: Session, cast: Cast, heard: list[StandardPublished]
) -> None:
    publish(session, cast.general_branch, FINER)
    publish(session, cast.branch, REWORDED)
    publish(session, cast.foreign_branch, FINER.model_copy(update={"audience": Audience.activists}))
    publish(session, cast.root, FINER, YEAR + 1)
    found = versions.in_force_everywhere(YEAR)
    everywhere = {(place, audience): standard for place, audience, standard, _ in session.execute(select(found))}
    asked = {}
    for place, audience in product(session.scalars(select(Organization.id)).all(), Audience):
        with suppress(DomainError):
            asked[place, audience.value] = in_force(session, organization_id=place, year=YEAR, audience=audience).id
    assert everywhere == asked
    assert len(set(asked.values())) == 4


def test_a_year_or_audience_without_a_standard_is_told(session: Session, cast: Cast) -> None:
    refused("no_standard", lambda: in_force(session, organization_id=cast.branch, year=YEAR + 2))
    refused("no_standard", lambda: in_force(session, organization_id=cast.branch, year=YEAR, audience="activists"))


def test_a_draft_is_not_in_force(session: Session, cast: Cast) -> None:
    add_draft(session, cast.branch, FINER)
    assert in_force(session, organization_id=cast.branch, year=YEAR).id == cast.standard_id


def test_what_was_parsed_may_be_forgotten_at_any_moment(
    session: Session, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Forgetful(dict[str, StandardDocument]):
        """Another thread clears it right after each look."""

        def __contains__(self, key: object) -> bool:
            found = super().__contains__(key)
            self.clear()
            return found

    said = document_of(session, cast.standard_id)
    monkeypatch.setattr(versions, "_parsed", Forgetful(versions._parsed))
    session.info.clear()
    assert document_of(session, cast.standard_id) == said
    monkeypatch.setattr(versions, "_parsed", Forgetful(versions._parsed))
    assert versions.document_in(session.get_one(Standard, cast.standard_id)) == said


def test_what_a_published_version_says_is_parsed_once(session: Session, cast: Cast) -> None:
    first = document_of(session, cast.standard_id)
    assert first == default_document()
    assert document_of(session, cast.standard_id) is first


def test_installing_the_default_twice_changes_nothing(session: Session, cast: Cast) -> None:
    again = service.install_default(session, organization_id=cast.root, year=YEAR, published_by=None, now=NOW)
    assert again.id == cast.standard_id


def test_publishing_freezes_announces_and_audits(session: Session, cast: Cast, heard: list[StandardPublished]) -> None:
    draft = add_draft(session, cast.branch, FINER)
    secretary = cast.li_wei.account_id
    published = service.publish(session, standard_id=draft.id, published_by=secretary, now=NOW, revision=1)
    assert (published.status, published.in_force, published.published_by) == ("published", True, secretary)
    assert heard == [StandardPublished(draft.id, cast.branch, YEAR, NOW)]
    line = session.scalars(select(AuditLine).where(AuditLine.action == "standard_published")).all()[-1]
    assert (line.actor_id, line.subject_id) == (secretary, draft.id)


def test_a_draft_with_problems_is_not_published_and_stays(session: Session, cast: Cast) -> None:
    draft = add_draft(session, cast.branch, altered(B01={"cap": "10"}))
    error = refused("standard_has_problems", lambda: put_in_force(session, draft))
    assert [problem["path"] for problem in error.detail["problems"]] == ["sections[0].cap"]
    assert draft.status == StandardStatus.draft


def test_a_refinement_that_moves_a_section_cap_is_refused_by_name(session: Session, cast: Cast) -> None:
    data = as_data(default_document())
    data["sections"][1]["cap"] = "35"
    draft = add_draft(session, cast.branch, StandardDocument.model_validate(data))
    error = refused("standard_has_problems", lambda: put_in_force(session, draft))
    assert error.detail["problems"][0]["message"] == "“贡献积分”上限应与上级标准一致，为 30 分"


def test_a_branch_refines_its_general_branch_rather_than_the_committee(
    session: Session, cast: Cast, heard: list[StandardPublished]
) -> None:
    extra = [*as_data(default_document())["negative_list"], {"code": "N05", "title": "其他", "clause": "《办法》"}]
    publish(session, cast.general_branch, altered(negative_list=extra))
    found = queries.check(session, standard_id=add_draft(session, cast.branch, default_document()).id)
    assert [problem.message for problem in found] == ["不得删减上级标准的负面清单，请补上 N05“其他”"]


def test_checking_an_unsaved_document_leaves_the_draft_as_it_was(session: Session, cast: Cast) -> None:
    draft = add_draft(session, cast.branch, default_document())
    found = queries.check(session, standard_id=draft.id, document=altered(title=""))
    assert [problem.path for problem in found] == ["title"]
    assert draft.document == default_document()
    assert draft.revision == 1


def test_before_the_first_fact_a_new_version_may_change_figures(
    session: Session, cast: Cast, heard: list[StandardPublished]
) -> None:
    post_fact(session, cast, cast.standard_id, SourceKind.opening)
    second = publish(session, cast.root, FINER)
    session.expire_all()
    assert in_force(session, organization_id=cast.branch, year=YEAR).id == second.id
    assert session.get_one(Standard, cast.standard_id).in_force is None
    assert second.version == 2


def test_once_a_fact_is_posted_only_wording_may_change(
    session: Session, cast: Cast, heard: list[StandardPublished]
) -> None:
    post_fact(session, cast, cast.standard_id)
    refused("year_in_use", lambda: publish(session, cast.root, FINER))
    reworded = publish(session, cast.root, REWORDED)
    assert reworded.in_force
    refused("year_in_use", lambda: publish(session, cast.root, FINER))


def test_a_first_refinement_after_facts_under_the_standard_above_is_refused(
    session: Session, cast: Cast, heard: list[StandardPublished]
) -> None:
    post_fact(session, cast, cast.standard_id)
    refused("year_in_use", lambda: publish(session, cast.branch, FINER))
    assert publish(session, cast.other_branch, FINER).in_force


def test_facts_of_another_year_do_not_matter(session: Session, cast: Cast, heard: list[StandardPublished]) -> None:
    post_fact(session, cast, cast.standard_id)
    assert publish(session, cast.root, FINER, YEAR + 1).in_force


def test_a_draft_begun_before_another_version_came_is_not_published_over_it(
    session: Session, cast: Cast, heard: list[StandardPublished]
) -> None:
    early, late = add_draft(session, cast.root, FINER), add_draft(session, cast.root, REWORDED)
    put_in_force(session, early)
    refused("superseded_meanwhile", lambda: put_in_force(session, late))


def test_publishing_twice_is_refused_the_second_time(
    session: Session, cast: Cast, heard: list[StandardPublished]
) -> None:
    draft = publish(session, cast.branch, FINER)
    refused("not_a_draft", lambda: put_in_force(session, draft))
    assert len(heard) == 1


def test_units_below_that_no_longer_fit_are_named(session: Session, cast: Cast, heard: list[StandardPublished]) -> None:
    publish(session, cast.general_branch, FINER)
    publish(session, cast.branch, FINER)
    publish(session, cast.direct_branch, FINER)
    extra = [*as_data(default_document())["negative_list"], {"code": "N05", "title": "其他", "clause": "《办法》"}]
    second = publish(session, cast.root, altered(negative_list=extra))
    titles = {organization.id for organization in queries.left_behind(session, second)}
    assert titles == {cast.general_branch, cast.direct_branch}


def test_a_published_version_is_filed_with_the_organization_above_once(
    session: Session, cast: Cast, heard: list[StandardPublished]
) -> None:
    draft = add_draft(session, cast.branch, FINER)
    secretary = cast.li_wei.account_id
    refused("not_published", lambda: service.file(session, standard_id=draft.id, submitted_by=secretary, now=NOW))
    put_in_force(session, draft)
    filing = service.file(session, standard_id=draft.id, submitted_by=secretary, now=NOW)
    assert (filing.subject_kind, filing.subject_id) == ("standard", draft.id)
    assert (filing.status, filing.to_organization_id) == (FilingStatus.submitted, cast.general_branch)
    assert service.file(session, standard_id=draft.id, submitted_by=secretary, now=NOW).id == filing.id


def test_versions_are_listed_latest_first_and_drafts_only_when_asked_for(session: Session, cast: Cast) -> None:
    draft = add_draft(session, cast.root, FINER)

    def listed(**options: Any) -> list[int]:
        found = versions.versions(session, organization_id=cast.root, limit=10, **options)
        return [standard.id for standard in found]

    assert listed(with_drafts=False) == [cast.standard_id]
    assert listed(with_drafts=True) == [draft.id, cast.standard_id]
    assert listed(with_drafts=True, before_id=draft.id, year=YEAR, audience=Audience.members) == [cast.standard_id]
    assert listed(with_drafts=True, year=YEAR + 1) == []
