"""Nobody chooses from the list of what everybody uploaded."""

from __future__ import annotations

import json

import pytest

from bot.errors import WorkflowError
from bot.workflow.catalogue import Catalogue
from bot.workflow.reading import parse_manifest
from bot.workflow.workflow import Workflow, build_workflow

PICTURES = ["mine.png", "somebody's.png"]
SERVER = Catalogue(
    {
        "LoadImage": {
            "input": {"required": {"image": [PICTURES, {"image_upload": True}]}},
            "output": ["IMAGE", "MASK"],
        },
        "LoadLatent": {"input": {"required": {"latent": [PICTURES, {}]}}, "output": ["LATENT"]},
        "PackLoader": {"input": {"required": {"clip": ["COMBO", {"video_upload": True}]}}, "output": ["IMAGE"]},
        "SaveImage": {"input": {"required": {"images": ["IMAGE"]}}, "output": [], "output_node": True},
    }
)


def built(class_type: str, name: str, option: str, catalogue: Catalogue | None = SERVER) -> Workflow:
    graph = {"1": {"class_type": class_type, "inputs": {name: "mine.png"}, "_meta": {"title": "Loader"}}}
    text = f'description = "x"\n[[option]]\nname = "pick"\n{option}\ntargets = ["Loader.{name}"]\n'
    return build_workflow(parse_manifest(text, "x.toml"), graph, "x.json", catalogue)


@pytest.mark.parametrize(
    ("class_type", "name", "kind"),
    [("LoadImage", "image", "image"), ("LoadLatent", "latent", "file"), ("PackLoader", "clip", "video")],
)
def test_the_servers_list_of_uploads_is_no_choice(class_type: str, name: str, kind: str) -> None:
    with pytest.raises(WorkflowError, match=f'its list has everybody\'s. Use type = "{kind}"'):
        built(class_type, name, 'type = "choice"\nchoices_from = "input"')


def test_it_is_none_before_a_server_was_reached() -> None:
    with pytest.raises(WorkflowError, match="everybody's"):
        built("LoadImage", "image", 'type = "choice"\nchoices_from = "input"', None)


@pytest.mark.parametrize(
    "value", ["../secret.png", "a/../../b.png", "a.png [output]", "a.png [temp] ", "/etc/x", "C:\\x"]
)
def test_not_even_the_owner_leads_out_of_the_folder(value: str) -> None:
    with pytest.raises(WorkflowError, match="leads out of the server's input folder"):
        built("LoadImage", "image", f'type = "choice"\nchoices = {json.dumps([value])}')


def test_what_the_owner_put_there_and_what_a_person_uploads_is_fine() -> None:
    owned = built("LoadImage", "image", 'type = "choice"\nchoices = ["mine.png", "sub/..x.png"]')

    assert list(owned.options) == ["pick"]
    assert list(built("LoadImage", "image", 'type = "image"').options) == ["pick"]
