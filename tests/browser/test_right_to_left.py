"""A survey in Arabic, answered in a real browser on a phone."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.browser.conftest import INNAXE, Opener, Site
from tests.browser.looking import colours_in_the_dark, findings, is_too_wide, widest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

GROUPS = {
    "academia": "الجامعات والبحث",
    "industry": "الشركات",
    "government": "الجهات الحكومية",
    "civil": "المجتمع المدني",
}
ASKED: dict[str, Any] = {
    "format": "stakeholder-survey/1",
    "id": "arabic",
    "languages": ["ar"],
    "default_language": "ar",
    "title": {"ar": "أي المبادرات أهم؟"},
    "introduction": {"ar": "نود أن نعرف رأيكم في هذه المبادرات."},
    "controller": "The consortium",
    "contact": "privacy@innaxe.example",
    "no_opinion": {"ar": "لا أستطيع الحكم"},
    "initiatives": ["I01", "I02"],
    "sections": [
        {
            "id": "about",
            "questions": [
                {"id": "consent", "type": "consent", "text": {"ar": "أوافق على المشاركة."}},
                {
                    "id": "helix",
                    "type": "single_choice",
                    "required": True,
                    "text": {"ar": "إلى أي مجموعة تنتمي؟"},
                    "options": [{"code": code, "label": {"ar": name}} for code, name in GROUPS.items()],
                },
            ],
        },
        {
            "id": "rating",
            "repeat_over": "initiatives",
            "questions": [
                {
                    "id": "criteria",
                    "type": "rating_matrix",
                    "scale": {"min": 1, "max": 5},
                    "criteria": [
                        {
                            "id": "impact",
                            "label": {"ar": "الأثر"},
                            "text": {"ar": "ما مدى فائدة هذه المبادرة للمنطقة؟"},
                            "low": {"ar": "قليل"},
                            "high": {"ar": "كبير"},
                        }
                    ],
                }
            ],
        },
    ],
}


@pytest.fixture(scope="module")
def arabic(site: Site, tmp_path_factory: pytest.TempPathFactory) -> str:
    file: Path = tmp_path_factory.mktemp("arabic") / "arabic.json"
    file.write_text(json.dumps(ASKED))
    for words in (("import", str(file)), ("open", "arabic")):
        subprocess.run([INNAXE, "survey", *words], env=site.surroundings, check=True, capture_output=True)
    return "/s/arabic"


@pytest.mark.parametrize("with_script", [True, False])
def test_an_arabic_survey_is_answered_from_the_right(visit: Opener, arabic: str, with_script: bool) -> None:
    page = visit(locale="ar", java_script_enabled=with_script)
    faults: list[str] = []

    def look() -> None:
        assert page.get_attribute("html", "dir") == "rtl"
        for width in (390, 320):
            page.set_viewport_size({"width": width, "height": 844})
            if with_script and is_too_wide(page):
                faults.append(f"{page.url} scrolls sideways at {width} px: {widest(page)}")
        if with_script:
            faults.extend((*findings(page), *colours_in_the_dark(page)))

    page.goto(arabic)
    look()
    assert page.locator("h1[lang=ar]").inner_text() == "أي المبادرات أهم؟"
    page.check("#helix-industry")
    page.click("button[name=consent]")
    for position in (1, 2):
        page.wait_for_url(f"**/q/{position}")
        look()
        assert page.locator(".qt[lang=ar]").inner_text() == "الأثر"
        assert page.get_by_text("not translated yet").count() == 1, (
            "the initiatives are not in Arabic, and that is said"
        )
        one, five = (page.locator(f"label[for$='impact-{point}']").bounding_box() for point in (1, 5))
        assert one
        assert five
        assert one["x"] < five["x"], "the points stand where the bars of the last round do"
        page.click("label[for$='impact-4']")
        page.click(".foot button")
    page.wait_for_url("**/check")
    look()
    assert page.locator(".answer-row .num").first.inner_text() == "4"
    page.click(".foot button")
    page.wait_for_url("**/done")
    look()
    assert faults == []
