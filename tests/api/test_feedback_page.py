"""反映情况 behind the QR: the form, its receipt and its query, without signing in."""

import re
from io import BytesIO
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from server.config import Settings
from server.feedback.models import Feedback, FeedbackPhoto
from server.identity.limits import HOUR
from tests.cast import Cast
from tests.reporting import CONTACT, REPORTER, WORDS


def opened(client: FlaskClient, place: str) -> tuple[str, str]:
    """Return a form's page and its own text."""
    answer = client.get(place)
    assert answer.status_code == 200
    found = re.search(r'name="form" value="([0-9a-f]{32})"', answer.text)
    assert found is not None
    return answer.text, found[1]


def sent(client: FlaskClient, cast: Cast, form: str, *, network: str = "198.51.100.7", **said: object) -> TestResponse:
    given = {"form": form, "kind": "problem", "words": WORDS, "who": "anonymous", **said}
    place = f"/feedback/{cast.branch}"
    return client.post(place, data=given, environ_overrides={"REMOTE_ADDR": network})


def code_on(page: str) -> str:
    found = re.search(r'class="code">([0-9A-Z]{4} [0-9A-Z]{4})<', page)
    assert found is not None, page
    return found[1]


def picture() -> bytes:
    """A photo whose camera wrote down who made it."""
    made = BytesIO()
    tags = Image.Exif()
    tags[0x013B] = REPORTER.encode("ascii", "replace").decode() + " camera-of-somebody"
    Image.new("RGB", (60, 40), "#336699").save(made, "JPEG", exif=tags)
    return made.getvalue()


def test_anyone_reports_and_follows_it_by_its_code(client: FlaskClient, session: Session, cast: Cast) -> None:
    page, form = opened(client, f"/feedback/{cast.branch}")
    for words in (
        "教工第一党支部",
        "不用登录",
        "学校纪委或 12388",
        "6 月 23 日前确定核实人",
        "直接交计算机科学与技术学院党总支",
    ):
        assert words in page
    receipt = sent(client, cast, form)
    assert receipt.status_code == 200
    assert "没有记录您是谁" in receipt.text
    code = code_on(receipt.text)
    assert code_on(sent(client, cast, form).text) == code, "the page loaded again counts once"
    assert len(session.scalars(select(Feedback.id)).all()) == 1
    found = client.post("/feedback/progress", data={"code": code.lower().replace(" ", "-")})
    assert found.status_code == 200
    assert "待受理" in found.text
    assert WORDS not in found.text


def test_with_a_name_it_is_sealed_and_said_so(client: FlaskClient, session: Session, cast: Cast) -> None:
    _, form = opened(client, f"/feedback/{cast.branch}")
    receipt = sent(client, cast, form, who="named", name=REPORTER, contact=CONTACT, about_officer="on")
    assert "您的姓名和联系方式已封存" in receipt.text
    assert "计算机科学与技术学院党总支" in receipt.text
    row = session.scalars(select(Feedback)).one()
    assert row.organization_id == cast.general_branch
    assert row.name_sealed is not None
    assert REPORTER not in row.name_sealed


def test_a_name_is_not_kept_by_who_chose_anonymous(client: FlaskClient, session: Session, cast: Cast) -> None:
    _, form = opened(client, f"/feedback/{cast.branch}")
    sent(client, cast, form, name=REPORTER, contact=CONTACT)
    row = session.scalars(select(Feedback)).one()
    assert (row.name_sealed, row.contact_sealed) == (None, None)


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ({"words": "短"}, "请写明时间、地点和情况"),
        ({"kind": ""}, "请选择反映类别"),
        ({"who": "named", "name": " "}, "请填写姓名"),
        ({"form": "x"}, "页面已经过期"),
        ({"about_name": "名" * 65}, "反映对象最多 64 个字"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_written_is_lost(
    client: FlaskClient, session: Session, cast: Cast, said: dict[str, str], fault: str
) -> None:
    answer = sent(client, cast, **{"form": "a" * 32, "contact": CONTACT, **said})
    assert answer.status_code == 422
    assert fault in answer.text
    assert CONTACT in answer.text
    assert (WORDS in answer.text) or "words" in said
    assert session.scalars(select(Feedback.id)).all() == []


def test_what_somebody_writes_is_text_and_never_markup(client: FlaskClient, cast: Cast) -> None:
    answer = sent(client, cast, "x", words='</textarea><script src="//evil">', about_name='"><img>')
    assert "<script" not in answer.text
    assert "<img" not in answer.text
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_no_place_no_form(client: FlaskClient, cast: Cast) -> None:
    for place in (cast.group, 999_999, 2**70):
        assert client.get(f"/feedback/{place}", headers={"Accept": "text/html"}).status_code == 404
        assert client.post(f"/feedback/{place}", data={"kind": "problem"}).status_code in (404, 422)


def test_a_publicity_that_is_not_on_show_is_not_named(client: FlaskClient, cast: Cast) -> None:
    for publicity in ("999", "x", "9" * 30, "-1"):
        page, _ = opened(client, f"/feedback/{cast.branch}?publicity={publicity}")
        assert "公示到" not in page


def test_a_photo_comes_without_what_the_camera_wrote(client: FlaskClient, session: Session, cast: Cast) -> None:
    _, form = opened(client, f"/feedback/{cast.branch}")
    assert b"camera-of-somebody" in picture()
    answer = sent(client, cast, form, photo=[(BytesIO(picture()), "a.jpg"), (BytesIO(picture()), "b.jpg")])
    assert answer.status_code == 200
    kept = session.scalars(select(FeedbackPhoto.image)).all()
    session.commit()
    assert len(kept) == 2
    assert not [each for each in kept if b"camera-of-somebody" in each]
    too_many = [(BytesIO(picture()), f"{at}.jpg") for at in range(4)]
    assert "最多 3 张照片" in sent(client, cast, "b" * 32, photo=too_many).text
    assert "不是照片" in sent(client, cast, "c" * 32, photo=(BytesIO(b"MZ nothing"), "a.jpg")).text


def test_a_photo_that_is_too_large_costs_nothing_that_was_written(
    client: FlaskClient, session: Session, cast: Cast, settings: Settings
) -> None:
    large = BytesIO(b"\xff" * (settings.max_photo_bytes + 1))
    answer = sent(client, cast, "a" * 32, photo=(large, "a.jpg"))
    assert answer.status_code == 413
    assert "照片太大，每张不超过" in answer.text
    assert WORDS in answer.text
    assert session.scalars(select(Feedback.id)).all() == []


def test_a_network_is_stopped_and_others_are_not(client: FlaskClient, session: Session, cast: Cast) -> None:
    answers = [sent(client, cast, f"{at:032x}", words=f"第 {at} 次反映同一件事。").status_code for at in range(22)]
    assert answers == [200] * 20 + [429] * 2
    stopped = sent(client, cast, f"{99:032x}", words="写了很久的话不能丢。")
    assert "操作太频繁" in stopped.text
    assert "写了很久的话不能丢。" in stopped.text
    assert sent(client, cast, f"{100:032x}", network="192.0.2.9").status_code == 200
    assert HOUR.total_seconds() >= int(stopped.headers.get("Retry-After", HOUR.total_seconds()))


def test_codes_are_not_guessed(client: FlaskClient, cast: Cast) -> None:
    tries = [client.post("/feedback/progress", data={"code": f"ABCD EFG{at % 8 + 2}"}).status_code for at in range(32)]
    assert tries == [422] * 30 + [429] * 2


def test_the_pages_ask_no_other_host_and_run_nothing() -> None:
    folder = Path("server/console/templates")
    for template in folder.glob("feedback*.html"):
        text = template.read_text("utf-8")
        assert "<script" not in text
        assert "style=" not in text
        assert "//" not in text.replace("://", "")
