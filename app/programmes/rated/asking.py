"""The words of a survey about programmes: one criterion, the same rule and rounds as for initiatives."""

from app.surveys.authoring.from_catalogue import Asking

ASKING = Asking(
    kind="programme",
    criterion="meets",
    field="programmes",
    too_few="Choose at least one programme.",
    unknown="There is no such programme.",
    title="Do our programmes meet what you expect of them?",
    section="Rate the programmes",
    introduction=(
        "Please say of each programme how far it meets what you expect of it. If you do not know it well enough, say "
        "that you can't judge it."
    ),
    label="Meets expectations",
    question="Does this programme meet what you expect of it?",
    low="Not at all",
    high="Fully",
    comment="Comment on this programme (optional). Please do not name people.",
)
