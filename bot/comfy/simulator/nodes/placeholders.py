"""What a node class nobody wrote a runner for gives: its inputs passed through by type, or a plain value."""

from collections.abc import Callable, Mapping

from PIL import Image

from bot.comfy.simulator.inputs import declared_inputs
from bot.comfy.simulator.nodes.latents import MOST_FRAMES, draw_all
from bot.comfy.simulator.values import (
    Audio,
    Call,
    Conditioning,
    Images,
    Inputs,
    Latent,
    Masks,
    Model,
    Noise,
    Opaque,
    Result,
    Sigmas,
    Video,
)

_PLAIN: Mapping[str, Callable[[], object]] = {
    "IMAGE": lambda: Images((Image.new("RGB", (512, 512), (96, 112, 128)),)),
    "MASK": lambda: Masks((Image.new("L", (512, 512), 255),)),
    "LATENT": lambda: Latent(512, 512),
    "CONDITIONING": lambda: Conditioning(""),
    "MODEL": lambda: Model(""),
    "CLIP": lambda: Model(""),
    "VAE": lambda: Model(""),
    "NOISE": lambda: Noise(0),
    "SIGMAS": lambda: Sigmas(20),
    "AUDIO": lambda: Audio(1.0, notes=(220.0, 330.0)),
    "VIDEO": lambda: Video(Images((Image.new("RGB", (64, 64), (96, 112, 128)),) * 4), 8.0),
    "BOUNDING_BOX": lambda: {"x": 0, "y": 0, "width": 64, "height": 64},
    "INT": lambda: 0,
    "FLOAT": lambda: 0.0,
    "STRING": lambda: "",
    "COMBO": lambda: "",
    "COLOR": lambda: "#000000",
    "BOOLEAN": lambda: False,
    "ARRAY": list,
    "DICT": dict,
}


async def run_placeholder(call: Call, inputs: Inputs) -> Result:
    """The nth output of a type is the nth input of that type; text becomes conditioning; a file name a model."""
    if call.info["is_input_list"]:
        inputs = {name: values[0] for name, values in inputs.items() if values}
    outputs: list[object] = []
    for index, kind in enumerate(call.info["output"]):
        value = _find(call, inputs, str(kind), list(call.info["output"][:index]).count(kind))
        value = _PLAIN.get(kind, lambda kind=kind: Opaque(str(kind)))() if value is None else value
        outputs.append([value] if call.info["output_is_list"][index] else value)
    return Result(tuple(outputs))


def _find(call: Call, inputs: Inputs, kind: str, nth: int) -> object:
    passed = _nth_input(call, inputs, kind, nth)
    if passed is not None:
        return passed
    if kind == "LATENT":
        return _make_latent(inputs)
    if kind == "IMAGE":
        return _make_images(inputs)
    texts = [value for value in inputs.values() if isinstance(value, str)]
    if kind == "CONDITIONING":
        return Conditioning(" ".join(texts))
    return Model(texts[0]) if kind in ("MODEL", "CLIP", "VAE") and texts else None


def _make_latent(inputs: Inputs) -> Latent | None:
    """From a picture, or from width and height; a video's, where a length is asked for."""
    images = next((value for value in inputs.values() if isinstance(value, Images)), None)
    length = min(MOST_FRAMES, int(inputs["length"])) if isinstance(inputs.get("length"), int) else 1
    size = inputs.get("width"), inputs.get("height")
    wide, high = size if isinstance(size[0], int) and isinstance(size[1], int) else images.size if images else (0, 0)
    if not wide or not high:
        return None
    frames = images.frames if images else ()
    batch = 1 if length > 1 else max(len(frames), int(inputs.get("batch_size", 1)))
    return Latent(wide, high, batch, 16, frames=frames[:1] if length > 1 else frames, length=length)


def _make_images(inputs: Inputs) -> Images | None:
    """From a mask, a latent or a video."""
    for value in inputs.values():
        if isinstance(value, Masks):
            return Images(tuple(mask.convert("RGB") for mask in value.frames))
        if isinstance(value, Latent):
            return draw_all(value)
        if isinstance(value, Video):
            return value.images
    return None


def _nth_input(call: Call, inputs: Inputs, kind: str, nth: int) -> object:
    declared = declared_inputs(call.info, inputs)
    found = [inputs[name] for name, (spec, _) in declared.items() if _takes(spec[0], kind) and name in inputs]
    return found[min(nth, len(found) - 1)] if found else None


def _takes(spec: object, kind: str) -> bool:
    return isinstance(spec, str) and kind in spec.split(",")
