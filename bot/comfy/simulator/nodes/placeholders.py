"""What a node class nobody wrote a runner for gives: its inputs passed through by type, or a plain value."""

from collections.abc import Callable
from itertools import islice

from PIL import Image

from bot.comfy.simulator.inputs import declared_inputs
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

#: A video model's latent stands for this many pictures at most.
_MOST_FRAMES = 8
_PLAIN: dict[str, Callable[[], object]] = {
    "IMAGE": lambda: Images((Image.new("RGB", (512, 512), (96, 112, 128)),)),
    "MASK": lambda: Masks((Image.new("L", (512, 512), 255),)),
    "LATENT": lambda: Latent(512, 512),
    "CONDITIONING": lambda: Conditioning(""),
    "MODEL": lambda: Model(""),
    "CLIP": lambda: Model(""),
    "VAE": lambda: Model(""),
    "NOISE": lambda: Noise(0),
    "SIGMAS": lambda: Sigmas(20),
    "AUDIO": lambda: Audio(1.0, pitch=220.0),
    "VIDEO": lambda: Video(Images((Image.new("RGB", (64, 64), (96, 112, 128)),) * 4), 8.0),
    "INT": lambda: 0,
    "FLOAT": lambda: 0.0,
    "STRING": lambda: "",
    "BOOLEAN": lambda: False,
}


async def run_placeholder(call: Call, inputs: Inputs) -> Result:
    """The nth output of a type is the nth input of that type; text becomes conditioning; a file name a model."""
    outputs: list[object] = []
    texts = [value for value in inputs.values() if isinstance(value, str)]
    for index, kind in enumerate(call.info["output"]):
        nth = list(call.info["output"][:index]).count(kind)
        value = _nth_input(call, inputs, kind, nth) or _convert(kind, inputs)
        if value is None and kind == "CONDITIONING":
            value = Conditioning(" ".join(texts))
        if value is None and kind in ("MODEL", "CLIP", "VAE") and texts:
            value = Model(texts[0])
        value = _PLAIN.get(kind, lambda kind=kind: Opaque(str(kind)))() if value is None else value
        outputs.append([value] if call.info["output_is_list"][index] else value)
    return Result(tuple(outputs))


def _convert(kind: str, inputs: Inputs) -> object:
    """A latent from a picture or from width and height, a picture from a mask or a latent; None if neither."""
    images = next((value for value in inputs.values() if isinstance(value, Images)), None)
    if kind == "LATENT" and images is not None:
        return Latent(*images.size, len(images.frames), frames=images.frames)
    if kind == "LATENT" and isinstance(inputs.get("width"), int) and isinstance(inputs.get("height"), int):
        many = int(inputs.get("batch_size", 1)) * int(inputs.get("length", 1))
        return Latent(inputs["width"], inputs["height"], min(many, _MOST_FRAMES), 16)
    masks = next((value for value in inputs.values() if isinstance(value, Masks)), None)
    if kind == "IMAGE" and masks is not None:
        return Images(tuple(mask.convert("RGB") for mask in masks.frames))
    return None


def _nth_input(call: Call, inputs: Inputs, kind: str, nth: int) -> object:
    names = [
        name for name, (spec, _) in declared_inputs(call.info, inputs).items() if spec[0] == kind and name in inputs
    ]
    found = [inputs[name] for name in names] or [None]
    return next(islice(found, nth, None), found[-1])
