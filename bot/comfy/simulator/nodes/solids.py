"""Nodes that save and show 3D things: a cube each time."""

from collections.abc import Mapping

from bot.comfy.simulator import media
from bot.comfy.simulator.nodes.saving import metadata_of
from bot.comfy.simulator.values import Call, Inputs, Result, Runner


async def save(call: Call, inputs: Inputs) -> Result:
    saved = call.folders.new(str(inputs["filename_prefix"]), "_.glb")
    saved.path.write_bytes(media.glb(metadata_of(call)))
    return Result((), {"3d": [saved.entry]})


async def preview(call: Call, inputs: Inputs) -> Result:
    """Names the file and the camera; a model that is no file yet is saved first."""
    model = inputs["model_file"]
    if not isinstance(model, str):
        saved = call.folders.new("preview3d", "_.glb")
        saved.path.write_bytes(media.glb(metadata_of(call)))
        model = saved.path.name
    return Result((), {"result": [model, inputs.get("camera_info"), None]})


RUNNERS: Mapping[str, Runner] = {"SaveGLB": save, "Preview3D": preview}
