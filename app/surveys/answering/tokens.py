"""Tokens and codes of those who answer.

They are made with the installation's secret, which is not in the database: so a copy of the database joins no
invitation to its answers, and opens nobody's.
"""

from uuid import UUID

from app.core.tokens import short_code, sign


def answer_token(secret: str, invitation_token: str) -> str:
    """The token under which somebody invited answers; it leads back to no invitation."""
    return sign(secret, "answers", invitation_token)


def tokens_from(secret: str, kept: str) -> tuple[str, str]:
    """What a browser's cookie may stand for: a token of its own, or that of an invitation."""
    return kept, answer_token(secret, kept)


def receipt_code(secret: str, response_id: UUID, token_hash: str) -> str:
    """The receipt of a response, the same however often it is sent: 60 bits in three groups of four signs."""
    return short_code(secret, "receipt", f"{response_id}:{token_hash}", groups=3, length=4)


def hash_receipt(secret: str, typed: str) -> str:
    """What is stored of a receipt; case, gaps and strokes do not matter.

    >>> hash_receipt("secret", "abcd-efgh-jkmn") == hash_receipt("secret", " ABCDEFGH JKMN")
    True
    """
    plain = "".join(sign for sign in typed[:64].upper() if sign.isalnum())
    return sign(secret, "receipt-stored", plain)
