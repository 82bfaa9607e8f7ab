"""Interactions that no client of Discord's would send, and some that every client does: what Hypothesis draws."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from bot.playground.interaction import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL
from bot.playground.typed_options import ATTACHMENT, BOOLEAN, INTEGER, NUMBER, STRING

Payload = dict[str, Any]

CHAT, USER_MENU, MESSAGE_MENU = 1, 2, 3
SUBS = (1, 2)
BUTTON, SELECT = 2, 3
WORDS = (
    *("", " ", "a fox", "@everyone", "<@1>", "<@&1>", "||spoiler||", "# big\n> quote", "`code`", "\\"),
    *("%s %d {0} {value}",),
    *("../../etc/passwd", "C:\\Windows", "a.png [output]", "${HOME}", "{{a|b}}", "\u202efdp.exe", "\u200b", "\x00"),
    *("🦊" * 50, "[free](https://example.org)", "discord.gg/abc", "'; DROP TABLE jobs; --", "ﬀ", "null"),
    *("0", "-1", "1e999", "NaN"),
)
NUMBERS: tuple[Any, ...] = (0, 1, -1, 64, 2**31, 2**53, -(2**53), 2**63, 0.5, -0.0, 1e308)


@dataclass(frozen=True)
class Attempt:
    """One interaction as it is sent: who and where, by index; `target` and options that name people are such too."""

    person: int
    channel: int
    kind: int
    data: Payload


def texts() -> st.SearchStrategy[str]:
    return st.sampled_from(WORDS) | st.text(max_size=40) | st.sampled_from(WORDS).map(lambda word: (word or "x") * 200)


def values_of(kind: int) -> st.SearchStrategy[Any]:
    """Of the type Discord holds to, and hostile in all else."""
    if kind in (INTEGER, NUMBER):
        return st.sampled_from(NUMBERS if kind == NUMBER else [n for n in NUMBERS if isinstance(n, int)])
    return {STRING: texts(), BOOLEAN: st.booleans()}.get(kind, st.integers(0, 5))


@st.composite
def attempts(draw: st.DrawFn, commands: Sequence[Payload], custom_ids: Sequence[str]) -> Attempt:
    """A command, an autocompletion, a click, a choice or a form, right or forged."""
    kind = draw(st.sampled_from((COMMAND, COMMAND, COMMAND, AUTOCOMPLETE, COMPONENT, COMPONENT, MODAL)))
    if kind in (COMMAND, AUTOCOMPLETE):
        data = draw(command_data(commands, kind == AUTOCOMPLETE))
        return Attempt(draw(st.integers(0, 5)), draw(st.integers(0, 5)), kind, data)
    custom_id = draw(st.sampled_from(custom_ids) | st.text(min_size=1, max_size=100))
    if kind == MODAL:
        fields = draw(
            st.lists(st.tuples(st.text(min_size=1, max_size=10), texts()), max_size=3, unique_by=lambda f: f[0])
        )
        return Attempt(draw(st.integers(0, 5)), draw(st.integers(0, 5)), kind, _form(custom_id, fields))
    part = draw(st.sampled_from((BUTTON, SELECT)))
    data = {"custom_id": custom_id, "component_type": part, "id": 1}
    if part == SELECT:
        data["values"] = draw(st.lists(texts(), max_size=2))
    return Attempt(draw(st.integers(0, 5)), draw(st.integers(0, 5)), kind, data)


@st.composite
def command_data(draw: st.DrawFn, commands: Sequence[Payload], completing: bool) -> Payload:
    command = draw(st.sampled_from([known for known in commands if not completing or completes(known)]))
    data: Payload = {"id": command["id"], "name": command["name"], "type": command["type"]}
    if not completing and draw(st.integers(0, 19)) == 0:
        data["name"] = draw(st.sampled_from(("gone", "imagine2", "jobs")))
    if command["type"] != CHAT:
        return data | {"target": draw(st.integers(0, 5))}
    resolved: Payload = {}
    data["options"] = draw(option_data(command.get("options", []), resolved, completing))
    return data | ({"resolved": resolved} if resolved else {})


@st.composite
def option_data(draw: st.DrawFn, known: Sequence[Payload], resolved: Payload, completing: bool) -> list[Payload]:
    subs = [option for option in known if option["type"] in SUBS and (not completing or completes(option))]
    if subs:
        chosen = draw(st.sampled_from(subs))
        inner = draw(option_data(chosen.get("options", []), resolved, completing))
        return [{"type": chosen["type"], "name": chosen["name"], "options": inner}]
    given: list[Payload] = []
    for option in known:
        if option.get("required") or draw(st.booleans()):
            value = draw(values_of(option["type"]))
            if option["type"] == ATTACHMENT:
                value = _attach(resolved, draw(ATTACHMENTS))
            given.append({"type": option["type"], "name": option["name"], "value": value})
    if draw(st.integers(0, 9)) == 0:
        given.append({"type": STRING, "name": "surprise", "value": draw(texts())})
    return _with_focus(draw, known, given) if completing else given


def _with_focus(draw: st.DrawFn, known: Sequence[Payload], given: list[Payload]) -> list[Payload]:
    """Somebody is typing one of those that Discord completes; there is one."""
    typed = draw(st.sampled_from([option for option in known if option.get("autocomplete")]))
    entry = {"type": typed["type"], "name": typed["name"], "value": draw(texts()), "focused": True}
    return [entry, *(option for option in given if option["name"] != typed["name"])]


def completes(option: Payload) -> bool:
    """Whether it, or a subcommand in it, has something that Discord completes."""
    inner = option.get("options", [])
    subs = [each for each in inner if each["type"] in SUBS]
    return any(map(completes, subs)) if subs else any(each.get("autocomplete") for each in inner)


ATTACHMENTS = st.fixed_dictionaries(
    {
        "filename": texts(),
        "size": st.sampled_from((0, 1, 10**6, 2**40)),
        "url": st.sampled_from(("http://127.0.0.1:1/x.png", "https://example.org/x.png", "file:///etc/passwd", "x")),
        "content_type": st.sampled_from((None, "image/png", "video/mp4", "text/html", "image/svg+xml")),
    }
)


def _attach(resolved: Payload, facts: Mapping[str, Any]) -> str:
    files = resolved.setdefault("attachments", {})
    number = str(10**18 + len(files))
    files[number] = {"id": number, "proxy_url": facts["url"], "ephemeral": True, **facts}
    return number


def _form(custom_id: str, fields: Sequence[tuple[str, str]]) -> Payload:
    rows = [
        {"type": 18, "id": 2 * at, "component": {"type": 4, "id": 2 * at + 1, "custom_id": name, "value": value}}
        for at, (name, value) in enumerate(fields)
    ]
    return {"custom_id": custom_id, "components": rows}
