"""What is set: /settings by a server's admins, /workflows by whoever runs the bot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.whole.gallery import Gallery, Scene

POSTER = Path(__file__).parents[1] / "data" / "poster.json"


async def settings(studio: Gallery) -> None:
    """Nothing set; each of them; everything set; taken back."""
    moderators = studio.discord.guild.roles[-1]
    await studio.use("olivia", "settings show")
    await studio.shot("settings-untouched", "olivia")
    studio.clear()
    changes: tuple[tuple[str, dict[str, Any]], ...] = (
        ("limits", {"waiting": 3, "hour": 20, "size": "1024x1024", "steps": 30, "count": 4}),
        ("limits", {"role": moderators, "hour": 0, "weight": 2.0}),
        ("channel", {"channel": studio.discord.channel("art"), "allow": True}),
        ("role", {"role": moderators, "allow": True}),
        ("workflow", {"workflow": "animate", "role": moderators, "cooldown": 60.0}),
        ("budget", {"per_day": 5.0}),
        ("results", {"visibility": "ephemeral"}),
        ("audit", {"channel": studio.discord.channel("moderators")}),
        ("language", {"language": "de"}),
        ("words", {"add": "grue, zorkmid*"}),
        ("strikes", {"count": 3, "minutes": 60}),
    )
    for path, values in changes:
        await studio.use("olivia", f"settings {path}", **values)
    await studio.shot("settings-changes", "olivia")
    studio.clear()
    await studio.use("olivia", "settings show")
    await studio.use("olivia", "settings reset", what="everything")
    await studio.shot("settings-all", "olivia")


async def workflows(studio: Gallery) -> None:
    """The list, one of them, one turned off and on, the folder read again, and a file that would be one."""
    await studio.use("olivia", "workflows list")
    await studio.shot("workflows-list", "olivia")
    studio.clear()
    await studio.use("olivia", "workflows show", workflow="imagine")
    await studio.use("olivia", "workflows disable", workflow="animate")
    await studio.use("olivia", "workflows enable", workflow="animate")
    await studio.use("olivia", "workflows reload")
    await studio.use("alice", "queue")
    await studio.shot("workflows", "olivia")
    studio.clear()
    draft = await studio.use("olivia", "workflows add", file=(POSTER.name, POSTER.read_bytes()), name="card")
    await studio.shot("workflows-add", "olivia")
    await studio.discord.person("olivia").click(draft, "Keep it", timeout=20)
    await draft.wait(lambda message: not message.buttons, timeout=20)
    await studio.use("olivia", "workflows add", file=("notes.json", b'{"not": "a workflow"}'))
    await studio.shot("workflows-kept", "olivia")


SCENES: tuple[Scene, ...] = (settings, workflows)
