"""INNAXE: from stakeholders' opinions to a defended five-year action plan."""

__version__ = "0.1.0"
