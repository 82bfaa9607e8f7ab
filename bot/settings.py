"""What an operator can set: environment variables or `.env`, read once and handed down."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.addresses import check_headers, cloud_addresses, passwords, server_address, without_login

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


class Settings(BaseSettings):
    """Every setting has a default that works, or none, and one line of help."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore", env_ignore_empty=True)

    discord_token: SecretStr | None = Field(None, description="The bot's token from discord.com/developers.")
    discord_api_url: str | None = Field(
        None, description="Base of a Discord on this machine (the playground's); any other host is refused."
    )
    comfyui_urls: Annotated[tuple[str, ...], NoDecode] = Field(
        ("http://127.0.0.1:8188",),
        description="Where ComfyUI answers; several are separated by commas. A path and user:password@ are allowed.",
        repr=False,
    )
    comfyui_headers: SecretStr | None = Field(
        None, description="Headers for a proxy in front of ComfyUI: `Name: value` pairs separated by `;`."
    )
    backends_file: Path = Field(
        Path("backends.toml"),
        description="A file with more servers, if there is one; read again when it is saved: docs/backends.md.",
    )
    backend_lost_seconds: float = Field(
        300,
        ge=0,
        allow_inf_nan=False,
        description="How long jobs wait for a server that does not answer, until they go to another one.",
    )
    comfy_api_urls: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Paid Comfy API v2 addresses, such as https://cloud.comfy.org; several are separated by commas.",
    )
    comfy_api_keys: SecretStr | None = Field(
        None, description="A key for each of them, in the same order, separated by commas.", validate_default=True
    )
    cloud_overflow_seconds: float = Field(
        120,
        ge=0,
        allow_inf_nan=False,
        description="A paid address takes jobs that would wait longer than that for a server of one's own.",
    )
    cloud_daily_budget: float = Field(
        0, ge=0, allow_inf_nan=False, description="What jobs at paid addresses may cost within 24 hours. 0: no limit."
    )
    cloud_cost_per_second: float = Field(
        0.002,
        ge=0,
        allow_inf_nan=False,
        description="What a second of a job costs there, for workflows whose manifest names no `cost`.",
    )
    workflows_dir: Path = Field(Path("workflows"), description="The folder with the workflows.")
    data_dir: Path = Field(Path("data"), description="Where Easel keeps its database and what it learned of servers.")
    database_url: str = Field(
        "sqlite+aiosqlite:///data/easel.db",
        description="The database. A relative path begins in the folder where the bot is started.",
        repr=False,
    )
    role: Literal["all", "gateway", "worker"] = Field(
        "all",
        description="What this process does: `all`, or in a fleet `gateway` (talks to people) or `worker` (runs jobs).",
    )
    lease_seconds: float = Field(
        15,
        gt=0,
        le=600,
        allow_inf_nan=False,
        description="How long a worker of a fleet may be silent before another one takes over what it has.",
    )
    shard_count: int | None = Field(
        None,
        ge=1,
        description="How many shards there are over all gateways. Left out: as many as Discord advises.",
    )
    shard_ids: Annotated[tuple[int, ...], NoDecode] = Field(
        (), description="Which of the shards this gateway takes, such as `0,1` or `0-3`. Left out: all of them."
    )
    keep_metadata: bool = Field(False, description="Leave the prompt and workflow inside the files that are posted.")
    keep_jobs_days: int = Field(400, ge=1, description="Days until a finished job is forgotten.")
    drain_seconds: float = Field(60, ge=0, description="How long running jobs may finish when the bot is stopped.")
    results: Literal["public", "ephemeral", "spoiler"] = Field(
        "public",
        description="Who sees results where a server says nothing: `public`, `ephemeral` (only who asked), `spoiler`.",
    )
    limit_waiting: int = Field(
        10, ge=0, description="Jobs that one person may have waiting and running on a Discord server. 0: no limit."
    )
    limit_running: int = Field(
        0, ge=0, description="Jobs of one person that run at a time; the others wait. 0: as many as there is room for."
    )
    limit_hour: int = Field(0, ge=0, description="Jobs that one person may ask for within 60 minutes. 0: no limit.")
    limit_day: int = Field(0, ge=0, description="Jobs that one person may ask for within 24 hours. 0: no limit.")
    limit_size: str = Field("0", description="The largest picture that may be asked for, such as 2048x2048. 0: any.")
    limit_steps: int = Field(0, ge=0, description="The most sampling steps that may be asked for. 0: no limit.")
    limit_count: int = Field(0, ge=0, description="The most pictures that one command may ask for. 0: no limit.")
    paid_budget: float = Field(
        0,
        ge=0,
        allow_inf_nan=False,
        description="What paid workflows may cost on a Discord server within 24 hours, by their `cost`. 0: no limit.",
    )
    blocked_words: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="What no prompt may hold, separated by commas: words, phrases, `*` for any letters."
    )
    blocked_words_file: Path | None = Field(
        None, description="A file with more of them, one per line; `#` begins a comment. It is read again when saved."
    )
    strikes: int = Field(
        0, ge=0, description="So many blocked prompts within 24 hours block a person on that Discord server. 0: never."
    )
    strike_minutes: int = Field(60, ge=1, description="For how many minutes.")
    safety_workflow: str | None = Field(
        None, description="The workflow that judges the pictures of all others before they are posted."
    )
    wildcards: bool = Field(
        True, description="Fill in wildcards and alternatives in prompts: docs/prompts.md says how they are written."
    )
    repeat_most: int = Field(
        20,
        ge=1,
        le=20,
        description="How many jobs one command may ask for with `repeat`. 1: no command has that option.",
    )
    prompt_helper_url: str | None = Field(
        None,
        description="An OpenAI-compatible address, such as http://127.0.0.1:11434/v1, for the button Improve prompt.",
        repr=False,
    )
    prompt_helper_model: str | None = Field(None, description="The model to ask there.")
    prompt_helper_key: SecretStr | None = Field(None, description="The key to it, where it wants one.")
    prompt_helper_seconds: float = Field(
        30, gt=0, le=600, allow_inf_nan=False, description="How long it may take to answer."
    )
    metrics_port: int | None = Field(
        None,
        ge=0,
        le=65535,
        description="The port of /metrics (for Prometheus) and /healthz. 0: any free one. Left out: neither.",
    )
    metrics_host: str = Field(
        "127.0.0.1", description="The address that port is opened on; 0.0.0.0 lets other machines ask too."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="How much is logged.")
    log_format: Literal["text", "json"] = Field("text", description="`json` for machines.")

    @field_validator("comfyui_urls", "comfy_api_urls", "blocked_words", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("comfyui_urls")
    @classmethod
    def _check_urls(cls, urls: tuple[str, ...]) -> tuple[str, ...]:
        if not urls:
            raise ValueError("name at least one server, such as http://127.0.0.1:8188")
        found = [server_address(url) for url in urls]
        return tuple({without_login(url): url for url in reversed(found)}.values())[::-1]

    @field_validator("comfy_api_urls")
    @classmethod
    def _check_clouds(cls, urls: tuple[str, ...]) -> tuple[str, ...]:
        return cloud_addresses(urls)

    @field_validator("comfy_api_keys")
    @classmethod
    def _check_keys(cls, keys: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        urls = info.data.get("comfy_api_urls")
        if urls is not None and len(urls) != len(_keys(keys)):
            raise ValueError(
                f"there are {len(urls)} addresses in COMFY_API_URLS and {len(_keys(keys))} keys: "
                "write a key for each, in the same order, separated by commas"
            )
        for number, key in enumerate(_keys(keys), 1):
            if not (key.isascii() and key.isprintable()):
                raise ValueError(f"key {number} holds characters that no key has: copy it once more")
        return keys

    @field_validator("role")
    @classmethod
    def _check_role(cls, role: str, info: ValidationInfo) -> str:
        if role != "all" and not is_postgres(info.data.get("database_url", "")):
            raise ValueError(
                f"a {role} shares its database with other processes: set DATABASE_URL to a PostgreSQL, "
                "such as postgresql+psycopg://easel:password@host/easel, or leave ROLE out"
            )
        return role

    @field_validator("shard_ids", mode="before")
    @classmethod
    def _read_shards(cls, value: object) -> object:
        return _numbers(value) if isinstance(value, str) else value

    @field_validator("shard_ids")
    @classmethod
    def _check_shards(cls, ids: tuple[int, ...], info: ValidationInfo) -> tuple[int, ...]:
        count = info.data.get("shard_count")
        if not ids:
            return ids
        if not isinstance(count, int):
            raise ValueError("set SHARD_COUNT too: how many shards there are over all gateways")
        if max(ids) >= count:
            raise ValueError(f"with SHARD_COUNT={count} shards are numbered 0 to {count - 1}")
        return ids

    @field_validator("prompt_helper_url")
    @classmethod
    def _check_helper(cls, url: str | None) -> str | None:
        if url is None:
            return None
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"{_hide(url)!r} is not an address such as http://127.0.0.1:11434/v1")
        return url.rstrip("/")

    @field_validator("limit_size")
    @classmethod
    def _check_size(cls, text: str) -> str:
        if text.strip() != "0" and not pixels_in(text):
            raise ValueError("write width x height such as 2048x2048, or 0 for no limit")
        return text.strip()

    @field_validator("discord_api_url")
    @classmethod
    def _only_loopback(cls, url: str | None) -> str | None:
        if url is not None and urlsplit(url).hostname not in LOOPBACK:
            raise ValueError("only a Discord on this machine (127.0.0.1) can be set; leave it out for the real one")
        return url.rstrip("/") if url else None

    @field_validator("comfyui_headers")
    @classmethod
    def _check_headers(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and any(":" not in pair for pair in _pairs(value)):
            raise ValueError("write `Name: value` pairs separated by `;`")
        check_headers(_headers(value))
        return value

    def comfyui_header_map(self) -> dict[str, str]:
        """The extra headers by name."""
        return _headers(self.comfyui_headers)

    def clouds(self) -> list[tuple[str, SecretStr]]:
        """Each paid address with its key."""
        return list(zip(self.comfy_api_urls, map(SecretStr, _keys(self.comfy_api_keys)), strict=True))

    def secrets(self) -> list[str]:
        """What must never be shown or logged."""
        token = [self.discord_token.get_secret_value()] if self.discord_token is not None else []
        key = [self.prompt_helper_key.get_secret_value()] if self.prompt_helper_key is not None else []
        clouds = _keys(self.comfy_api_keys)
        urls = (*self.comfyui_urls, self.prompt_helper_url or "", self.database_url)
        words = [password for url in urls for password in passwords(url)]
        return [secret for secret in (*token, *key, *clouds, *self.comfyui_header_map().values(), *words) if secret]


def is_postgres(database_url: str) -> bool:
    """Whether several processes can share that database."""
    return re.match(r"(postgresql|postgres)(\+\w+)?:", database_url) is not None


def pixels_in(size: str) -> int:
    """How many pixels a size such as `2048x2048` has; 0 for anything else."""
    sides = re.fullmatch(r"\s*(\d{1,5})\s*[xX×]\s*(\d{1,5})\s*", size, re.ASCII)
    return int(sides[1]) * int(sides[2]) if sides else 0


def _pairs(value: SecretStr) -> list[str]:
    return [pair for pair in value.get_secret_value().split(";") if pair.strip()]


def _headers(value: SecretStr | None) -> dict[str, str]:
    pairs = (pair.split(":", 1) for pair in (_pairs(value) if value is not None else ()))
    return {name.strip(): text.strip() for name, text in pairs}


def _keys(value: SecretStr | None) -> list[str]:
    written = "" if value is None else value.get_secret_value()
    return [key.strip() for key in written.split(",") if key.strip()]


def _numbers(text: str) -> tuple[int, ...]:
    """Of `0,1` or `0-3`. Raises ValueError for anything else, and for the absurdly many."""
    found: list[int] = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        match = re.fullmatch(r"(\d{1,5})(?:\s*-\s*(\d{1,5}))?", part, re.ASCII)
        if match is None or int(match[2] or match[1]) < int(match[1]):
            raise ValueError("write numbers such as 0,1 or 0-3")
        found += range(int(match[1]), int(match[2] or match[1]) + 1)
    return tuple(dict.fromkeys(found))


def _hide(url: str) -> str:
    return url.rsplit("@", 1)[-1]
