"""The only caller of the machine's clock, so that a rule can be asked about any day."""

from datetime import UTC, date, datetime


def now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The present day in UTC."""
    return now().date()
