"""What can go wrong at this Discord, as knobs: outages, slowness, limits, and a bot that was thrown out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from aiohttp import web
from discord import Permissions

from bot.comfy.simulator import Knob, KnobKind
from bot.text import _

from .ratelimits import RateLimits
from .rest import Moment, Request
from .wire import Refusal

if TYPE_CHECKING:
    from .server import DiscordServer
    from .world import Guild

#: the largest file -> how far members have boosted the server
BOOSTS = {"10 MB": 0, "50 MB": 2, "100 MB": 3}
RATES = {"": None, "5 in 5 s": RateLimits(5, 5.0), "2 in 5 s": RateLimits(2, 5.0), "1 in 10 s": RateLimits(1, 10.0)}
TROUBLES = ("", "500", "502", "503")
MEMBER = "member_"
INSTALLED = "installed_"
LANGUAGE = "language_"
#: of all Discord has, those that Easel speaks, and one it does not
LANGUAGES = ("en-US", "de", "es-ES", "fr", "ja", "pt-BR", "zh-CN", "it")


class DiscordKnobs:
    """Turned by name while the server runs."""

    def __init__(self, discord: DiscordServer) -> None:
        self._discord = discord
        #: nobody reaches this Discord: requests and gateway sockets are cut off
        self.offline = False
        #: the status that every REST request fails with; empty for none
        self.trouble = ""
        #: what the bot was allowed in channels that are hidden from it now
        self._hidden: dict[int, tuple[Permissions, Permissions] | None] = {}
        discord.on(self._fail)

    def knobs(self) -> tuple[Knob, ...]:
        return (*self._connection(), *self._limits(), *self._membership(), *self._accounts(), *self._languages())

    def values(self) -> dict[str, object]:
        """How all knobs but the actions stand."""
        parts = self._discord.parts
        rates = [name for name, limits in RATES.items() if limits == parts.buckets.limits]
        boosts = [name for name, tier in BOOSTS.items() if tier == self._discord.guild.boost_tier]
        return {
            "offline": self.offline,
            "trouble": self.trouble,
            "latency": parts.latency,
            "rate_limits": rates[0] if rates else "",
            "upload_limit": boosts[0] if boosts else "",
            "outage": not self._discord.guild.available,
            "blind": bool(self._hidden),
            **{f"{MEMBER}{guild.id}": guild.has_bot for guild in self._discord.guilds},
            LANGUAGE: self._discord.guild.locale,
            **{f"{LANGUAGE}{name}": person.user.locale for name, person in self._discord.people.items()},
            **{f"{INSTALLED}{name}": person.user.installed for name, person in self._discord.people.items()},
        }

    async def turn(self, name: str, value: object = None) -> None:
        """Raises ValueError with a sentence for people."""
        knob = next((knob for knob in self.knobs() if knob.name == name), None)
        if knob is None:
            raise ValueError(_("This Discord has no knob named {name}.").format(name=name))
        if knob.kind is KnobKind.ACTION:
            self._act(name)
        elif knob.kind is KnobKind.SWITCH:
            self._switch(name, on=value is True)
        elif knob.kind is KnobKind.NUMBER:
            self._discord.parts.latency = _number(knob, value)
        elif value not in knob.choices:
            raise ValueError(_("{label} cannot be {value}.").format(label=knob.label, value=value))
        else:
            self._choose(name, str(value))

    def cuts(self, request: web.Request) -> bool:
        """Whether this socket or file gets no answer; the page's own pictures do."""
        bots = "Sec-Fetch-Site" not in request.headers
        return self.offline and bots and request.path.startswith(("/gateway", "/cdn"))

    async def _fail(self, moment: Moment, request: Request) -> None:
        if self.offline:
            raise ConnectionError
        if self.trouble and moment == "request":
            raise Refusal(int(self.trouble), 0, f"{self.trouble}: Discord has trouble")

    def _act(self, name: str) -> None:
        gateway = self._discord.gateway
        acts: dict[str, Callable[[], None]] = {
            "drop": gateway.cut,
            "silence": gateway.fall_silent,
            "reconnect": gateway.ask_reconnect,
            "invalidate": gateway.invalidate,
        }
        acts[name]()

    def _switch(self, name: str, *, on: bool) -> None:
        if name == "offline":
            self.offline = on
            if on:
                self._discord.gateway.cut()
        elif name == "outage":
            discord = self._discord
            (discord.begin_outage if on else discord.end_outage)(discord.guild)
        elif name == "blind":
            self._blindfold(self._discord.guild, on=on)
        elif name.startswith(INSTALLED):
            self._discord.install(self._discord.person(name.removeprefix(INSTALLED)), on=on)
        else:
            self._admit(self._discord.world.guilds[int(name.removeprefix(MEMBER))], on=on)

    def _choose(self, name: str, value: str) -> None:
        parts = self._discord.parts
        if name == "trouble":
            self.trouble = value
        elif name == "rate_limits":
            parts.buckets.limits = RATES[value]
        elif name.startswith(LANGUAGE):
            self._speak(name.removeprefix(LANGUAGE), value)
        else:
            for guild in self._discord.guilds:
                self._discord.boost(guild, BOOSTS[value])

    def _speak(self, person: str, locale: str) -> None:
        """Of one person's client; of the server where that is empty."""
        place = self._discord.person(person).user if person else self._discord.guild
        place.locale = locale
        self._discord.gateway.tell()

    def _admit(self, guild: Guild, *, on: bool) -> None:
        if on and not guild.has_bot:
            self._discord.add_bot(guild)
        elif not on and guild.has_bot:
            self._discord.kick_bot(guild)
        self._discord.world.notify(None)

    def _blindfold(self, guild: Guild, *, on: bool) -> None:
        bot = self._discord.world.bot
        for channel in guild.channels:
            if on and channel.id not in self._hidden:
                self._hidden[channel.id] = channel.overwrites.get(bot.id)
                channel.overwrites[bot.id] = (Permissions.none(), Permissions(view_channel=True))
            elif not on and channel.id in self._hidden:
                before = self._hidden.pop(channel.id)
                channel.overwrites.pop(bot.id) if before is None else channel.overwrites.update({bot.id: before})
            self._discord.gateway.channel_event("CHANNEL_UPDATE", channel)

    def _connection(self) -> tuple[Knob, ...]:
        group = _("Connection")
        away = _("The bot loses its connection and every request; jobs go on, and results come when Discord is back.")
        failing = _("Every request of the bot is answered with this status.")
        return (
            Knob("offline", KnobKind.SWITCH, group, _("Discord is offline"), away),
            Knob("trouble", KnobKind.CHOICE, group, _("Requests fail with"), failing, TROUBLES),
            _seconds("latency", group, _("Slow answers"), _("Seconds before each of Discord's answers.")),
            Knob("drop", KnobKind.ACTION, group, _("Drop the gateway"), _("The bot comes back and resumes.")),
            Knob(
                "silence",
                KnobKind.ACTION,
                group,
                _("Fall silent"),
                _("The socket stays open, and nothing comes; the bot notices within two minutes."),
            ),
            Knob("reconnect", KnobKind.ACTION, group, _("Ask to reconnect"), _("As Discord does several times a day.")),
            Knob("invalidate", KnobKind.ACTION, group, _("End the session"), _("The bot has to identify anew.")),
        )

    def _limits(self) -> tuple[Knob, ...]:
        group = _("Limits")
        sizes = _("The largest file in a server, as its boosts allow; a command keeps the limit it began with.")
        rates = _("How many requests each route takes for one channel.")
        return (
            Knob("upload_limit", KnobKind.CHOICE, group, _("Upload limit"), sizes, tuple(BOOSTS)),
            Knob("rate_limits", KnobKind.CHOICE, group, _("Rate limit"), rates, tuple(RATES)),
        )

    def _membership(self) -> tuple[Knob, ...]:
        group = _("Servers")
        first = self._discord.guild
        unseen = _("Commands still work; once their token is dead, results go to direct messages.")
        label = _("Channels of {server} hidden from the bot").format(server=first.name)
        member = _("Switched off, the bot is thrown out; its commands leave with it.")
        switches = [
            Knob(f"{MEMBER}{guild.id}", KnobKind.SWITCH, group, _("Bot in {server}").format(server=guild.name), member)
            for guild in self._discord.guilds
        ]
        gone = _("Discord has trouble with this one server; the bot is still a member.")
        outage = Knob("outage", KnobKind.SWITCH, group, _("Outage of {server}").format(server=first.name), gone)
        return (*switches, outage, Knob("blind", KnobKind.SWITCH, group, label, unseen))

    def _accounts(self) -> tuple[Knob, ...]:
        group = _("Accounts")
        text = _("They take the app along, to direct messages with others and to servers without the bot.")
        return tuple(
            Knob(f"{INSTALLED}{name}", KnobKind.SWITCH, group, _("{person} has the app").format(person=display), text)
            for name, display in ((name, person.user.display) for name, person in self._discord.people.items())
        )

    def _languages(self) -> tuple[Knob, ...]:
        group, server = _("Languages"), self._discord.guild.name
        public = _("Messages that everybody sees are in it, unless the server has set another with /settings.")
        own = _("Commands and answers for their eyes alone are in it.")
        label = _("Language of {name}")
        people = [(name, person.user.display) for name, person in self._discord.people.items()]
        return (
            Knob(LANGUAGE, KnobKind.CHOICE, group, label.format(name=server), public, LANGUAGES),
            *(
                Knob(f"{LANGUAGE}{key}", KnobKind.CHOICE, group, label.format(name=name), own, LANGUAGES)
                for key, name in people
            ),
        )


def _seconds(name: str, group: str, label: str, text: str) -> Knob:
    return Knob(name, KnobKind.NUMBER, group, label, text, most=10, step=0.1)


def _number(knob: Knob, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not knob.least <= value <= knob.most:
        sentence = _("{label} goes from {least} to {most}.")
        raise ValueError(sentence.format(label=knob.label, least=knob.least, most=knob.most))
    return float(value)
