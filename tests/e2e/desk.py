"""Someone who uses the API itself, beside the phone: what others do meanwhile."""

from typing import Any

import requests

from server.clock import now
from server.days import shanghai_date
from tests.waiting import LONG


class Desk:
    """The API as a persona of the sandbox sees it."""

    def __init__(self, address: str, code: str) -> None:
        self.api = f"{address}/api/v1"
        self.session = requests.Session()
        token = self.call("POST", "/auth/wechat", code=code)["token"]
        self.session.headers["Authorization"] = f"Bearer {token}"
        self.member_id: int = self.call("GET", "/me")["member_id"]

    def call(self, method: str, path: str, **body: Any) -> Any:
        """Return what a request that must go well answered; a GET takes no body."""
        reads = method == "GET"
        answer = self.session.request(
            method, f"{self.api}{path}", params=body if reads else None, json=None if reads else body, timeout=LONG
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def claim(self, title: str, **contents: Any) -> Any:
        """Hand in a claim of his own, as another phone would."""
        today = shanghai_date(now()).isoformat()
        what = {"item_code": "C04", "title": title, "description": "在社区讲解", "quantity": "1", "submit": True}
        return self.call("POST", f"/members/{self.member_id}/claims", **what | {"occurred_on": today} | contents)

    def decide(self, claim_id: int, how: str, **words: Any) -> None:
        """Open a claim and decide it as seen."""
        version = self.call("POST", f"/claims/{claim_id}/open")["claim"]["version"]
        self.call("POST", f"/claims/{claim_id}/{how}", version=version, **words)
