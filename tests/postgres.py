"""A PostgreSQL of this machine's packages, started once where a test wants it; each test has a database of its own."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from uuid import uuid4

import pytest
from sqlalchemy import delete

from bot.comfy.simulator.port import Port
from bot.jobs.store import Store
from bot.jobs.tables import facts, metadata
from bot.jobs.tickets import VERSION
from tests.pure.jobs import begin_database, database_url

#: where Debian's packages have the programs, and the other systems
PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/local/bin")
USER, PASSWORD = "easel", "a secret: 50% of /&?#"
QUICK = {
    "fsync": "off",
    "deadlock_timeout": "20ms",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "60",
    "shared_buffers": "16MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "unix_socket_directories": "",
    "log_min_messages": "panic",
}
STARTING_SECONDS = 30.0
ENDING_SECONDS = 10.0
TABLES = metadata.sorted_tables


class Postgres:
    """One server on a free loopback port, its data in a folder that goes with it."""

    def __init__(self, programs: Path, folder: Path) -> None:
        self._programs = programs
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._template: str | None = None
        self._common: str | None = None
        self._held = Port("127.0.0.1")
        self.port = self._held.number

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def initialize(self) -> None:
        """An empty data folder, with a password for whoever connects."""
        word = self._folder / "password"
        word.write_text(PASSWORD)
        if _user():  # initdb and the server refuse to be root
            for path in (self._folder, word):
                shutil.chown(path, "postgres", "postgres")
        self._run("initdb", "-D", self.data, "-U", USER, "--pwfile", word, "-A", "scram-sha-256", *INITDB)

    @property
    def data(self) -> Path:
        return self._folder / "data"

    def start(self) -> None:
        """Returns when it takes connections; again after `stop()`, on the same port. Twice is once."""
        if self._process is not None and self._process.poll() is None:
            return
        options = [f"--{name}={value}" for name, value in QUICK.items()]
        command = [
            str(self._programs / "postgres"),
            "-D",
            str(self.data),
            "-h",
            "127.0.0.1",
            "-p",
            str(self.port),
            *options,
        ]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, user=_user(), cwd="/")
        until = monotonic() + STARTING_SECONDS
        while not self._ready():
            if self._process.poll() is not None or monotonic() > until:
                raise RuntimeError((self._folder / "log").read_text())
            sleep(0.01)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT ends at once and cleanly, SIGQUIT as a power cut does; what does not end by itself is killed."""
        if self._process is not None:
            self._process.send_signal(how)
            try:
                self._process.wait(ENDING_SECONDS)
            except subprocess.TimeoutExpired:  # seen once in some hundred times
                self._process.kill()  # its children notice, and end
                self._process.wait(ENDING_SECONDS)
            self._process = None

    def close(self) -> None:
        """Stopped for good."""
        self.stop(signal.SIGQUIT)
        self._held.close()

    def freeze(self) -> None:
        """It takes connections and answers nobody, until `thaw()`: all its processes stand still."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on as if nothing had been."""
        self._signal(signal.SIGCONT)

    def url(self, database: str, *, password: str = PASSWORD, port: int | None = None) -> str:
        """As DATABASE_URL wants it."""
        from sqlalchemy import URL

        place = URL.create("postgresql+psycopg", USER, password, "127.0.0.1", port or self.port, database)
        return place.render_as_string(hide_password=False)

    def ask(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """What a connection of its own is answered."""
        import psycopg

        keys = {"host": "127.0.0.1", "port": self.port, "user": USER, "password": PASSWORD}
        with psycopg.connect(dbname=database, autocommit=True, **keys) as connection:  # type: ignore[arg-type] # by name
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def create(self, template: str = "template0") -> str:
        """A new database, as the template is; its name."""
        name = f"easel_{uuid4().hex}"
        self.ask(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def template(self) -> str:
        """The name of an empty database of today, made once and copied."""
        if self._template is None:
            name = self.create()
            asyncio.run(_migrated(self.url(name)))
            self._template = name
        return self._template

    def emptied(self) -> str:
        """The name of a database of today that tests use in turn: quicker than one of its own for each."""
        if self._common is None:
            self._common = self.create(self.template())
        else:
            away = [delete(each).where(facts.c.key != VERSION) if each is facts else delete(each) for each in TABLES]
            said = [str(each.compile(compile_kwargs={"literal_binds": True})) for each in away]
            self.ask("; ".join(said), self._common)
        return self._common

    def drop(self, name: str) -> None:
        """Whoever is connected to it is thrown out."""
        self.ask(f"DROP DATABASE {name} WITH (FORCE)")

    def _ready(self) -> bool:
        import psycopg

        try:
            return self.ask("SELECT 1") == [(1,)]
        except psycopg.OperationalError:
            return False

    def _signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)  # first, so that it starts no other
        listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], check=True, capture_output=True, text=True).stdout
        for pid, parent in (line.split() for line in listed.splitlines()):
            if int(parent) == self.pid:
                with suppress(ProcessLookupError):
                    os.kill(int(pid), number)

    def _run(self, program: str, *arguments: object) -> None:
        command = [str(self._programs / program), *map(str, arguments)]
        subprocess.run(command, check=True, capture_output=True, user=_user(), cwd="/")


INITDB = (
    "--no-sync",
    "--no-instructions",
    "--encoding=UTF8",
    "--locale=C.UTF-8",
    "--locale-provider=icu",
    "--icu-locale=en-US",
)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Shared by the tests of a process; skipped where it is not installed."""
    with serving() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty one, of today: a test that has it runs on both kinds."""
    if request.param == "sqlite":
        asyncio.run(begin_database(tmp_path))
        yield database_url(tmp_path)
        return
    server: Postgres = request.getfixturevalue("postgres")
    yield server.url(server.emptied())


@pytest.fixture
def fleet_database(postgres: Postgres) -> Iterator[str]:
    """The URL of an empty PostgreSQL database, of today."""
    yield from _database_of(postgres)


@contextmanager
def serving() -> Iterator[Postgres]:
    """A server of one's own, to be stopped and started."""
    programs = _found_programs()
    if programs is None:
        pytest.skip("missing PostgreSQL: install Debian's postgresql package, or its like")
    with tempfile.TemporaryDirectory(prefix="easel-postgres-") as folder:
        server = Postgres(programs, Path(folder))
        server.initialize()
        server.start()
        try:
            yield server
        finally:
            server.close()


def _database_of(server: Postgres) -> Iterator[str]:
    name = server.create(server.template())
    yield server.url(name)
    server.drop(name)


def _found_programs() -> Path | None:
    found = [path for place in PLACES for path in Path("/").glob(f"{place[1:]}/initdb")]
    named = shutil.which("initdb")
    return Path(named).parent if named else max(found).parent if found else None


async def _migrated(url: str) -> None:
    await (await Store.open(url)).close()


def _user() -> str | None:
    return "postgres" if hasattr(os, "getuid") and os.getuid() == 0 else None
