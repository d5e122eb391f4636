"""Signing in through a real OpenID Connect provider, run as a process of its own."""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.auth.models import OidcLogin
from app.auth.oidc import ATTEMPT_COOKIE
from app.core.settings import Settings
from app.main import create_app
from tests.conftest import ADDRESS
from tests.make import Cast, beside


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    address = f"http://localhost:{port}"
    for _ in range(200):
        try:
            httpx.get(f"{address}/.well-known/openid-configuration")
            break
        except httpx.HTTPError:
            time.sleep(0.05)
    yield address
    process.terminate()
    process.wait(timeout=10)


@pytest.fixture
def site(settings: Settings, engine: Engine, provider: str) -> Iterator[TestClient]:
    issuer = httpx.get(f"{provider}/.well-known/openid-configuration").json()["issuer"]
    changes = {"oidc_issuer": issuer, "oidc_client_id": "innaxe", "oidc_client_secret": "a secret of the two"}
    app = create_app(settings.model_copy(update=changes), engine)
    with TestClient(app, base_url=ADDRESS, follow_redirects=False) as client:
        yield client


def know(provider: str, subject: str, **claims: Any) -> None:
    """Tell the provider about somebody."""
    httpx.put(f"{provider}/users/{subject}", json=claims).raise_for_status()


def go_to_provider(client: TestClient, subject: str) -> str:
    """Go to the provider, sign in there as somebody; returns the way back."""
    start = client.get("/login/oidc/start")
    assert start.status_code == 303
    query = parse_qs(urlsplit(start.headers["Location"]).query)
    assert query["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} <= set(query)
    back = httpx.post(start.headers["Location"], data={"sub": subject})
    assert back.status_code == 302, back.text
    return back.headers["Location"].removeprefix(ADDRESS)


def test_a_known_address_that_the_provider_verified_signs_in(
    site: TestClient, provider: str, engine: Engine, cast: Cast
) -> None:
    know(provider, "biel-1", email="biel@innaxe.example", email_verified=True)
    for _ in range(2):
        back = go_to_provider(site, "biel-1")
        assert back.startswith("/login/oidc/callback?")
        assert site.get(back).headers["Location"] == "/"
        assert "Biel" in site.get("/").text
    with Session(engine) as session:
        assert [login.subject for login in session.exec(select(OidcLogin))] == ["biel-1"]
    know(provider, "biel-1", email="another@innaxe.example", email_verified=True)
    other = beside(site)
    assert other.get(go_to_provider(other, "biel-1")).status_code == 303, "the link is to the person, not the address"


@pytest.mark.parametrize(
    "claims",
    [
        pytest.param({"email": "biel@innaxe.example", "email_verified": False}, id="not verified"),
        pytest.param({"email": "biel@innaxe.example"}, id="not said"),
        pytest.param({"email": "biel@innaxe.example", "email_verified": "true"}, id="said in words"),
        pytest.param({"email": "nobody@innaxe.example", "email_verified": True}, id="unknown"),
        pytest.param({}, id="nothing"),
    ],
)
def test_others_have_no_access(site: TestClient, provider: str, cast: Cast, claims: dict[str, Any]) -> None:
    know(provider, "somebody", **claims)
    assert site.get(go_to_provider(site, "somebody")).status_code == 404
    assert site.get("/").status_code == 401


def test_the_way_back_fits_only_the_browser_that_went(site: TestClient, provider: str, cast: Cast) -> None:
    know(provider, "biel-2", email="biel@innaxe.example", email_verified=True)
    back = go_to_provider(site, "biel-2")
    assert beside(site).get(back).status_code == 401, "another browser"
    assert site.get(re.sub("state=[^&]+", "state=forged", back)).status_code == 401
    assert site.get("/login/oidc/callback").status_code == 401
    assert site.get(back).status_code == 303
    assert site.get(back).status_code == 401, "a second time"
    site.cookies.set(ATTEMPT_COOKIE, "forged")
    assert site.get(back).status_code == 401


def test_without_a_provider_there_is_nothing(client: TestClient) -> None:
    assert client.get("/login/oidc/start").status_code == 404
    assert "oidc" not in client.get("/login").text


def test_a_provider_that_is_gone_is_said_to_be(settings: Settings, engine: Engine) -> None:
    changes = {"oidc_issuer": "http://127.0.0.1:9", "oidc_client_id": "innaxe"}
    app = create_app(settings.model_copy(update=changes), engine)
    with TestClient(app, base_url=ADDRESS, follow_redirects=False) as client:
        assert client.get("/login/oidc/start").status_code == 503
