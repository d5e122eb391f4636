"""A survey as a form for other programs, and what became of the file it was made from."""

from typing import Annotated, Any

from fastapi import APIRouter, Request, Response

from app.auth.guard import permitted
from app.core.catalogues import translate
from app.people.rules import Actor
from app.surveys.authoring.drafting import get_changeable_survey
from app.surveys.authoring.questionnaire import REMARK_WORDS, Remark, Report
from app.surveys.authoring.translation_routes import MEDIA_TYPES
from app.surveys.authoring.xlsform_export import export_xlsform
from app.web.deps import SessionDep
from app.web.language import language_of
from app.web.templating import render

router = APIRouter(tags=["authoring"])

MakerDep = Annotated[Actor, permitted("survey.change")]
TYPE_WORDS = {
    "rating": "Rating",
    "rating_set": "Row of ratings",
    "single_choice": "One of several",
    "multiple_choice": "Several of several",
    "ranking": "Ranking",
    "allocation": "Points to give out",
    "best_worst": "Best and worst",
    "number": "Number",
    "date": "Day",
    "short_text": "Short text",
    "long_text": "Long text",
    "email": "E-mail address",
    "consent": "Consent",
    "note": "Note",
}


@router.get("/surveys/{slug}/export.xlsx")
def export_survey(session: SessionDep, actor: MakerDep, slug: str) -> Response:
    """The survey as an XLSForm workbook."""
    survey = get_changeable_survey(session, actor, slug)
    headers = {"Content-Disposition": f'attachment; filename="{survey.slug}.xlsx"'}
    return Response(export_xlsform(session, survey), media_type=MEDIA_TYPES["xlsx"], headers=headers)


@router.get("/surveys/{slug}/import-report")
def import_report_page(request: Request, session: SessionDep, actor: MakerDep, slug: str) -> Response:
    """What became of each question of the file that the survey was made from."""
    survey, language = get_changeable_survey(session, actor, slug), language_of(request)
    report = Report.model_validate(survey.import_report) if survey.import_report else None
    fates = [line.fate for line in report.lines] if report else []
    return render(
        request,
        "surveys/authoring/import_report.html",
        survey=survey,
        counts={fate: fates.count(fate) for fate in ("mapped", "kept", "left_out")},
        report=report and _shown(report, language),
    )


def _shown(report: Report, language: str) -> dict[str, Any]:
    return {
        "file": report.file,
        "remarks": [_remark(one, language) for one in report.remarks],
        "rows": [
            {
                "place": line.place,
                "name": line.name,
                "source": line.source,
                "fate": line.fate,
                "word": translate(language, TYPE_WORDS[line.target]) if line.target else "",
                "remarks": [_remark(one, language) for one in line.remarks],
            }
            for line in report.lines
        ],
    }


def _remark(remark: Remark, language: str) -> dict[str, str]:
    return {"sentence": translate(language, REMARK_WORDS[remark.reason]), "detail": remark.detail}
