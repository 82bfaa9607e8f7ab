"""/settings: those who manage a Discord server say what holds on it."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.app_commands import Choice, Range, Transform
from discord.ext import commands

from bot.app import EaselBot
from bot.errors import AccessRefused, OptionRefused
from bot.jobs import rule_changes as changes
from bot.jobs.rules import Rules, Visibility
from bot.text import _, speaking, spoken
from bot.ui import rules as told
from bot.ui.channels import TYPED_IN, WRITTEN_IN, ChannelOption, Place
from bot.ui.commands import N_
from bot.ui.setting import Decide, change_rules, say, server_of
from bot.ui.warnings import channel_warning, limit_warnings, role_warning, word_warnings
from bot.ui.words import one_line
from bot.ui.workflows import fitting, priced
from bot.workflow.entry import Status
from bot.workflow.limits import LOCALES, MAX_CHOICES

Interaction = discord.Interaction[EaselBot]
Anywhere = Transform[Place, ChannelOption(*TYPED_IN)]
Written = Transform[Place, ChannelOption(*WRITTEN_IN)]
Amount = Range[int, 0, 1_000_000]
Terms = Range[str, 1, 1000]
VISIBILITIES = [
    Choice(name=N_("Everybody in the channel sees them"), value=Visibility.PUBLIC.value),
    Choice(name=N_("Only the person who asked sees them"), value=Visibility.EPHEMERAL.value),
    Choice(name=N_("Everybody sees them, covered until they click"), value=Visibility.SPOILER.value),
]


@app_commands.guild_only()
@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.default_permissions(manage_guild=True)
class ServerSettings(commands.GroupCog, group_name="settings", group_description=N_("See and set what holds here")):
    """Discord decides who may use these (an admin can change it), so the handlers do not refuse whom it let through.

    An option that is left out leaves what there was, unless its description says otherwise.
    """

    def __init__(self, bot: EaselBot) -> None:
        self.bot = bot

    @app_commands.command(description=N_("See everything that is set on this server"))
    async def show(self, interaction: Interaction) -> None:
        with speaking(interaction.locale.value):
            guild_id = server_of(interaction)
            problem = self.bot.audit_channel.problem(guild_id)
            lines = told.rules_lines(self.bot.servers.get(guild_id), self._defaults())
            await say(interaction, [*told.listed(lines), f"⚠️ {problem}" if problem else ""])

    @app_commands.command(description=N_("How much everybody may ask for, or those with a role; 0 is no limit"))
    @app_commands.describe(
        role=N_("Only for those with this role. Left out: for everybody"),
        waiting=N_("Jobs of one person that wait or run at a time"),
        running=N_("Jobs of one person that run at a time"),
        hour=N_("Jobs of one person within 60 minutes"),
        day=N_("Jobs of one person within 24 hours"),
        size=N_("The largest picture, such as 1024x1024"),
        steps=N_("The most sampling steps"),
        count=N_("The most pictures at once"),
        weight=N_("Their share of the queue: with 2 they come twice as often as others"),
    )
    async def limits(
        self,
        interaction: Interaction,
        *,
        role: discord.Role | None = None,
        waiting: Amount | None = None,
        running: Amount | None = None,
        hour: Amount | None = None,
        day: Amount | None = None,
        size: Range[str, 1, 20] | None = None,
        steps: Amount | None = None,
        count: Amount | None = None,
        weight: Range[float, 0.1, 100.0] | None = None,
    ) -> None:
        with speaking(interaction.locale.value):
            numbers = {"waiting": waiting, "running": running, "hour": hour, "day": day, "steps": steps, "count": count}
            said = changes.limits_given(**numbers, weight=weight, pixels=changes.pixels_of(size))
            whose = None if role is None or role.is_default() else role.id
            rules = await self._change(interaction, lambda rules: changes.with_limits(rules, whose, said))
            defaults = self._defaults()
            graphs = [graph for name in self.bot.library.workflows for graph in self.bot.library.variants(name)]
            behind = told.limits_behind(whose, rules, defaults)
            warnings = [*limit_warnings(said, behind, graphs), role_warning(role)]
            await say(interaction, [told.limits_text(whose, rules, defaults), *warnings])

    @app_commands.command(description=N_("Where jobs may be asked for: once one channel is allowed, no other is"))
    @app_commands.describe(channel=N_("Which one; its threads too"), allow=N_("Whether jobs may be asked for there"))
    async def channel(self, interaction: Interaction, channel: Anywhere, allow: bool) -> None:
        with speaking(interaction.locale.value):
            rules = await self._change(interaction, lambda rules: changes.with_channel(rules, channel.id, allow=allow))
            warning = channel_warning(interaction.guild, channel.id) if allow else ""
            await say(interaction, [told.channels_text(rules), warning])

    @app_commands.command(description=N_("Who may ask for jobs: once one role is allowed, people without one may not"))
    @app_commands.describe(role=N_("Which one"), allow=N_("Whether those with that role may"))
    async def role(self, interaction: Interaction, role: discord.Role, allow: bool) -> None:
        with speaking(interaction.locale.value):

            def decide(rules: Rules) -> Rules:
                if role.is_default():
                    return changes.for_everybody(rules, allow=allow)
                return changes.with_role(rules, role.id, allow=allow)

            rules = await self._change(interaction, decide)
            await say(interaction, [told.roles_text(rules), role_warning(role) if allow else ""])

    @app_commands.command(description=N_("Who may use one workflow, and how often; 💳 marks those that cost money"))
    @app_commands.describe(
        workflow=N_("Which one"),
        role=N_("Once one role is allowed, people without one may not use it"),
        allow=N_("Whether those with that role may. Left out: they may"),
        cooldown=N_("Seconds between two uses by one person; 0 for none"),
    )
    async def workflow(
        self,
        interaction: Interaction,
        workflow: str,
        *,
        role: discord.Role | None = None,
        allow: bool | None = None,
        cooldown: Range[float, 0.0, 86400.0] | None = None,
    ) -> None:
        with speaking(interaction.locale.value):
            name, allowed = self._workflow(interaction, workflow), allow is not False
            if role is None and allow is not None:
                raise OptionRefused("role", _("Say who: `allow` is about a role. Everybody is @everyone."))

            def decide(rules: Rules) -> Rules:
                if role is not None and role.is_default():
                    return changes.open_to_all(rules, name, allow=allowed, cooldown=cooldown)
                whose = role.id if role is not None else None
                return changes.with_workflow(rules, name, role_id=whose, allow=allowed, cooldown=cooldown)

            rules = await self._change(interaction, decide)
            await say(interaction, [told.workflow_rule_text(name, rules), role_warning(role) if allowed else ""])

    @app_commands.command(description=N_("What paid workflows may cost within 24 hours, all people together"))
    @app_commands.describe(per_day=N_("By the cost each workflow has; 0 for no limit. Left out: see what holds"))
    async def budget(self, interaction: Interaction, per_day: Range[float, 0.0, 1_000_000.0] | None = None) -> None:
        with speaking(interaction.locale.value):
            rules = await self._change(interaction, lambda rules: changes.with_given(rules, "per_day", budget=per_day))
            paid = any(entry.paid and entry.status is Status.READY for entry in self.bot.library.entries.values())
            idle = _("⚠️ No workflow that costs money is turned on.") if per_day and not paid else ""
            await say(interaction, [told.budget_text(rules, self._defaults()), idle])

    @app_commands.command(description=N_("Who sees results on this server"))
    @app_commands.describe(visibility=N_("Who, and how"))
    @app_commands.choices(visibility=VISIBILITIES)
    async def results(self, interaction: Interaction, visibility: str) -> None:
        with speaking(interaction.locale.value):
            rules = await self._change(
                interaction, lambda rules: changes.with_value(rules, "visibility", results=visibility)
            )
            late = _("Discord closes such messages after 15 minutes: what takes longer comes as a direct message.")
            private = rules.results is Visibility.EPHEMERAL
            await say(interaction, [told.results_text(rules, self._defaults()), late if private else ""])

    @app_commands.command(description=N_("Where to write down what moderators do"))
    @app_commands.describe(channel=N_("Which channel. Left out: none any more"))
    async def audit(self, interaction: Interaction, channel: Written | None = None) -> None:
        with speaking(interaction.locale.value):
            wanted = channel.id if channel is not None else None
            rules = await self._change(
                interaction, lambda rules: changes.with_value(rules, "channel", audit_channel=wanted)
            )
            warning = channel_warning(interaction.guild, wanted) if wanted is not None else ""
            await say(interaction, [told.audit_text(rules), warning])

    @app_commands.command(description=N_("The language of messages that everybody sees"))
    @app_commands.describe(language=N_("Which one. Left out: that of the server's own settings"))
    async def language(self, interaction: Interaction, language: str | None = None) -> None:
        with speaking(interaction.locale.value):
            if language is not None and language not in _languages():
                raise OptionRefused("language", _("I do not speak that one. Choose one from the list."))
            rules = await self._change(
                interaction, lambda rules: changes.with_value(rules, "language", language=language)
            )
            await say(interaction, [told.language_text(rules)])

    @app_commands.command(description=N_("Words and phrases that no text may hold here"))
    @app_commands.describe(
        add=N_("Block these too, with commas between; bad* stands for all that begins so"),
        remove=N_("Block these no longer"),
    )
    async def words(self, interaction: Interaction, add: Terms | None = None, remove: Terms | None = None) -> None:
        with speaking(interaction.locale.value):
            before = self.bot.servers.get(server_of(interaction)).rules.words
            rules = await self._change(
                interaction, lambda rules: changes.with_words(rules, add=add, remove=remove), "add", "remove"
            )
            warnings = word_warnings(word for word in rules.words if word not in before)
            await say(interaction, [*told.words_lines(rules), *warnings])

    @app_commands.command(description=N_("When texts with blocked terms block a person automatically"))
    @app_commands.describe(count=N_("So many such texts within 24 hours; 0 for never"), minutes=N_("For how long"))
    async def strikes(
        self,
        interaction: Interaction,
        count: Range[int, 0, 1000] | None = None,
        minutes: Range[int, 1, 525_600] | None = None,
    ) -> None:
        with speaking(interaction.locale.value):
            rules = await self._change(
                interaction, lambda rules: changes.with_given(rules, "count", strikes=count, strike_minutes=minutes)
            )
            await say(interaction, [told.strikes_text(rules, self._defaults())])

    @app_commands.command(description=N_("Take back what was set here, so that the bot's own settings hold"))
    @app_commands.describe(what=N_("Which part"))
    @app_commands.choices(what=[Choice(name=part.value, value=part.value) for part in changes.Part])
    async def reset(self, interaction: Interaction, what: str) -> None:
        with speaking(interaction.locale.value):
            await self._change(interaction, lambda rules: changes.without(rules, what))
            now = self.bot.servers.get(server_of(interaction))
            lines = told.listed(told.rules_lines(now, self._defaults()))
            await say(interaction, [_("Taken back. Now holds:"), *lines])

    @workflow.autocomplete("workflow")
    async def offer_workflows(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        """Those that are commands, and those something is set for."""
        ruled = self.bot.servers.get(interaction.guild_id).rules.workflows
        found = fitting(sorted({*self.bot.library.workflows, *ruled}), typed.removeprefix("/"))
        return [Choice(name=self._labelled(name), value=name) for name in found][:MAX_CHOICES]

    @language.autocomplete("language")
    async def offer_languages(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        """Those there is a catalogue for."""
        labels = {f"{language} ({_named(language)})": language for language in _languages()}
        return [Choice(name=label, value=labels[label]) for label in fitting(list(labels), typed)][:MAX_CHOICES]

    @words.autocomplete("remove")
    async def offer_words(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        """What is blocked here."""
        found = fitting(self.bot.servers.get(interaction.guild_id).rules.words, typed)
        return [Choice(name=one_line(word, 100), value=word) for word in found][:MAX_CHOICES]

    async def _change(self, interaction: Interaction, decide: Decide, *secret: str) -> Rules:
        return await change_rules(self.bot, interaction, decide, secret=secret)

    def _defaults(self) -> Rules:
        """What the operator set for servers that say nothing."""
        settings = self.bot.settings
        return Rules(
            limits=self.bot.limits,
            budget=settings.paid_budget,
            results=Visibility(settings.results),
            strikes=settings.strikes,
            strike_minutes=settings.strike_minutes,
        )

    def _workflow(self, interaction: Interaction, typed: str) -> str:
        name = typed.strip().removeprefix("/")
        if name in self.bot.library.entries or name in self.bot.servers.get(interaction.guild_id).rules.workflows:
            return name
        raise AccessRefused(_("There is no such workflow. Choose one from the list that appears while you type."))

    def _labelled(self, name: str) -> str:
        entry = self.bot.library.entries.get(name)
        return priced(name) if entry is not None and entry.paid else name


def _named(language: str) -> str:
    """As `British English`."""
    return discord.Locale(language).name.replace("_", " ").title()


def _languages() -> list[str]:
    """By Discord's names."""
    return [language for language in sorted(LOCALES) if spoken(language)]


async def setup(bot: EaselBot) -> None:
    """discord.py's entry point."""
    await bot.add_cog(ServerSettings(bot))
