"""A head's letters: 32 at most, read back however they are typed, and known for ours."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.heads.rules import Books, Head, issue, key_of, read

KEY, OTHER = b"k" * 32, b"o" * 32
JUNE = date(2026, 6, 12)


def head(key: bytes = KEY, *, root_id: int = 1, day: date = JUNE, seq: int = 5) -> Head:
    books = Books(key, root_id, day)
    books.add("ledger", 1, seq, "hash")
    return issue(key, root_id, day, books.tag)


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.integers(1, 10**9))
def test_it_fits_a_template_s_field_and_is_read_back(day: date, seq: int) -> None:
    made = head(day=day, seq=seq)
    assert len(str(made)) == 32
    assert str(made).isascii()
    assert read(str(made)) == made


def test_it_is_read_as_people_type_it() -> None:
    made = head()
    typed = str(made).lower().replace("-", " ").replace("0", "o").replace("1", "l")
    full_width = "".join(chr(ord(each) + 0xFEE0) if each != " " else "　" for each in typed)
    assert read(typed) == read(full_width) == read(str(made).replace("-", "")) == made


@pytest.mark.parametrize("text", ["", "260612", "261312-AAAAAA-AAAAAA-AAAAAA-AAAA", "你好", "260612-" + "U" * 22])
def test_what_is_no_head_is_none(text: str) -> None:
    assert read(text) is None


def test_every_letter_that_is_misspelt_is_noticed() -> None:
    text = str(head())
    for place, letter in enumerate(text):
        if letter != "-":
            other = "1" if letter == "0" else "0" if place < 6 else "Z" if letter != "Z" else "Y"
            misspelt = read(text[:place] + other + text[place + 1 :])
            assert misspelt is None or key_of(misspelt, [KEY], 1) is None


def test_it_is_ours_under_the_key_root_and_day_of_its_making_alone() -> None:
    made = head(OTHER)
    assert key_of(made, [KEY, OTHER], 1) == OTHER
    assert key_of(made, [KEY], 1) is None
    assert key_of(made, [KEY, OTHER], 2) is None


def test_another_position_or_hash_or_day_is_another_tag() -> None:
    assert len({str(head(seq=5)), str(head(seq=6)), str(head(day=date(2026, 6, 13))), str(head(root_id=2))}) == 4
