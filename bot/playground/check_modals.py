"""The rules for the form an app puts on top of the channel."""

from __future__ import annotations

from .check_components import LABEL, ROW, TEXT, TEXT_INPUT, Form
from .wire import FormErrors, Payload


def check_modal(errors: FormErrors, modal: Payload) -> None:
    """A modal: title of 45, 1 to 5 rows, labels or texts."""
    errors.length("title", modal.get("title"), 1, 45)
    errors.length("custom_id", modal.get("custom_id"), 1, 100)
    form = Form(errors)
    if errors.count("components", modal.get("components"), 1, 5):
        for index, part in enumerate(modal["components"]):
            path = f"components.{index}"
            if isinstance(part, dict) and part.get("type") == ROW:
                errors.count(f"{path}.components", part.get("components"), 1, 1)
                form.parts(f"{path}.components", part.get("components"), (TEXT_INPUT,))
            else:
                form.part(path, part, (LABEL, TEXT))
