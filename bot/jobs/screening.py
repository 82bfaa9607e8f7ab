"""Whatever people type is looked through before anybody else can see it: who types a blocked term gets a strike."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bot.content.lists import WordLists
from bot.errors import TextBlocked
from bot.jobs.servers import Servers
from bot.jobs.strikes import Strikes
from bot.workflow.option import Option, OptionType


class Screening:
    """The operator's terms hold everywhere, a server's besides on that server."""

    def __init__(self, lists: WordLists, servers: Servers, strikes: Strikes) -> None:
        self._lists = lists
        self._servers = servers
        self._strikes = strikes

    async def check(self, texts: Mapping[str, str], *, guild_id: int | None, user_id: int, strike: bool = True) -> None:
        """`texts` by the names of the fields they were typed into. Raises TextBlocked, for the person's eyes alone.

        Of the text nothing is kept. Without `strike` it is only refused, and no database is asked.
        """
        words = self._servers.get(guild_id).rules.words
        blocked = next((name for name, text in texts.items() if self._lists.find(text, words) is not None), None)
        if blocked is None:
            return
        if not strike:
            raise TextBlocked(blocked)
        counted = await self._strikes.add(guild_id, user_id)
        raise TextBlocked(blocked, counted.count, counted.most, counted.until)


def typed_texts(options: Iterable[Option], given: Mapping[str, object]) -> dict[str, str]:
    """What somebody typed freely into a command: other options take only what is on a list, or numbers."""
    texts = {option.name for option in options if option.type is OptionType.TEXT}
    return {name: value for name, value in given.items() if name in texts and isinstance(value, str)}
