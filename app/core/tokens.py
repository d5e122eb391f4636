"""Secret tokens: made at random, kept only as a hash, compared in constant time."""

import base64
import hashlib
import hmac
import json
import secrets

from cryptography.fernet import Fernet, InvalidToken


def make_token() -> str:
    """A token of 192 random bits that fits in an address."""
    return secrets.token_urlsafe(24)


def hash_token(token: str) -> str:
    """What is stored of a token: its SHA-256 in hexadecimal. Tokens are random, so no salt is needed.

    >>> hash_token("a")[:12]
    'ca978112ca1b'
    """
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def key_for(form_key: str, *said: object) -> str:
    """What a form is known by that says this: sent twice it is one; filled in otherwise under its key it is another.

    >>> key_for("a", "yes") == key_for("a", "yes"), key_for("a", "yes") == key_for("a", "no")
    (True, False)
    """
    return hash_token(json.dumps([form_key, *map(str, said)]))


SIGNS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Signs that people copy without mistakes: no 0 and O, no 1 and I."""


def short_code(secret: str, purpose: str, value: str, *, groups: int = 2, length: int = 3) -> str:
    """A code that people can copy by hand, made of 5 bits a sign from a keyed digest of `value`.

    >>> short_code("secret", "example", "value")
    'S6S-8R3'
    """
    bits = int(sign(secret, purpose, value), 16)
    signs = [SIGNS[bits >> 5 * place & 31] for place in range(groups * length)]
    return "-".join("".join(signs[start : start + length]) for start in range(0, len(signs), length))


def sign(secret: str, purpose: str, value: str) -> str:
    """A keyed digest of `value` that only the holder of the secret can make; `purpose` keeps uses apart."""
    return hmac.new(secret.encode(), f"{purpose}:{value}".encode("utf-8", "surrogatepass"), "sha256").hexdigest()


def is_signed(secret: str, purpose: str, value: str, signature: str) -> bool:
    """Whether `signature` is the one `sign` gives, compared in constant time."""
    return hmac.compare_digest(sign(secret, purpose, value).encode(), signature.encode("utf-8", "surrogatepass"))


def seal(secret: str, purpose: str, value: str) -> str:
    """`value` encrypted so that only the holder of the secret can read it (Fernet)."""
    return _cipher(secret, purpose).encrypt(value.encode()).decode()


def unseal(secret: str, purpose: str, sealed: str, *, seconds: int | None = None) -> str | None:
    """What `seal` encrypted; None for anything else, or when it is older than `seconds`."""
    try:
        return _cipher(secret, purpose).decrypt(sealed.encode(), ttl=seconds).decode()
    except (InvalidToken, ValueError):
        return None


def _cipher(secret: str, purpose: str) -> Fernet:
    key = hmac.new(secret.encode(), f"seal:{purpose}".encode(), "sha256").digest()
    return Fernet(base64.urlsafe_b64encode(key))
