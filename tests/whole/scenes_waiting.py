"""A job's message from the queue to its end: where it stands, what keeps it, and how it ends without a result."""

from __future__ import annotations

import asyncio

from tests.whole.conftest import finished, shows
from tests.whole.gallery import Gallery, Scene, broken


async def queue(studio: Gallery) -> None:
    """Next, several before it, enough of one's own running, paused; and the two commands about the queue."""
    with studio.held():
        for person, prompt in (("bob", "a lighthouse at night"), ("mona", "an old train"), ("alice", "a fox in snow")):
            await studio.waiting(person, prompt)
        await studio.shot("waiting")
        await studio.use("alice", "queue")
        await studio.shot("queue")
        await studio.use("mona", "queue")
        await studio.shot("queue-moderator", "mona")
        studio.clear()
        await studio.set("limits", running=1)
        await studio.waiting("bob", "a second lighthouse")
        await studio.shot("waiting-enough")
        await studio.set("reset", what="limits")
        await studio.use("mona", "jobs pause")
        last = await studio.waiting("bob", "a city of glass")
        await studio.shot("waiting-paused", "bob")
        await studio.use("bob", "queue")
        await studio.shot("queue-paused", "bob")
        await studio.use("mona", "jobs resume")
        await studio.use("bob", "cancel", job=await studio.job_id(last))
        await studio.shot("cancelled-by-command", "bob")
    await studio.go_on()
    studio.clear()
    await studio.use("alice", "queue")
    await studio.use("alice", "cancel")
    await studio.shot("queue-empty")


async def running(studio: Gallery) -> None:
    """At work, with a preview; being stopped; stopped."""
    message = await studio.imagine_halfway("alice", "a whale between islands")
    await studio.shot("running-preview")
    studio.simulator.faults.lost_interrupts = 100
    await studio.discord.person("alice").click(message, "Cancel")
    await message.wait(shows("Stopping"))
    await studio.shot("stopping")
    studio.simulator.faults.lost_interrupts = 0
    studio.halt = 0
    studio.simulator.release()
    await message.wait(finished)
    await studio.shot("cancelled")


async def offline(studio: Gallery) -> None:
    """ComfyUI goes away, comes back, and has forgotten the job."""
    with studio.held():
        message = await studio.waiting("alice", "a harbour in the fog")
        other = await studio.waiting("bob", "a robot reading in a garden")
        await studio.simulator.stop()
        await message.wait(shows("does not answer"), timeout=30)
        await other.wait(shows("does not answer"), timeout=30)
        await studio.use("alice", "queue")
        await studio.shot("offline")
        await studio.simulator.start()
        studio.simulator.hold()
        await message.wait(shows("sent again"), timeout=30)
        await studio.shot("sent-again")
    await studio.go_on()


async def failed(studio: Gallery) -> None:
    """What goes wrong at ComfyUI, in plain words."""
    faults = studio.simulator.faults
    faults.out_of_memory = True
    await studio.make("alice", "imagine", prompt="a castle in the clouds", size="1216x832", count=4)
    model = "dreamshaper_8.safetensors"
    faults.missing_model = model
    await studio.make("bob", "imagine", prompt="an owl in a forest", model=model)
    faults.missing_model = None
    await studio.shot("failed")
    studio.clear()
    await studio.lost("mona", "a red bicycle by the sea")
    await studio.make("alice", "remix", prompt="as a woodcut", image=broken())
    await studio.shot("failed-others")


async def stopped(studio: Gallery) -> None:
    """By a moderator, with a reason and without."""
    with studio.held():
        first = await studio.waiting("alice", "a fox in the snow")
        second = await studio.waiting("bob", "an old train")
        await studio.use(
            "mona", "jobs interrupt", job=await studio.job_id(first), reason="Not in this channel, please."
        )
        await studio.use("mona", "jobs interrupt", job=await studio.job_id(second))
        studio.simulator.release()
        await asyncio.gather(first.wait(finished), second.wait(finished))
    await studio.shot("stopped-by-moderator")


SCENES: tuple[Scene, ...] = (queue, running, offline, failed, stopped)
