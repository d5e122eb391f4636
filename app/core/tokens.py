"""Secret tokens: made at random, kept only as a hash, compared in constant time."""

import hashlib
import hmac
import secrets


def make_token() -> str:
    """A token of 192 random bits that fits in an address."""
    return secrets.token_urlsafe(24)


def hash_token(token: str) -> str:
    """What is stored of a token: its SHA-256 in hexadecimal. Tokens are random, so no salt is needed.

    >>> hash_token("a")[:12]
    'ca978112ca1b'
    """
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def sign(secret: str, purpose: str, value: str) -> str:
    """A keyed digest of `value` that only the holder of the secret can make; `purpose` keeps uses apart."""
    return hmac.new(secret.encode(), f"{purpose}:{value}".encode("utf-8", "surrogatepass"), "sha256").hexdigest()


def is_signed(secret: str, purpose: str, value: str, signature: str) -> bool:
    """Whether `signature` is the one `sign` gives, compared in constant time."""
    return hmac.compare_digest(sign(secret, purpose, value).encode(), signature.encode("utf-8", "surrogatepass"))
