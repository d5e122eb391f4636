"""Every sentence of the interface, found in the code and the templates."""

import ast
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract

from app.actionplan.adoption import rules as adoption
from app.actionplan.adoption.pages import OUTCOME_WORDS as BALLOT_OUTCOMES
from app.actionplan.adoption.pages import VOTE_WORDS
from app.actionplan.adoption.voting import BROKEN
from app.actionplan.decisions.document import COLUMN_WORDS as DECISION_COLUMNS
from app.actionplan.decisions.document import OUTCOME_WORDS as DECISION_OUTCOMES
from app.actionplan.disclosure.release_routes import PART_HINTS
from app.actionplan.discussion.amending import DECISION_WORDS, LOST_MARKS, TOO_LONG
from app.actionplan.discussion.pages import GONE
from app.actionplan.discussion.reply_routes import KIND_WORDS as SAID_WORDS
from app.actionplan.discussion.replying import OUTCOME_WORDS
from app.actionplan.discussion.rules import FIELD_WORDS as PLACE_WORDS
from app.actionplan.drafting.pages import FIELD_WORDS, NOTE_WORDS, PART_WORDS, RELATION_WORDS
from app.actionplan.drafting.rules import NO_EUROS
from app.actionplan.drafting.translation_routes import MARK_WORDS
from app.actionplan.evidence.pages import FATE_WORDS, STANCE_WORDS
from app.actionplan.evidence.reading import CHOICES, NEEDED
from app.actionplan.impact.links.rules import GAP_WORDS as LINK_GAPS
from app.actionplan.impact.pages import COLUMNS as IMPACT_COLUMNS
from app.actionplan.impact.rules import ASSOCIATION, DIMENSION_WORDS, NO_CHANGE_WORDS, SEEN_WORDS
from app.actionplan.initiatives.contradictions import WORDS as CONTRADICTION_WORDS
from app.actionplan.initiatives.importing import REASONS
from app.actionplan.initiatives.quality import LAMP_WORDS
from app.actionplan.initiatives.quality import WORDS as GAP_WORDS
from app.actionplan.initiatives.rules import FAULTS as SHEET_FAULTS
from app.actionplan.initiatives.schemas import UNREADABLE
from app.actionplan.initiatives.states import STATE_WORDS
from app.actionplan.method.dictionary import FACTS as COLUMN_FACTS
from app.actionplan.method.dictionary import KINDS as COLUMN_KINDS
from app.actionplan.method.measures import EDGE_WORDS, MEASURES
from app.actionplan.monitoring import rules as following
from app.actionplan.monitoring import words as followed
from app.actionplan.monitoring.document import COLUMN_WORDS as FOLLOWED_COLUMNS
from app.actionplan.monitoring.words import BY_HAND
from app.actionplan.opinions.routes import REASON_WORDS as OPINION_WORDS
from app.actionplan.opinions.routes import WALL_REASON_WORDS
from app.actionplan.portfolio import facts as plan_facts
from app.actionplan.portfolio import rulebook
from app.actionplan.portfolio import service as plans
from app.actionplan.portfolio import words as plan_words
from app.actionplan.portfolio.showing import FURTHER, MAIN_ACTS
from app.actionplan.priorities import rules as weights
from app.actionplan.priorities.words import METHOD_WORDS, WAY_TEXTS, WAY_WORDS, WEIGHTING_WORDS
from app.actionplan.proposals.exporting import COLUMN_WORDS
from app.actionplan.proposals.rules import STATE_WORDS as PROPOSAL_STATES
from app.auth.guard import ACCOUNT_MENU, NAVIGATION
from app.consensus.change import NO_CHANGE
from app.consensus.disagreement import EFFECT_WORDS, OPPOSITION_WORDS
from app.consensus.fates import RULE_NAMES, STANDING_WORDS
from app.consensus.figures.catalogue import QUESTIONS
from app.consensus.figures.change import MOVES
from app.consensus.filtering import GROUP_SORTS
from app.consensus.next_round import GROUNDS_WORDS, REASON_WORDS
from app.consensus.pages import SORTS, VERDICT_WORDS
from app.core.codes import CELL_IS_A_PAGE, IS_A_PAGE
from app.history.routes import ACT_WORDS
from app.indicators import checking as indicator_checks
from app.indicators import rules as indicator_cells
from app.indicators.agreed.asking import ASKING as SET_ASKING
from app.indicators.exporting import AGREED, PROFILE_COLUMNS, WHOLE
from app.indicators.profiles.pages import TREND_WORDS, UNSCORED_WORDS
from app.indicators.rules import DIRECTION_WORDS, STATUS_WORDS, TERRITORY_WORDS
from app.mail.rules import PROBLEMS
from app.people.routes import ROLE_WORDS
from app.people.rules import HELIX_WORDS
from app.programmes.comparing import pages as comparing
from app.programmes.importing import checking as programme_checks
from app.programmes.importing import routes as programme_imports
from app.programmes.importing import rules as programme_cells
from app.programmes.pages import FIELD_LABELS, NOT_STATED
from app.programmes.rated import pages as rated
from app.programmes.rated.asking import ASKING as RATED_ASKING
from app.programmes.rated.rules import UNRATED_WORDS
from app.programmes.rules import CHOICES as PROGRAMME_CHOICES
from app.programmes.rules import UNKNOWN_WORDS
from app.reports import jobs as reports
from app.reports import rules as report_rules
from app.reports.building import LEVEL_WORDS
from app.reports.building import TYPE_WORDS as DELIVERABLE_WORDS
from app.reports.methods.before import ROLE_NAMES
from app.reports.methods.rules import DELPHISTAR, NO_POINT, POINTS
from app.reports.methods.rules import PARTS as METHOD_PARTS
from app.reports.methods.rules import STATE_WORDS as POINT_STATES
from app.reports.public_summary import VERDICT_MEANINGS
from app.reports.routes import STATE_WORDS as REPORT_STATES
from app.reports.rules import KINDS as REPORT_KINDS
from app.surveys.answering.pages import PROGRESS_WORDS
from app.surveys.authoring.asking_routes import KIND_WORDS
from app.surveys.authoring.exchange_routes import TYPE_WORDS
from app.surveys.authoring.pages import ITEM_WORDS, STEP_WORDS
from app.surveys.authoring.publishing import ITEM_GAPS, TROUBLE_WORDS
from app.surveys.authoring.questionnaire import BUILT_IN_WORDS, REMARK_WORDS
from app.surveys.authoring.translation_table import FAULT_WORDS
from app.surveys.authoring.waves import COMPARED
from app.surveys.mails.delivery import CHECK_WORDS, RECORD_WORDS
from app.surveys.mails.routes import KIND_NAMES, KIND_TIMES
from app.surveys.release.rules import PARTS as RELEASE_PARTS
from app.surveys.rounds.live_pages import LEFT_NAMES, MAILED_NAMES, STANDING_NAMES
from app.web.errors import SENTENCES, TITLES

ROOT = Path(__file__).parents[1]
ERRORS = {
    "NotSignedIn",
    "NotAllowed",
    "NotFound",
    "Conflict",
    "Locked",
    "Stale",
    "Unconditional",
    "Invalid",
    "TooMany",
    "ProviderFailed",
    "Check",
    "Unfit",
    "Moved",
}
COMMAND_LINE_ONLY = {
    "app/actionplan/initiatives/exporting.py",
    "app/actionplan/validation/service.py",
    "app/consensus/importing.py",
    "app/people/importing.py",
    "app/demo.py",
    "app/surveys/answering/api.py",
    "app/surveys/authoring/reading.py",
    "app/surveys/authoring/service.py",
}
"""What these say is read by operators or programs, which are spoken to in English."""
PROGRAMS_ONLY = {
    "An Idempotency-Key needs 16 to 200 characters.",
    "This Idempotency-Key was used with other contents.",
    "One of these people is not of this consortium.",
    "Weights are numbers of at least 0 by criterion, one of them above 0.",
}

Message = str | tuple[str, str]


def interface_messages() -> set[Message]:
    """Every message: a sentence, or its singular and plural."""
    found: set[Message] = set()
    for path in sorted(path for kind in ("*.html", "*.txt") for path in (ROOT / "templates").rglob(kind)):
        with path.open("rb") as file:
            for _, message, _, _ in extract("jinja2.ext:babel_extract", file, keywords=_KEYWORDS, options=_OPTIONS):
                found.add(message if isinstance(message, str) else (str(message[0]), str(message[1])))
    for path in sorted((ROOT / "app").rglob("*.py")):
        name = str(path.relative_to(ROOT))
        if name not in COMMAND_LINE_ONLY and not name.startswith("app/cli/"):
            found |= set(_messages_of(ast.parse(path.read_text())))
    words = [label for label, _, _ in (*NAVIGATION, *ACCOUNT_MENU)]
    for table in (
        ACT_WORDS,
        ROLE_WORDS,
        HELIX_WORDS,
        TITLES,
        SENTENCES,
        VERDICT_WORDS,
        STANDING_WORDS,
        EFFECT_WORDS,
        OPPOSITION_WORDS,
        GROUP_SORTS,
        NO_CHANGE,
        RULE_NAMES,
        REASON_WORDS,
        GROUNDS_WORDS,
        SORTS,
        PROGRESS_WORDS,
        STEP_WORDS,
        KIND_WORDS,
        ITEM_WORDS,
        TROUBLE_WORDS,
        ITEM_GAPS,
        STANDING_NAMES,
        LEFT_NAMES,
        MAILED_NAMES,
        REMARK_WORDS,
        BUILT_IN_WORDS,
        TYPE_WORDS,
        FAULT_WORDS,
        REASONS,
        CONTRADICTION_WORDS,
        GAP_WORDS,
        SHEET_FAULTS,
        WALL_REASON_WORDS,
        FIELD_WORDS,
        NOTE_WORDS,
        PART_WORDS,
        RELATION_WORDS,
        MARK_WORDS,
        LAMP_WORDS,
        STATE_WORDS,
        KIND_NAMES,
        KIND_TIMES,
        RECORD_WORDS,
        STANCE_WORDS,
        FATE_WORDS,
        NEEDED,
        CHOICES,
        OPINION_WORDS,
        PROPOSAL_STATES,
        COLUMN_WORDS,
        DECISION_WORDS,
        OUTCOME_WORDS,
        SAID_WORDS,
        PLACE_WORDS,
        DECISION_COLUMNS,
        DECISION_OUTCOMES,
        WAY_WORDS,
        WAY_TEXTS,
        METHOD_WORDS,
        WEIGHTING_WORDS,
        MOVES,
        QUESTIONS,
        RELEASE_PARTS,
        PART_HINTS,
        EDGE_WORDS,
        COLUMN_KINDS,
        plan_words.PILLAR_WORDS,
        plan_words.KIND_WORDS,
        plan_words.ACT_WORDS,
        plan_words.RULE_FIELD_WORDS,
        plan_words.RULE_WORDS,
        BALLOT_OUTCOMES,
        VOTE_WORDS,
        COMPARED,
        FOLLOWED_COLUMNS,
        DELIVERABLE_WORDS,
        LEVEL_WORDS,
        VERDICT_MEANINGS,
        followed.LIGHT_WORDS,
        followed.KIND_WORDS,
        followed.PHASE_WORDS,
        followed.OUTCOME_WORDS,
        followed.MITIGATION_WORDS,
        followed.LEVEL_WORDS,
        followed.UNJUDGED_WORDS,
        METHOD_PARTS,
        REPORT_STATES,
        POINT_STATES,
        ROLE_NAMES,
        DIRECTION_WORDS,
        STATUS_WORDS,
        TERRITORY_WORDS,
        TREND_WORDS,
        UNSCORED_WORDS,
        PROFILE_COLUMNS,
        FIELD_LABELS,
        UNKNOWN_WORDS,
        UNRATED_WORDS,
        comparing.GROUND_WORDS,
        *PROGRAMME_CHOICES.values(),
        DIMENSION_WORDS,
        NO_CHANGE_WORDS,
        SEEN_WORDS,
        LINK_GAPS,
    ):
        words += table.values()
    for kind in REPORT_KINDS.values():
        words += [kind.title, kind.hint]
    for columns in (comparing.COMPARED_COLUMNS, rated.RATED_COLUMNS, rated.HELIX_COLUMNS):
        words += [word for word, _ in columns.values()]
    words += [
        *(NOT_STATED, comparing.RULE, "not known", "Category", "Target groups", "Delivery", "Programmes", "Use"),
        *("Coverage and overlap", "Where partners offer the same", "Who could learn from whom", "Cost per participant"),
        *("Who could learn", "From whom", "Strong there", "Here", "Transferability (1 to 5)", "Rule"),
        *(programme_imports.CHOOSE_FILE, programme_imports.CHOOSE_PARTNER, programme_imports.FILE_LOST),
        *(
            programme_cells.NO_NUMBER,
            programme_cells.NOT_WHOLE,
            programme_cells.TWO_READINGS,
            programme_cells.OFF_SCALE,
        ),
        *(
            one
            for name, one in vars(programme_checks).items()
            if name.isupper() and isinstance(one, str) and len(one) > 1
        ),
        *(reports.FAILED, reports.NOBODY, report_rules.TOO_LONG, report_rules.NO_DAY),
        *(BROKEN, adoption.NO_OUTCOME, adoption.NO_ITEM, adoption.NO_ANSWER),
        GONE,
        ASSOCIATION,
        *(word for word, _ in IMPACT_COLUMNS.values()),
        LOST_MARKS,
        TOO_LONG,
        UNREADABLE,
        NO_EUROS,
        *("Closed", "Stopped", "yes", "no"),
        *(
            one
            for module in (indicator_cells, indicator_checks)
            for name, one in vars(module).items()
            if name.isupper() and isinstance(one, str)
        ),
        *(one for name, one in vars(following).items() if name.isupper() and isinstance(one, str)),
        *(weights.NOT_ASKED, weights.NOT_DECIDED, weights.TOO_MANY, weights.NO_WAY),
        *(rulebook.NOT_A_NUMBER, rulebook.TOO_LARGE, rulebook.TOO_SMALL, rulebook.NO_BUDGET),
        *(plan_facts.BACKWARDS, plan_facts.BEFORE_START),
        *(plans.NEEDS_NAME, plans.NEEDS_YEAR, plans.NOT_INITIATIVES, plans.NEEDS_REASON, plans.ONE_A_YEAR),
        *(word for word, _ in (*FURTHER, *MAIN_ACTS)),
        NO_POINT,
        *SET_ASKING.words,
        *RATED_ASKING.words,
        rated.HIDDEN_HELIX,
        *(IS_A_PAGE, CELL_IS_A_PAGE),
        BY_HAND,
        *(AGREED, WHOLE),
        *(text for point in POINTS for text in (point.topic, point.question)),
        *(one.name for one in DELPHISTAR),
        *PROBLEMS,
        *(text for measure in MEASURES for text in (measure.name, measure.words)),
        *(words for _, words in COLUMN_FACTS.values()),
        *(sentence for pair in CHECK_WORDS.values() for sentence in pair),
    ]
    return (found | set(words)) - PROGRAMS_ONLY


_KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2)}
_OPTIONS = {"silent": "false", "newstyle_gettext": "true", "trim_blocks": "true", "lstrip_blocks": "true"}


def _messages_of(tree: ast.AST) -> Iterator[Message]:
    constants: dict[str, object] = {
        target.id: node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            place = {"translate": 1, "_word": 1, "word": 0, "say": 0, "Fault": 2}.get(
                node.func.id, 0 if node.func.id in ERRORS else None
            )
            if place is not None and len(node.args) > place:
                yield from _text(node.args[place], constants)
        # what figures say
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "say":
            yield from _text(node.args[0], constants)
        # what they say of a number of things
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "say_count":
            one, many = (text for place in (0, 1) for text in _text(node.args[place], constants))
            yield one, many
        # what is wrong with a line, or good to know about it
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "append":
            owner = node.func.value
            if isinstance(owner, ast.Attribute) and owner.attr in ("faults", "advice"):
                yield from _text(node.args[0], constants)
        # what a form finds wrong is returned, and shown beside the field
        if isinstance(node, ast.FunctionDef) and node.name in ("fault", "left_out"):
            for inner in ast.walk(node):
                if isinstance(inner, ast.Return) and inner.value is not None:
                    yield from _text(inner.value, constants)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            target = node.targets[0].value
            if isinstance(target, ast.Name) and target.id in ("errors", "faults"):
                yield from _text(node.value, constants)


def _text(node: ast.expr, constants: dict[str, object]) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from _text(node.body, constants)
        yield from _text(node.orelse, constants)
    value = node.value if isinstance(node, ast.Constant) else constants.get(getattr(node, "id", ""))
    if isinstance(value, str) and value:
        yield value
