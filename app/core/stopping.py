"""Work that nobody stops, and processes that have been."""

import os


def never() -> bool:
    """Whether a program that is not being stopped is being stopped."""
    return False


def is_running(process: int) -> bool:
    """Whether there is a process of this number."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
