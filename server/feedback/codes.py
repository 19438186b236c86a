"""What is derived from the server's key: query codes and their hashes, and what tells a flood. Pure.

Nothing here leads back to a person: a code is known to whoever got it alone, and of a network there is left one of
65,536 marks, for one day.
"""

import hashlib
import hmac
from datetime import date

from server.feedback.rules import CODE_LENGTH
from server.organizations.rules import CODE_ALPHABET
from server.text import compact, plain_code

SENDER_DIGITS = 4
WORDS_DIGITS = 16


def code_of(key: bytes, form: str) -> str:
    """Return the query code of a filled-in form: the same for the same form, so that a repeated submission gets it
    again and nobody has to keep it."""
    number = int.from_bytes(_mac(key, "code", form))
    letters = []
    for _ in range(CODE_LENGTH):
        number, rest = divmod(number, len(CODE_ALPHABET))
        letters.append(CODE_ALPHABET[rest])
    return "".join(letters)


def normal_code(text: str) -> str | None:
    """Return a query code as it was given out, or None if the text cannot be one."""
    code = plain_code(text).upper().replace("-", "")
    return code if len(code) == CODE_LENGTH and set(code) <= set(CODE_ALPHABET) else None


def code_hash(key: bytes, code: str) -> str:
    """Return what is stored of a query code."""
    return _mac(key, "code hash", code).hex()


def words_key(key: bytes, words: str) -> str:
    """Return what is the same for the same words, whatever stands between them."""
    return _mac(key, "words", compact(words)).hex()[:WORDS_DIGITS]


def sender_of(key: bytes, network: str, day: date) -> str:
    """Return what stands for a network on a day: too short to find out which."""
    return _mac(key, "sender", f"{network}\n{day.isoformat()}").hex()[:SENDER_DIGITS]


def counted_as(key: bytes, whose: str) -> str:
    """Return under which name tries of somebody are counted: not their address or number."""
    return _mac(key, "counted", whose).hex()


def _mac(key: bytes, purpose: str, text: str) -> bytes:
    return hmac.new(key, f"feedback {purpose}\n{text}".encode(), hashlib.sha256).digest()
