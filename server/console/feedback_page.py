"""反映情况 without signing in, `/feedback/<organization>`: what the QR on a poster opens. A form and nothing else.

No script: it works on any phone, and nothing but the form is ever asked. Who opens it sees no list.
"""

import secrets
from datetime import date
from http import HTTPStatus

from flask import Blueprint, Response, current_app, render_template, request
from pydantic import ValidationError
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from server import clock
from server.config import Settings
from server.console.views import POLICY, page
from server.db import reading, transaction
from server.error_codes import CoreErrorCode
from server.errors import DomainError
from server.feedback import present, taking
from server.feedback.limits import about_one, from_a_network, looking_up
from server.feedback.rules import KIND_TITLES, MAX_PHOTOS, MAX_WORDS, FeedbackVia
from server.feedback.schemas import FeedbackIn, ProgressOut, ReceiptOut
from server.identity.limits import network
from server.photos import processing
from server.photos.error_codes import PhotoErrorCode
from server.presentation import spoken_time
from server.privacy import PhoneVault

pages = Blueprint("feedback_page", __name__, template_folder="templates")

FAULTS = {
    "kind": "请选择反映类别",
    "words": f"请写明时间、地点和情况，至少 5 个字，最多 {MAX_WORDS} 个字",
    "about_name": "反映对象最多 64 个字",
    "name": "请填写姓名，最多 32 个字；不想留名请选“匿名”",
    "contact": "联系方式最多 64 个字",
}
"""What is wrong with a field, in words for whoever fills it in."""

FIELDS = ("form", "kind", "words", "about_name", "name", "contact")


@pages.get("/feedback/<int:organization_id>")
def feedback_form(organization_id: int) -> Response:
    return _form(organization_id, {"form": secrets.token_hex(16)})


@pages.post("/feedback/<int:organization_id>")
def send_feedback(organization_id: int) -> Response:
    """Show the receipt with its code, or the form again with what is wrong and everything that was written."""
    try:
        receipt = _received(organization_id)
    except DomainError as refusal:
        if refusal.status == HTTPStatus.NOT_FOUND:
            raise
        response = _form(organization_id, request.form.to_dict(), fault=refusal.message)
        response.status_code = refusal.status
        return response
    return _page("feedback_received.html", receipt=receipt)


@pages.get("/feedback/progress")
def feedback_progress() -> Response:
    return _page("feedback_progress.html", found=None, fault=None)


@pages.post("/feedback/progress")
def look_feedback_up() -> Response:
    try:
        found = _looked_up()
    except DomainError as refusal:
        response = _page("feedback_progress.html", found=None, fault=refusal.message)
        response.status_code = refusal.status
        return response
    return _page("feedback_progress.html", found=found, fault=None)


send_feedback.takes_files = True  # type: ignore[attr-defined]


def day(on: date) -> str:
    return f"{on.month} 月 {on.day} 日"


def _received(organization_id: int) -> ReceiptOut:
    form = _filled_in()
    files = [each for each in request.files.getlist("photo") if each.filename]
    if len(files) > MAX_PHOTOS:
        raise DomainError(PhotoErrorCode.photo_too_many, f"最多 {MAX_PHOTOS} 张照片，请减少后再提交")
    return _taken(organization_id, form, files)


def _taken(organization_id: int, form: FeedbackIn, files: list[FileStorage]) -> ReceiptOut:
    """Count the call, clean the photos, and only then open a transaction."""
    settings = _settings()

    def take() -> ReceiptOut:
        photos = [_clean(each, settings) for each in files]
        now, address = clock.now(), network()

        def work(session: Session) -> ReceiptOut:
            row, code = taking.take(
                session,
                PhoneVault(settings.phone_keys),
                settings.secret_key,
                organization_id=organization_id,
                publicity_id=_publicity_id(),
                report=taking.report_of(form, photos),
                via=FeedbackVia.page,
                network=address,
                now=now,
            )
            return present.receipt(session, row, code)

        return transaction(_engine(), work)

    limited = take
    for decorate in (*from_a_network, *about_one):
        limited = decorate(limited)
    return limited()


def _looked_up() -> ProgressOut:
    def look() -> ProgressOut:
        with reading(_engine()) as session:
            row = taking.with_code(session, _settings().secret_key, request.form.get("code", "")[:40])
            return present.progress(session, row)

    (limit,) = looking_up
    found: ProgressOut = limit(look)()
    return found


def _filled_in() -> FeedbackIn:
    """Return the form as it was filled in. Raises DomainError 422 in words for people."""
    given = {name: request.form[name] for name in FIELDS if request.form.get(name, "").strip()}
    if request.form.get("who") != "named":
        given.pop("name", None)
        given.pop("contact", None)
    elif "name" not in given:
        raise DomainError(CoreErrorCode.invalid_input, FAULTS["name"])
    try:
        return FeedbackIn.model_validate({**given, "about_officer": "about_officer" in request.form})
    except ValidationError as error:
        fields = {str(problem["loc"][0]) for problem in error.errors() if problem["loc"]}
        fault = next((words for name, words in FAULTS.items() if name in fields), "页面已经过期，请重新扫码打开")
        raise DomainError(CoreErrorCode.invalid_input, fault) from None


def _clean(file: FileStorage, settings: Settings) -> bytes:
    original = file.read(settings.max_photo_bytes + 1)
    processing.check_size(len(original), settings.max_photo_bytes)
    return processing.process(original).full


def _form(organization_id: int, filled: dict[str, str], *, fault: str | None = None) -> Response:
    with reading(_engine()) as session:
        form = present.form(session, organization_id, _publicity_id(), now=clock.now())
    return _page("feedback.html", form=form, filled=filled, fault=fault, kinds=KIND_TITLES, most=MAX_WORDS)


def _publicity_id() -> int | None:
    found = request.args.get("publicity", "")
    return int(found) if found.isascii() and found.isdigit() and len(found) < 19 else None


def _page(template: str, **values: object) -> Response:
    """No cache keeps it, and no other site learns where somebody came from. `large`: 关怀模式."""
    large = request.args.get("large") == "1"
    query = request.args.to_dict()
    other = "&".join(f"{key}={value}" for key, value in {**query, "large": "0" if large else "1"}.items())
    html = render_template(template, large=large, other_size=f"?{other}", day=day, spoken_time=spoken_time, **values)
    response = page(html, POLICY)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _engine() -> Engine:
    engine: Engine = current_app.extensions["engine"]
    return engine


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
