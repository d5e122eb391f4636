"""Every text of a survey by its path, for the translation page, its table, and the checks before publishing."""

from collections.abc import Callable, Mapping

from sqlmodel import Session

from app.core.words import Words
from app.surveys.authoring.models import Criterion, Question, Section, Survey, SurveyItem
from app.surveys.authoring.queries import list_criteria, list_items, list_questions, list_sections

LONGEST_TEXT = 20_000
SETTING_WORDS = ("low", "high", "unit")
"""The settings of a question that are words."""

Setter = Callable[[Words], None]


def texts_of(session: Session, survey: Survey) -> dict[str, Words]:
    """The texts in every language by path: `title`, `criterion.impact.label`, `option.helix.civil`."""
    return {path: words for path, (words, _) in _places(session, survey).items()}


def put_translations(
    session: Session, survey: Survey, translations: Mapping[str, Words], older: Mapping[str, set[str]]
) -> None:
    """Write many translations by path; those in `older` belong to an original that has changed since.

    KeyError for a path that is not there.
    """
    places, outdated = _places(session, survey), dict(survey.outdated)
    for path, texts in translations.items():
        words, put = places[path]
        put({**words, **texts})
        kept = [tag for tag in outdated.get(path, []) if tag not in texts]
        outdated[path] = [*kept, *sorted(older.get(path, set()))]
    survey.outdated = {path: tags for path, tags in outdated.items() if tags}


def put_text(session: Session, survey: Survey, path: str, language: str, text: str) -> bool:
    """Write one text in one language; returns whether that changed anything. KeyError for a path that is not there.

    A new original makes the translations there are outdated, one written where there was none does not; a new
    translation is up to date.
    """
    words, put = _places(session, survey)[path]
    if words.get(language, "") == text:
        return False
    put({**{tag: said for tag, said in words.items() if tag != language}, **({language: text} if text else {})})
    outdated = dict(survey.outdated)
    if language == survey.default_language and words.get(language):
        outdated[path] = [tag for tag in survey.languages if tag != language and words.get(tag)]
    else:
        outdated[path] = [tag for tag in outdated.get(path, []) if tag != language]
    survey.outdated = {key: tags for key, tags in outdated.items() if tags}
    return True


def _places(session: Session, survey: Survey) -> dict[str, tuple[Words, Setter]]:
    places: dict[str, tuple[Words, Setter]] = {
        name: (getattr(survey, name), _putter(survey, name))
        for name in ("title", "introduction", "thank_you", "cannot_judge")
    }
    if survey.has_idea_round:
        places["idea_question"] = (survey.idea_question, _putter(survey, "idea_question"))
    for criterion in list_criteria(session, survey.id):
        for name in ("label", "text", "low", "high"):
            places[f"criterion.{criterion.code}.{name}"] = (getattr(criterion, name), _putter(criterion, name))
    for section in list_sections(session, survey.id):
        for name in ("title", "text"):
            places[f"section.{section.code}.{name}"] = (getattr(section, name), _putter(section, name))
    for question in list_questions(session, survey.id):
        places[f"question.{question.code}"] = (question.text, _putter(question, "text"))
        if question.hint:
            places[f"question.{question.code}.hint"] = (question.hint, _putter(question, "hint"))
        for name in SETTING_WORDS:
            if question.settings.get(name):
                path = f"question.{question.code}.{name}"
                places[path] = (question.settings[name], _setting_putter(question, name))
        for option in question.options:
            path = f"option.{question.code}.{option['code']}"
            places[path] = (option["label"], _option_putter(question, option["code"]))
    for item in list_items(session, survey.id):
        for name in ("title", "summary"):
            places[f"item.{item.code}.{name}"] = (getattr(item, name), _putter(item, name))
    return places


def _putter(row: Survey | Criterion | Section | Question | SurveyItem, name: str) -> Setter:
    return lambda words: setattr(row, name, words)


def _option_putter(question: Question, code: str) -> Setter:
    def put(words: Words) -> None:
        question.options = [
            {**option, "label": words} if option["code"] == code else option for option in question.options
        ]

    return put


def _setting_putter(question: Question, name: str) -> Setter:
    def put(words: Words) -> None:
        question.settings = {**question.settings, name: words}

    return put
