"""Settings: all documented, production refused when unsafe."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from app.core.settings import Settings, UnsafeSettings, load_settings

ROOT = Path(__file__).parents[1]
SECRET = "0123456789abcdef0123456789abcdef"
SAFE = {
    "INNAXE_ENV": "production",
    "INNAXE_SECRET_KEY": SECRET,
    "INNAXE_BASE_URL": "https://survey.example.org",
}


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"INNAXE_{name.upper()}", raising=False)
    return monkeypatch


def test_development_needs_no_setting(environment: pytest.MonkeyPatch) -> None:
    settings = load_settings()
    assert settings.address == "http://127.0.0.1:8000"
    assert settings.database == "sqlite:///var/innaxe.sqlite"
    assert "127.0.0.1:8000" in settings.hosts


def test_a_safe_production_starts_and_serves_one_host_only(environment: pytest.MonkeyPatch) -> None:
    for name, value in SAFE.items():
        environment.setenv(name, value)
    settings = load_settings()
    assert settings.hosts == {"survey.example.org"}
    assert settings.is_https


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        pytest.param({"INNAXE_SECRET_KEY": None}, "INNAXE_SECRET_KEY", id="no secret"),
        pytest.param({"INNAXE_SECRET_KEY": "development-only-secret"}, "INNAXE_SECRET_KEY", id="default secret"),
        pytest.param({"INNAXE_SECRET_KEY": "short"}, "INNAXE_SECRET_KEY", id="short secret"),
        pytest.param({"INNAXE_METRICS_TOKEN": "short"}, "INNAXE_METRICS_TOKEN", id="short token of metrics"),
        pytest.param({"INNAXE_BASE_URL": None}, "INNAXE_BASE_URL", id="no address"),
        pytest.param({"INNAXE_BASE_URL": "survey"}, "INNAXE_BASE_URL", id="an address that is none"),
        pytest.param({"INNAXE_DEBUG": "true"}, "INNAXE_DEBUG", id="debug"),
    ],
)
def test_an_unsafe_production_is_refused_by_name(
    environment: pytest.MonkeyPatch, changes: dict[str, str | None], named: str
) -> None:
    for name, value in (SAFE | changes).items():
        if value is not None:
            environment.setenv(name, value)
    with pytest.raises(UnsafeSettings, match=named):
        load_settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("INNAXE_DATABASE_URL", "hidden"),
        ("INNAXE_DATABASE_URL", "mysql:///hidden"),
        ("INNAXE_DATABASE_URL", "postgresql://user:hidden@host/name"),
        ("INNAXE_DATABASE_URL", "postgresql+psycopg://user:hidden@host:five/name"),
        ("INNAXE_SMTP_URL", "smtp://user:hidden@[::1"),
        ("INNAXE_SMTP_URL", "smtp://user:hidden@host:70000"),
        ("INNAXE_SMTP_URL", "smtp://user:hidden/rest@host:587"),
        ("INNAXE_SMTP_URL", "smtp://user:hidden\N{ACCOUNT OF}@host"),
        ("INNAXE_BASE_URL", "https://[::1"),
        ("INNAXE_BASE_URL", "https://host:port"),
        ("INNAXE_FREE_DISK_MB", "hidden"),
        ("INNAXE_MOST_SAVES", "0"),
        ("INNAXE_LIMITS", "hidden"),
    ],
)
def test_a_setting_that_cannot_be_read_is_named_and_not_shown(
    environment: pytest.MonkeyPatch, name: str, value: str
) -> None:
    environment.setenv(name, value)
    with pytest.raises(UnsafeSettings, match=name) as refused:
        load_settings()
    assert "hidden" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_the_program_ends_with_78_in_one_line() -> None:
    innaxe = Path(sys.executable).parent / "innaxe"
    ended = subprocess.run(
        [innaxe, "serve"],
        env={"INNAXE_ENV": "production", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 78
    assert ended.stderr.count("\n") == 1
    assert "INNAXE_SECRET_KEY" in ended.stderr


def test_every_setting_is_in_the_example_and_the_manual() -> None:
    names = {f"INNAXE_{name.upper()}" for name in Settings.model_fields}
    assert names, "no setting was found"
    assert set(re.findall(r"^(INNAXE_\w+)=", (ROOT / ".env.example").read_text(), re.M)) == names
    manual = (ROOT / "docs" / "operations.md").read_text()
    assert {name for name in names if f"`{name}`" not in manual} == set()
