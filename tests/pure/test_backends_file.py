"""What an operator may write into backends.toml, what is said of mistakes there, and that its secrets are in no log."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.backends_file import Listed, read_backends
from bot.comfy.backend import Backend
from bot.comfy.pool import Pool
from bot.doctor.named import examine_names
from bot.errors import SettingsError
from bot.logs import set_up_logging
from bot.machines import Machines
from bot.settings import Settings
from tests.pure.servers import Server


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "backends.toml"


def settings(file: Path) -> Settings:
    return Settings(comfyui_urls=("http://first:8188",), backends_file=file, _env_file=None)


def write(file: Path, *names: str) -> None:
    file.write_text("".join(f'[[backend]]\nurl = "http://{name}"\n' for name in names), "utf-8")


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ('[backend]\nurl = "http://a"', "backend: Each server begins with [[backend]]"),
        ('[backend]\nurl = "http://a"\n[backend]\nurl = "http://b"', "it is no TOML: "),
        ('[backend]\nurl = "http://a"\n[backend]\nurl = "http://b"', "begins with [[backend]]"),
        ('[[backends]]\nurl = "http://a"', "backends: Each server begins with [[backend]]"),
        ("[[backend]]", "[[backend]] 1, url: Field required"),
        ('[[backend]]\nurl = "http://a"\nport = 1', "[[backend]] 1, port: there is no such key"),
        ('[[backend]]\nurl = "http://a"\nheaders = { "X T" = "a" }', "letters, digits and - only"),
        ('[[backend]]\nurl = "http://a"\nheaders = { "Схема" = "a" }', "letters, digits and - only"),
        ('[[backend]]\nurl = "http://a"\nheaders = { "X-T" = "a\\nb" }', "a header is one line of text"),
    ],
)
def test_a_mistake_is_said_with_what_to_write(file: Path, written: str, words: str) -> None:
    file.write_text(written, "utf-8")

    with pytest.raises(SettingsError) as refused:
        read_backends(file)
    assert str(refused.value).startswith(f"{file}: ")
    assert words in str(refused.value)


@pytest.mark.parametrize("written", ["[[backends]]", "[[backend"])
def test_check_names_the_file_once(file: Path, written: str) -> None:
    file.write_text(written, "utf-8")

    (found,) = [found for found in examine_names(settings(file)) if found.subject == str(file)]

    assert str(file) not in found.text


@pytest.fixture
def _logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


@pytest.mark.usefixtures("_logging_as_it_was")
def test_passwords_and_headers_of_the_file_are_in_no_log(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logging("INFO", "text", secrets=["first-secret"])
    file.write_text('[[backend]]\nurl = "http://me:pass%40word@a"\nheaders = { "X-T" = "topsecret" }', "utf-8")

    read_backends(file)
    logging.getLogger("bot").info("first-secret pass%40word pass@word topsecret")

    assert capsys.readouterr().err.rstrip().endswith("bot: *** *** *** ***")


def test_a_key_that_cannot_be_one_is_refused_without_being_shown() -> None:
    with pytest.raises(ValueError, match="key 2 holds characters that no key has") as refused:
        Settings(comfy_api_urls="https://a,https://b", comfy_api_keys=SecretStr("good,ключ"), _env_file=None)
    assert "ключ" not in str(refused.value)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:99999", "https://cloud:port", "https://..:1", f"https://{'a' * 64}.de", "https://a b"]
)
def test_an_address_that_leads_nowhere_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="is not an address such as http://127"):
        Settings(comfyui_urls=url, _env_file=None)
    with pytest.raises(ValueError, match="is not an address such as https://cloud"):
        Settings(comfy_api_urls=url, comfy_api_keys=SecretStr("key"), _env_file=None)


class House:
    """One where nothing ever runs."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def add(self, backend: Backend) -> None:
        self._pool.add(backend)

    async def retire(self, backend: Backend) -> None:
        await self._pool.remove(backend.name)


async def test_a_server_that_cannot_be_made_leaves_the_others_as_they_were(
    file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def make(listed: Listed) -> Backend:
        if "bad" in listed.url:
            raise ValueError("no such address")
        return Server(listed.url)

    machines = Machines(settings(file), make)
    pool = Pool(machines.begin())
    following = asyncio.create_task(machines.serve(pool, House(pool), lambda: None))
    await asyncio.sleep(0)  # there is no file yet, as it knows now
    async with asyncio.timeout(20):
        write(file, "good", "bad")
        while "stay as they were" not in caplog.text and not following.done():
            await asyncio.wait([following], timeout=0.1)
        kept = [backend.name for backend in pool.backends]
        write(file, "good")
        while len(pool.backends) != 2 and not following.done():
            await asyncio.wait([following], timeout=0.1)
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    write(file, "bad")
    again = Machines(settings(file), make).begin()

    assert kept == ["http://first:8188"]
    assert [backend.name for backend in pool.backends] == ["http://first:8188", "http://good"]
    assert [backend.name for backend in again] == ["http://first:8188"]
