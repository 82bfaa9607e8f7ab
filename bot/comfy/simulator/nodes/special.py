"""Nodes that run unlike others: pictures sent over the socket instead of saved, and inputs that may not run at all."""

import asyncio
import io
from collections.abc import Mapping, Sequence

from PIL import Image

from bot.comfy.simulator.values import Call, Images, Inputs, Node, Result, Runner
from bot.comfy.simulator.wire import Payload

#: ``SaveImageWebsocket`` comes with the real server as an example of a custom node.
WEBSOCKET_INFO: Payload = {
    "input": {"required": {"images": ["IMAGE"]}},
    "input_order": {"required": ["images"]},
    "is_input_list": False,
    "output": [],
    "output_is_list": [],
    "output_name": [],
    "name": "SaveImageWebsocket",
    "display_name": "Save Image (Websocket)",
    "description": "",
    "python_module": "custom_nodes.websocket_image_save",
    "category": "image",
    "output_node": True,
    "has_intermediate_output": False,
}


async def send_images(call: Call, inputs: Inputs) -> Result:
    """Each as a PNG preview at full size, before the step it counts as; neither files nor history know of them."""
    images: Images = inputs["images"]
    for step, frame in enumerate(images.frames):
        await call.tick(step, len(images.frames), await asyncio.to_thread(_encode, frame), png=True)
    return Result()


async def switch(call: Call, inputs: Inputs) -> Result:
    return Result((inputs["on_true" if inputs["switch"] else "on_false"],))


def _chosen(inputs: Inputs) -> Sequence[str]:
    name = "on_true" if inputs["switch"] else "on_false"
    return (name,) if inputs.get(name) is None else ()


def _encode(frame: Image.Image) -> bytes:
    buffer = io.BytesIO()
    frame.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


RUNNERS: Mapping[str, Runner] = {
    "ComfySwitchNode": Node(switch, needs=_chosen),
    "SaveImageWebsocket": Node(send_images, changes=True),
}
