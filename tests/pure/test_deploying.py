"""What ships for operators holds together: compose.yaml, Dockerfile, the dashboard, alerts and their page in docs."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import web

from bot.metrics import names
from bot.metrics.health import Health, Status
from bot.metrics.server import Site
from bot.settings import Settings

ROOT = Path(__file__).parents[2]
FLEET = {"POSTGRES_PASSWORD": "a p@ss:word/%"}
#: what other programs read: PostgreSQL's driver and its image
NOT_OURS = {"PGPASSWORD", "POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD"}
EVERYWHERE = "0.0.0.0"  # noqa: S104 - an address to listen on, inside a container
#: those of the process itself, which Prometheus' own client and Prometheus name
STANDARD = {"process_resident_memory_bytes", "process_cpu_seconds_total", "up"}
LABELS = {label for metric in names.ALL for label in metric.labels} | {"instance", "job", "le"}


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    return found


def filled(text: str, env: Mapping[str, str]) -> str:
    """As Compose fills in `${A}`, `${A:-else}` and `${A:+then}`, the innermost first."""

    def one(match: re.Match[str]) -> str:
        value, sign, rest = env.get(match[1], ""), match[2], match[3] or ""
        return (rest if value else "") if sign == ":+" else value or rest

    pattern = re.compile(r"\$\{(\w+)(?:(:[-+])([^${}]*))?\}")
    while (after := pattern.sub(one, text)) != text:
        text = after
    return text


def settings_of(service: str, env: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> Settings:
    """What an Easel in that service reads."""
    for name, value in compose()["services"][service]["environment"].items():
        monkeypatch.setenv(name, filled(value, env))
    return Settings(_env_file=None)


def started(profiles: set[str]) -> set[str]:
    """The services that `docker compose up` starts."""
    services = compose()["services"].items()
    return {name for name, service in services if not service.get("profiles") or profiles & set(service["profiles"])}


def test_one_service_starts_by_default_and_a_fleet_with_its_profile() -> None:
    assert started(set()) == {"easel"}
    assert started({"fleet"}) == {"easel", "postgres", "worker-1", "worker-2"}


def test_alone_it_is_the_whole_bot_on_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_of("easel", {}, monkeypatch)

    assert settings.role == "all"
    assert settings.database_url.startswith("sqlite")
    assert (settings.metrics_port, settings.metrics_host) == (9464, EVERYWHERE)


@pytest.mark.parametrize(("service", "role"), [("easel", "gateway"), ("worker-1", "worker"), ("worker-2", "worker")])
def test_with_a_password_for_postgresql_it_is_a_fleet(service: str, role: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_of(service, FLEET, monkeypatch)

    assert settings.role == role
    assert settings.database_url == "postgresql+psycopg://easel@postgres/easel"
    assert os.environ["PGPASSWORD"] == FLEET["POSTGRES_PASSWORD"]


def test_an_own_database_and_role_go_before_those_of_the_fleet(monkeypatch: pytest.MonkeyPatch) -> None:
    own = {"DATABASE_URL": "postgresql+psycopg://me:word@elsewhere/easel", "ROLE": "gateway"}

    settings = settings_of("easel", own, monkeypatch)

    assert (settings.role, settings.database_url) == ("gateway", own["DATABASE_URL"])


def test_every_service_has_a_health_check_and_waits_for_a_healthy_database() -> None:
    services = compose()["services"]

    for name, service in services.items():
        assert service["healthcheck"]["test"], name
        if name != "postgres":
            assert service["depends_on"]["postgres"]["condition"] == "service_healthy"
            assert service["healthcheck"]["test"][-1] == "healthcheck.py"
    assert services["easel"]["depends_on"]["postgres"]["required"] is False


def test_what_is_set_in_compose_are_settings_and_volumes_that_exist() -> None:
    document = compose()
    known = {name.upper() for name in Settings.model_fields} | NOT_OURS

    for service in document["services"].values():
        assert service["environment"].keys() <= known
        volumes = {volume.partition(":")[0] for volume in service["volumes"]} - {"./workflows"}
        assert volumes <= document["volumes"].keys()
        assert "ports" not in service


def test_containers_get_the_time_that_running_jobs_get() -> None:
    graces = [service["stop_grace_period"] for name, service in compose()["services"].items() if name != "postgres"]

    wanted = Settings.model_fields["drain_seconds"].default + 30  # docs/scaling.md: what a stop may take beside it
    assert all(int(grace.removesuffix("s")) >= wanted for grace in graces)


def test_the_image_has_what_a_fleet_needs_and_does_not_run_as_root() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    (wanted,) = re.findall(r'^ARG EXTRAS="(.*)"$', dockerfile, re.MULTILINE)
    copied = re.findall(r"^COPY ([^-].*) \S+$", dockerfile, re.MULTILINE)

    assert "postgres" in wanted.split()
    assert set(wanted.split()) <= extras.keys()
    assert all((ROOT / path).exists() for line in copied for path in line.split())
    assert dockerfile.index("USER easel") < dockerfile.index("\nCMD")
    assert "HEALTHCHECK" in dockerfile
    assert "!deploy/docker" in (ROOT / ".dockerignore").read_text("utf-8")


async def probe(**env: str) -> tuple[int | None, str]:
    """The exit code of the image's health check, and what it says."""
    script = str(ROOT / "deploy" / "docker" / "healthcheck.py")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", script, env=env, stdout=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(20):
        said, _nothing = await process.communicate()
    return process.returncode, said.decode()


async def test_the_health_check_of_the_image_says_what_the_bot_says() -> None:
    answers = [Health("all", Status.OK), Health("all", Status.FAILING, ("ComfyUI is away.",))]

    async def health() -> Health:
        return answers.pop(0)

    async def metrics(_accept: str) -> tuple[bytes, str]:
        raise web.HTTPNotFound

    async with Site(health, metrics).open("127.0.0.1", 0) as port:
        well = await probe(METRICS_PORT=str(port), METRICS_HOST=EVERYWHERE)
        sick = await probe(METRICS_PORT=str(port))
    gone = await probe(METRICS_PORT=str(port))
    unset = await probe()

    assert (well[0], json.loads(well[1])["status"]) == (0, "ok")
    assert (sick[0], json.loads(sick[1])["problems"]) == (1, ["ComfyUI is away."])
    assert gone[0] == 1
    assert unset[0] == 0


def dashboard() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((ROOT / "deploy" / "grafana" / "easel.json").read_text("utf-8"))
    return found


def rules() -> Iterator[dict[str, Any]]:
    for group in yaml.safe_load((ROOT / "deploy" / "prometheus" / "alerts.yml").read_text("utf-8"))["groups"]:
        yield from group["rules"]


def queries() -> list[str]:
    """Of the dashboard's panels and variables, and of the alerts."""
    board = dashboard()
    of_panels = [target["expr"] for panel in board["panels"] for target in panel.get("targets", ())]
    variables = [variable["definition"] for variable in board["templating"]["list"] if variable["type"] == "query"]
    return [*of_panels, *variables, *(rule["expr"] for rule in rules())]


def exposed() -> set[str]:
    """Every name that can be asked for."""
    parts = {
        f"{metric.name}_{part}"
        for metric in names.ALL
        for part in ("bucket", "sum", "count")
        if metric in names.HISTOGRAMS
    }
    return {metric.name for metric in names.ALL if metric not in names.HISTOGRAMS} | parts | STANDARD


@pytest.mark.parametrize("query", queries())
def test_every_query_asks_for_metrics_and_labels_that_there_are(query: str) -> None:
    plain = re.sub(r'"[^"]*"|\[[^]]*\]', "", query)
    named = set(re.findall(r"\b(?:easel|process)_\w+|\bup\b", plain))
    labels = re.findall(r"\b(?:by|on) \(([^)]*)\)", plain) + re.findall(r"[{,]\s*(\w+)\s*=", plain)
    used = {label.strip() for listed in labels for label in listed.split(",")}

    assert named
    assert named <= exposed()
    assert used <= LABELS


def test_every_metric_is_drawn_or_told_of_in_the_docs() -> None:
    page = (ROOT / "docs" / "scaling.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \|.*\| (.+) \|$", page, re.MULTILINE))

    assert {name: text for name, text in rows.items() if name.startswith("easel_")} == {
        metric.name: metric.help for metric in names.ALL
    }


def test_the_dashboard_can_be_imported_with_any_prometheus() -> None:
    board = dashboard()
    panels = [panel for panel in board["panels"] if panel["type"] != "row"]
    variable = next(variable for variable in board["templating"]["list"] if variable["type"] == "datasource")

    assert board["schemaVersion"] >= 36
    assert (variable["name"], variable["query"]) == ("datasource", "prometheus")
    wanted = {"type": "prometheus", "uid": "${datasource}"}
    assert all(part["datasource"] == wanted for panel in panels for part in (panel, *panel["targets"]))
    assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
    assert "id" not in board


def test_no_panel_lies_over_another() -> None:
    places = [panel["gridPos"] for panel in dashboard()["panels"]]

    assert all(place["x"] + place["w"] <= 24 for place in places)
    for one, other in combinations(places, 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        above = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or above


def test_prometheus_asks_the_services_of_compose_at_their_port() -> None:
    prometheus = yaml.safe_load((ROOT / "deploy" / "prometheus" / "prometheus.yml").read_text("utf-8"))
    targets = [
        target for job in prometheus["scrape_configs"] for part in job["static_configs"] for target in part["targets"]
    ]
    services = compose()["services"]

    asked = dict(target.split(":") for target in targets)
    assert asked == {
        name: service["environment"]["METRICS_PORT"] for name, service in services.items() if name != "postgres"
    }
    assert prometheus["rule_files"] == ["alerts.yml"]
