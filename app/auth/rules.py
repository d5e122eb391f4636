"""What counts as the same code, and as a password worth having."""

import hmac

SHORTEST_PASSWORD, LONGEST_PASSWORD = 12, 200


def is_code(typed: str, shown: str) -> bool:
    """Whether somebody typed the code they were shown; case, gaps and strokes do not matter.

    >>> is_code(" k7p 42m", "K7P-42M"), is_code("", "K7P-42M"), is_code("K7P-42N", "K7P-42M")
    (True, False, False)
    """
    return hmac.compare_digest(plain_code(typed).encode(), plain_code(shown).encode())


def plain_code(typed: str) -> str:
    """The signs of a code without case, gaps and strokes."""
    return "".join(sign for sign in typed[:64].upper() if sign.isalnum())


def fault(password: str, email: str) -> str | None:
    """What is wrong with a password, None when it can be had. Length protects; rules about signs do not.

    >>> fault("correct horse battery", "ada@example.org") is None, fault("short", "ada@example.org") is None
    (True, False)
    >>> fault("aaaaaaaaaaaa", ""), fault("ada.lovelace@example.org", "ada.lovelace@example.org")
    ('This password is too easy to guess.', 'This password is too easy to guess.')
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        return "A password has 12 to 200 characters."
    if len(set(password)) < 5 or password.lower() in (email, email.partition("@")[0] * 2):
        return "This password is too easy to guess."
    return None
