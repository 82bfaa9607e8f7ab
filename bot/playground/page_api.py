"""The page's own routes: reading channels, and doing there what a person does."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from aiohttp import BodyPartReader, web

from .answers import Answer
from .page_events import STREAMS, close_streams, stream
from .page_files import add_page
from .page_guard import Handler, local_only
from .page_panel import Panel
from .page_views import answer_view, commands_view, message_view, state_view
from .people import Person
from .server import DiscordServer
from .uploads import Upload
from .wire import Payload, Refusal
from .world import Channel

API = "/playground/api"

Action: TypeAlias = Callable[["PageApi", Person, Payload, dict[str, Upload]], Awaitable[Payload]]


class PageApi:
    """Serves one page to whoever sits at this machine."""

    def __init__(self, discord: DiscordServer) -> None:
        self.discord = discord
        self.panel = Panel(discord)
        #: interactions whose form is open, by id
        self.open: dict[str, Answer] = {}

    def add_to(self, app: web.Application) -> None:
        app.middlewares.extend([local_only, self._outage])
        app[STREAMS] = set()
        app.on_shutdown.append(close_streams)
        add_page(app)
        app.router.add_get(f"{API}/state", self._state)
        app.router.add_get(f"{API}/messages", self._messages)
        app.router.add_get(f"{API}/commands", self._commands)
        app.router.add_get(f"{API}/events", self._events)
        app.router.add_get(f"{API}/requests", self._requests)
        app.router.add_get(f"{API}/request", self._request)
        app.router.add_get(f"{API}/knobs", self._knobs)
        app.router.add_post(f"{API}/{{action}}", self._act)

    def person(self, name: str | None) -> Person:
        person = self.discord.people.get(name or "")
        if person is None:
            raise web.HTTPNotFound(text="There is nobody of that name.")
        return person

    def channel(self, person: Person, number: str | None) -> Channel:
        channel = self.discord.world.channels.get(int(number)) if number and number.isdigit() else None
        if channel is None:
            raise web.HTTPNotFound(text="This channel does not exist any more.")
        return channel

    async def _state(self, request: web.Request) -> web.Response:
        return web.json_response(state_view(self.discord, self.person(request.query.get("person"))))

    async def _messages(self, request: web.Request) -> web.Response:
        person = self.person(request.query.get("person"))
        seen = person.sees(self.channel(person, request.query.get("channel")))
        return web.json_response([message_view(message) for message in seen[-200:]])

    async def _commands(self, request: web.Request) -> web.Response:
        person = self.person(request.query.get("person"))
        found = person.commands(self.channel(person, request.query.get("channel")))
        return web.json_response(commands_view(found, person.user.locale))

    async def _events(self, request: web.Request) -> web.StreamResponse:
        return await stream(request, self.discord, self.person(request.query.get("person")))

    async def _requests(self, request: web.Request) -> web.Response:
        after = request.query.get("after", "")
        return web.json_response(self.panel.requests_view(int(after) if after.isdigit() else 0))

    async def _request(self, request: web.Request) -> web.Response:
        number = request.query.get("number", "")
        try:
            return web.json_response(self.panel.traffic.detail(int(number) if number.isdigit() else 0))
        except LookupError as error:
            raise web.HTTPNotFound(text=str(error)) from None

    async def _knobs(self, request: web.Request) -> web.Response:
        return web.json_response(self.panel.knobs_view())

    @web.middleware
    async def _outage(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if self.panel.discord_knobs.cuts(request) and request.transport:
            request.transport.abort()
            return web.Response(status=500)
        return await handler(request)

    async def _act(self, request: web.Request) -> web.Response:
        """One action; what the client would not let through is told with 422."""
        action = ACTIONS.get(request.match_info["action"])
        if action is None:
            raise web.HTTPNotFound
        asked, uploads = await _read(request)
        try:
            return web.json_response(await action(self, self.person(asked.get("person")), asked, uploads))
        except Refusal as refusal:
            return web.json_response({"error": refusal.message}, status=422)
        except (ValueError, PermissionError, LookupError, StopIteration) as error:
            return web.json_response({"error": str(error.args[0]) if error.args else "This is gone."}, status=422)
        except TimeoutError:
            return web.json_response({"error": "The bot did not answer in time."}, status=504)


async def _slash(api: PageApi, person: Person, asked: Payload, uploads: dict[str, Upload]) -> Payload:
    place = api.channel(person, asked["channel"])
    values = {name: _value(api, value, uploads) for name, value in asked["options"].items()}
    return _shown(api, await person.slash(asked["path"], channel=place, values=values))


async def _autocomplete(api: PageApi, person: Person, asked: Payload, uploads: dict[str, Upload]) -> Payload:
    place = api.channel(person, asked["channel"])
    others = {name: value for name, value in asked.get("others", {}).items() if not isinstance(value, dict)}
    typed = person.autocomplete(asked["path"], asked["option"], asked["typed"], channel=place, values=others)
    return {"choices": await typed}


async def _click(api: PageApi, person: Person, asked: Payload, uploads: dict[str, Upload]) -> Payload:
    message = api.channel(person, asked["channel"]).messages[int(asked["message"])]
    return _shown(api, await person.click(message, asked["custom_id"]))


async def _select(api: PageApi, person: Person, asked: Payload, uploads: dict[str, Upload]) -> Payload:
    message = api.channel(person, asked["channel"]).messages[int(asked["message"])]
    values = [_value(api, value, uploads) for value in asked["values"]]
    return _shown(api, await person.select(message, asked["custom_id"], *values))


async def _menu(api: PageApi, person: Person, asked: Payload, uploads: dict[str, Upload]) -> Payload:
    place = api.channel(person, asked["channel"])
    if "user" in asked:
        target = next(other for other in api.discord.people.values() if str(other.id) == asked["user"])
        return _shown(api, await person.menu(asked["name"], target, channel=place))
    return _shown(api, await person.menu(asked["name"], place.messages[int(asked["message"])]))


async def _submit(api: PageApi, person: Person, asked: Payload, uploads: dict[str, Upload]) -> Payload:
    answer = api.open[asked["interaction"]]
    modal = answer.modal
    if modal is None or answer.person is not person:
        raise LookupError("This form is not open any more.")
    values = {name: _value(api, value, uploads) for name, value in asked["values"].items()}
    submitted = await modal.submit(**values)
    if not submitted.failed:
        del api.open[asked["interaction"]]
    return _shown(api, submitted)


async def _say(api: PageApi, person: Person, asked: Payload, uploads: dict[str, Upload]) -> Payload:
    person.say(asked["text"], *uploads.values(), channel=api.channel(person, asked["channel"]))
    return {}


async def _delete(api: PageApi, person: Person, asked: Payload, uploads: dict[str, Upload]) -> Payload:
    person.delete(api.channel(person, asked["channel"]).messages[int(asked["message"])])
    return {}


async def _install(api: PageApi, person: Person, asked: Payload, uploads: dict[str, Upload]) -> Payload:
    api.discord.install(person, on=asked["on"] is True)
    return {}


async def _advance(api: PageApi, person: Person, asked: Payload, uploads: dict[str, Upload]) -> Payload:
    api.discord.advance(max(0.0, float(asked["seconds"])))
    return {}


async def _turn(api: PageApi, person: Person, asked: Payload, uploads: dict[str, Upload]) -> Payload:
    await api.panel.turn(asked["board"], asked["name"], asked.get("value"))
    return api.panel.knobs_view()


async def _reset(api: PageApi, person: Person, asked: Payload, uploads: dict[str, Upload]) -> Payload:
    await api.panel.reset()
    return api.panel.knobs_view()


async def _clear(api: PageApi, person: Person, asked: Payload, uploads: dict[str, Upload]) -> Payload:
    api.panel.traffic.clear()
    return {}


ACTIONS: dict[str, Action] = {
    "slash": _slash,
    "autocomplete": _autocomplete,
    "click": _click,
    "select": _select,
    "menu": _menu,
    "submit": _submit,
    "say": _say,
    "delete": _delete,
    "install": _install,
    "advance": _advance,
    "turn": _turn,
    "reset": _reset,
    "clear": _clear,
}


def _shown(api: PageApi, answer: Answer) -> Payload:
    view = answer_view(answer)
    if answer.modal:
        api.open[view["interaction"]] = answer
    return view


def _value(api: PageApi, value: object, uploads: dict[str, Upload]) -> object:
    """A value as the page sends it: plain, a list, an upload's name, or the id of a person, role or channel."""
    if isinstance(value, list):
        return [_value(api, item, uploads) for item in value]
    if not isinstance(value, dict):
        return value
    (kind, key), *_rest = value.items()
    if kind == "file":
        return uploads[key]
    if kind == "user":
        return api.discord.world.users[int(key)]
    if kind == "channel":
        return api.discord.world.channels[int(key)]
    return next(role for guild in api.discord.guilds for role in guild.roles if role.id == int(key))


async def _read(request: web.Request) -> tuple[Payload, dict[str, Upload]]:
    if request.content_type != "multipart/form-data":
        return await request.json(), {}
    asked: Payload = {}
    uploads: dict[str, Upload] = {}
    async for part in await request.multipart():
        if isinstance(part, BodyPartReader):
            data = bytes(await part.read())
            if part.name == "payload_json":
                asked = json.loads(data)
            else:
                uploads[part.name or ""] = Upload(part.filename or "unknown", data)
    return asked, uploads
