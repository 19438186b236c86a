"""Pictures sent in a chat, decoded once: a transaction that is run again, or that follows, finds them ready.

Code that receives a picture calls `decoded` before opening the transaction, as the app's upload does: decoding takes
a second, and SQLite has one writer.
"""

from functools import lru_cache

from server.photos import processing
from server.photos.processing import CleanPhoto


@lru_cache(maxsize=16)
def decoded(original: bytes) -> CleanPhoto:
    """Return the clean picture of an untrusted file. Raises DomainError `photo_…`."""
    return processing.process(original)
