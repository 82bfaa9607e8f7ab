"""What operators watch agrees with what happened: /metrics and /healthz of the real bot."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as strictly
from prometheus_client.parser import text_string_to_metric_families

from bot.app import EaselBot
from bot.comfy.backend import BackendState
from bot.comfy.simulator import Simulator
from bot.metrics import names
from bot.playground import DiscordServer, Person, Request
from bot.playground.ratelimits import Limited
from bot.playground.rest import Moment
from tests.whole.conftest import Easel, finished, listed, shows
from tests.whole.processes import program, settings
from tests.whole.test_imagine import SMALL

Sample = tuple[str, tuple[tuple[str, str], ...]]


class Site:
    """What the bot answers on its port."""

    def __init__(self, session: aiohttp.ClientSession, easel: Easel) -> None:
        self._session = session
        self._easel = easel

    def url(self, path: str) -> str:
        assert self._easel.monitor is not None
        return f"http://127.0.0.1:{self._easel.monitor.port}{path}"

    async def health(self) -> tuple[int, dict[str, Any]]:
        async with self._session.get(self.url("/healthz")) as answer:
            return answer.status, await answer.json()

    async def text(self, accept: str = "") -> str:
        async with self._session.get(self.url("/metrics"), headers={"Accept": accept}) as answer:
            assert answer.status == 200
            return await answer.text()

    async def scrape(self) -> dict[Sample, float]:
        return {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(await self.text())
            for sample in family.samples
        }


@pytest.fixture
async def site(easel: Easel) -> AsyncIterator[Site]:
    easel.changes["metrics_port"] = 0
    async with aiohttp.ClientSession() as session:
        yield Site(session, easel)


def labelled(name: str, **labels: str) -> Sample:
    return name, tuple(sorted(labels.items()))


async def chosen(person: Person, words: str) -> str:
    """The job whose prompt begins like that, as /cancel offers it."""
    (choice,) = await person.autocomplete("cancel", "job", words)
    return str(choice["value"])


async def delivered(site: Site, count: int) -> dict[Sample, float]:
    """The first scrape after so many outcomes arrived."""
    async with asyncio.timeout(10):
        while (found := await site.scrape()).get(labelled("easel_delivery_lag_seconds_count"), 0) < count:
            pass
    return found


@asynccontextmanager
async def happening(bot: EaselBot, event: str) -> AsyncIterator[None]:
    """The block ends once this has happened that it brings about."""
    waiting = asyncio.ensure_future(bot.wait_for(event, timeout=30))
    yield
    await waiting


async def test_a_scrape_says_what_runs_waits_and_has_ended(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel, site: Site
) -> None:
    alice = discord_server.person("alice")
    async with easel.running() as bot:
        await listed(bot)
        comfyui.hold()
        answers = [await alice.slash("imagine", prompt=f"{number}", **SMALL) for number in range(4)]
        await answers[3].wait(shows("3 jobs before yours"))
        (backend,) = bot.pool.backends
        meanwhile = await site.scrape()
        await alice.slash("cancel", job=await chosen(alice, "3"))
        comfyui.release()
        for answer in answers:
            await answer.wait(finished)
        afterwards = await delivered(site, 4)
        openly = await site.text("application/openmetrics-text; version=1.0.0")

    states = ("running", "submitted", "waiting")
    assert [meanwhile[labelled("easel_database_jobs", state=state, workflow="imagine")] for state in states] == [
        1,
        1,
        2,
    ]
    assert 0 < meanwhile[labelled("easel_database_oldest_waiting_seconds")] < 60
    of_backend = ("up", "slots", "slots_used", "queue", "paused")
    assert [meanwhile[labelled(f"easel_backend_{part}", backend=backend.name)] for part in of_backend] == [
        1,
        2,
        2,
        2,
        0,
    ]
    assert not [sample for sample in meanwhile if sample[0] == "easel_jobs_ended_total"]

    assert not [sample for sample in afterwards if sample[0] == "easel_database_jobs"]
    assert afterwards[labelled("easel_jobs_ended_total", state="done", workflow="imagine")] == 3
    assert afterwards[labelled("easel_jobs_ended_total", state="cancelled", workflow="imagine")] == 1
    assert afterwards[labelled("easel_job_seconds_count", workflow="imagine")] == 3
    assert afterwards[labelled("easel_job_wait_seconds_count")] == 3
    assert afterwards[labelled("easel_database_deliveries_waiting")] == 0
    assert afterwards[labelled("easel_database_up")] == 1
    assert afterwards[labelled("easel_discord_shard_up", shard="0")] == 1
    assert afterwards[labelled("easel_discord_servers")] == len(discord_server.guilds)
    assert afterwards[labelled("easel_discord_requests_total", route="interaction", status="2xx")] >= 5
    assert afterwards[labelled("easel_discord_requests_total", route="followup", status="2xx")] >= 4
    families = strictly(openly)  # type: ignore[no-untyped-call]  # has no types
    assert {family.name for family in families} >= {"easel_jobs_ended", "easel_job_seconds"}
    for secret in ("alice", str(alice.id), str(discord_server.guild.id)):
        assert secret not in openly


async def test_every_metric_that_is_named_is_there(easel: Easel, site: Site) -> None:
    """Beside those of the process itself, which Prometheus' own client names."""
    async with easel.running():
        text = await site.text()

    told = {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE easel_")}
    assert told == {metric.name for metric in names.ALL}
    assert "process_resident_memory_bytes" in text


async def test_a_429_is_counted_by_route_and_by_whose_limit_it_is(
    discord_server: DiscordServer, easel: Easel, site: Site
) -> None:
    scopes = ["user", "shared"]

    async def limit(moment: Moment, request: Request) -> None:
        if moment == "request" and request.method == "PATCH" and scopes:
            raise Limited(0.01, scopes.pop(0))

    discord_server.on(limit)
    async with easel.running():
        answer = await discord_server.person("alice").slash("imagine", prompt="a fox", **SMALL)
        await answer.wait(finished)
        found = await site.scrape()

    assert found[labelled("easel_discord_requests_total", route="followup", status="429")] == 2
    limited = [
        labelled("easel_discord_rate_limited_total", route="followup", scope=scope) for scope in ("user", "shared")
    ]
    assert [found[sample] for sample in limited] == [1, 1]


async def test_it_is_healthy_while_discord_and_comfyui_are_there(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel, site: Site
) -> None:
    async with easel.running() as bot:
        await listed(bot)
        backend = bot.pool.backends[0]
        well = await site.health()

        await comfyui.stop()
        while backend.state is not BackendState.DOWN:
            await backend.changed()
        without_comfyui = await site.health()
        await comfyui.restart()
        await listed(bot)

        async with happening(bot, "shard_disconnect"):
            await discord_server.close()
        without_discord = await site.health()
        unhealthy = await site.scrape()
        async with happening(bot, "shard_connect"):
            await discord_server.start()
        again = await site.health()

    assert well == again == (200, {"role": "all", "status": "ok", "problems": [], "notes": []})
    assert without_comfyui[0] == without_discord[0] == 503
    assert without_comfyui[1]["problems"] == [
        f"{backend.name} is down: ComfyUI does not answer. Jobs wait and run when it is back."
    ]
    assert without_discord[1]["problems"] == ["It has no connection to Discord's gateway, so no command reaches it."]
    assert unhealthy[labelled("easel_healthy")] == 0
    assert unhealthy[labelled("easel_discord_shard_up", shard="0")] == 0


async def test_it_answers_that_it_starts_before_it_has_logged_in(
    discord_server: DiscordServer, easel: Easel, site: Site
) -> None:
    login = asyncio.Event()
    seen: list[tuple[int, dict[str, Any]]] = []

    async def ask(moment: Moment, request: Request) -> None:
        if not seen:
            seen.append((0, {}))
            seen[:] = [await site.health()]
            login.set()

    discord_server.on(ask)
    async with easel.running():
        async with asyncio.timeout(10):
            await login.wait()

    ((code, answer),) = seen
    assert (code, answer["status"]) == (503, "starting")


async def test_a_port_that_is_taken_is_said_in_a_sentence(discord_server: DiscordServer, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        env = settings(discord_server, "http://127.0.0.1:9", tmp_path / "data", METRICS_PORT=str(port))
        async with program(env=env, cwd=tmp_path) as bot:
            code = await bot.end()

    assert code == 2
    assert bot.output.text.splitlines()[-1] == (
        f"METRICS_PORT: another program has port {port} on 127.0.0.1. Stop that one, or choose another METRICS_PORT."
    )
    assert "Traceback" not in bot.output.text


async def test_it_goes_on_answering_while_discord_cannot_be_reached(
    discord_server: DiscordServer, tmp_path: Path
) -> None:
    env = settings(discord_server, "http://127.0.0.1:9", tmp_path / "data", METRICS_PORT="0")
    await discord_server.close()

    async with program(env=env, cwd=tmp_path) as bot, aiohttp.ClientSession() as session:
        await bot.output.wait("metrics on ", "Discord cannot be reached")
        (where,) = re.findall(r"metrics on (\S+)/metrics", bot.output.text)
        async with session.get(f"{where}/healthz") as answer:
            code, health = answer.status, await answer.json()
        async with session.get(f"{where}/metrics") as answer:
            text = await answer.text()

    assert (code, health["status"]) == (503, "starting")
    assert 'easel_discord_requests_total{route="person",status="failed"} 1.0' in text


async def test_each_process_of_a_fleet_is_well_by_its_role(
    discord_server: DiscordServer, comfyui: Simulator, tmp_path: Path, fleet_database: str
) -> None:
    def env(role: str, folder: str = "") -> dict[str, str]:
        changes = {"METRICS_PORT": "0", "ROLE": role, "DATABASE_URL": fleet_database}
        return settings(discord_server, comfyui.url, tmp_path / (folder or role), **changes)

    async with (
        aiohttp.ClientSession() as session,
        AsyncExitStack() as more,
        program(env=env("gateway"), cwd=tmp_path) as gateway,
        program(env=env("worker"), cwd=tmp_path) as worker,
    ):
        await gateway.output.wait("metrics on ", "ready as ")
        await worker.output.wait("metrics on ", f"{comfyui.url} is held")
        standby = await more.enter_async_context(program(env=env("worker", "standby"), cwd=tmp_path))
        await standby.output.wait("metrics on ", f"{comfyui.url} is up", "ready as ")
        told = {}
        for role, bot in {"gateway": gateway, "worker": worker, "standby": standby}.items():
            (where,) = re.findall(r"metrics on (\S+)/metrics", bot.output.text)
            async with session.get(f"{where}/healthz") as answer:
                health = await answer.json()
            async with session.get(f"{where}/metrics") as answer:
                told[role] = health["role"], health["status"], (await answer.text()).splitlines()

    assert told["gateway"][:2] == ("gateway", "ok")
    assert told["worker"][:2] == told["standby"][:2] == ("worker", "ok")
    slots, shard = f'easel_backend_slots{{backend="{comfyui.url}"}} 2.0', 'easel_discord_shard_up{shard="0"} 1.0'
    assert [slots in lines for _role, _status, lines in told.values()] == [False, True, False]
    assert [shard in lines for _role, _status, lines in told.values()] == [True, False, False]
