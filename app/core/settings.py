"""Every setting, read once from the environment. Start is refused when production would be unsafe."""

from functools import cached_property
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.exc import ArgumentError

from app.core.postgresql import read_address

DEVELOPMENT_SECRET = "development-only-secret"  # noqa: S105 -- refused in production
SHORTEST_SECRET = 32


class UnsafeSettings(Exception):
    """The program must not start with these settings; the message names the one at fault."""


class Settings(BaseSettings):
    """The settings of one installation. `.env.example` and `docs/operations.md` explain each."""

    model_config = SettingsConfigDict(env_prefix="INNAXE_", extra="ignore")

    env: Literal["development", "production"] = "development"
    data_dir: Path = Path("var")
    database_url: str = ""
    base_url: str = ""
    secret_key: str = DEVELOPMENT_SECRET
    debug: bool = False
    smtp_url: str = ""
    mail_from: str = "INNAXE <no-reply@localhost.localdomain>"
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    trusted_proxies: str = ""
    limits: Literal["strict", "test"] = "strict"
    free_disk_mb: int = Field(default=100, ge=0)
    metrics_token: str = ""
    most_requests: int = Field(default=200, ge=1)
    most_saves: int = Field(default=1000, ge=1)

    @cached_property
    def database(self) -> str:
        """The database address: the one given, else a SQLite file in the data directory."""
        return self.database_url or f"sqlite:///{self.data_dir / 'innaxe.sqlite'}"

    @cached_property
    def address(self) -> str:
        """The address all links are built from, without a slash at its end."""
        return (self.base_url or "http://127.0.0.1:8000").rstrip("/")

    @cached_property
    def hosts(self) -> frozenset[str]:
        """The only values of the Host header that are served."""
        host = urlsplit(self.address).netloc.lower()
        if self.is_production:
            return frozenset({host})
        port = f":{urlsplit(self.address).port}" if urlsplit(self.address).port else ""
        return frozenset({host, f"127.0.0.1{port}", f"localhost{port}"})

    @property
    def is_production(self) -> bool:
        """Whether real people depend on this installation."""
        return self.env == "production"

    @property
    def is_https(self) -> bool:
        """Whether the public address is encrypted, so cookies can insist on it."""
        return self.address.startswith("https://")


def load_settings() -> Settings:
    """Read the environment.

    Raises UnsafeSettings, naming the setting and not what it holds, where one cannot be read or production would be
    unsafe.
    """
    try:
        settings = Settings()
    except ValidationError as failure:
        wrong = failure.errors(include_input=False, include_url=False)[0]
        raise UnsafeSettings(f"INNAXE_{str(wrong['loc'][0]).upper()} cannot be read: {wrong['msg']}.") from None
    if settings.is_production:
        if settings.secret_key == DEVELOPMENT_SECRET or len(settings.secret_key) < SHORTEST_SECRET:
            raise UnsafeSettings(f"INNAXE_SECRET_KEY must be set to at least {SHORTEST_SECRET} random characters.")
        if settings.metrics_token and len(settings.metrics_token) < SHORTEST_SECRET:
            raise UnsafeSettings(f"INNAXE_METRICS_TOKEN must have at least {SHORTEST_SECRET} random characters.")
        if not settings.base_url:
            raise UnsafeSettings("INNAXE_BASE_URL must be set to the public address.")
        if settings.debug:
            raise UnsafeSettings("INNAXE_DEBUG must not be switched on in production.")
    _check_database(settings.database)
    if settings.smtp_url and _split("INNAXE_SMTP_URL", settings.smtp_url).scheme not in ("smtp", "smtps"):
        raise UnsafeSettings("INNAXE_SMTP_URL must begin with smtp:// or smtps://.")
    if settings.oidc_issuer and not settings.oidc_client_id:
        raise UnsafeSettings("INNAXE_OIDC_CLIENT_ID must be set with INNAXE_OIDC_ISSUER.")
    if not _split("INNAXE_BASE_URL", settings.address).netloc:
        raise UnsafeSettings("INNAXE_BASE_URL must be an address such as https://survey.example.org.")
    return settings


def _check_database(address: str) -> None:
    try:
        kind = read_address(address).drivername
    except (ArgumentError, ValueError):
        kind = ""
    if kind not in ("sqlite", "sqlite+pysqlite", "postgresql+psycopg"):
        raise UnsafeSettings(
            "INNAXE_DATABASE_URL must be postgresql+psycopg://user@host/name or sqlite:///path/of/a/file."
        )


def _split(name: str, address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        raise UnsafeSettings(f"{name} cannot be read as an address; its password may need %-encoding.") from None
    return parts
