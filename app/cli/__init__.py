"""The command line for operators, as `docs/operations.md` lists it."""

from app.cli.loading import loading


def main() -> None:
    """Run a command; an expected failure ends it with one sentence."""
    with loading():
        from app.cli.program import run
    run()
