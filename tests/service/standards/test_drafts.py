"""Drafts of a standard: begun, edited, withdrawn."""

from functools import partial

from sqlalchemy.orm import Session

from server.organizations.models import Organization, OrganizationKind
from server.standards import drafts, service
from server.standards.default import default_document
from server.standards.events import StandardPublished
from server.standards.models import DraftSource, Standard, StandardStatus
from server.standards.rules import Audience, StandardDocument
from server.standards.versions import in_force
from tests.cast import NOW, TODAY, Cast
from tests.refusing import refused
from tests.standards import FINER, REWORDED, YEAR, add_draft, altered, publish, put_in_force

EDITOR = 1


def test_an_edit_from_an_old_revision_is_refused_and_loses_nothing(session: Session, cast: Cast) -> None:
    draft = add_draft(session, cast.branch, default_document())

    def edit(document: StandardDocument, revision: int) -> Standard:
        return drafts.edit_draft(
            session, standard_id=draft.id, document=document, note="试", revision=revision, edited_by=EDITOR, now=NOW
        )

    assert edit(FINER, 1).revision == 2
    error = refused("stale_version", lambda: edit(REWORDED, 1))
    assert (error.status, error.detail) == (409, {"revision": 2})
    assert draft.document == FINER
    outdated = partial(service.publish, session, standard_id=draft.id, published_by=None, now=NOW, revision=1)
    refused("stale_version", outdated)


def test_an_unfinished_draft_can_be_saved(session: Session, cast: Cast) -> None:
    draft = add_draft(session, cast.branch, default_document())
    unfinished = altered(title="", B01={"title": "", "clause": "", "evidence": []})
    drafts.edit_draft(
        session, standard_id=draft.id, document=unfinished, note="", revision=1, edited_by=EDITOR, now=NOW
    )
    session.expire_all()
    assert session.get_one(Standard, draft.id).document == unfinished


def test_the_audience_of_a_draft_is_fixed(session: Session, cast: Cast) -> None:
    draft = add_draft(session, cast.branch, default_document())
    refused(
        "audience_fixed",
        lambda: drafts.edit_draft(
            session,
            standard_id=draft.id,
            document=altered(audience="activists"),
            note="",
            revision=1,
            edited_by=EDITOR,
            now=NOW,
        ),
    )


def begin(
    session: Session,
    cast: Cast,
    organization_id: int,
    source: DraftSource,
    *,
    source_id: int | None = None,
    year: int = YEAR,
    audience: Audience = Audience.members,
) -> Standard:
    return drafts.begin_draft(
        session,
        organization_id=organization_id,
        year=year,
        audience=audience,
        source=source,
        source_id=source_id,
        created_by=cast.li_wei.account_id,
        now=NOW,
    )


def test_a_draft_begins_blank_from_the_default_from_last_year_or_from_a_version_above(
    session: Session, cast: Cast
) -> None:
    assert begin(session, cast, cast.branch, DraftSource.blank).document.items == ()
    assert begin(session, cast, cast.branch, DraftSource.default).document == default_document()
    last = begin(session, cast, cast.branch, DraftSource.last_year, year=YEAR + 1)
    assert (last.document, last.source_id) == (default_document(), cast.standard_id)
    above = begin(session, cast, cast.branch, DraftSource.version, source_id=cast.standard_id)
    assert (above.document, above.source_id, above.version) == (default_document(), cast.standard_id, 3)
    copy = begin(session, cast, cast.branch, DraftSource.version, source_id=above.id)
    assert copy.source_id == above.id


def test_activists_get_a_draft_of_their_own(session: Session, cast: Cast, heard: list[StandardPublished]) -> None:
    draft = begin(session, cast, cast.branch, DraftSource.default, audience=Audience.activists)
    assert draft.audience == "activists"
    put_in_force(session, draft)
    found = in_force(session, organization_id=cast.branch, year=YEAR, audience=Audience.activists)
    assert found.id == draft.id
    assert in_force(session, organization_id=cast.branch, year=YEAR).id == cast.standard_id


def test_a_draft_cannot_begin_from_what_another_unit_keeps_to_itself(
    session: Session, cast: Cast, heard: list[StandardPublished]
) -> None:
    theirs = publish(session, cast.other_branch, FINER)
    drafted_above = add_draft(session, cast.general_branch, FINER)
    for source_id in (theirs.id, drafted_above.id, 10**9):
        refused("not_found", lambda: begin(session, cast, cast.branch, DraftSource.version, source_id=source_id))  # noqa: B023


def test_last_year_without_a_standard_is_told(session: Session, cast: Cast) -> None:
    refused("no_standard", lambda: begin(session, cast, cast.branch, DraftSource.last_year))


def test_a_group_and_a_closed_branch_have_no_standard_of_their_own(session: Session, cast: Cast) -> None:
    assert session.get_one(Organization, cast.group).kind == OrganizationKind.group
    refused("no_own_standard", lambda: begin(session, cast, cast.group, DraftSource.blank))
    session.get_one(Organization, cast.other_branch).closed_on = TODAY
    refused("no_own_standard", lambda: begin(session, cast, cast.other_branch, DraftSource.blank))


def test_a_withdrawn_draft_can_neither_be_edited_nor_published(session: Session, cast: Cast) -> None:
    draft = add_draft(session, cast.branch, default_document())
    drafts.withdraw(session, standard_id=draft.id, withdrawn_by=cast.li_wei.account_id, now=NOW)
    assert draft.status == StandardStatus.withdrawn
    refused("not_a_draft", lambda: put_in_force(session, draft))
    again = partial(drafts.withdraw, session, standard_id=draft.id, withdrawn_by=cast.li_wei.account_id, now=NOW)
    refused("not_a_draft", again)
