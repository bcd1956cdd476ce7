"""What a browser or a program holds to be known by, and how it lies with us: as a digest, a tag or sealed.

A random token has 256 bits, so its plain SHA-256 is as hard to turn back as the token is to guess. A code of eight
digits is not: it is kept as an HMAC under the token that only the asking browser has, so that the database alone does
not help to find it. What has to be read again is sealed with a key made from the portal's secret.
"""

import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

TOKEN_BYTES = 32
"""Bytes of a random token: 256 bits, twice what ASVS 5.0 asks for (7.2.3)."""

TOKEN_CHARS_MAX = 200
"""Longest token that is looked at; ours have 43 signs, and a name before them."""

_NONCE_BYTES = 12


def new_token() -> str:
    """Return a random token of 43 signs that can stand in a cookie or an address."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest_of(token: str) -> str:
    """Return the hex SHA-256 under which a random token is kept."""
    return hashlib.sha256(token[:TOKEN_CHARS_MAX].encode()).hexdigest()


def tag_of(token: str, what: str) -> str:
    """Return what only the holder of a token can make of some text: its HMAC-SHA256, in hex."""
    return hmac.new(token[:TOKEN_CHARS_MAX].encode(), what.encode(), "sha256").hexdigest()


def same(one: str, other: str) -> bool:
    """Compare two texts in a time that tells nothing of where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())


def seal(secret: bytes, text: str, about: str) -> str:
    """Return a text that can be read only with the portal's secret, and only as what it is about (AES-256-GCM)."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return (nonce + AESGCM(_key(secret)).encrypt(nonce, text.encode(), about.encode())).hex()


def unseal(secret: bytes, sealed: str, about: str) -> str | None:
    """Return what was sealed; None when it was sealed with another secret, or was changed."""
    try:
        raw = bytes.fromhex(sealed)
        return AESGCM(_key(secret)).decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], about.encode()).decode()
    except (InvalidTag, ValueError):
        return None


def _key(secret: bytes) -> bytes:
    return hmac.new(secret, b"seal", "sha256").digest()
