"""Why a mail did not leave, in the language of whoever reads it."""

from app.core.catalogues import translate
from app.mail.rules import sentence_of


def in_words(problem: str, language: str) -> str:
    """A problem as the outbox keeps it, said in a language."""
    sentence, values = sentence_of(problem)
    return translate(language, sentence, **values) if sentence else ""
