"""The rows of the matrix about reports and what they rest on."""

from tests.auth.roles import BUILDERS, OTHER, OWN, READERS, STAFF

REPORTS: dict[str, set[str] | str] = {
    "import_report_page": BUILDERS,
    "create_progress_report": BUILDERS,
    "report_by_program": BUILDERS,
    "method_page": READERS | {OWN, OTHER},
    "method_file": READERS | {OWN, OTHER},
    "dictionary_file": READERS | {OWN, OTHER},
    "read_method": READERS | {OWN, OTHER},
    "report_list": STAFF | {OWN, OTHER},
    "new_report": STAFF | {OWN, OTHER},
    "order_report_form": STAFF | {OWN, OTHER},
    "report_setting_page": STAFF,
    "change_report_setting": STAFF,
    "report_page": STAFF | {OWN},
    "call_report_off": STAFF | {OWN},
    "report_file": STAFF | {OWN},
    "methods_page": STAFF | {OWN},
    "write_methods_answer": STAFF | {OWN},
    "read_reports": STAFF | {OWN, OTHER},
    "make_report": STAFF | {OWN, OTHER},
    "read_report": STAFF | {OWN},
    "stop_report": STAFF | {OWN},
    "read_report_file": STAFF | {OWN},
}
