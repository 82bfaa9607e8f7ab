"""The simulator's knobs: what a panel can read and turn without knowing them."""

import re
from collections.abc import AsyncIterator
from dataclasses import fields

import aiohttp
import pytest

from bot.comfy.simulator import Faults, Knob, KnobKind, Lie, knob_values, knobs, set_knob
from tests.wire.simulated import EMPTY, Client, serve, text_to_image

VALUED = [knob for knob in knobs() if knob.kind is not KnobKind.ACTION]


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with serve() as client:
        yield client


def other_value(knob: Knob) -> object:
    if knob.kind is KnobKind.SWITCH:
        return True
    return knob.choices[-1] if knob.kind is KnobKind.CHOICE else 3


async def test_every_knob_but_the_actions_has_a_value_of_its_kind(client: Client) -> None:
    values = knob_values(client.simulator)

    assert set(values) == {knob.name for knob in VALUED}
    for knob in VALUED:
        await set_knob(client.simulator, knob.name, values[knob.name])
    assert knob_values(client.simulator) == values


@pytest.mark.parametrize("knob", VALUED, ids=lambda knob: knob.name)
async def test_turning_one_knob_leaves_the_others(client: Client, knob: Knob) -> None:
    before = knob_values(client.simulator)
    await set_knob(client.simulator, knob.name, other_value(knob))

    assert knob_values(client.simulator) == {**before, knob.name: other_value(knob)}
    assert before[knob.name] != other_value(knob)


async def test_every_fault_has_a_knob(client: Client) -> None:
    for knob in VALUED:
        await set_knob(client.simulator, knob.name, other_value(knob))

    names = [field.name for field in fields(Faults) if not field.name.startswith("_")]
    still = [name for name in names if getattr(client.simulator.faults, name) == getattr(Faults(), name)]
    assert still == []
    assert client.simulator.faults.lies == set(Lie)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("no_such", True, "The simulator has no knob named no_such."),
        ("deaf", 1, "Deaf sockets is either on or off."),
        ("pace_step", "fast", "Seconds per step wants a number."),
        ("pace_step", True, "Seconds per step wants a number."),
        ("pace_step", float("nan"), "Seconds per step wants a number."),
        ("pace_step", -1, "Seconds per step goes from 0 to 5."),
        ("broken_route", "/nowhere", "Broken route cannot be /nowhere."),
        ("missing_model", ["x"], "Missing model cannot be ['x']."),
    ],
)
async def test_a_value_that_does_not_fit_is_refused_with_a_sentence(
    client: Client, name: str, value: object, sentence: str
) -> None:
    before = knob_values(client.simulator)
    with pytest.raises(ValueError, match=f"^{re.escape(sentence)}$"):
        await set_knob(client.simulator, name, value)

    assert knob_values(client.simulator) == before


async def test_a_server_switched_off_refuses_until_it_is_started(client: Client) -> None:
    await set_knob(client.simulator, "stop")
    with pytest.raises(aiohttp.ClientConnectorError):
        await client.get("/prompt")
    await set_knob(client.simulator, "start")
    await set_knob(client.simulator, "start")

    assert await client.get("/prompt") == {"exec_info": {"queue_remaining": 0}}


async def test_a_restart_forgets_the_history(client: Client) -> None:
    await client.run(EMPTY)
    await set_knob(client.simulator, "restart")

    assert await client.get("/history") == {}


async def test_dropping_the_sockets_leaves_the_server(client: Client) -> None:
    async with client.socket("me") as socket:
        await set_knob(client.simulator, "drop_sockets")
        await socket.receive(timeout=5)

    assert socket.close_code == aiohttp.WSCloseCode.ABNORMAL_CLOSURE
    assert (await client.run(EMPTY))["status"]["status_str"] == "success"


async def test_both_kinds_of_refused_submissions_count_down(client: Client) -> None:
    await set_knob(client.simulator, "fail_500", 1)
    await set_knob(client.simulator, "fail_413", 1)
    statuses = [(await client.post("/prompt", {"prompt": EMPTY}))[0] for _ in range(3)]

    assert sorted(statuses) == [200, 413, 500]
    assert knob_values(client.simulator)["fail_500"] == 0


async def test_a_crash_with_a_long_absence_can_be_cut_short(client: Client) -> None:
    """Somebody who waits in front of the panel starts the server by hand; it is not started twice."""
    await set_knob(client.simulator, "crash", True)
    await set_knob(client.simulator, "crash_seconds", 600)
    await client.submit(text_to_image())
    await client.wait("died")
    refused = client.simulator.running
    await set_knob(client.simulator, "start")

    assert not refused
    assert await client.get("/prompt") == {"exec_info": {"queue_remaining": 0}}
