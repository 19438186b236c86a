"""Phone numbers: encrypted at rest, found by a keyed blind index, masked in views (design §5 Privacy). Names outside.

A key can be lost. What it sealed is then unreadable but not gone, and can be written again under the present key.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from http import HTTPStatus
from os import urandom
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.error_codes import CoreErrorCode
from server.errors import DomainError
from server.text import plain_code


class KeyMissing(DomainError):
    """The key that sealed a value is not among ours, or another key has its id."""

    def __init__(self, key_id: str) -> None:
        super().__init__(
            CoreErrorCode.key_missing, f"暂不可读（缺少密钥 {key_id}）", status=HTTPStatus.SERVICE_UNAVAILABLE
        )


class PhoneVault:
    """Encrypts with the first key of `keys` (id → 32 bytes) and reads with whichever id a value names."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self._keys = keys
        self._current = next(iter(keys))

    def seal(self, phone: str) -> str:
        """Return `key_id:nonce+ciphertext` in hex."""
        nonce = urandom(12)
        sealed = AESGCM(self._keys[self._current]).encrypt(nonce, phone.encode(), None)
        return f"{self._current}:{(nonce + sealed).hex()}"

    def open(self, sealed: str) -> str:
        """Return the plain value. Raise KeyMissing if its key is not here."""
        key_id, _, body = sealed.partition(":")
        raw = bytes.fromhex(body)
        try:
            return AESGCM(self._keys[key_id]).decrypt(raw[:12], raw[12:], None).decode()
        except (KeyError, InvalidTag):
            raise KeyMissing(key_id) from None

    def shown(self, sealed: str | None, *, masked: bool) -> str | None:
        """Return a number for a person to read, or the words that say why nobody can."""
        if sealed is None:
            return None
        try:
            number = self.open(sealed)
        except KeyMissing as missing:
            return missing.message
        return masked_phone(number) if masked else number

    def indexes(self, phone: str) -> list[str]:
        """Return the blind index under every key, the current key's first."""
        return [f"{key_id}:{_blind(key, phone)}" for key_id, key in self._keys.items()]

    def index(self, phone: str) -> str:
        return self.indexes(phone)[0]


def _blind(key: bytes, phone: str) -> str:
    derived = hmac.new(key, b"xianfeng phone index", hashlib.sha256).digest()
    return hmac.new(derived, phone.encode(), hashlib.sha256).hexdigest()[:40]


def unreadable(session: Session, vault: PhoneVault, sealed: Any) -> dict[str, int]:
    """Return how many values of a column lack their key, by the key's id. One value of each key is tried."""
    key_id = func.substr(sealed, 1, func.instr(sealed, ":") - 1)
    rows = session.execute(select(func.min(sealed), func.count()).where(sealed.is_not(None)).group_by(key_id))
    found: dict[str, int] = {}
    for example, count in rows:
        try:
            vault.open(example)
        except KeyMissing:
            found[example.partition(":")[0]] = count
    return found


def normal_phone(text: str) -> str | None:
    """Return the 11 digits of a mainland mobile number or None; spaces, dashes, +86, full-width digits are fine."""
    digits = re.sub(r"[-()]", "", plain_code(text))
    digits = re.sub(r"^(\+?86|0086)(?=1\d{10}$)", "", digits)
    return digits if re.fullmatch(r"1[3-9]\d{9}", digits) else None


def masked_phone(phone: str) -> str:
    """Return 138****1234."""
    return f"{phone[:3]}****{phone[-4:]}"


_COMPOUND = (
    "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|司徒|司空|夏侯|轩辕|钟离|宇文|长孙|"
    "鲜于|南宫|端木|独孤|赫连|澹台|公冶|宗政|濮阳|淳于|单于|太叔|申屠|仲孙|闻人|万俟|公羊|"
    "闾丘|亓官|司寇|公西|颛孙|漆雕|乐正|拓跋|呼延|百里|东郭|南门|西门|东门|羊舌|微生|梁丘|"
    "左丘|第五|纳兰|完颜|谷梁|公良|段干|巫马|壤驷|太史|歐陽|司馬|諸葛|東方|鮮于|獨孤|鍾離|"
    "長孫|公孫"
)
_SURNAME = re.compile(f"(?:{_COMPOUND})(?=.)|.")
"""A 复姓 with something behind it, or the first character."""


def masked_name(name: str) -> str:
    """Return a name masked for readers who may not see it: the surname and one asterisk, however long the rest is.

    张敏 → 张*, 欧阳修 → 欧阳*. Of a name that is not Chinese the first letter stays.
    """
    surname = _SURNAME.match(name)
    return f"{surname.group() if surname else ''}*"
