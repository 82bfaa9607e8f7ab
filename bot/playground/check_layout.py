"""The rules over a whole tree of components: what is counted, what may not repeat, what a button needs."""

from __future__ import annotations

from .check_components import BUTTON, FILE_UPLOAD, MOST_PARTS, ROW, SELECTS, STRING_SELECT, TEXT, TEXT_INPUT
from .wire import FormErrors, Payload, given

MOST_TEXT = 4000
LINK, PREMIUM = 5, 6
#: what a button of this style is known by; all others by their custom id
KEYS = {LINK: "url", PREMIUM: "sku_id"}


def check_layout(errors: FormErrors, components: list[Payload]) -> None:
    """The components are already read by their tables; what is wrong between them is noted."""
    walk = _Walk(errors)
    walk.parts("components", components)
    if walk.count > MOST_PARTS:
        message = f"The total number of components cannot exceed {MOST_PARTS}"
        errors.add("components", "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", message)
    if walk.text > MOST_TEXT:
        message = f"Components displayable text size exceeds maximum size of {MOST_TEXT}"
        errors.add("components", "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", message)


class _Walk:
    def __init__(self, errors: FormErrors) -> None:
        self.errors = errors
        self.count = 0
        self.text = 0
        self._custom_ids: set[str] = set()
        self._ids: set[int] = set()

    def parts(self, path: str, parts: list[Payload]) -> None:
        for index, part in enumerate(parts):
            self.part(f"{path}.{index}", part)

    def part(self, path: str, part: Payload) -> None:
        self.count += 1
        self._numbered(path, part)
        if part.get("custom_id") is not None:
            self._named(path, part)
        if part["type"] == TEXT:
            self.text += len(part["content"])
        elif part["type"] == BUTTON:
            _check_button(self.errors, path, part)
        elif part["type"] in (*SELECTS, FILE_UPLOAD) or "options" in part:
            _check_choices(self.errors, path, part)
        elif part["type"] == TEXT_INPUT:
            _check_order(self.errors, path, part, "min_length", "max_length")
        elif part["type"] == ROW:
            _check_width(self.errors, path, part["components"])
        self.parts(f"{path}.components", part.get("components") or [])
        for key in ("accessory", "component"):
            if part.get(key):
                self.part(f"{path}.{key}", part[key])

    def _named(self, path: str, part: Payload) -> None:
        if part["custom_id"] in self._custom_ids:
            message = "Component custom id cannot be duplicated"
            self.errors.add(f"{path}.custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", message)
        self._custom_ids.add(part["custom_id"])

    def _numbered(self, path: str, part: Payload) -> None:
        number = part.get("id") or 0
        if number and number in self._ids:
            self.errors.add(f"{path}.id", "COMPONENT_ID_DUPLICATED", "Component id cannot be duplicated")
        self._ids.add(number)


def _check_width(errors: FormErrors, path: str, parts: list[Payload]) -> None:
    """A select fills a row; five buttons do."""
    if len(parts) == 1:
        return
    for index, part in enumerate(parts):
        if part["type"] in SELECTS:
            message = "The specified component exceeds the maximum width"
            errors.add(f"{path}.components.{index}", "COMPONENT_LAYOUT_WIDTH_EXCEEDED", message)


def _check_button(errors: FormErrors, path: str, part: Payload) -> None:
    if part["style"] != PREMIUM and not given(part, "label") and not given(part, "emoji"):
        errors.add(path, "BUTTON_COMPONENT_INVALID_LABEL", "A button must have a label or emoji")
    wanted = KEYS.get(part["style"], "custom_id")
    if not given(part, wanted):
        errors.add(f"{path}.{wanted}", "BASE_TYPE_REQUIRED", "This field is required")
    for other in ("url", "sku_id", "custom_id"):
        if other != wanted and given(part, other):
            message = f"A button with a {wanted} cannot have a {other}"
            errors.add(f"{path}.{other}", "COMPONENT_CUSTOM_ID_AND_URL_NOT_ALLOWED", message)


def _check_choices(errors: FormErrors, path: str, part: Payload) -> None:
    _check_order(errors, path, part, "min_values", "max_values")
    seen: set[str] = set()
    for index, option in enumerate(part.get("options") or []):
        if option["value"] in seen:
            message = "The specified option value is already used"
            errors.add(f"{path}.options.{index}", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message)
        seen.add(option["value"])
    if part["type"] == STRING_SELECT and len(seen) < (part.get("max_values") or 1):
        errors.add(f"{path}.max_values", "SELECT_COMPONENT_MAX_VALUES", "There are fewer options than max_values")


def _check_order(errors: FormErrors, path: str, part: Payload, low: str, high: str) -> None:
    least, most = part.get(low), part.get(high)
    if least is not None and most is not None and least > most:
        errors.add(f"{path}.{low}", "NUMBER_TYPE_MAX", f"int value should be less than or equal to {most}.")
