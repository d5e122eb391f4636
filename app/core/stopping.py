"""What work that takes long is told where nobody stops it."""


def never() -> bool:
    """Whether a program that is not being stopped is being stopped."""
    return False
