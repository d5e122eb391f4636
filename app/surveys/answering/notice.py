"""What those who answer are told about their data, made from the survey's own settings."""

from collections.abc import Sequence

from app.core.catalogues import translate
from app.core.words import pick
from app.surveys.authoring.models import Question, Survey


def notice_of(survey: Survey, questions: Sequence[Question], language: str) -> list[str]:
    """The notice before the first question: the survey's own words, then what follows from its settings."""
    return [*_texts(survey, questions, "note", language), *settings_notice(survey, language)]


def settings_notice(survey: Survey, language: str) -> list[str]:
    """What the settings mean for whoever answers; docs/privacy.md explains the same settings."""
    link = (
        translate(language, "This survey is anonymous: nothing kept joins your answers to your invitation.")
        if survey.is_anonymous
        else translate(
            language,
            "Until the round closes, those who run the survey see whether you have answered, to remind you, and not "
            "what. Your link is kept encrypted until the last round has closed, so that you can be asked again; then "
            "nothing leads from you to your answers.",
        )
    )
    running = (
        [
            translate(
                language,
                "While the survey is open, whoever has rated an initiative sees what all say so far, in steps of "
                "%(minimum)s answers or more of each group.",
                minimum=survey.minimum_group,
            )
        ]
        if survey.is_real_time
        else []
    )
    ideas = (
        [
            translate(
                language,
                "In the round of ideas you write in your own words. When it has closed, those who run the survey read "
                "the ideas, without a name or group beside them. Leave out details that would identify you. What goes "
                "into an initiative stays there, also when you withdraw your answers.",
            )
        ]
        if survey.has_idea_round
        else []
    )
    return [
        link,
        *ideas,
        *running,
        translate(
            language,
            "Results are shown for groups of %(minimum)s or more. Where a group is smaller, one more is hidden, so "
            "that nobody can work it out.",
            minimum=survey.minimum_group,
        ),
        translate(
            language,
            "We keep the day of your answers, not the time, and neither your address nor your device. After "
            "%(months)s months your answers are deleted.",
            months=survey.retention_months,
        ),
        translate(language, "With the receipt code you can read, change and withdraw your answers at any time."),
    ]


def consent_of(survey: Survey, questions: Sequence[Question], language: str) -> str:
    """The sentence people agree to."""
    return " ".join(_texts(survey, questions, "consent", language))


def shown_text(survey: Survey, questions: Sequence[Question], language: str) -> str:
    """Everything people read before they agree, as it is kept beside their consent."""
    return "\n".join([*notice_of(survey, questions, language), consent_of(survey, questions, language)])


def _texts(survey: Survey, questions: Sequence[Question], kind: str, language: str) -> list[str]:
    facts = {
        "{controller}": survey.controller,
        "{contact}": survey.contact,
        "{threshold}": str(survey.minimum_group),
        "{retention}": str(survey.retention_months),
    }
    texts: list[str] = []
    for question in questions:
        if question.kind == kind:
            text = pick(question.text, language, survey.default_language)
            for name, fact in facts.items():
                text = text.replace(name, fact)
            texts.append(text)
    return texts
