"""A manifest says what it means, or one sentence says what to change in it."""

from pathlib import Path

import pytest

from bot.errors import WorkflowError
from bot.workflow.graph import parse_graph
from bot.workflow.option import OptionType
from bot.workflow.reading import parse_manifest
from bot.workflow.workflow import Workflow, build_workflow

IMAGINE = Path(__file__).parents[2] / "workflows/imagine.json"
COMMAND = 'description = "Draw"\ngraph = "imagine.json"\n'


def build(text: str) -> Workflow:
    graph = parse_graph(IMAGINE.read_text("utf-8"), "imagine.json")
    return build_workflow(parse_manifest(text, "draw.toml"), graph, "draw.toml")


def option(**keys: str) -> str:
    """A manifest with one option; the values are TOML."""
    facts = {"name": '"steps"', "type": '"integer"', "targets": '"Sampler.steps"'} | keys
    return COMMAND + "[[option]]\n" + "\n".join(f"{key} = {value}" for key, value in facts.items() if value) + "\n"


def test_name_and_graph_follow_the_files_name() -> None:
    manifest = parse_manifest('description = "Draw"', "draw.toml")

    assert (manifest.name, manifest.graph) == ("draw", "draw.json")


def test_required_options_come_first_and_the_rest_stay_in_order() -> None:
    lines = [f'[[option]]\nname = "{name}"\ntype = "text"\ntargets = "Prompt.text"' for name in ("b", "a", "c")]
    lines[2] += "\nrequired = true"

    manifest = parse_manifest("\n".join([COMMAND, *lines]), "draw.toml")

    assert [option.name for option in manifest.options] == ["c", "b", "a"]


def test_an_option_without_help_is_described_by_its_name() -> None:
    workflow = build(option(name='"sampling_steps"'))

    assert workflow.options["sampling_steps"].description == "Sampling steps"


def test_a_list_of_choices_names_each_by_itself() -> None:
    workflow = build(option(type='"choice"', choices="[10, 20]"))

    assert workflow.options["steps"].choices == {"10": 10, "20": 20}
    assert workflow.options["steps"].type is OptionType.CHOICE


@pytest.mark.parametrize("name", ["größe", "negative-prompt", "步骤", "मात्रा", "steps_2"])
def test_a_name_may_be_in_any_language(name: str) -> None:
    assert name in build(option(name=f'"{name}"')).options


BROKEN = {
    "no TOML": ("description = \n", ["not valid TOML", "line 1"]),
    "no description": ('graph = "imagine.json"', ["“description” is missing"]),
    "misspelt key of the command": (COMMAND + 'output = ["Save"]', ["“output”", "Did you mean “outputs”?"]),
    "options in the plural": (COMMAND + "[[options]]\n", ["“options”", "Did you mean “option”?"]),
    "one table for all options": (COMMAND + "[option]\n", ["“option”", "[[option]]"]),
    "a graph elsewhere": ('description = "Draw"\ngraph = "../imagine.json"', ["“graph”", "same folder"]),
    "a name Discord refuses": (option(name='"Sampling Steps"'), ["“Sampling Steps”", "lower-case"]),
    "misspelt key": (option(tragets='"Sampler.steps"'), ["Option “steps”", "“tragets”", "Did you mean “targets”?"]),
    "no type": (option(type=""), ["Option “steps”", "“type” is missing"]),
    "unknown type": (option(type='"int"'), ["Option “steps”", "“int”", "Did you mean “integer”?", "number"]),
    "no name": (option(name=""), ["Option number 1", "“name” is missing"]),
    "a number in quotes": (option(max='"50"'), ["Option “steps”", "“max” must be a number"]),
    "help too long": (option(help=f'"{"h" * 101}"'), ["Option “steps”", "“help”", "100"]),
    "yes for true": (option(required='"yes"'), ["“required” must be true or false"]),
    "no target": (option(targets=""), ["Option “steps”", "changes nothing", "targets"]),
    "no such node": (
        option(targets='"Smapler.steps"'),
        ["Option “steps”", "Did you mean “Sampler.steps”?", "Prompt.text"],
    ),
    "no such input": (option(targets='"Sampler.stepz"'), ["“Sampler”", "Did you mean “steps”?", "scheduler", "cfg"]),
    "no dot": (option(targets='"steps"'), ["“steps” names no input", "Sampler.steps"]),
    "a joined input": (option(targets='"Sampler.positive"'), ["“Sampler.positive”", "joined to another node"]),
    "two nodes of one class": (option(targets='"CLIPTextEncode.text"'), ["Several nodes", "5.text", "6.text"]),
    "text into a list": (
        option(type='"text"', targets='"Checkpoint.ckpt_name"'),
        ["Option “steps”", "list on the server", 'choices_from = "input"'],
    ),
    "choices from no list": (option(type='"choice"', choices_from='"input"'), ["no list on the server", "“choices”"]),
    "choices from elsewhere": (option(type='"choice"', choices_from='"models"'), ["“choices_from”", '"input"']),
    "no choices": (option(type='"choice"'), ["either “choices” or “choices_from”"]),
    "too many choices": (option(type='"choice"', choices=str(list(range(26)))), ["26", "25 choices"]),
    "a size that is none": (
        option(type='"size"', targets='["Canvas.width", "Canvas.height"]', choices='{ big = "huge" }'),
        ["“big”", "512x768"],
    ),
    "half a size": (option(type='"size"', targets='"Canvas.width"'), ["two targets", "height"]),
    "a key of another type": (option(prefix='"a "'), ["“prefix”", "“integer”", "text, choice"]),
    "bounds the wrong way round": (option(min="9", max="3"), ["“min” is larger than “max”"]),
    "broken bounds of a whole number": (option(min="0.5"), ["whole numbers", "integer"]),
    "a default out of bounds": (option(max="50", default="60"), ["“default”", "60", "out of range"]),
    "a default of another type": (option(default='"many"'), ["“default”", "whole number"]),
    "required, with a default": (option(required="true", default="5"), ["required", "“default”"]),
    "bypassed, with a default": (option(default="5", bypass='"LoRA"'), ["“bypass” has no effect"]),
    "no node to bypass": (
        option(bypass='"LORAS"'),
        ["Option “steps”", "“LORAS”", "Did you mean “LoRA”?", "Checkpoint"],
    ),
    "nothing in a bypassed node's place": (option(bypass='"Canvas"'), ["“Canvas” cannot be bypassed", "LATENT"]),
    "no output node": (COMMAND + 'outputs = ["Saved"]', ["“Saved”", "Did you mean “Save”?"]),
    "one name twice": (option() + option().removeprefix(COMMAND), ["Two options", "“steps”"]),
    "two seeds": (
        option(name='"a"', type='"seed"', targets='"Sampler.seed"')
        + option(name='"b"', type='"seed"', targets='"Sampler.seed"').removeprefix(COMMAND),
        ["only one", "seed"],
    ),
    "too many characters": (
        COMMAND
        + "".join(
            option(
                name=f'"o{at}"', type='"choice"', choices=str(["c" * 97 + f"{n:02}" for n in range(25)])
            ).removeprefix(COMMAND)
            for at in range(2)
        ),
        ["characters", "8000"],
    ),
}


@pytest.mark.parametrize(("text", "words"), BROKEN.values(), ids=BROKEN)
def test_a_broken_manifest_gives_one_sentence_that_helps(text: str, words: list[str]) -> None:
    with pytest.raises(WorkflowError) as refused:
        build(text)

    sentence = refused.value.sentence()
    assert refused.value.file == "draw.toml"
    assert [word for word in words if word not in sentence] == []
    assert "\n" not in sentence
    assert len(sentence) < 700


def test_more_options_than_discord_takes_are_refused() -> None:
    text = COMMAND + "".join(option(name=f'"o{at}"').removeprefix(COMMAND) + "\n" for at in range(26))

    with pytest.raises(WorkflowError, match="25"):
        build(text)
