"""停止党籍 over HTTP: recorded and ended from above, read by the branch."""

from tests.api.answers import body, refusal
from tests.cast import TODAY, Cast
from tests.conftest import Call


def test_a_suspension_is_recorded_listed_and_ended(call: Call, cast: Cast) -> None:
    path = f"/members/{cast.zhang_min.member_id}/suspension"
    asked = {"on": TODAY.isoformat(), "document": "校党发〔2026〕31号", "note": "失去联系六个月以上"}
    assert refusal(call(cast.li_wei, "POST", path, json=asked)) == (403, "forbidden")
    made = body(call(cast.chen_jing, "POST", path, json=asked))
    assert (made["name"], made["branch"]["id"], made["until_date"]) == ("张敏", cast.branch, None)
    assert refusal(call(cast.chen_jing, "POST", path, json=asked)) == (409, "membership_suspended")
    (listed,) = body(call(cast.li_wei, "GET", f"/organizations/{cast.branch}/suspensions"))["items"]
    assert listed == made
    back = {"to_organization_id": cast.foreign_branch, "on": TODAY.isoformat(), "note": "已取得联系"}
    assert refusal(call(cast.chen_jing, "POST", f"{path}/end", json=back)) == (404, "not_found")
    back["to_organization_id"] = cast.branch
    membership = body(call(cast.chen_jing, "POST", f"{path}/end", json=back))
    assert (membership["organization_id"], membership["from_date"]) == (cast.branch, TODAY.isoformat())
    (listed,) = body(call(cast.li_wei, "GET", f"/organizations/{cast.branch}/suspensions"))["items"]
    assert (listed["until_date"], listed["ended_note"]) == (TODAY.isoformat(), "已取得联系")
