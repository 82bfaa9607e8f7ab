"""The catalogues have every sentence in every language, and translations that Discord and the code can take."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from string import Formatter

import pytest
from babel.messages.catalog import Catalog, Message

from bot.text import NAME
from bot.workflow.limits import LOCALES, check_name
from tests.catalogues.extracting import command_names, manifest_names, template
from tests.catalogues.lengths import most
from tests.catalogues.merging import TEMPLATE, complete, lacking, languages, merged, of_language, read

#: what is the same in another language: what things are called everywhere, and words the language has taken over
SAME = frozenset(
    {
        *("LoRA", "CFG", "Denoise", "Sampler", "Scheduler", "Seed", "seed", "Prompt", "Workflows", "Bot in {server}"),
        *("Details", "Limits", "Graph: {name}", "Seed: {seed}", "Server: {name}"),
        *("Prompt: {text}", "Option {name}: {problem}", "{name}, {size} GB", "{pixels} pixels"),
        *("{seconds} s", "{minutes} min {seconds} s", "{hours} h {minutes} min"),
    }
)
SAME_NAMES = frozenset(
    {
        *("cfg", "clip_skip", "lora", "vae", "seed", "sampler", "scheduler", "prompt", "workflow", "workflows"),
        *("budget", "image", "limits", "megapixels", "minutes", "name", "question", "remix", "style"),
    }
)
#: parts of a sentence that stay as they are: code, mentions, Discord's times, links, settings
KEPT = re.compile(r"`[^`]*`|<[@#/:t][^>]*>|https?://\S+|\b[A-Z][A-Z]+_[A-Z_]+\b")
#: keys of manifests, between quotation marks
KEYS = re.compile(r"“([a-z_]+)”")
#: a command, or an option between backticks
COMMAND = re.compile(r"(?<![\w<`:/.])/[a-z_]+(?: [a-z_]+)?|`/?[a-z_]+(?: [a-z_]+)?`")
NAMES = re.compile(r"`/?[\w-]+(?: [\w-]+)?`")
EMOJI = re.compile(r"[\U0001F300-\U0001FAFF\u2600-\u27BF\u23E9-\u23FF\u25B6]|-# ")
LISTED = complete()


def test_the_list_for_translators_has_every_sentence_and_no_other() -> None:
    """When this fails: `make messages`."""
    assert keys(read(TEMPLATE)) == keys(sentences())


def test_every_language_is_discord_s() -> None:
    assert set(LISTED) <= set(languages()) <= LOCALES


@pytest.mark.parametrize("language", LISTED)
def test_every_sentence_is_there_and_none_that_is_said_no_more(language: str) -> None:
    """When this fails: `make messages`, then translate what is empty."""
    catalogue = read_language(language)

    assert keys(catalogue) == keys(sentences())
    assert not catalogue.obsolete
    assert not [message.id for message in messages(catalogue) if lacking(message.string) or message.fuzzy]


@pytest.mark.parametrize("language", languages())
def test_a_translation_has_the_placeholders_of_its_sentence(language: str) -> None:
    wrong = [(message.id, form) for message, form in forms(read_language(language)) if not fits(message, form)]

    assert not wrong


@pytest.mark.parametrize("language", languages())
def test_a_translation_keeps_what_is_no_language(language: str) -> None:
    """Code between backticks, manifests' keys, mentions, Discord's times, links, settings, emoji at the beginning."""
    wrong = [
        (message.id, form)
        for message, form in forms(read_language(language))
        if any(key not in form for key in KEYS.findall(first(message)))
        or kept(form) != kept(first(message))
        or EMOJI.findall(form) != EMOJI.findall(first(message))
    ]

    assert not wrong


@pytest.mark.parametrize("language", languages())
def test_commands_and_options_are_called_in_sentences_what_discord_shows(language: str) -> None:
    """`/jobs resume`, with or without backticks, and `waiting` alone between backticks."""
    catalogue = read_language(language)
    known = {
        message.id: message.string for message in messages(catalogue) if message.context == NAME and message.string
    }

    def called(match: re.Match[str]) -> str:
        words = match[0].strip("/`").split(" ")
        return " ".join(str(known[word]) for word in words if word in known) if words[0] in known else ""

    wrong = [
        (message.id, form, name)
        for message, form in forms(catalogue)
        for name in map(called, COMMAND.finditer(first(message)))
        if name not in form
    ]

    assert not wrong


@pytest.mark.parametrize("language", LISTED)
def test_a_translation_is_not_the_english_again(language: str) -> None:
    untouched = [
        message.id
        for message, form in forms(read_language(language))
        if form in {message.id, *(message.id if isinstance(message.id, tuple) else ())} and words(first(message))
        if message.id not in (SAME_NAMES if message.context == NAME else SAME)
    ]

    assert not untouched


@pytest.mark.parametrize("language", languages())
def test_every_plural_form_is_there(language: str) -> None:
    catalogue = read_language(language)
    plurals = [message for message in messages(catalogue) if isinstance(message.id, tuple) and any(filled(message))]

    assert not [message.id for message in plurals if len(filled(message)) != catalogue.num_plurals]


@pytest.mark.parametrize("language", languages())
def test_discord_takes_every_name(language: str) -> None:
    names = [str(message.string) for message in messages(read_language(language)) if message.context == NAME]

    for name in filter(None, names):
        check_name(name)


@pytest.mark.parametrize("language", languages())
def test_no_two_commands_or_options_are_called_the_same(language: str) -> None:
    names = [message.string for message in messages(read_language(language)) if message.context == NAME]

    assert not [name for name, count in Counter(filter(None, names)).items() if count > 1]


@pytest.mark.parametrize("language", languages())
def test_discord_takes_the_length_of_what_it_draws(language: str) -> None:
    """Of descriptions and choices, buttons, forms."""
    catalogue, limits = read_language(language), most()
    wrong = [
        (text, message.string, limit)
        for text, limit in limits.items()
        if (message := catalogue.get(text)) is not None and len(str(message.string)) > limit
    ]

    assert not wrong
    assert limits["Stop one of your jobs"] == limits["What to draw"] == 100
    assert limits["Why? The person reads it."] == 45


def test_names_of_commands_and_options_are_found() -> None:
    assert {"imagine", "prompt", "clip_skip"} <= manifest_names()
    assert {"queue", "cancel", "job", "settings", "limits", "waiting", "forget", "me", "list"} <= command_names()


def test_merging_again_changes_nothing() -> None:
    for language in LISTED:
        assert merged(language, sentences()) == of_language(language).read_text("utf-8")


@cache
def sentences() -> Catalog:
    """What the code says."""
    return template()


@cache
def read_language(language: str) -> Catalog:
    return read(of_language(language))


def keys(catalogue: Catalog) -> set[object]:
    return {(message.context, message.id) for message in messages(catalogue)}


def messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def forms(catalogue: Catalog) -> list[tuple[Message, str]]:
    """Each form of each translation there is, with what it translates."""
    return [(message, form) for message in messages(catalogue) for form in filled(message)]


def kept(text: str) -> Counter[str]:
    """All of it but commands' and options' names, which each language has its own of."""
    return Counter(part for part in KEPT.findall(text) if not COMMAND.fullmatch(part) and not NAMES.fullmatch(part))


def first(message: Message) -> str:
    return message.id if isinstance(message.id, str) else str(message.id[0])


def filled(message: Message) -> list[str]:
    """The forms there are of its translation."""
    forms = [message.string] if isinstance(message.string, str) else message.string or []
    return [form for form in forms if form]


def fits(message: Message, form: str) -> bool:
    """The same placeholders; a plural's form may leave out the count where it says it in words."""
    ids = [message.id] if isinstance(message.id, str) else message.id
    wanted = [placeholders(text) for text in ids]
    return any(placeholders(form) == each for each in wanted)


def placeholders(text: str) -> set[str] | None:
    """With how they are formatted; None for a text that is none to fill in."""
    try:
        return {f"{name}:{how}" for _text, name, how, _ in Formatter().parse(text) if name is not None}
    except ValueError:
        return None


def words(text: str) -> bool:
    """Whether anything is left to translate."""
    bare = re.sub(r"\{[^}]*\}", "", KEPT.sub("", text))
    return re.search(r"[A-Za-z]{3}", bare) is not None
