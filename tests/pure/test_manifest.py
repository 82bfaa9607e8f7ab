"""A manifest says what it means, or one sentence says what to change in it."""

import json
from pathlib import Path

import pytest

from bot.errors import WorkflowError
from bot.workflow.graph import parse_graph
from bot.workflow.manifest import Variant, keys_of
from bot.workflow.option import Option, OptionType
from bot.workflow.reading import parse_manifest
from bot.workflow.workflow import Workflow, build_workflow

IMAGINE = Path(__file__).parents[2] / "workflows/imagine.json"
COMMAND = 'description = "Draw"\ngraph = "imagine.json"\n'


def build(text: str) -> Workflow:
    """The last of its graphs."""
    graph = parse_graph(IMAGINE.read_text("utf-8"), "imagine.json")
    manifest = parse_manifest(text, "draw.toml")
    built = [build_workflow(manifest, graph, "draw.toml", variant=each) for each in manifest.variants or (None,)]
    return built[-1]


def option(**keys: str) -> str:
    """A manifest with one option; the values are TOML."""
    facts = {"name": '"steps"', "type": '"integer"', "targets": '"Sampler.steps"'} | keys
    return COMMAND + "[[option]]\n" + "\n".join(f"{key} = {value}" for key, value in facts.items() if value) + "\n"


def variant(**keys: str) -> str:
    """The same with one variant; the keys that a variant has are its own."""
    known = {"name": '"Flux"', "graph": '"imagine.json"'}
    inner = known | {key: keys.pop(key) for key in list(keys) if key in {*keys_of(Variant), "default"} - {"targets"}}
    if keys.get("targets", "").startswith("{"):
        inner["targets"] = keys.pop("targets")
    lines = (f"{key} = {value}\n" for key, value in inner.items() if value)
    return option(**keys) + "[[variant]]\n" + "".join(lines)


def preset(**keys: str) -> str:
    """The same with one preset; what the option cannot have are the preset's values."""
    values = {key: keys.pop(key) for key in list(keys) if key not in keys_of(Option)}
    lines = ", ".join(f"{key} = {value}" for key, value in values.items())
    return option(**keys) + '[[preset]]\nname = "fast"\nvalues = {' + lines + "}\n"


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
    "a default out of bounds": (option(max="50", default="60"), ["“default”", "60", "at most 50"]),
    "a default of another type": (option(default='"many"'), ["“default”", "whole number"]),
    "required, with a default": (option(required="true", default="5"), ["required", "“default”"]),
    "bypassed, with a default": (option(default="5", bypass='"LoRA"'), ["“bypass” has no effect"]),
    "no node to bypass": (
        option(bypass='"LORAS"'),
        ["Option “steps”", "“LORAS”", "Did you mean “LoRA”?", "Checkpoint"],
    ),
    "nothing in a bypassed node's place": (option(bypass='"Canvas"'), ["“Canvas” cannot be bypassed", "LATENT"]),
    "a language Discord lacks": (
        option(names='{ klingon = "x" }'),
        ["Option “steps”", "no language “klingon”", "de"],
    ),
    "a command's name in words": (COMMAND + 'names = { de = "Zeichne was" }', ["“Zeichne was”", "lower-case"]),
    "a group Discord refuses": (COMMAND + 'group = "My Group"', ["“My Group”", "lower-case"]),
    "a folder there is not": (
        option(type='"choice"', choices_from='"checkpoint"'),
        ["“choices_from”", "checkpoints", "loras"],
    ),
    "a pattern with nothing to pick from": (
        option(type='"choice"', choices='["a"]', pattern='"*"'),
        ["“pattern”", "“choices_from”"],
    ),
    "a template without a place": (
        option(type='"text"', targets='"Prompt.text"', template='"a photo"'),
        ["“template”", "{value}"],
    ),
    "a template that wants more": (
        option(type='"text"', targets='"Prompt.text"', template='"{value} by {artist}"'),
        ["“template”", "no other braces"],
    ),
    "a template and a prefix": (
        option(type='"text"', targets='"Prompt.text"', template='"a {value}"', prefix='"a "'),
        ["“template”", "“prefix”"],
    ),
    "rounding to nothing": (option(round_to="0"), ["Option “steps”", "“round_to”"]),
    "a model without a folder": (COMMAND + 'requires = { models = ["*xl*"] }', ["Requires", "“*xl*”", "checkpoints/"]),
    "misspelt key of requires": (
        COMMAND + 'requires = { model = ["checkpoints/*"] }',
        ["Requires", "“model”", "Did you mean “models”?"],
    ),
    "no version": (COMMAND + 'requires = { comfyui = "new" }', ["“comfyui”", '"0.20"']),
    "an action that leads nowhere": (COMMAND + 'actions = { "Upscale" = "upscale" }', ["action", '"upscale.image"']),
    "a cooldown in words": (COMMAND + 'cooldown = "5 minutes"', ["“cooldown” must be a number"]),
    "a variant without a graph": (COMMAND + '[[variant]]\nname = "Flux"', ["Variant “Flux”", "“graph” is missing"]),
    "misspelt key of a variant": (
        variant(default="{ steps = 4 }"),
        ["Variant “Flux”", "“default”", "Did you mean “defaults”?"],
    ),
    "a variant without a name": (variant(name=""), ["Variant number 1", "“name” is missing"]),
    "a variant's default of no option": (
        variant(defaults="{ stepz = 4 }"),
        ["“Flux”", "“stepz”", "There are: steps"],
    ),
    "a variant's default out of bounds": (
        variant(max="50", defaults="{ steps = 60 }"),
        ["Flux", "steps", "60 is too much: it is at most 50"],
    ),
    "a variant's default where it is bypassed": (
        variant(bypass='"LoRA"', defaults="{ steps = 6 }"),
        ["Flux", "steps", "“bypass”"],
    ),
    "a variant's target that is not there": (
        variant(targets='{ steps = "Smapler.steps" }'),
        ["Variant “Flux” (imagine.json)", "Option “steps”", "Did you mean “Sampler.steps”?"],
    ),
    "a variant's targets in a list": (
        variant(without="[]").replace("without = []", 'targets = ["Sampler.cfg"]'),
        ["Variant “Flux”", "“targets”", "Model.unet_name"],
    ),
    "a variant without what is required": (
        variant(required="true", without='["steps"]'),
        ["“Flux”", "“steps”", "required", "never be used"],
    ),
    "a variant without what it sets": (
        variant(without='["steps"]', defaults="{ steps = 6 }"),
        ["“Flux”", "without “steps”"],
    ),
    "two variants of a name": (variant() + variant().removeprefix(option()), ["“Flux” is there twice"]),
    "a preset without a name": (option() + "[[preset]]\nvalues = { steps = 5 }", ["Preset number 1", "“name”"]),
    "a preset of no option": (preset(stepz="5"), ["“fast”", "“stepz”", "There are: steps"]),
    "a preset out of bounds": (preset(max="50", steps="60"), ["fast", "steps", "at most 50"]),
    "a preset with a text for a number": (preset(steps='"many"'), ["fast", "steps", "whole number"]),
    "a preset with a file": (
        preset(type='"image"', targets='"Prompt.text"', steps='"x"'),
        ["fast", "steps", "file"],
    ),
    "an option called preset": (preset(name='"preset"', preset="5"), ["Two options", "“preset”"]),
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


def node(**facts: object) -> str:
    return json.dumps({"3": {"class_type": "KSampler", "inputs": {"steps": 20}, **facts}})


GRAPHS = {
    "no JSON": ("{", ["not valid JSON", "line 1"]),
    "a number JSON has not": (node(inputs={"cfg": float("nan")}), ["not valid JSON", "NaN"]),
    "nothing": ("{}", ["holds no nodes", "Export (API)"]),
    "a list": ("[1]", ["holds no nodes", "Export (API)"]),
    "a saved workflow": ('{"nodes": [], "links": []}', ["saved workflow", "Export (API)"]),
    "no class": (node(class_type=None), ["Node 3 has no class", "Export (API)"]),
    "no inputs": (node(inputs=None), ["Node 3 has no inputs"]),
    "a node that is no table": ('{"3": 4}', ["Node 3 has no class"]),
    "a link to nowhere": (node(inputs={"model": ["9", 0]}), ["“KSampler”", "“model”", "node 9", "not in the file"]),
    "too deep": (node(inputs={"x": json.loads("[" * 40 + "]" * 40)}), ["Node 3", "nested too deeply"]),
    "far too deep": ("[" * 100_000, ["not valid JSON"]),
}


@pytest.mark.parametrize(("text", "words"), GRAPHS.values(), ids=GRAPHS)
def test_a_broken_graph_gives_one_sentence_that_helps(text: str, words: list[str]) -> None:
    with pytest.raises(WorkflowError) as refused:
        parse_graph(text, "imagine.json")

    sentence = refused.value.sentence()
    assert refused.value.file == "imagine.json"
    assert [word for word in words if word not in sentence] == []
    assert "\n" not in sentence
