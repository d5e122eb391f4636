"""Signing in: a link shows a button, the button signs in once; roles open what they may."""

from datetime import timedelta

from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session

from app.auth.service import make_sign_in_link
from app.core.clock import now
from app.core.settings import Settings
from app.main import create_app
from tests.make import Cast, csrf_in, sign_in


def test_opening_a_link_does_nothing_and_pressing_the_button_signs_in_once(
    client: TestClient, session: Session, cast: Cast
) -> None:
    token = make_sign_in_link(session, cast.biel)
    session.commit()
    pages = [client.get(f"/login/{token}") for _ in range(3)]
    assert {page.status_code for page in pages} == {200}
    assert client.head(f"/login/{token}").status_code in (200, 405)
    assert client.get("/").status_code == 401
    form = {"csrf": csrf_in(pages[0].text)}
    assert client.post(f"/login/{token}", data=form).status_code == 303
    assert client.get("/").status_code == 200
    assert client.post(f"/login/{token}", data=form).status_code == 404


def test_a_link_expires(client: TestClient, session: Session, cast: Cast) -> None:
    token = make_sign_in_link(session, cast.biel, lasts=timedelta(seconds=-1))
    session.commit()
    assert client.get(f"/login/{token}").status_code == 404


def test_a_form_of_another_site_is_refused(client: TestClient, session: Session, cast: Cast) -> None:
    token = make_sign_in_link(session, cast.biel)
    session.commit()
    form = {"csrf": csrf_in(client.get(f"/login/{token}").text)}
    foreign = client.post(f"/login/{token}", data=form, headers={"Sec-Fetch-Site": "cross-site"})
    assert foreign.status_code == 403
    assert client.post(f"/login/{token}", data={"csrf": "0" * 64}).status_code == 403
    assert client.post(f"/login/{token}").status_code == 403
    assert client.get("/").status_code == 401


def test_a_form_of_ours_comes_with_the_origin_null(client: TestClient, session: Session, cast: Cast) -> None:
    """Under our no-referrer policy browsers send forms so; their own word on the site counts."""
    token = make_sign_in_link(session, cast.biel)
    session.commit()
    form = {"csrf": csrf_in(client.get(f"/login/{token}").text)}
    assert client.post(f"/login/{token}", data=form, headers={"Origin": "null"}).status_code == 403
    own = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    assert client.post(f"/login/{token}", data=form, headers=own).status_code == 303


def test_the_menu_speaks_the_language_of_the_page(client: TestClient, session: Session, cast: Cast) -> None:
    sign_in(client, session, cast.alba)
    page = client.get("/people?lang=de").text
    assert ">Initiativen</a>" in page
    assert ">Initiatives</a>" not in page


def test_signing_out_ends_the_session(client: TestClient, session: Session, cast: Cast) -> None:
    sign_in(client, session, cast.carla)
    page = client.get("/")
    assert client.post("/logout", data={"csrf": csrf_in(page.text)}).status_code == 303
    assert client.get("/").status_code == 401


def test_a_disabled_person_is_out_at_once(client: TestClient, session: Session, cast: Cast) -> None:
    sign_in(client, session, cast.carla)
    session.refresh(cast.carla)
    cast.carla.disabled_at = now()
    session.add(cast.carla)
    session.commit()
    assert client.get("/").status_code == 401


def test_a_reviewer_reads_and_does_not_export(client: TestClient, session: Session, cast: Cast) -> None:
    sign_in(client, session, cast.dora)
    assert client.get("/surveys").status_code == 200
    assert client.get("/priorities/anything/export.csv").status_code == 403
    assert client.get("/api/v1/initiatives").status_code == 200


def test_over_tls_the_browser_itself_keeps_cookies_to_this_host(
    settings: Settings, engine: Engine, session: Session, cast: Cast
) -> None:
    token = make_sign_in_link(session, cast.biel)
    session.commit()
    changes = {"env": "production", "base_url": "https://survey.example.org", "secret_key": "s" * 32}
    # validated anew: addresses and hosts are worked out from these once
    app = create_app(Settings.model_validate(settings.model_dump() | changes), engine)
    with TestClient(app, base_url="https://survey.example.org", follow_redirects=False) as client:
        form = {"csrf": csrf_in(client.get(f"/login/{token}").text)}
        done = client.post(f"/login/{token}", data=form)
        assert done.status_code == 303
        cookies = done.headers.get_list("set-cookie")
        [own] = [cookie for cookie in cookies if "innaxe_session" in cookie]
        assert own.startswith("__Host-innaxe_session=")
        for part in ("Secure", "HttpOnly", "Path=/", "SameSite=lax", "Max-Age=43200"):
            assert part in own
        assert "Domain" not in own
        assert client.get("/").status_code == 200
        page = client.get("/login")
        assert page.headers["Cache-Control"] == "no-store"
        assert page.headers["Referrer-Policy"] == "no-referrer"
        assert "max-age" in page.headers["Strict-Transport-Security"]
