"""No code of an indicator or programme hides a page: forms, programs and files refuse those that would."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlmodel import Session

from app.core.codes import CELL_IS_A_PAGE, IS_A_PAGE, PAGES, hides_page
from app.main import API as ALL_CALLS
from app.main import PAGES as ALL_PAGES
from tests.indicators.test_indicator_import import faults as indicator_faults
from tests.indicators.test_indicators_web import DEFINITION
from tests.indicators.test_taking_readings import areas
from tests.make import Cast, csrf_in, sign_in
from tests.programmes.test_programme_import import faults as programme_faults
from tests.programmes.test_programmes_web import CONTENT, key_of
from tests.test_guards import routes_of

COLLECTIONS = ("indicators", "programmes")


def test_every_address_beside_a_code_is_refused_as_one() -> None:
    paths = {route.path for route in routes_of([*ALL_PAGES, *ALL_CALLS])}
    parts = [path.removeprefix("/api/v1").split("/") for path in paths]
    beside = {part[2].partition(".")[0] for part in parts if len(part) > 2 and part[1] in COLLECTIONS}
    assert {one for one in beside if not one.startswith("{")} == PAGES


@pytest.mark.parametrize("code", ["set", "new", "import", "export.csv", ".", ".."])
def test_forms_and_programs_refuse_such_a_code(client: TestClient, session: Session, cast: Cast, code: str) -> None:
    assert hides_page(code)
    areas(session)
    session.commit()
    sign_in(client, session, cast.alba)
    programme = CONTENT | {"partner": key_of(session, "CAT")}
    csrf = csrf_in(client.get("/programmes").text)
    for path, given in (("/indicators", DEFINITION), ("/programmes", programme)):
        refused = client.post(path, data=given | {"csrf": csrf, "code": code})
        assert (refused.status_code, IS_A_PAGE in refused.text, 'id="code-fault"' in refused.text) == (422, True, True)
    said: dict[str, Any] = {"code": code, "name": "New", "category": "talent", "partner": "CAT"}
    for path, given in (("/indicators", DEFINITION | {"code": code}), ("/programmes", said)):
        refused = client.post(f"/api/v1{path}", json=given, headers={"X-CSRF-Token": csrf})
        assert (refused.status_code, IS_A_PAGE in refused.text) == (422, True)


def test_files_name_the_row_of_such_a_code() -> None:
    text = "code;name;category\nP1;Fair;talent\nset;Other;talent\n"
    assert programme_faults(text) == [f"Row 3, code: {CELL_IS_A_PAGE}."]
    text = "indicator_id,region_id,geo_code_used,nuts_edition,year,value,value_status,unit\n"
    text += "set,ES51,,2021,2020,1.5,published,units\n"
    assert indicator_faults(text) == [f"Row 2, indicator_id: {CELL_IS_A_PAGE}."]
