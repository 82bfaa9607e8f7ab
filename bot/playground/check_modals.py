"""The rules for the form an app puts on top of the channel."""

from __future__ import annotations

from typing import Any

from .check_components import custom_id, modal_parts
from .check_layout import check_layout
from .forms import form, read_form, text
from .wire import FormErrors, Payload

MODAL = form(
    {"custom_id": custom_id, "title": text(1, 45), "components": modal_parts}, "custom_id", "title", "components"
)


def check_modal(modal: object) -> Payload:
    """A modal: title of 45, 1 to 5 rows, labels or texts; Refusal 50035 for any other."""
    clean: dict[str, Any] = read_form(MODAL, modal)
    errors = FormErrors()
    check_layout(errors, clean["components"])
    errors.raise_any()
    return clean
