"""Random secrets that somebody carries: made here, kept as SHA-256 only.

A fast hash is enough for 256 random bits, which nobody can guess.
"""

from __future__ import annotations

import hashlib
import secrets

# Every key begins so: it is recognised where it must not be, in an address or a log.
API_KEY_MARK = "ibk_"
AGENT_KEY_MARK = "iba_"
PREFIX_LENGTH = len(API_KEY_MARK) + 8


def new_token(mark: str = "") -> str:
    """256 random bits as text that fits into an address, a header and a cookie."""
    return mark + secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


def prefix(token: str) -> str:
    """The beginning of a key, by which its owner recognises it."""
    return token[:PREFIX_LENGTH]
