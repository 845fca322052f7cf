"""Dockerfile and compose file, as far as they can be judged without an engine."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
STAGES = re.split(r"^FROM ", DOCKERFILE, flags=re.MULTILINE)[1:]
IGNORED = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES = sorted(COMPOSE["services"])


def copied() -> set[str]:
    lines = re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
    return {source for line in lines for source in line.split()[:-1]}


def test_what_is_copied_exists_and_is_not_ignored() -> None:
    assert IGNORED[1] == "*"
    for source in copied():
        assert (ROOT / source).exists(), source
        assert f"!{source}" in IGNORED, source


def test_everything_the_server_needs_is_copied() -> None:
    assert copied() >= {"app", "model", "static", "templates", "migrations", "alembic.ini", "constraints.txt"}


def test_the_last_stage_runs_as_nobody_and_builds_nothing() -> None:
    last = STAGES[-1]

    assert len(STAGES) == 2
    assert re.search(r"^USER \d+$", last, re.MULTILINE)
    assert "pip" not in last
    assert "apt-get" not in last
    assert "/healthz" in last


@pytest.mark.parametrize("name", SERVICES)
def test_service_is_published_on_loopback_only(name: str) -> None:
    assert [port.split(":")[0] for port in COMPOSE["services"][name]["ports"]] == ["127.0.0.1"]


@pytest.mark.parametrize("name", SERVICES)
def test_service_migrates_then_serves_on_a_read_only_root_with_its_data_in_a_volume(name: str) -> None:
    service = COMPOSE["services"][name]

    assert service["command"][-1] == "covid-xnet migrate && exec covid-xnet serve"
    assert service["read_only"] is True
    assert service["volumes"] == ["data:/opt/covid-xnet/var"]
    assert "data" in COMPOSE["volumes"]


@pytest.mark.parametrize("name", SERVICES)
def test_environment_names_are_settings(name: str) -> None:
    for variable in COMPOSE["services"][name]["environment"]:
        group, _, field = variable.removeprefix("COVID_XNET_").lower().partition("__")
        assert group in Settings.model_fields, variable
        assert not field or field in Settings.model_fields[group].annotation.model_fields, variable  # type: ignore[union-attr]


def test_only_the_gpu_service_asks_for_a_gpu() -> None:
    assert COMPOSE["services"]["gpu"]["profiles"] == ["gpu"]
    assert "deploy" in COMPOSE["services"]["gpu"]
    assert "deploy" not in COMPOSE["services"]["cpu"]
