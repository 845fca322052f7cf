"""Settings, and that what is written about them is true."""

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.settings import SecuritySettings, ServerSettings, Settings, load_settings, settings_page

ROOT = Path(__file__).resolve().parents[2]


def _example_lines() -> list[str]:
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    return [line.removeprefix("# ") for line in lines if "COVID_XNET_" in line]


def test_the_page_is_what_the_fields_say() -> None:
    assert (ROOT / "docs" / "settings.md").read_text(encoding="utf-8") == settings_page()


def test_the_example_names_every_setting() -> None:
    documented = {line.split("`")[1] for line in settings_page().splitlines() if line.startswith("| `")}

    assert {line.partition("=")[0] for line in _example_lines()} == documented


def test_the_example_holds_the_defaults(tmp_path: Path) -> None:
    assert load_settings(ROOT / ".env.example") == Settings(_env_file=None)


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "env").write_text("COVID_XNET_SERVER__PORT=1\nCOVID_XNET_SERVER__GRACEFUL_STOP=3\n")
    monkeypatch.setenv("COVID_XNET_SERVER__PORT", "2")

    server = load_settings(tmp_path / "env").server

    assert (server.port, server.graceful_stop) == (2, timedelta(seconds=3))


def test_hosts_may_be_separated_by_commas_or_be_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COVID_XNET_SECURITY__ALLOWED_HOSTS", "a.example, b.example")
    by_comma = load_settings(None).security
    monkeypatch.setenv("COVID_XNET_SECURITY__ALLOWED_HOSTS", '["a.example", "b.example"]')
    by_json = load_settings(None).security

    assert by_comma == by_json == SecuritySettings(allowed_hosts=("a.example", "b.example"))


def test_a_misspelt_line_of_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "env").write_text("COVID_XNET_SERVRE__PORT=1\n")

    with pytest.raises(ValidationError):
        load_settings(tmp_path / "env")


def test_debug_is_for_loopback_only() -> None:
    with pytest.raises(ValidationError, match="loopback"):
        Settings(_env_file=None, debug=True, server=ServerSettings(host="0.0.0.0"))
