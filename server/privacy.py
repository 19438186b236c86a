"""Phone numbers: encrypted at rest, found by a keyed blind index, masked in views (design §5 Privacy)."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from os import urandom

from cryptography.hazmat.primitives.ciphers.aead import AESGCM


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
        key_id, _, body = sealed.partition(":")
        raw = bytes.fromhex(body)
        return AESGCM(self._keys[key_id]).decrypt(raw[:12], raw[12:], None).decode()

    def indexes(self, phone: str) -> list[str]:
        """Return the blind index under every key, the current key's first."""
        return [f"{key_id}:{_blind(key, phone)}" for key_id, key in self._keys.items()]

    def index(self, phone: str) -> str:
        return self.indexes(phone)[0]


def _blind(key: bytes, phone: str) -> str:
    derived = hmac.new(key, b"xianfeng phone index", hashlib.sha256).digest()
    return hmac.new(derived, phone.encode(), hashlib.sha256).hexdigest()[:40]


def normal_phone(text: str) -> str | None:
    """Return the 11 digits of a mainland mobile number or None; spaces, hyphens, +86, full-width digits are fine."""
    digits = re.sub(r"[\s\-—()（）]", "", text).translate(str.maketrans("０１２３４５６７８９＋", "0123456789+"))
    digits = re.sub(r"^(\+?86)(?=1\d{10}$)", "", digits)
    return digits if re.fullmatch(r"1[3-9]\d{9}", digits) else None


def masked_phone(phone: str) -> str:
    """Return 138****1234."""
    return f"{phone[:3]}****{phone[-4:]}"
