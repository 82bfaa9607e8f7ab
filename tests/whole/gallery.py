"""A playground in which every message of the bot's is brought about, and photographed in light and dark."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from aiohttp import web
from aiohttp.test_utils import TestServer
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from playwright.async_api import Browser, Page, ViewportSize

from bot.comfy.simulator import Pace
from bot.playground import Answer, Channel, Message
from bot.playground.play import opened
from bot.playground.uploads import Upload
from bot.settings import Settings
from tests.whole.conftest import WORKFLOWS, finished, listed, shows, stoppable
from tests.whole.studio import BEGINNING, QUIET, Studio

SIZE = ViewportSize(width=1040, height=640)
HIGHEST = 2400  # pixels of a picture, whatever is in it
SUGGESTION = "a red fox asleep in fresh snow, low morning sun, long blue shadows, shallow depth of field"
#: how much of the channel is out of sight
HIDDEN = "(() => { const it = document.querySelector('#scroll'); return it.scrollHeight - it.clientHeight; })()"

Act = Callable[[Page], Awaitable[None]]


class Gallery(Studio):
    """Scenes begin in empty channels; what they set on the server is theirs to take back."""

    def clear(self) -> None:
        """Nothing is in any channel any more, of which nobody is told."""
        for person in self.discord.people.values():
            person.dm.messages.clear()
        chats = [chat for person in self.discord.people.values() for chat in self.discord.world.chats(person.user)]
        for channel in [*chats, *(channel for guild in self.discord.guilds for channel in guild.channels)]:
            channel.messages.clear()

    async def use(self, person: str, path: str, *, place: Channel | None = None, **values: object) -> Message:
        """The first thing that a command answers, once it says something."""
        self.now[0] += 30
        answer = await self.discord.person(person).slash(path, channel=place, values=values, timeout=20)
        return await answer.wait(_speaks, timeout=30)

    async def make(self, person: str, path: str, *, place: Channel | None = None, **values: object) -> Message:
        """What a command has made."""
        return await (await self.use(person, path, place=place, **values)).wait(finished, timeout=60)

    async def press(self, person: str, message: Message, name: str) -> Message:
        """What comes of a button, once it says something: the answer, or what follows it."""
        self.now[0] += 5
        return await said(await self.discord.person(person).click(message, name, timeout=20), message)

    async def waiting(self, person: str, prompt: str, **values: object) -> Message:
        """A job that has not ended, while ComfyUI is held."""
        return await self.imagine(person, prompt, until=stoppable, **values)

    async def job_id(self, message: Message) -> str:
        job = await self.playground.bot.store.by_message(message.channel.id, message.id)
        assert job is not None
        return job.id

    async def lost(self, person: str, prompt: str) -> None:
        """A job that ComfyUI forgets twice."""
        with self.held():
            message = await self.waiting(person, prompt)
            await message.wait(shows("🎨"))
            await self.simulator.restart()
            self.simulator.hold()
            await message.wait(shows("sent again", "🎨"), timeout=30)
            await self.simulator.restart()
            await message.wait(finished, timeout=30)

    @contextmanager
    def held(self) -> Iterator[None]:
        """ComfyUI goes no further until the end."""
        self.simulator.hold()
        try:
            yield
        finally:
            self.simulator.release()

    async def shot(
        self,
        name: str,
        person: str = "alice",
        channel: Channel | None = None,
        *,
        size: ViewportSize = SIZE,
        act: Act | None = None,
    ) -> None:
        """All of the channel that the person sees, after `act` on the page."""
        await asyncio.sleep(QUIET)
        async with self.page("dark", size, person, channel or self.discord.channel("general")) as page:
            hidden = int(await page.evaluate(HIDDEN))
            height = min(HIGHEST, size["height"] + max(0, hidden))
            await page.set_viewport_size(ViewportSize(width=size["width"], height=height))
            if act is not None:
                await act(page)
            await self.keep(page, name)

    async def rewrite(self, name: str, manifest: str) -> None:
        """Another manifest for a workflow, and until the bot has read it."""
        library = self.playground.bot.library
        before = library.variants(name)
        (self.workflows / f"{name}.toml").write_text(manifest, encoding="utf-8")
        async with asyncio.timeout(20):
            while library.variants(name) in ((), before):  # noqa: ASYNC110 - a tool looks now and then; no test does
                await asyncio.sleep(QUIET / 4)

    async def offered(self, name: str, channel: Channel) -> None:
        async with asyncio.timeout(20):
            while not any(each["name"] == name for each in self.discord.person("alice").commands(channel)):
                await self.discord.gateway.changed.wait()

    async def origin(self, person: str, message: Message) -> None:
        """What made this?"""
        answer = await self.discord.person(person).menu("What made this", message)
        await answer.wait(_speaks)

    async def report(self, person: str, message: Message, reason: str) -> None:
        """To the moderators, where there is a channel for it."""
        answer = await self.discord.person(person).menu("Report to moderators", message)
        if answer.modal is not None:
            answer = await answer.modal.submit(reason=reason)
        await answer.wait(_speaks)

    async def set(self, path: str, **values: object) -> None:
        """One of /settings, by the owner, which nobody needs to see."""
        answer = await self.discord.person("olivia").slash(f"settings {path}", values=values)
        self.discord.person("olivia").dismiss(await answer.wait(_speaks))


async def said(answer: Answer, pressed: Message) -> Message:
    """The answer to a press: a message of its own, or a follow-up where the press only was acknowledged."""
    async with asyncio.timeout(20):
        while True:
            for message in (*answer.followups, answer.interaction.original):
                if message is not None and message is not pressed and _speaks(message):
                    return message
            await asyncio.sleep(0.05)


def _speaks(message: Message) -> bool:
    return bool(message.text) and not message.loading


def picture(name: str = "castle.png", *, said: bool = True) -> Upload:
    """A picture of somebody's own, with the text that other programs write into theirs or without."""
    text = PngInfo()
    text.add_text(
        "parameters",
        "a castle of glass on a hill, morning light\nNegative prompt: fog, people\n"
        "Steps: 28, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 6.5, Seed: 2026, Size: 768x512, Model: dream",
    )
    buffer = BytesIO()
    sky = Image.linear_gradient("L").resize((480, 320))
    Image.merge("RGB", (sky, sky.point(lambda level: 90 + level // 3), Image.new("L", sky.size, 190))).save(
        buffer, "PNG", pnginfo=text if said else None
    )
    return Upload(name, buffer.getvalue())


def broken() -> Upload:
    """A picture of which only the beginning is there, so that nobody but who decodes it finds out."""
    buffer = BytesIO()
    Image.effect_noise((320, 320), 90).save(buffer, "JPEG")
    return Upload("photo.jpg", buffer.getvalue()[:800])


Scene = Callable[[Gallery], Awaitable[None]]


async def exhibit(browser: Browser, folder: Path, scenes: Sequence[Scene]) -> None:
    """Every scene in turn, in one playground; `folder` gets `light` and `dark`."""
    now = [BEGINNING]
    async with AsyncExitStack() as stack:
        data = Path(stack.enter_context(TemporaryDirectory(prefix="easel-")))
        workflows = Path(shutil.copytree(WORKFLOWS, data / "workflows"))
        app = web.Application()
        app.router.add_post("/v1/chat/completions", _helper)
        helper = await stack.enter_async_context(TestServer(app, host="127.0.0.1"))
        settings = Settings(
            _env_file=None, workflows_dir=workflows, data_dir=data, prompt_helper_url=str(helper.make_url("/v1"))
        )
        opening = opened(settings, pace=Pace(preview=448), edit_pace=0, rate_limits=None, clock=lambda: now[0])
        playground = await stack.enter_async_context(opening)
        await playground.discord.wait_ready()
        await listed(playground.bot)
        gallery = Gallery(playground, browser, folder, folder, workflows, now)
        for scene in scenes:
            gallery.clear()
            await scene(gallery)
            if not playground.running.done():
                await gallery.go_on()


async def _helper(request: web.Request) -> web.Response:
    """A language model that always says the same."""
    return web.json_response({"choices": [{"message": {"content": SUGGESTION}}]})
