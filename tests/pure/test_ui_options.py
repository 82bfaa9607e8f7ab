"""What is offered while a person types."""

import pytest

from bot.ui.options import suggestions
from bot.workflow.option import Option, OptionType

SIZE = Option(
    name="size",
    type=OptionType.SIZE,
    targets=("Canvas.width", "Canvas.height"),
    choices={"square": "512x512", "wide": "896x512", "640x448": "640x448"},
    min=256,
    max=2048,
    step=8,
)
MODEL = Option(name="model", type=OptionType.CHOICE, choices_from="input", targets=("Checkpoint.ckpt_name",))


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("", [("square (512x512)", "square"), ("wide (896x512)", "wide"), ("640x448", "640x448")]),
        ("wi", [("wide (896x512)", "wide")]),
        ("WIDE", [("wide (896x512)", "wide")]),
        ("768 X 512", [("768x512", "768x512")]),
        ("512x512", [("512x512", "512x512"), ("square (512x512)", "square")]),
        ("640x", [("640x448", "640x448")]),
        ("9999x9999", []),
    ],
)
def test_sizes_say_their_pixels_and_a_typed_one_is_offered(typed: str, offered: list[tuple[str, str]]) -> None:
    assert suggestions(SIZE, tuple(SIZE.choices or ()), typed) == offered


def test_names_that_begin_with_what_was_typed_come_first() -> None:
    names = ("my-sdxl.safetensors", "other.ckpt", "sdxl.safetensors")

    assert [label for label, _name in suggestions(MODEL, names, "SDXL")] == ["sdxl.safetensors", "my-sdxl.safetensors"]
