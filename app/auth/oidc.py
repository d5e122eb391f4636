"""Signing in through an OpenID Connect provider: the one place where INNAXE itself asks another server.

The way there and back is bound to the browser by a sealed cookie with state, nonce and PKCE verifier.
"""

import json
from functools import lru_cache
from typing import Any

import httpx
from authlib.common.errors import AuthlibBaseError
from authlib.common.security import generate_token
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlmodel import Session

from app.auth.guard import Anyone
from app.auth.models import OidcLogin
from app.auth.queries import find_oidc_login
from app.auth.routes import signed_in
from app.auth.throttle import LinksThrottled
from app.core.errors import AppError, NotFound, NotSignedIn
from app.core.settings import Settings
from app.core.tokens import seal, unseal
from app.history.service import record
from app.people.models import Person
from app.people.queries import find_actor, find_person_by_email, get_person
from app.web.deps import SessionDep, SettingsDep
from app.web.security import drop_cookie, get_cookie, set_cookie

router = APIRouter(prefix="/login/oidc", tags=["auth"], dependencies=[Anyone])

ATTEMPT_COOKIE = "innaxe_oidc"
ATTEMPT_SECONDS = 600
TIMEOUT = 10
LEEWAY = 60
ALGORITHMS = ("RS256", "ES256", "PS256", "EdDSA")
NOT_KNOWN = "Your organisation's account has no access here. Ask an administrator of your consortium."
BROKEN_OFF = "Signing in with your organisation's account did not work. Begin again."


class ProviderFailed(AppError):
    """The provider could not be reached or said something that makes no sense."""

    status = 503
    code = "provider"


@router.get("/start")
def oidc_start(request: Request, settings: SettingsDep) -> Response:
    """Go to the provider; what proves the way back stays in this browser."""
    metadata = _metadata(settings)
    attempt = {"state": generate_token(32), "nonce": generate_token(32), "verifier": generate_token(64)}
    with _client(settings) as client:
        url, _ = client.create_authorization_url(  # pyright: ignore[reportUnknownVariableType] -- Authlib has no types
            metadata["authorization_endpoint"],
            state=attempt["state"],
            nonce=attempt["nonce"],
            code_verifier=attempt["verifier"],
        )
    response = RedirectResponse(str(url), status_code=303)
    sealed = seal(settings.secret_key, "oidc", json.dumps(attempt))
    set_cookie(request, response, ATTEMPT_COOKIE, sealed, seconds=ATTEMPT_SECONDS)
    return response


@router.get("/callback", dependencies=[LinksThrottled])
def oidc_callback(request: Request, session: SessionDep, settings: SettingsDep) -> Response:
    """Come back from the provider and sign in, when all of it fits this browser's attempt."""
    kept = unseal(settings.secret_key, "oidc", get_cookie(request, ATTEMPT_COOKIE), seconds=ATTEMPT_SECONDS)
    attempt: dict[str, str] = json.loads(kept) if kept else {}
    code, state = request.query_params.get("code", ""), request.query_params.get("state", "")
    if not attempt or not code or state != attempt["state"]:
        raise NotSignedIn(BROKEN_OFF)
    claims = _claims(settings, code, attempt)
    response = signed_in(request, session, _person(session, settings, claims))
    drop_cookie(request, response, ATTEMPT_COOKIE)
    return response


def _person(session: Session, settings: Settings, claims: dict[str, Any]) -> Person:
    """Whose account this is: linked before, or of the same address when the provider has verified it."""
    issuer, subject = settings.oidc_issuer, str(claims["sub"])
    login = find_oidc_login(session, issuer, subject)
    if login:
        return get_person(session, login.person_id)
    person = (
        find_person_by_email(session, str(claims.get("email", ""))) if claims.get("email_verified") is True else None
    )
    actor = find_actor(session, person) if person else None
    if person is None or actor is None or person.disabled_at:
        raise NotFound(NOT_KNOWN)
    session.add(OidcLogin(person_id=person.id, issuer=issuer, subject=subject))
    session.flush()
    record(session, actor, "oidc.linked", person)
    return person


def _claims(settings: Settings, code: str, attempt: dict[str, str]) -> dict[str, Any]:
    """What the provider says of the person, its signature, issuer, audience, nonce and time checked."""
    metadata = _metadata(settings)
    try:
        with _client(settings) as client:
            token: dict[str, Any] = client.fetch_token(  # pyright: ignore[reportUnknownVariableType] -- as above
                metadata["token_endpoint"], code=code, code_verifier=attempt["verifier"]
            )
        keys = KeySet.import_key_set(httpx.get(metadata["jwks_uri"], timeout=TIMEOUT).json())
        decoded = jwt.decode(str(token["id_token"]), keys, algorithms=list(ALGORITHMS))
        options = {
            "iss": {"essential": True, "value": metadata["issuer"]},
            "aud": {"essential": True, "value": settings.oidc_client_id},
        }
        claims = CodeIDToken(decoded.claims, decoded.header, options, {"nonce": attempt["nonce"]})
        claims.validate(leeway=LEEWAY)
    except (AuthlibBaseError, JoseError, httpx.HTTPError, KeyError, ValueError) as failure:
        raise NotSignedIn(BROKEN_OFF) from failure
    return dict(decoded.claims)


def _client(settings: Settings) -> Any:
    return OAuth2Client(
        settings.oidc_client_id,
        settings.oidc_client_secret or None,
        scope="openid email profile",
        redirect_uri=f"{settings.address}/login/oidc/callback",
        code_challenge_method="S256",
        timeout=TIMEOUT,
    )


def _metadata(settings: Settings) -> dict[str, Any]:
    if not settings.oidc_issuer:
        raise NotFound("There is nothing at this address.")
    return _discover(settings.oidc_issuer)


@lru_cache(maxsize=4)
def _discover(issuer: str) -> dict[str, Any]:
    """The provider's own description, asked for once. Raises ProviderFailed."""
    try:
        answer = httpx.get(f"{issuer.rstrip('/')}/.well-known/openid-configuration", timeout=TIMEOUT)
        answer.raise_for_status()
        metadata: dict[str, Any] = answer.json()
    except (httpx.HTTPError, ValueError) as failure:
        raise ProviderFailed("Your organisation's sign-in cannot be reached. Use a link by mail.") from failure
    if metadata.get("issuer", "").rstrip("/") != issuer.rstrip("/"):
        raise ProviderFailed("Your organisation's sign-in cannot be reached. Use a link by mail.")
    return metadata
