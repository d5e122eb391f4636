"""The names of ways to weights, of ways of adding up, and of sets of weights."""

from app.actionplan.priorities.rules import Way

WAY_WORDS = {
    Way.FIXED: "As fixed with the survey",
    Way.EQUAL: "All equal",
    Way.SET: "Set by hand",
    Way.SWING: "Swing points",
    Way.ORDER: "Order only",
    Way.PAIRS: "In pairs",
    Way.ASKED: "As stakeholders see it",
    Way.DECIDED: "As decided",
}
WAY_TEXTS = {
    Way.FIXED: "They were fixed before the first round and printed in its protocol.",
    Way.EQUAL: "Every criterion counts the same.",
    Way.SET: "Give each criterion a number. They need not add up to 100.",
    Way.SWING: "Think of every criterion at its worst. Give 100 points to the one you would lift to its best first, "
    "and each other as many as lifting it matters beside that.",
    Way.ORDER: "Number the criteria, the most important first. The weights are the middle of all that keep this order.",
    Way.PAIRS: "Say of each two criteria how much more one counts than the other.",
    Way.ASKED: "People shared out points among the criteria in the survey. Each group counts equally.",
    Way.DECIDED: "The consortium decided on these weights.",
}
METHOD_WORDS = {
    "sum": "Weighted sum",
    "topsis": "TOPSIS",
    "promethee": "PROMETHEE II",
    "borda": "Borda",
    "chnri": "CHNRI",
}
WEIGHTING_WORDS = {
    "equal": "All equal",
    "fixed": "As fixed",
    "order": "Order only",
    "asked": "Stakeholders",
    "unknown": "Any weights",
}
