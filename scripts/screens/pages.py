"""Which pages of the app are photographed, as whom, and how to tell that a page has come."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Ask = Callable[[str], Any]
"""Asks the API, as the persona, for what stands below `/api/v1`; `{me}` and `{branch}` in it are filled in."""


@dataclass(frozen=True, slots=True)
class Shot:
    """`place` follows `/m/`, or is found with the API; `shown` and `tap` are CSS selectors.

    A page has come when `shown` is there; `tap` is tapped then.
    """

    name: str
    persona: str
    place: str | Callable[[Ask], str]
    shown: str
    tap: str = ""


def _opinions(ask: Ask) -> str:
    """Where the representative is asked for their opinion."""
    place = next(todo["organization"]["id"] for todo in ask("/me/todos")["items"] if todo["kind"] == "opinions")
    return f"pages/opinions/opinions?organization={place}"


def _of_office(place: str, phase: str, kind: str = "") -> Callable[[Ask], str]:
    """Return how to find the page of their newest meeting in a phase; `{id}` and `{roster_id}` are filled in."""
    wanted = f"phase={phase}" + (f"&kind={kind}" if kind else "")

    def find(ask: Ask) -> str:
        office = ask("/me")["roles"][0]["organization"]["id"]
        return place.format(**ask(f"/organizations/{office}/meetings?{wanted}")["items"][0])

    return find


def _of_charge(page: str) -> Callable[[Ask], str]:
    """A page about the organization in which the persona holds their first office."""
    return lambda ask: f"pages/{page}/{page}?organization={ask('/me')['roles'][0]['organization']['id']}"


def _decided_claim(ask: Ask) -> str:
    (newest,) = ask("/members/{me}/claims?status=approved&limit=1")["items"]
    return f"pages/claim/claim?id={newest['id']}"


def _member(page: str) -> Callable[[Ask], str]:
    """A page about a member of the persona's branch who has no WeChat yet; `{id}` is filled in."""
    return lambda ask: page.format(**ask("/organizations/{branch}/members?bound=false")["items"][0])


def _below(page: str, people: str) -> Callable[[Ask], str]:
    """A page about the last member listed at the persona's first office; `{member}` is filled in."""

    def find(ask: Ask) -> str:
        office = ask("/me")["roles"][0]["organization"]["id"]
        listed = ask(f"/organizations/{office}/{people}")["items"]
        members = [each.get("member_id", each["id"]) for each in listed]
        return page.format(member=[each for each in members if each is not None][-1])

    return find


def _of_ended_year(page: str) -> Callable[[Ask], str]:
    """A page about the last year that has ended in the persona's branch, with what stands of it: `{publicity_id}`."""

    def find(ask: Ask) -> str:
        office, year = ask("/me")["roles"][0]["organization"]["id"], ask("/me/results")["items"][0]["year"]
        found = ask(f"/organizations/{office}/years/{year}")
        return page.format(**found) + f"&organization={office}&year={year}"

    return find


def _filed(ask: Ask) -> str:
    """What was filed last with the persona's first office."""
    office = ask("/me")["roles"][0]["organization"]["id"]
    return f"pages/filing/filing?id={ask(f'/organizations/{office}/filings')['items'][0]['id']}"


SHOTS = (
    Shot("home", "zhang_min", "pages/home/home", ".ring"),
    Shot("home-secretary", "li_wei", "pages/home/home", ".ring"),
    Shot("todos", "li_wei", "pages/todos/todos", ".row"),
    Shot("review", "li_wei", "pages/review/review", ".place"),
    Shot("review-return", "li_wei", "pages/review/review", ".place", tap=".acts .act"),
    Shot("opinions", "feng_qun", _opinions, ".card"),
    Shot("score", "zhang_min", "pages/score/score", ".item"),
    Shot("claim-form", "zhang_min", "pages/claim-form/claim-form", ".field"),
    Shot("claim-for", "li_wei", _member("pages/claim-form/claim-form?member={id}"), "[data-testid=reason]"),
    Shot("claims", "zhang_min", "pages/claims/claims", ".row"),
    Shot("claim", "zhang_min", _decided_claim, ".step"),
    Shot("board", "zhang_min", "pages/board/board", ".bands"),
    Shot("history", "zhang_min", "pages/history/history", ".row .points"),
    Shot("inbox", "zhang_min", "pages/inbox/inbox", ".segments"),
    Shot("notices", "zhang_min", "pages/notices/notices", ".segments"),
    Shot("meetings", "zhang_min", "pages/meetings/meetings", ".row"),
    Shot("meeting", "zhang_min", lambda ask: _meeting(ask, "open"), ".mine"),
    Shot("leave", "zhang_min", lambda ask: _meeting(ask, "planned"), ".mine", tap=".row.first[role=button]"),
    Shot("attendance", "zhang_min", "pages/attendance/attendance", ".kind"),
    Shot("check-in", "zhang_min", "pages/check-in/check-in", ".seal"),
    Shot("check-in-digits", "zhang_min", "pages/check-in/check-in?digits=1", ".field"),
    Shot("check-in-refused", "zhang_min", "pages/check-in/check-in?q=https%3A%2F%2Felsewhere.example", ".tips"),
    Shot("branch", "zhang_min", "pages/branch/branch", ".row"),
    Shot("branch-secretary", "li_wei", "pages/branch/branch", ".row"),
    Shot("members", "li_wei", _of_charge("members"), ".avatar"),
    Shot("member", "li_wei", _member("pages/member/member?id={id}"), ".about"),
    Shot("key-reset", "li_wei", _below("pages/key-reset/key-reset?member={member}", "grants"), ".heading"),
    Shot("negative", "chen_jing", _below("pages/negative/negative?member={member}", "members"), ".heading"),
    Shot("codes", "li_wei", _of_charge("codes"), ".heading"),
    Shot("dues", "li_wei", _of_charge("dues"), ".box"),
    Shot("dues-consent", "li_wei", _of_charge("dues"), ".box", tap=".box"),
    Shot("dues-paste", "li_wei", _of_charge("dues-paste"), "[data-testid=lines]"),
    Shot("month", "li_wei", _of_charge("month"), ".place"),
    Shot("robot", "li_wei", _of_charge("robot"), ".switch"),
    Shot("unreached", "li_wei", _of_charge("unreached"), ".segments"),
    Shot("notice-form", "li_wei", _of_charge("notice-form"), ".input"),
    Shot("workdays", "zhou_ming", _of_charge("workdays"), ".cell"),
    Shot("head-officers", "zhou_ming", _of_charge("head-officers"), ".row"),
    Shot("overview", "chen_jing", _of_charge("overview"), ".sum"),
    Shot("standard", "zhang_min", "pages/standard/standard", ".item"),
    Shot("me", "zhang_min", "pages/me/me", ".who"),
    Shot("privacy", "zhang_min", "pages/privacy/privacy", ".heading"),
    Shot("subscriptions", "zhang_min", "pages/subscriptions/subscriptions", ".switch"),
    Shot("export", "zhang_min", "pages/export/export", ".card"),
    Shot("hosting", "li_wei", "pages/hosting/hosting", ".row"),
    Shot("plan", "li_wei", "pages/plan/plan", "[data-testid=preview]"),
    Shot("host", "li_wei", _of_office("pages/host/host?id={id}", "open"), ".person"),
    Shot("settle", "li_wei", _of_office("pages/settle/settle?roster={roster_id}", "open"), ".row"),
    Shot("leaves", "li_wei", "pages/leaves/leaves", ".card"),
    Shot("minutes", "li_wei", _of_office("pages/minutes/minutes?id={id}", "settled"), ".writing"),
    Shot(
        "resolutions",
        "li_wei",
        _of_office("pages/resolutions/resolutions?id={id}", "settled", "members_meeting"),
        ".heading",
    ),
    Shot("annual-result", "zhang_min", "pages/annual-result/annual-result", ".ring"),
    Shot("branch-year", "li_wei", _of_charge("branch-year"), ".steps"),
    Shot("branch-years", "chen_jing", _of_charge("branch-years"), ".row"),
    Shot("year-results", "li_wei", _of_ended_year("pages/year-results/year-results?"), ".row"),
    Shot("publicity", "li_wei", _of_ended_year("pages/publicity/publicity?id={publicity_id}"), ".facts"),
    Shot("filing", "chen_jing", _filed, ".title"),
    Shot("publicities", "zhang_min", "pages/publicities/publicities", ".row"),
    Shot("sign-in", "", "pages/sign-in/sign-in", ".row"),
)


def _meeting(ask: Ask, phase: str) -> str:
    ids = [each["id"] for each in ask("/members/{me}/meetings")["items"] if each["phase"] == phase]
    return f"pages/meeting/meeting?id={ids[0]}"
