"""What counts as text: what is made the same, what is refused, and which scripts and signs go through untouched."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from server.text import STORED, Line, Lines, Opaque, line, lines, plain_code, readable, readable_line

CONTROLS = [chr(code) for code in (*range(9), *range(0xE, 0x20), *range(0x7F, 0x85), *range(0x86, 0xA0))]
NONCHARACTERS = ["\ufffe", "\uffff", "\ufdd0", "\ufdef", "\U0001fffe", "\U0010ffff"]
SURROGATES = ["\ud800", "\udbff", "\udc80", "\udfff"]
NOTHING = [
    *("", " ", "\u3000", "\u00a0", "\t\n", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u200e\u200f"),
    *(
        "\u2800",
        "\u3164",
        "\u115f",
        "\u1160",
        "\uffa0",
        "\u115f\u1160",
        "\ufe0f",
        "\u034f",
        "\u0301",
        "\u180b",
        "\u180e",
    ),
    *("\u202e", "\u2066\u2069", "\ufffc", "\U000e0061", "\U000e0100", "\U0001d159", "\u2800\u200b \u3164", "\u20e3"),
]
WRITTEN = [
    "张敏",
    "𬭎 𠮷 \U0002ebf0 \U00031350",  # ideographs of Extensions B, E, H and I, two of them newer than Python's tables
    "བསོད་ནམས་རྒྱ་མཚོ།",  # Tibetan
    "ᠮᠣᠩᠭᠣᠯ ᠬᠡᠯᠡ\u180b ᠠ\u180eᠠ",  # Mongolian with a variation selector and a vowel separator
    "شىنجاڭ ئۇيغۇر می\u200cخواهم",  # Uyghur, and Persian with a non-joiner
    "ꆈꌠꉙ 조선말 Sawcuengh",  # Yi, Korean, Zhuang
    "👨\u200d👩\u200d👧 ❤\ufe0f 1\ufe0f\u20e3 👍🏽 🇨🇳 🏴\U000e0067\U000e0062\U000e007f",
    "葛\U000e0100飾区",  # an ideographic variant
    "ábc ½ ① ㎡ ～ “引号”——……",
    "\ue863",  # from the private use area of GBK
    "\ufffd",
]


@pytest.mark.parametrize("text", WRITTEN)
def test_what_people_write_goes_through_untouched(text: str) -> None:
    assert line(text) == lines(text) == readable(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize("character", [*CONTROLS, *NONCHARACTERS, *SURROGATES])
def test_what_no_paper_can_show_is_refused_with_its_place(character: str) -> None:
    for judge in (line, lines):
        with pytest.raises(ValueError, match=r"含有无法识别的字符（第 3 个），请删去后重填"):
            judge(f"张敏{character}同志")
    assert readable(f"张敏{character}同志") == "张敏同志"


@pytest.mark.parametrize("text", NOTHING)
def test_where_nothing_is_to_be_seen_nothing_was_written(text: str) -> None:
    assert line(text) == lines(text) == ""


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("e\u0301te\u0301", "été"),
        ("\uf979山", "凉山"),
        ("第一段\r\n第二段\r第三段\u2028第四段\v第五段\x85末", "第一段\n第二段\n第三段\n第四段\n第五段\n末"),
        ("\ufeff关于会议的通知\u200b\u3000", "关于会议的通知"),
        ("\u202a13800001234\u202c", "13800001234"),
        ("行尾  \n\t下一行 \n", "行尾\n\t下一行"),
        ("党\u00ad费", "党费"),
        ("\u3164张三\u2800", "张三"),
    ],
)
def test_what_means_the_same_is_made_the_same(raw: str, text: str) -> None:
    assert lines(raw) == text


@pytest.mark.parametrize("raw", ["主题\n党日", "主题\t党日", "主题 \r\n\r\n 党日", "主题\u2029党日", "主题\v党日"])
def test_a_field_of_one_line_folds_lines(raw: str) -> None:
    assert line(raw) == "主题 党日"


@given(st.text())
def test_text_is_stable_normal_and_visible_or_refused(raw: str) -> None:
    for judge in (line, lines):
        try:
            text = judge(raw)
        except ValueError:
            assert readable(raw) != raw
            continue
        assert judge(text) == text
        assert unicodedata.is_normalized("NFC", text)
        assert readable(text) == text
        assert not text or any(unicodedata.category(each)[0] not in "ZM" for each in text)
    assert "\n" not in readable_line(raw)


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1).filter(lambda text: lines(text) != ""))
def test_nothing_is_lost_between_the_ends_of_letters(text: str) -> None:
    kept = unicodedata.normalize("NFC", text).strip("\u115f\u1160\u2800\u3164\uffa0\U0001d159\ufffc ")
    assert lines(text) == kept.replace("\ufffc", "")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("１２３４５６", "123456"),
        ("123 456", "123456"),
        ("123－456", "123-456"),
        ("𝟙𝟚𝟛", "123"),
        ("\u202d138\u00a00000\u200b1234\u202c", "13800001234"),
        ("a_B–c", "a_B-c"),
        ("１２３\n４５６", "123456"),
    ],
)
def test_a_pasted_code_is_what_was_given_out(raw: str, code: str) -> None:
    assert plain_code(raw) == code
    assert plain_code(code) == code


class Form(BaseModel):
    one: Line = ""
    many: Lines = ""
    token: Opaque = ""


def test_models_take_and_refuse_as_the_functions_do() -> None:
    form = Form(one="a\nb ", many="a \r\nb", token="x~1")
    assert (form.one, form.many, form.token) == ("a b", "a\nb", "x~1")
    for field in ("one", "many", "token"):
        with pytest.raises(ValidationError):
            Form.model_validate({field: "a\x08"})
    with pytest.raises(ValidationError):
        Form(token="令牌")


def test_what_lies_in_the_database_is_read_as_it_is() -> None:
    assert Form.model_validate({"one": "old\x0btext ", "many": "\ufffe"}, context=STORED).one == "old\x0btext "
