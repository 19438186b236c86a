"""The factory: wires settings, database, features, events and errors."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from flask import Response, jsonify
from flask_openapi3.models.info import Info
from flask_openapi3.openapi import OpenAPI
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from bot.receive import views as bot
from server import __version__, config, events, metrics, models, requests
from server.annual import doubts
from server.annual.results import handlers as results
from server.annual.results.events import ResultsSuperseded
from server.annual.steps import filing as annual_filing
from server.annual.steps import showing as annual_showing
from server.annual.steps.gates import register_falling, register_gate, register_rating
from server.claims import sources as claim_sources
from server.claims.events import ClaimReviewed
from server.console import app_page, board_pages, check_in_page, error_page, feedback_page, meeting_pages, sandbox_page
from server.console import views as console
from server.db import make_engine
from server.deadlines import handlers as deadlines
from server.deadlines.events import DeadlineMoved, VacationsChanged
from server.dues import handlers as dues
from server.dues import sources as dues_sources
from server.errors import unavailable
from server.export import registry
from server.features import brought
from server.identity import queries as identity
from server.identity.guard import Api, Documented
from server.meetings import handlers as meetings
from server.meetings import sources as meeting_sources
from server.meetings.check_in import committer
from server.meetings.events import HeldCheckInDecided, LeaveAnswered
from server.notices import occasions as notices
from server.notices.events import NoticePublished, UnreadReminded
from server.objections import matters, telling, windows
from server.objections.corrections import service as corrections
from server.objections.events import ObjectionCorrected, ObjectionMoved
from server.objections.matters import entries, rejections
from server.objections.matters import months as objected_months
from server.objections.matters import negatives as objected_negatives
from server.objections.rules import ObjectionSubject
from server.organizations import exemptions, filings, past_years
from server.organizations import queries as organizations
from server.organizations.events import (
    CategoriesChanged,
    FilingDecided,
    FilingSubmitted,
    KeysReset,
    MemberLeft,
    MembersJoined,
    MemberTransferred,
    StageChanged,
    WorkdaysChanged,
)
from server.organizations.models import FilingSubject
from server.outages import WORDS
from server.points import handlers as points
from server.points import sources
from server.points.decisions import sources as decision_sources
from server.points.events import NegativeDecisionChanged
from server.points.models import SourceKind
from server.publicity import handlers as publicity
from server.publicity import owners
from server.publicity.events import PublicityApproved, PublicityWithdrawn
from server.publicity.rules import PublicitySubject
from server.pushes import fanouts
from server.pushes.occasions import claims, held, keys, leaves, negatives
from server.ratings import doubts as star_doubts
from server.ratings import joining as stars
from server.ratings.editions import filing as rating_filing
from server.ratings.editions import showing as star_showing
from server.ratings.methods import queries as rating_methods
from server.ratings.methods import service as rating_method_service
from server.readiness.probe import Probe
from server.standards import service as standards
from server.standards.events import StandardPublished
from server.statements import confirming
from server.statements.events import BulletinPublished, StatementConfirmed, StatementFrozen
from server.statements.occasions import bulletins, months
from server.todos import registry as todos
from server.wechat import client as wechat
from server.wechat import js_sdk
from server.years import gate as years
from server.years.events import BranchYearMoved
from server.years.rules import YearState

FEATURES: tuple[str, ...] = (
    "server.identity.views",
    "server.identity.privacy_views",
    "server.identity.js_sdk_views",
    "server.organizations.views",
    "server.organizations.member_views",
    "server.organizations.suspensions.views",
    "server.organizations.binding_views",
    "server.organizations.key_reset_views",
    "server.organizations.grant_views",
    "server.organizations.exemption_views",
    "server.organizations.filing_views",
    "server.organizations.roster.views",
    "server.organizations.audit_views",
    "server.organizations.workday_views",
    "server.deadlines.views",
    "server.photos.views",
    "server.standards.views",
    "server.points.views",
    "server.points.decisions.negative_views",
    "server.claims.views",
    "server.claims.review_views",
    "server.dues.views",
    "server.notices.views",
    "server.publicity.views",
    "server.pushes.views",
    "server.pushes.unreached_views",
    "server.pushes.robots.views",
    "server.annual.forms.views",
    "server.annual.prints.views",
    "server.statements.views",
    "server.statements.boards.views",
    "server.statements.bulletins.views",
    "server.statements.comparison.views",
    "server.meetings.settlement.views",
    "server.meetings.planning.views",
    "server.meetings.check_in.views",
    "server.meetings.held.views",
    "server.meetings.resolutions.views",
    "server.meetings.screen.views",
    "server.meetings.attendance.views",
    "server.meetings.leave.views",
    "server.meetings.rosters.views",
    "server.meetings.rosters.guest_views",
    "server.annual.steps.views",
    "server.todos.views",
    "server.annual.results.views",
    "server.objections.views",
    "server.objections.corrections.views",
    "server.objections.letters.views",
    "server.feedback.views",
    "server.ratings.methods.views",
    "server.ratings.appraisals.views",
    "server.ratings.exceptions.views",
    "server.ratings.views",
    "server.export.views",
)
"""Modules whose `api` blueprint makes up `/api/v1`."""

SANDBOX_FEATURES = ("server.identity.personas",)
"""The same, in the sandbox only."""

SUBSCRIPTIONS: tuple[tuple[type, Callable[[Session, Any], None]], ...] = (
    (MembersJoined, points.members_joined),
    (MemberTransferred, points.member_transferred),
    (MemberLeft, points.member_left),
    (FilingDecided, points.filing_decided),
    (StageChanged, points.stage_changed),
    (CategoriesChanged, points.categories_changed),
    (BranchYearMoved, results.branch_year_moved),
    (MembersJoined, meetings.members_joined),
    (MemberTransferred, meetings.member_transferred),
    (MemberLeft, meetings.member_left),
    (StageChanged, meetings.stage_changed),
    (StandardPublished, points.standard_published),
    (StandardPublished, meetings.standard_published),
    (StandardPublished, dues.standard_published),
    (ClaimReviewed, claims.reviewed),
    (ObjectionMoved, telling.moved),
    (LeaveAnswered, leaves.answered),
    (HeldCheckInDecided, held.decided),
    (ObjectionCorrected, results.objection_corrected),
    (NegativeDecisionChanged, results.negative_decision_changed),
    (NegativeDecisionChanged, corrections.registration_changed),
    (NegativeDecisionChanged, negatives.changed),
    (KeysReset, keys.told),
    (NoticePublished, notices.published),
    (UnreadReminded, notices.unread_reminded),
    (StatementFrozen, months.frozen),
    (StatementConfirmed, months.confirmed),
    (BulletinPublished, bulletins.published),
    (WorkdaysChanged, confirming.workdays_changed),
    (WorkdaysChanged, deadlines.workdays_changed),
    (VacationsChanged, deadlines.vacations_changed),
    (DeadlineMoved, publicity.deadline_moved),
    (FilingSubmitted, annual_filing.filing_submitted),
    (FilingDecided, annual_filing.filing_decided),
    (ResultsSuperseded, annual_showing.results_superseded),
    (PublicityApproved, annual_showing.publicity_approved),
    (PublicityWithdrawn, annual_showing.publicity_withdrawn),
    (FilingSubmitted, rating_filing.filing_submitted),
    (FilingDecided, rating_filing.filing_decided),
    (PublicityApproved, star_showing.publicity_approved),
    (PublicityWithdrawn, star_showing.publicity_withdrawn),
)
"""The handlers of each event (server/events.py)."""

DESCRIBERS: tuple[tuple[SourceKind, sources.Describe], ...] = (
    (SourceKind.claim, claim_sources.describe),
    (SourceKind.decision, decision_sources.describe),
    (SourceKind.dues, dues_sources.describe),
    (SourceKind.meeting, meeting_sources.describe),
)
"""What describes the source of a ledger entry (server/points/sources.py)."""

DOUBTED: tuple[tuple[ObjectionSubject, matters.Describe, matters.Recent], ...] = (
    (ObjectionSubject.result, doubts.describe, doubts.recent),
    (ObjectionSubject.star, star_doubts.describe, star_doubts.recent),
    (ObjectionSubject.rejection, rejections.describe, rejections.recent),
    (ObjectionSubject.entry, entries.describe, entries.recent),
    (ObjectionSubject.month, objected_months.describe, objected_months.recent),
    (ObjectionSubject.negative, objected_negatives.describe, objected_negatives.recent),
)
"""What an objection may be about (server/objections/matters), in the order in which it is offered."""

FILED: tuple[tuple[FilingSubject, filings.Precondition], ...] = (
    (FilingSubject.exemption, exemptions.check_filing),
    (FilingSubject.standard, standards.check_filing),
    (FilingSubject.annual_result, annual_filing.check_filing),
    (FilingSubject.annual_result, rating_filing.check_results),
    (FilingSubject.rating_method, rating_method_service.check_filing),
    (FilingSubject.rating, rating_filing.check_filing),
)
"""What decides whether a subject may be filed now (server/organizations/filings.py)."""

PUBLICIZED: tuple[tuple[PublicitySubject, owners.PublicityOwner], ...] = (
    (PublicitySubject.points, annual_showing.OWNER),
    (PublicitySubject.correction, annual_showing.CORRECTION_OWNER),
    (PublicitySubject.stars, star_showing.OWNER),
)
"""What is shown of a subject, and whether it may be (server/publicity/owners.py)."""

identity.know_places(organizations)
for holder in brought("holdings"):
    registry.register(holder.holdings, place=holder.PLACE)
for bringing in brought("turns"):
    for waiting in bringing.KINDS:
        todos.register(waiting)
for bringing in brought("occasions"):
    fanouts.register(bringing.DRAFTINGS)
for source_kind, describe in DESCRIBERS:
    sources.register(source_kind, describe)
for kind, describe_matter, recent_matters in DOUBTED:
    matters.register(kind, describe_matter, recent_matters)
for subject, precondition in FILED:
    filings.register(subject, precondition)
for publicized, owner in PUBLICIZED:
    owners.register(publicized, owner)
past_years.register(years.refuse_drafted)
windows.register(star_doubts.window)
register_gate(YearState.settled, doubts.unanswered)
register_rating(rating_methods.rates)
register_gate(YearState.stars_proposed, stars.tried_out)
for agreeing_step in (YearState.publicized, YearState.settled, YearState.filed):
    register_gate(agreeing_step, stars.agreeing)
register_gate(YearState.settled, stars.shown)
register_gate(YearState.archived, stars.received)
register_falling(stars.fell)
for event_type, handler in SUBSCRIPTIONS:
    events.subscribe(event_type, handler)


def create_app(settings: config.Settings | None = None, engine: Engine | None = None) -> OpenAPI:
    """Return the whole product as one WSGI app; `engine` may be handed in by tests and scripts."""
    settings = settings or config.load()
    app = Documented(
        "server",
        info=Info(title="先锋积分 API", version=__version__),
        security_schemes={"token": {"type": "http", "scheme": "bearer"}},
        validation_error_callback=requests.validation_response,
        doc_ui=False,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.extensions["settings"] = settings
    app.extensions["engine"] = engine or make_engine(settings.database_url, pool_size=settings.threads)
    requests.install(app, settings, error_page=error_page.error_page)
    wechat.install(app, settings)
    js_sdk.install(app, settings)
    committer.install(app)
    for feature in FEATURES + (SANDBOX_FEATURES if settings.sandbox else ()):
        api = import_module(feature).api
        assert isinstance(api, Api)
        app.register_api(api)
    app.register_blueprint(console.pages)
    app.register_blueprint(meeting_pages.pages)
    app.register_blueprint(check_in_page.pages)
    app.register_blueprint(board_pages.pages)
    app.register_blueprint(app_page.pages)
    app.register_blueprint(feedback_page.pages)
    if settings.sandbox:
        app.register_blueprint(sandbox_page.pages)
    bot.install(app, settings)
    _add_health(app, settings)
    metrics.install(app, settings)
    return app


def _add_health(app: OpenAPI, settings: config.Settings) -> None:
    def healthz() -> Response:
        return jsonify({"status": "ok", "version": __version__})

    probe = Probe(app.extensions["engine"], settings.data_dir)

    def readyz() -> Response:
        if (outage := probe.outage()) is not None:
            raise unavailable(outage, WORDS[outage], retry_after_seconds=5)
        return jsonify({"status": "ready"})

    app.add_url_rule("/healthz", view_func=healthz)
    app.add_url_rule("/readyz", view_func=readyz)


__all__ = ["FEATURES", "create_app", "models"]
