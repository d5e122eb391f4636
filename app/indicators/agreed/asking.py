"""The words of a survey about indicators: one criterion, the same rule and rounds as for initiatives."""

from app.surveys.authoring.from_catalogue import Asking

ASKING = Asking(
    kind="indicator",
    criterion="belongs",
    field="indicators",
    too_few="Choose at least one indicator.",
    unknown="There is no such indicator.",
    title="Which indicators belong to our set?",
    section="Rate the indicators",
    introduction=(
        "Please say of each indicator how far it belongs to the set by which regions are described and targets are set."
    ),
    label="Belongs to the set",
    question="Should this indicator belong to the set?",
    low="Certainly not",
    high="Certainly",
    comment="Comment on this indicator (optional). Please do not name people.",
)
