"""The rules for components in messages and modals, checked as Discord does, each mistake under its field's path."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from .wire import FormErrors, Payload, given

ROW, BUTTON, STRING_SELECT, TEXT_INPUT, SECTION, TEXT, THUMBNAIL = 1, 2, 3, 4, 9, 10, 11
GALLERY, FILE, SEPARATOR, CONTAINER, LABEL, FILE_UPLOAD = 12, 13, 14, 17, 18, 19
RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX = 21, 22, 23
SELECTS = (3, 5, 6, 7, 8)
CONTENT = (ROW, SECTION, TEXT, GALLERY, FILE, SEPARATOR)
IN_LABEL = (TEXT_INPUT, *SELECTS, FILE_UPLOAD, RADIO_GROUP, CHECKBOX_GROUP, CHECKBOX)

Check: TypeAlias = Callable[["Form", str, Payload], None]


class Form:
    """One walk over a tree of components: what is counted over all of them, and the mistakes."""

    def __init__(self, errors: FormErrors) -> None:
        self.errors = errors
        self.count = 0
        self.text = 0
        self._custom_ids: set[str] = set()
        self._ids: set[int] = set()

    def parts(self, path: str, parts: object, allowed: tuple[int, ...]) -> None:
        if isinstance(parts, list):
            for index, part in enumerate(parts):
                self.part(f"{path}.{index}", part, allowed)

    def part(self, path: str, part: object, allowed: tuple[int, ...]) -> None:
        if not isinstance(part, dict):
            self.errors.add(path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
            return
        if part.get("type") not in allowed:
            message = f'Value of field "type" must be one of {allowed}.'
            self.errors.add(f"{path}.type", "UNION_TYPE_CHOICES", message)
            return
        self.count += 1
        self._numbered(path, part.get("id"))
        CHECKS[part["type"]](self, path, part)

    def custom_id(self, path: str, part: Payload) -> None:
        value = part.get("custom_id")
        if self.errors.length(f"{path}.custom_id", value, 1, 100):
            if value in self._custom_ids:
                message = "Component custom id cannot be duplicated"
                self.errors.add(f"{path}.custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", message)
            self._custom_ids.add(str(value))

    def optional(self, path: str, part: Payload, key: str, high: int) -> None:
        if part.get(key) is not None:
            self.errors.length(f"{path}.{key}", part[key], 0, high)

    def _numbered(self, path: str, number: object) -> None:
        if isinstance(number, int) and number:
            if number in self._ids:
                self.errors.add(f"{path}.id", "COMPONENT_ID_DUPLICATED", "Component id cannot be duplicated")
            self._ids.add(number)


def check_components(errors: FormErrors, components: object, *, v2: bool) -> None:
    """A message's components: 5 rows, or with the V2 flag 40 components and 4000 characters in all."""
    form = Form(errors)
    if not errors.count("components", components, 0, 40 if v2 else 5):
        return
    form.parts("components", components, (*CONTENT, CONTAINER) if v2 else (ROW,))
    if v2 and form.count > 40:
        message = f"The total number of components cannot exceed 40 (got {form.count})"
        errors.add("components", "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", message)
    if form.text > 4000:
        message = "The total displayable text size exceeds the maximum size of 4000"
        errors.add("components", "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", message)


def _row(form: Form, path: str, part: Payload) -> None:
    inside = part.get("components")
    if form.errors.count(f"{path}.components", inside, 1, 5):
        form.parts(f"{path}.components", inside, (BUTTON, *SELECTS))
        kinds = [child.get("type") for child in part["components"] if isinstance(child, dict)]
        if len(kinds) > 1 and any(kind in SELECTS for kind in kinds):
            message = "The specified component exceeds the maximum width"
            form.errors.add(f"{path}.components", "COMPONENT_LAYOUT_WIDTH_EXCEEDED", message)


def _button(form: Form, path: str, part: Payload) -> None:
    errors = form.errors
    style = part.get("style")
    if not errors.choice(f"{path}.style", style, (1, 2, 3, 4, 5, 6)):
        return
    form.optional(path, part, "label", 80)
    if style != 6 and not given(part, "label") and not given(part, "emoji"):
        errors.add(path, "BUTTON_COMPONENT_INVALID_LABEL", "A button must have a label or emoji")
    wanted = {5: "url", 6: "sku_id"}.get(int(style or 0), "custom_id")
    if wanted == "custom_id":
        form.custom_id(path, part)
    elif not given(part, wanted):
        errors.add(f"{path}.{wanted}", "BASE_TYPE_REQUIRED", "This field is required")
    for other in {"url", "sku_id", "custom_id"} - {wanted}:
        if given(part, other):
            message = (
                f"A button of this style cannot have a {other}"
                if other == "url"
                else "A custom id and url cannot both be specified"
            )
            errors.add(f"{path}.{other}", "COMPONENT_CUSTOM_ID_AND_URL_NOT_ALLOWED", message)


def _select(form: Form, path: str, part: Payload) -> None:
    errors = form.errors
    form.custom_id(path, part)
    form.optional(path, part, "placeholder", 150)
    if part.get("min_values") is not None:
        errors.number(f"{path}.min_values", part["min_values"], 0, 25)
    if part.get("max_values") is not None:
        errors.number(f"{path}.max_values", part["max_values"], 1, 25)
    if part["type"] == STRING_SELECT:
        _options(form, path, part, 25)


def _options(form: Form, path: str, part: Payload, high: int) -> None:
    errors = form.errors
    if not errors.count(f"{path}.options", part.get("options"), 1, high):
        return
    seen: set[str] = set()
    for index, option in enumerate(part["options"]):
        place = f"{path}.options.{index}"
        errors.length(f"{place}.label", option.get("label"), 1, 100)
        form.optional(place, option, "description", 100)
        if errors.length(f"{place}.value", option.get("value"), 1, 100):
            if option["value"] in seen:
                message = "The specified option value is already used"
                errors.add(f"{place}.value", "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message)
            seen.add(option["value"])
    if len(part["options"]) < (part.get("max_values") or 1):
        errors.add(f"{path}.max_values", "SELECT_COMPONENT_MAX_VALUES", "There are fewer options than max_values")


def _text_input(form: Form, path: str, part: Payload) -> None:
    form.custom_id(path, part)
    form.errors.choice(f"{path}.style", part.get("style"), (1, 2))
    for key, high in (("label", 45), ("placeholder", 100), ("value", 4000)):
        form.optional(path, part, key, high)
    if part.get("min_length") is not None:
        form.errors.number(f"{path}.min_length", part["min_length"], 0, 4000)
    if part.get("max_length") is not None:
        form.errors.number(f"{path}.max_length", part["max_length"], 1, 4000)


def _section(form: Form, path: str, part: Payload) -> None:
    if form.errors.count(f"{path}.components", part.get("components"), 1, 3):
        form.parts(f"{path}.components", part["components"], (TEXT,))
    form.part(f"{path}.accessory", part.get("accessory"), (BUTTON, THUMBNAIL))


def _text(form: Form, path: str, part: Payload) -> None:
    if form.errors.length(f"{path}.content", part.get("content"), 1, 4000):
        form.text += len(part["content"])


def _media(form: Form, path: str, media: object) -> None:
    url = media.get("url") if isinstance(media, dict) else None
    if form.errors.length(f"{path}.url", url, 1, 2048) and not str(url).startswith(
        ("https://", "http://", "attachment://")
    ):
        message = "Scheme \"\" is not supported. Scheme must be one of ('http', 'https', 'attachment')."
        form.errors.add(f"{path}.url", "URL_TYPE_INVALID_SCHEME", message)


def _thumbnail(form: Form, path: str, part: Payload) -> None:
    _media(form, f"{path}.media", part.get("media"))
    form.optional(path, part, "description", 1024)


def _gallery(form: Form, path: str, part: Payload) -> None:
    if form.errors.count(f"{path}.items", part.get("items"), 1, 10):
        for index, item in enumerate(part["items"]):
            _thumbnail(form, f"{path}.items.{index}", item)


def _file(form: Form, path: str, part: Payload) -> None:
    _media(form, f"{path}.file", part.get("file"))
    url = part["file"].get("url") if isinstance(part.get("file"), dict) else ""
    if isinstance(url, str) and url.startswith("http"):
        form.errors.add(f"{path}.file.url", "URL_TYPE_INVALID_SCHEME", "A file must be an attachment:// reference")


def _separator(form: Form, path: str, part: Payload) -> None:
    if part.get("spacing") is not None:
        form.errors.choice(f"{path}.spacing", part["spacing"], (1, 2))


def _container(form: Form, path: str, part: Payload) -> None:
    if part.get("accent_color") is not None:
        form.errors.number(f"{path}.accent_color", part["accent_color"], 0, 0xFFFFFF)
    if form.errors.count(f"{path}.components", part.get("components"), 1, 40):
        form.parts(f"{path}.components", part["components"], CONTENT)


def _label(form: Form, path: str, part: Payload) -> None:
    form.errors.length(f"{path}.label", part.get("label"), 1, 45)
    form.optional(path, part, "description", 100)
    form.part(f"{path}.component", part.get("component"), IN_LABEL)


def _file_upload(form: Form, path: str, part: Payload) -> None:
    form.custom_id(path, part)
    for key, low in (("min_values", 0), ("max_values", 1)):
        if part.get(key) is not None:
            form.errors.number(f"{path}.{key}", part[key], low, 10)


def _group(form: Form, path: str, part: Payload) -> None:
    form.custom_id(path, part)
    _options(form, path, part, 10)


CHECKS: dict[int, Check] = {
    ROW: _row,
    BUTTON: _button,
    **dict.fromkeys(SELECTS, _select),
    TEXT_INPUT: _text_input,
    SECTION: _section,
    TEXT: _text,
    THUMBNAIL: _thumbnail,
    GALLERY: _gallery,
    FILE: _file,
    SEPARATOR: _separator,
    CONTAINER: _container,
    LABEL: _label,
    FILE_UPLOAD: _file_upload,
    RADIO_GROUP: _group,
    CHECKBOX_GROUP: _group,
    CHECKBOX: Form.custom_id,
}
