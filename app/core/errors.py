"""Expected failures. Anything else that is raised is a bug and looks like one."""


class AppError(Exception):
    """An expected failure: `status` is the HTTP answer, `code` names it, `message` may be shown to a person.

    The message is an English sentence that is also the key of its translation; `values` fill its placeholders.
    """

    status = 500
    code = "error"

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message % values if values else message)
        self.message = message
        self.values = values


class Invalid(AppError):
    """The input is not acceptable; `errors` maps a field to the sentence shown beside it."""

    status = 422
    code = "invalid"

    def __init__(self, message: str, errors: dict[str, str] | None = None, **values: object) -> None:
        super().__init__(message, **values)
        self.errors = errors or {}


class NotSignedIn(AppError):
    """Nobody is signed in, or the session has ended."""

    status = 401
    code = "not_signed_in"


class NotAllowed(AppError):
    """The person is known and may not do this."""

    status = 403
    code = "not_allowed"


class NotFound(AppError):
    """The thing does not exist, or is not theirs: both look alike on purpose."""

    status = 404
    code = "not_found"


class Conflict(AppError):
    """The thing is in a state that does not permit the act."""

    status = 409
    code = "conflict"


class Stale(AppError):
    """The thing was changed since it was read; `etag` names what it is now."""

    status = 412
    code = "stale"

    def __init__(self, message: str, etag: str = "") -> None:
        super().__init__(message)
        self.etag = etag


class Unconditional(AppError):
    """A change of something shared does not say which version it is of."""

    status = 428
    code = "unconditional"


class Locked(AppError):
    """The response is sent or its round is closed: nothing in it can change any more."""

    status = 423
    code = "locked"


class Busy(AppError):
    """More is waiting than can be served soon; the same request may be made again in a moment."""

    status = 503
    code = "busy"

    def __init__(self, message: str = "What you saved before is safe. Try again in a moment.") -> None:
        super().__init__(message)


class Unreachable(Busy):
    """The database does not answer or cannot write."""

    code = "database"


class TooMany(AppError):
    """It was tried too often; it may be tried again later."""

    status = 429
    code = "too_many"
