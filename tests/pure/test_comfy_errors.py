"""What ComfyUI says went wrong becomes an error that names the node, and no path reaches a person."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.comfy.failures import node_failure
from bot.comfy.history import settle
from bot.comfy.paths import first_line, without_paths
from bot.comfy.refusals import closest, refusal, warnings
from bot.failures import (
    BadInput,
    BadPicture,
    JobFailed,
    MissingModel,
    MissingNode,
    NodeFailed,
    OutOfMemory,
    PromptRefused,
)
from tests.shared import shared_path

P = "8b59949d-9caa-4879-bfbc-d521a104c716"
GRAPH = {
    "1": {"class_type": "LoadImage", "inputs": {}, "_meta": {"title": "Your picture"}},
    "3": {"class_type": "KSampler", "inputs": {}, "_meta": {"title": "Sampler"}},
    "4": {"class_type": "CheckpointLoaderSimple", "inputs": {}, "_meta": {"title": "Checkpoint"}},
    "9": {"class_type": "SaveImage", "inputs": {}},
}
CHOICES = {
    ("CheckpointLoaderSimple", "ckpt_name"): ("sd/dreamshaper_8.safetensors", "tiny.safetensors"),
    ("KSampler", "sampler_name"): ("euler", "euler_ancestral", "dpmpp_2m"),
}


def choices(class_type: str, name: str) -> tuple[str, ...] | None:
    return CHOICES.get((class_type, name))


def refused(node: str, class_type: str, **error: Any) -> dict[str, Any]:
    errors = [{"message": "", "details": "", "extra_info": {}, **error}]
    return {
        "error": {
            "type": "prompt_outputs_failed_validation",
            "message": "Prompt outputs failed validation",
            "details": "",
        },
        "node_errors": {node: {"errors": errors, "dependent_outputs": ["9"], "class_type": class_type}},
    }


def test_a_model_that_is_not_there_comes_with_the_closest_names() -> None:
    extra = {"input_name": "ckpt_name", "input_config": None, "received_value": "DreamShaper-8.safetensors"}
    failure = refusal(
        refused("4", "CheckpointLoaderSimple", type="value_not_in_list", extra_info=extra), GRAPH, choices
    )

    assert isinstance(failure, MissingModel)
    assert (failure.title, failure.class_type, failure.input) == ("Checkpoint", "CheckpointLoaderSimple", "ckpt_name")
    assert (failure.value, failure.closest) == ("DreamShaper-8.safetensors", ("sd/dreamshaper_8.safetensors",))


@pytest.mark.parametrize("config", [[["new.safetensors"], {}], ["COMBO", {"options": ["new.safetensors"]}]])
def test_the_list_in_the_answer_is_newer_than_the_catalogue(config: list[Any]) -> None:
    extra = {"input_name": "ckpt_name", "input_config": config, "received_value": "news.safetensors"}
    failure = refusal(
        refused("4", "CheckpointLoaderSimple", type="value_not_in_list", extra_info=extra), GRAPH, choices
    )

    assert isinstance(failure, MissingModel)
    assert failure.closest == ("new.safetensors",)


def test_a_word_that_is_not_in_its_list_is_no_missing_model() -> None:
    extra = {"input_name": "sampler_name", "input_config": None, "received_value": "eulr"}
    failure = refusal(refused("3", "KSampler", type="value_not_in_list", extra_info=extra), GRAPH, choices)

    assert isinstance(failure, BadInput)
    assert (failure.title, failure.input) == ("Sampler", "sampler_name")
    assert "`euler`" in failure.sentence()


def test_a_missing_node_is_named_by_title_and_class() -> None:
    extra = {"node_id": "9", "class_type": "SaveFancy", "node_title": "Save it"}
    error = {"type": "missing_node_type", "message": "Node 'Save it' not found.", "details": "", "extra_info": extra}
    graph = {"9": {"class_type": "SaveFancy", "inputs": {}, "_meta": {"title": "Save it"}}}
    failure = refusal({"error": error, "node_errors": {}}, graph, choices)

    assert isinstance(failure, MissingNode)
    assert (failure.title, failure.class_type) == ("Save it", "SaveFancy")


def test_a_server_before_0_12_names_only_the_class_of_a_missing_node() -> None:
    error = {"type": "invalid_prompt", "message": "Cannot execute because node SaveImage does not exist."}
    failure = refusal({"error": error, "node_errors": []}, GRAPH, choices)

    assert isinstance(failure, MissingNode)
    assert (failure.title, failure.class_type) == ("SaveImage", "SaveImage")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ({"type": "value_bigger_than_max", "message": "Value 9 bigger than max of 8"}, "Value 9 bigger than max of 8"),
        (
            {"type": "required_input_missing", "message": "Required input is missing", "details": "x"},
            "Required input is missing",
        ),
        ({"type": "custom_validation_failed", "details": "x - Invalid image file: a.png"}, "Invalid image file: a.png"),
        ({"type": "invalid_input_type", "message": "No INT", "details": "x, abc, invalid"}, "No INT (abc, invalid)"),
    ],
)
def test_a_bad_input_is_named_with_the_servers_reason(error: dict[str, Any], reason: str) -> None:
    failure = refusal(refused("1", "LoadImage", extra_info={"input_name": "x"}, **error), GRAPH, choices)

    assert isinstance(failure, BadInput)
    assert (failure.title, failure.class_type, failure.input) == ("Your picture", "LoadImage", "x")
    assert failure.message == reason


def test_an_exception_while_checking_a_node_leaks_no_path() -> None:
    error = {
        "type": "exception_during_validation",
        "message": "Exception when validating node",
        "details": "no /opt/x/y.py",
    }
    failure = refusal(refused("3", "KSampler", **error), GRAPH, choices)

    assert failure.message == "“Sampler”: Exception when validating node: no y.py"


def test_a_missing_model_is_told_before_other_errors() -> None:
    extra = {"input_name": "ckpt_name", "received_value": "nope.safetensors"}
    body = refused("3", "KSampler", type="value_smaller_than_min", extra_info={"input_name": "steps"})
    body["node_errors"] |= refused("4", "CheckpointLoaderSimple", type="value_not_in_list", extra_info=extra)[
        "node_errors"
    ]

    assert isinstance(refusal(body, GRAPH, choices), MissingModel)


def test_outputs_left_out_of_an_accepted_prompt_are_warnings() -> None:
    body = refused(
        "9", "SaveImage", type="required_input_missing", message="missing", extra_info={"input_name": "images"}
    )

    assert [
        warning.title for warning in warnings(body["node_errors"], GRAPH, choices) if isinstance(warning, BadInput)
    ] == ["SaveImage"]
    assert warnings({}, GRAPH, choices) == ()


@pytest.mark.parametrize(
    "body", [{}, None, [], {"error": "text"}, {"error": {}, "node_errors": {"3": {"errors": [5]}}}]
)
def test_an_answer_of_another_shape_is_still_a_refusal(body: object) -> None:
    assert type(refusal(body, GRAPH, choices)) is PromptRefused


def test_every_recorded_refusal_says_something() -> None:
    seen = set()
    for graph, body in recorded_refusals():
        failure = refusal(body, graph, choices)
        seen.add(type(failure))

        assert failure.message
        assert "/opt" not in failure.sentence()

    assert seen == {PromptRefused, MissingNode, MissingModel, BadInput}


def recorded_refusals() -> Iterator[tuple[dict[str, Any], object]]:
    graph: dict[str, Any] = {}
    for line in shared_path("reference/traces/validation_errors.jsonl").read_text("utf-8").splitlines():
        entry = json.loads(line)
        if entry.get("path") == "/prompt" and entry["dir"] == "send":
            body = entry.get("body")
            sent = body.get("prompt") if isinstance(body, dict) else None
            graph = sent if isinstance(sent, dict) else {}
        elif entry.get("path") == "/prompt" and entry["status"] == 400:
            yield graph, entry["body"]


def test_the_closest_names_are_found_whatever_their_folder_and_case() -> None:
    assert closest("pixelart.safetensors", ("styles/Pixel-Art.safetensors", "x.ckpt")) == (
        "styles/Pixel-Art.safetensors",
    )
    assert closest("zzz", ("euler",)) == ()


@pytest.mark.parametrize(
    ("kind", "message", "error"),
    [
        (
            "torch.OutOfMemoryError",
            "Allocation on device 0 would exceed allowed memory. (out of memory)\nTIPS",
            OutOfMemory,
        ),
        ("torch.cuda.OutOfMemoryError", "CUDA out of memory.", OutOfMemory),
        ("RuntimeError", "CUDA error: out of memory\nCUDA kernel errors might be", OutOfMemory),
        ("RuntimeError", "[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried", OutOfMemory),
        ("MemoryError", "", OutOfMemory),
        ("PIL.UnidentifiedImageError", "cannot identify image file '/opt/ComfyUI/input/c.png'\n", BadPicture),
        ("OSError", "image file is truncated (3 bytes not processed)", BadPicture),
        ("PIL.Image.DecompressionBombError", "Image size exceeds limit", BadPicture),
        ("FileNotFoundError", "Model in folder 'loras' with filename 'a b.safetensors' not found.", MissingModel),
        ("FileNotFoundError", 'No such file or directory: "/opt/models/vae/x.pt"', MissingModel),
        ("FileNotFoundError", "[Errno 2] No such file or directory: '/opt/in.txt'", NodeFailed),
        ("RuntimeError", "The size of tensor a (4) must match", NodeFailed),
        ("ValueError", "", NodeFailed),
    ],
)
def test_a_node_that_raised_is_named_with_what_it_means(kind: str, message: str, error: type[JobFailed]) -> None:
    facts = {"node_id": "3", "node_type": "KSampler", "exception_type": kind, "exception_message": message}
    failure = node_failure(facts, GRAPH)

    assert type(failure) is error
    assert getattr(failure, "title", "") == "Sampler"
    assert "/opt" not in json.dumps(failure.to_dict())


def test_a_model_missing_at_run_time_is_named_by_its_file() -> None:
    message = "Model in folder 'loras' with filename 'styles/ink.safetensors' not found."
    failure = node_failure({"exception_type": "FileNotFoundError", "exception_message": message}, {})

    assert isinstance(failure, MissingModel)
    assert failure.value == "ink.safetensors"


def test_a_node_made_while_running_has_its_parents_title() -> None:
    failure = node_failure({"node_id": "3.0.0.1", "node_type": "Inner", "exception_message": "no"}, GRAPH)

    assert isinstance(failure, NodeFailed)
    assert failure.title == "Sampler"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("cannot identify image file '/opt/ComfyUI/input/corrupt.png'", "cannot identify image file 'corrupt.png'"),
        ("cannot read '/home/John Doe/a b.png' twice", "cannot read 'a b.png' twice"),
        (r"no C:\Users\me\ComfyUI\models\x.ckpt here", "no x.ckpt here"),
        (r"no \\nas\share\x.ckpt", "no x.ckpt"),
        ("loading ~/models/x.ckpt", "loading x.ckpt"),
        ("error:/opt/x/y.py:12", "error:y.py:12"),
        ("file:///opt/x/y.py", "y.py"),
        ("POST https://user:key@api.example.com/v1?key=abc failed", "POST api.example.com failed"),
        ("1/2 of and/or styles/ink.safetensors", "1/2 of and/or styles/ink.safetensors"),
        ("torch.Size([1, 4]) at 50%", "torch.Size([1, 4]) at 50%"),
    ],
)
def test_paths_become_file_names(said: str, shown: str) -> None:
    assert without_paths(said) == shown


def test_a_reason_is_one_short_line() -> None:
    assert first_line("\n  first  \nTraceback …") == "first"
    assert len(first_line("x" * 10_000)) == 300


@given(st.text())
def test_any_text_can_be_shortened(text: str) -> None:
    assert len(first_line(text)) <= 300


def ended(*messages: Any, status: str = "success", outputs: Any = None) -> dict[str, Any]:
    return {"outputs": outputs or {}, "status": {"status_str": status, "messages": [list(one) for one in messages]}}


START = ("execution_start", {"prompt_id": P, "timestamp": 1_000})


def test_a_prompt_that_succeeded_is_done_with_its_outputs_and_time() -> None:
    outputs = {"9": {"images": [{"filename": "a.png", "subfolder": "", "type": "output"}]}}
    settled = settle(ended(START, ("execution_success", {"timestamp": 3_500}), outputs=outputs), P, GRAPH)

    assert (settled.result, settled.seconds, settled.prompt_id) == ("done", 2.5, P)
    assert [output.filename for output in settled.outputs] == ["a.png"]


def test_a_prompt_that_was_interrupted_is_cancelled() -> None:
    entry = ended(START, ("execution_interrupted", {"timestamp": 2_000}), status="error")

    assert settle(entry, P, GRAPH).result == "cancelled"


def test_a_prompt_whose_node_raised_has_failed_with_that() -> None:
    error = {"node_id": "3", "exception_type": "torch.OutOfMemoryError", "timestamp": 2_000}
    settled = settle(ended(START, ("execution_error", error), status="error"), P, GRAPH)

    assert settled.result == "failed"
    assert isinstance(settled.failure, OutOfMemory)
    assert settled.seconds == 1.0


@pytest.mark.parametrize("entry", [{}, {"status": None, "outputs": 3}, {"status": {"messages": [1, [], ["x"]]}}])
def test_a_history_entry_without_messages_is_done_without_outputs(entry: dict[str, Any]) -> None:
    settled = settle(entry, P, GRAPH)

    assert (settled.result, settled.outputs, settled.seconds) == ("done", (), None)


def test_an_error_that_history_does_not_explain_is_a_failure() -> None:
    assert isinstance(settle(ended(status="error"), P, GRAPH).failure, NodeFailed)
