"""What the units, the image and the compose file name is there. No container is built here: there may be no Docker."""

import re
import shutil
import subprocess
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement

from app.core.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted(DEPLOY.glob("*.service"))
HARDENED = (
    "NoNewPrivileges=yes",
    "ProtectSystem=strict",
    "ProtectHome=yes",
    "PrivateTmp=yes",
    "CapabilityBoundingSet=",
)


def compose() -> dict[str, Any]:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def is_command(words: list[str]) -> bool:
    """Whether the command line has this command with these options."""
    innaxe = shutil.which("innaxe", path=str(ROOT / ".venv" / "bin"))
    assert innaxe
    shown = subprocess.run([innaxe, words[0], "--help"], capture_output=True, text=True)
    return shown.returncode == 0 and all(word in shown.stdout for word in words if word.startswith("--"))


def test_the_units_run_commands_that_exist_as_nobody_in_particular() -> None:
    assert [unit.name for unit in UNITS] == ["innaxe-web.service", "innaxe-worker.service"]
    for unit in UNITS:
        text = unit.read_text()
        commands = re.findall(r"^Exec\w+=/opt/innaxe/.venv/bin/innaxe (.+)$", text, re.M)
        assert len(commands) == 2
        assert all(is_command(command.split()) for command in commands)
        assert re.search(r"^User=innaxe$", text, re.M)
        assert all(f"\n{line}\n" in text for line in HARDENED)


def test_systemd_finds_no_fault_in_the_units(tmp_path: Path) -> None:
    verify = shutil.which("systemd-analyze")
    if verify is None:
        pytest.skip("No systemd-analyze on this machine")
    for unit in UNITS:
        # as it is where the program is installed
        text = unit.read_text().replace("/opt/innaxe/.venv/bin/innaxe", "/bin/true").replace("/opt/innaxe", "/")
        (tmp_path / unit.name).write_text(text)
    said = subprocess.run([verify, "verify", *tmp_path.glob("*.service")], capture_output=True, text=True)
    own = [line for line in said.stderr.splitlines() if "innaxe-" in line]
    assert (said.returncode, own) == (0, [])


def test_the_image_copies_what_is_there_runs_as_nobody_in_particular_and_is_watched() -> None:
    text = (DEPLOY / "Dockerfile").read_text()
    copied = [word for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.M) for word in line.split()[:-1]]
    assert len(copied) > 5
    assert [one for one in copied if not (ROOT / one).exists()] == []
    kept = re.findall(r"^!(.+)$", (DEPLOY / "Dockerfile.dockerignore").read_text(), re.M)
    assert set(kept) == set(copied)
    assert re.search(r"^USER innaxe$", text, re.M)
    assert "/healthz" in text.partition("HEALTHCHECK")[2]
    [command] = re.findall(r'^CMD \["innaxe", (.+)\]$', text, re.M)
    assert is_command([word.strip('" ') for word in command.split(",")])


def pinned(lock: Path) -> dict[str, str]:
    """What a lock file pins: by name, the version with its hashes."""
    blocks = re.split(r"^(?=[a-z0-9])", lock.read_text(), flags=re.M)
    return {block.partition("==")[0]: block for block in blocks if block}


def test_the_image_installs_what_runs_and_nothing_that_only_tests_need() -> None:
    every, running = pinned(ROOT / "requirements.lock"), pinned(DEPLOY / "requirements.lock")
    assert running.items() <= every.items(), "make lock"
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)

    def names(requirements: list[str]) -> set[str]:
        return {re.split(r"[\[<>=; ]", one)[0] for one in requirements}

    wanted, only_tests = names(project["project"]["dependencies"]), names(project["dependency-groups"]["dev"])
    assert len(wanted) > 20
    assert wanted <= set(running)
    assert not only_tests & set(running)
    for name in running:
        for needed in metadata.requires(name) or [] if is_installed(name) else []:
            requirement = Requirement(needed)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                assert requirement.name.lower().replace("_", "-") in running, f"{name} needs {needed}"


def is_installed(name: str) -> bool:
    """Whether a package is needed on this machine."""
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def test_the_services_name_commands_and_settings_that_exist() -> None:
    services = compose()["services"]
    assert set(services) == {"database", "migrate", "web", "worker"}
    known = {f"INNAXE_{name.upper()}" for name in Settings.model_fields}
    for name in ("migrate", "web", "worker"):
        assert set(services[name]["environment"]) <= known
        assert (ROOT / services[name]["build"]["dockerfile"]).is_file()
        assert services[name]["cap_drop"] == ["ALL"]
        assert is_command(services[name].get("command", ["innaxe", "serve"])[1:])
    assert set(compose()["volumes"]) == {"data", "database"}
