"""Settings: what is written down is what there is, and wrong ones are told plainly."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from bot.__main__ import read_settings
from bot.errors import SettingsError
from bot.settings import Settings

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def written(default: Any) -> str:
    """A default as a line of `.env` has it."""
    if default is None:
        return ""
    if isinstance(default, tuple):
        return ",".join(default)
    return str(default).lower() if isinstance(default, bool) else str(default)


def expected() -> dict[str, tuple[str, str]]:
    return {
        name.upper(): (written(field.default), field.description or "") for name, field in Settings.model_fields.items()
    }


def test_the_example_file_lists_every_setting_with_its_default_and_help() -> None:
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    pairs = [(re.fullmatch(r"#([A-Z_]+)=(.*)", line), above) for above, line in itertools.pairwise(lines)]
    listed = {match[1]: (match[2], above.removeprefix("# ")) for match, above in pairs if match}

    assert listed == expected()


def test_the_example_file_changes_nothing() -> None:
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()

    assert all(not line or line.startswith("#") for line in lines)


def test_the_readme_lists_every_setting_with_its_default() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| `([A-Z_]+)` \| (?:`([^`]*)`|none) \| (.+?) \|$", readme, re.MULTILINE)

    assert {name: (default, help_line) for name, default, help_line in rows} == expected()


def test_an_env_file_is_read_and_unknown_keys_are_ignored(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("COMFYUI_URLS=http://a:1/comfy/, http://me:secret@b:2\nSOMETHING=else\n", "utf-8")

    assert Settings().comfyui_urls == ("http://a:1/comfy", "http://me:secret@b:2")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("COMFYUI_URLS", "comfyui:8188", "http://127.0.0.1:8188"),
        ("COMFYUI_URLS", ",", "at least one"),
        ("DISCORD_API_URL", "https://discord.com/api", "127.0.0.1"),
        ("COMFYUI_HEADERS", "no colon", "Name: value"),
        ("KEEP_JOBS_DAYS", "0", "1"),
        ("LOG_LEVEL", "LOUD", "'INFO'"),
        ("LIMIT_SIZE", "large", "2048x2048"),
        ("LIMIT_HOUR", "-1", "0"),
        ("PAID_BUDGET", "nan", "finite"),
        ("ROLE", "worker", "DATABASE_URL"),
        ("ROLE", "boss", "'gateway'"),
        ("SHARD_IDS", "0,1", "SHARD_COUNT"),
        ("SHARD_IDS", "0;1", "0-3"),
        ("SHARD_IDS", "3-1", "0-3"),
        ("METRICS_PORT", "70000", "65535"),
        ("COMFY_API_URLS", "cloud.comfy.org", "https://cloud.comfy.org"),
        ("COMFY_API_URLS", "https://me:hunter2@cloud.comfy.org", "COMFY_API_KEYS"),
        ("COMFY_API_URLS", "https://a/api/v2, https://a", "twice"),
        ("COMFY_API_KEYS", "one", "0 addresses in COMFY_API_URLS and 1 keys"),
    ],
)
def test_a_wrong_setting_is_named_with_what_to_write(
    name: str, value: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(SettingsError) as refused:
        read_settings()
    assert name in str(refused.value)
    assert words in str(refused.value)


def test_each_paid_address_has_its_own_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMFY_API_URLS", "https://cloud.comfy.org/api/v2/, http://127.0.0.1:8189")
    monkeypatch.setenv("COMFY_API_KEYS", "first-key, second-key")

    settings = read_settings()

    assert [(url, key.get_secret_value()) for url, key in settings.clouds()] == [
        ("https://cloud.comfy.org", "first-key"),
        ("http://127.0.0.1:8189", "second-key"),
    ]
    assert {"first-key", "second-key"} <= set(settings.secrets())
    assert "first-key" not in repr(settings)


def test_an_address_without_a_key_is_told_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMFY_API_URLS", "https://cloud.comfy.org, http://127.0.0.1:8189")
    monkeypatch.setenv("COMFY_API_KEYS", "first-key")

    with pytest.raises(SettingsError, match="COMFY_API_KEYS: there are 2 addresses") as refused:
        read_settings()
    assert "first-key" not in str(refused.value)


@pytest.mark.parametrize(
    ("written", "ids"), [("0,1", (0, 1)), ("0-3", (0, 1, 2, 3)), (" 2 , 0 - 1, 2", (2, 0, 1)), ("", ())]
)
def test_shards_are_read_as_numbers_and_ranges(
    written: str, ids: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHARD_COUNT", "4")
    monkeypatch.setenv("SHARD_IDS", written)

    assert read_settings().shard_ids == ids


def test_a_shard_beyond_the_count_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHARD_COUNT", "2")
    monkeypatch.setenv("SHARD_IDS", "0-2")

    with pytest.raises(SettingsError, match="numbered 0 to 1"):
        read_settings()


@pytest.mark.parametrize("role", ["gateway", "worker"])
def test_a_role_of_a_fleet_is_taken_with_postgresql(role: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://easel:s%40same@db/easel")
    monkeypatch.setenv("ROLE", role)

    settings = read_settings()

    assert settings.role == role
    assert {"s%40same", "s@same"} <= set(settings.secrets())
    assert "same@db" not in repr(settings)


def test_a_password_never_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMFYUI_URLS", "ftp://me:hunter2@host")
    monkeypatch.setenv("DISCORD_TOKEN", "sesame")

    with pytest.raises(SettingsError) as refused:
        read_settings()
    assert "hunter2" not in str(refused.value)
    assert "sesame" not in str(refused.value)


def test_headers_are_read_as_pairs() -> None:
    settings = Settings(comfyui_headers=SecretStr("Authorization: Bearer a:b; X-Key: 1"))

    assert settings.comfyui_header_map() == {"Authorization": "Bearer a:b", "X-Key": "1"}


def test_headers_and_passwords_do_not_show_in_the_settings_repr() -> None:
    settings = Settings(
        comfyui_urls=("http://me:hunter2@host",), comfyui_headers=SecretStr("Authorization: Bearer x"), _env_file=None
    )

    assert "Bearer" not in json.dumps(repr(settings))
    assert "hunter2" not in json.dumps(repr(settings))


@pytest.mark.parametrize("url", ["http://127.0.0.1:99999", "http://127.0.0.1:port", "http://127.0.0.1:0"])
def test_a_port_that_is_none_is_refused_in_words(url: str) -> None:
    with pytest.raises(ValidationError, match="is not an address such as"):
        Settings(comfyui_urls=url)


def test_a_server_that_is_named_twice_counts_once() -> None:
    named = "http://one:8188,http://user:word@ONE:8188/,http://two:8188"

    settings = Settings(comfyui_urls=named)

    assert settings.comfyui_urls == ("http://one:8188", "http://two:8188")
