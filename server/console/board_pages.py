"""公示栏 in a browser and on paper: the corridor's screen, the poster, and one member's sheet."""

import segno
from flask import Blueprint, Response, current_app, render_template

from server.config import Settings
from server.console.views import POLICY, page

pages = Blueprint("board_pages", __name__, template_folder="templates")
APP_PAGE = "/m/pages/branch/branch"
"""Where the app shows the member their branch's board."""

QUIET_ZONE = 4


@pages.get("/board/<int:organization_id>")
def board(organization_id: int) -> Response:
    return _page("board.html", organization_id=organization_id, qr=_qr())


@pages.get("/board/<int:organization_id>/poster")
def poster(organization_id: int) -> Response:
    return _page("poster.html", organization_id=organization_id, qr=_qr())


@pages.get("/members/<int:member_id>/statement")
def member_sheet(member_id: int) -> Response:
    return _page("member_sheet.html", member_id=member_id)


def _page(template: str, **values: object) -> Response:
    """Nothing is looked up: the page asks the API with what its reader holds. No cache keeps it."""
    response = page(render_template(template, **values), POLICY)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _qr() -> str:
    settings: Settings = current_app.extensions["settings"]
    code = segno.make(f"{settings.base_url}{APP_PAGE}", error="m", micro=False)
    drawn: str = code.svg_inline(omitsize=True, border=QUIET_ZONE, svgclass="qr", lineclass=None)
    return drawn
