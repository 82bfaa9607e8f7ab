"""The paid addresses: whether the Comfy API answers at each, and takes its key."""

from __future__ import annotations

import asyncio

from pydantic import SecretStr

from bot.cloud.endpoint import Endpoint
from bot.comfy.http import NotConnected, Uncertain
from bot.doctor.finding import Finding, bad, good
from bot.errors import BackendUnreachable, SettingsError
from bot.settings import Settings
from bot.text import _


async def examine_clouds(settings: Settings, *, patience: float) -> list[Finding]:
    """All of them at the same time."""
    return list(await asyncio.gather(*(_examine(url, key, patience) for url, key in settings.clouds())))


async def _examine(url: str, key: SecretStr, patience: float) -> Finding:
    try:
        endpoint = Endpoint(url, key, timeout=patience)
    except SettingsError as error:
        return bad(url, error.problem)
    try:
        async with asyncio.timeout(patience):
            await endpoint.probe()
    except (NotConnected, Uncertain, TimeoutError) as error:
        reason = error.reason if isinstance(error, BackendUnreachable) else _("no answer")
        problem = _("the Comfy API does not answer ({reason}). Check its address in COMFY_API_URLS.")
        return bad(url, problem.format(reason=reason))
    except BackendUnreachable as error:
        return bad(url, error.sentence())
    finally:
        await endpoint.close()
    return good(url, _("the Comfy API answers and takes the key."))
