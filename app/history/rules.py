"""How things are named in the history."""

from uuid import UUID


def name_of(kind: object, key: UUID) -> str:
    """The name of a thing: its table and key.

    >>> name_of("round", UUID(int=1))
    'round:00000000-0000-0000-0000-000000000001'
    """
    return f"{kind}:{key}"
