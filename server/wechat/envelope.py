"""Callbacks: the sender must know our token; sealed posts are opened, and our answers are sealed.

The 公众号 posts in plain text or sealed (安全模式), 企业微信 always sealed. In plain text WeChat's signature does not
cover the body: the caller must make sure that a signature is used for one message only.
"""

import hashlib
import hmac
import re
import sys
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

from server.text import readable

MAX_AGE = timedelta(minutes=5)
MAX_BYTES = 64 * 1024
_TIMESTAMP = re.compile(r"[0-9]{1,11}")
_NONCE = re.compile(r"[\x21-\x7e]{1,64}")
_CDATA = "<![CDATA["
_REFERENCE = re.compile(r"&#(?:x([0-9a-f]{1,8})|([0-9]{1,10}));", re.IGNORECASE)


class NotFromWechat(Exception):
    """The post does not prove that it comes from WeChat, or it is an old one. Give no answer."""


class UnreadablePost(Exception):
    """The post comes from WeChat and makes no sense."""


@dataclass(frozen=True, slots=True)
class VerifiedPost:
    """A verified post; `signature` proves it, so that a repeated post is recognised."""

    xml: str
    signature: str


@dataclass(frozen=True, slots=True)
class Envelope:
    """One account's callback. `aes_key` is its EncodingAESKey, '' where it posts in plain text."""

    app_id: str
    token: str = field(repr=False)
    aes_key: str = field(repr=False)

    def echo(self, query: Mapping[str, str], *, now: datetime) -> str:
        """Return what WeChat wants to hear when it tries a new address. Raises NotFromWechat, Unreadable."""
        said = query.get("echostr", "")
        if "msg_signature" in query:  # 企业微信 seals the string it tries us with
            self._verify(query, now, said)
            return self._decrypted(said).decode("utf-8", "replace")
        self._verify(query, now)
        return said

    def open(self, query: Mapping[str, str], body: bytes, *, now: datetime) -> VerifiedPost:
        """Return what was posted. Raises NotFromWechat, Unreadable."""
        if not self.aes_key:
            return VerifiedPost(as_xml(body), self._verify(query, now))
        if "msg_signature" not in query:
            raise NotFromWechat
        try:
            sealed = fields_of(as_xml(body)).get("Encrypt")
        except UnreadablePost:
            raise NotFromWechat from None
        if not sealed:
            raise NotFromWechat
        signature = self._verify(query, now, sealed)
        return VerifiedPost(as_xml(self._decrypted(sealed)), signature)

    def seal(self, xml: str, *, nonce: str, now: datetime) -> str:
        """Return an answer, or a post, as it goes out."""
        if not self.aes_key:
            return xml
        from wechatpy.crypto import PrpCrypto  # that of 企业微信 differs only in the name of an error

        sealed = PrpCrypto(self._key).encrypt(xml, self.app_id).decode("ascii")
        timestamp = str(int(now.timestamp()))
        signature = self.signed(timestamp, nonce, sealed)
        return (
            f"<xml><Encrypt><![CDATA[{sealed}]]></Encrypt><MsgSignature><![CDATA[{signature}]]></MsgSignature>"
            f"<TimeStamp>{timestamp}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
        )

    def signed(self, *parts: str) -> str:
        """Return WeChat's signature over `parts`, in any order."""
        return hashlib.sha1("".join(sorted((self.token, *parts))).encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def _key(self) -> bytes:
        return b64decode(self.aes_key + "=")

    def _verify(self, query: Mapping[str, str], now: datetime, *parts: str) -> str:
        """Return the signature if it is right, and the post is neither old nor of the future."""
        timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        given = query.get("msg_signature" if parts else "signature", "")
        if not self.token or not _TIMESTAMP.fullmatch(timestamp) or not _NONCE.fullmatch(nonce):
            raise NotFromWechat
        right = self.signed(timestamp, nonce, *parts)
        if not hmac.compare_digest(right.encode(), given.encode("utf-8", "surrogatepass")):
            raise NotFromWechat
        if abs(now - datetime.fromtimestamp(int(timestamp), UTC)) > MAX_AGE:
            raise NotFromWechat
        return right

    def _decrypted(self, sealed: str) -> bytes:
        """Return what was sealed. wechatpy's own `decrypt` wants whole UTF-8, which people do not always write."""
        from wechatpy.crypto import PrpCrypto

        try:
            opened = PrpCrypto(self._key).cipher.decrypt(b64decode(sealed))
            content = opened[16 : -opened[-1]]
            end = 4 + int.from_bytes(content[:4])
        except Exception as error:  # padding, lengths, base64: the cipher lets each through as it is
            raise UnreadablePost(type(error).__name__) from None
        if content[end:] != self.app_id.encode():
            raise UnreadablePost("another account's")
        return bytes(content[4:end])


def as_xml(raw: bytes) -> str:
    """Return a post's text, fit to be parsed. Raises UnreadablePost for what WeChat never sends: a DTD, megabytes.

    WeChat passes on what a person typed, U+0008 and half an emoji too: no parser takes that, and the rest is a message.
    """
    if len(raw) > MAX_BYTES:
        raise UnreadablePost("too long")
    first, *others = readable(raw.decode("utf-8", "replace")).split(_CDATA)
    parts = (other.partition("]]>") for other in others)
    return _CDATA.join([_as_markup(first), *(said + end + _as_markup(after) for said, end, after in parts)])


def _as_markup(text: str) -> str:
    """Return what stands outside of CDATA, without references to characters that XML has no place for."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise UnreadablePost("a DTD")
    return _REFERENCE.sub(_referred, text)


def _referred(found: re.Match[str]) -> str:
    number = int(found[1], 16) if found[1] else int(found[2])
    return found[0] if number <= sys.maxunicode and readable(chr(number)) else ""


def fields_of(xml: str) -> dict[str, str]:
    """Return what stands right below `<xml>`. Raises UnreadablePost."""
    try:
        root = ElementTree.fromstring(xml)
    except ElementTree.ParseError as error:
        raise UnreadablePost(type(error).__name__) from None
    if root.tag != "xml":
        raise UnreadablePost("not from WeChat's hand")
    return {child.tag: child.text or "" for child in root}
