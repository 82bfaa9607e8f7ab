"""Forms are read into clean values, every mistake under the path of its field."""

from __future__ import annotations

from typing import Any

import pytest

from bot.playground.check_messages import check_new
from bot.playground.forms import (
    choice,
    decimal,
    flag,
    form,
    items,
    maybe,
    read_form,
    snowflake,
    text,
    union,
    url,
    whole,
)
from bot.playground.wire import Refusal

V2 = 1 << 15

PERSON = form({"name": text(1, 5), "age": maybe(whole(0, 150)), "friends": items(snowflake, 0, 2, unique=True)}, "name")
SHAPE = union(
    {1: form({"type": choice(1), "size": decimal(0, 9)}), 2: form({"type": choice(2), "round": flag}, "round")}
)


def mistakes(errors: Any, place: str = "") -> dict[str, str]:
    """The code of each mistake by its path."""
    found: dict[str, str] = {}
    for key, inside in (errors or {}).items():
        if key == "_errors":
            found[place] = inside[0]["code"]
        else:
            found |= mistakes(inside, f"{place}.{key}" if place else key)
    return found


def refused(field: Any, value: object) -> dict[str, str]:
    with pytest.raises(Refusal) as caught:
        read_form(field, value)
    assert (caught.value.status, caught.value.code) == (400, 50035)
    return mistakes(caught.value.errors)


def test_what_is_known_is_kept_and_the_rest_dropped() -> None:
    read = read_form(PERSON, {"name": "Ada", "age": 36.0, "friends": [7, "8"], "shoes": 2})

    assert read == {"name": "Ada", "age": 36, "friends": ["7", "8"]}
    assert isinstance(read["age"], int)
    assert read_form(PERSON, {"name": "Ada", "age": None}) == {"name": "Ada", "age": None}


def test_every_mistake_is_named_at_once() -> None:
    wrong = {"age": 151, "friends": ["x", True]}

    assert refused(PERSON, wrong) == {
        "name": "BASE_TYPE_REQUIRED",
        "age": "NUMBER_TYPE_MAX",
        "friends.0": "NUMBER_TYPE_COERCE",
        "friends.1": "NUMBER_TYPE_COERCE",
    }
    assert refused(items(PERSON, 0, 3), [{"name": "Ada"}, {"name": ""}]) == {"1.name": "BASE_TYPE_BAD_LENGTH"}


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        (PERSON, [], "MODEL_TYPE_CONVERT"),
        (text(0, 3), 5, "STRING_TYPE_CONVERT"),
        (text(0, 3), None, "BASE_TYPE_REQUIRED"),
        (whole(0, 3), True, "NUMBER_TYPE_COERCE"),
        (whole(0, 3), 1.5, "NUMBER_TYPE_COERCE"),
        (whole(0, 3), -1, "NUMBER_TYPE_MIN"),
        (decimal(), float("inf"), "NUMBER_TYPE_COERCE"),
        (flag, 1, "BOOLEAN_TYPE_CONVERT"),
        (choice("a"), "b", "BASE_TYPE_CHOICES"),
        (choice(1), True, "BASE_TYPE_CHOICES"),
        (items(flag, 0, 1), {}, "LIST_TYPE_CONVERT"),
        (items(flag, 0, 1), [True, True], "BASE_TYPE_MAX_LENGTH"),
        (url(), "http://", "URL_TYPE_INVALID_URL"),
        (url(), "http://[", "URL_TYPE_INVALID_SCHEME"),
        (SHAPE, {"type": 3}, "UNION_TYPE_CHOICES"),
        (SHAPE, {"type": True}, "UNION_TYPE_CHOICES"),
        (SHAPE, {"type": [1]}, "UNION_TYPE_CHOICES"),
        (snowflake, "01", "NUMBER_TYPE_COERCE"),
        (snowflake, "²", "NUMBER_TYPE_COERCE"),
        (snowflake, 2**63, "NUMBER_TYPE_COERCE"),
    ],
)
def test_what_is_of_another_kind_is_refused(field: Any, value: object, code: str) -> None:
    assert refused(field, value) == {"": code}


def test_the_type_says_which_fields_there_are() -> None:
    assert read_form(SHAPE, {"type": 1.0, "size": 2.5, "round": "?"}) == {"type": 1, "size": 2.5}
    assert refused(SHAPE, {"type": 2}) == {"round": "BASE_TYPE_REQUIRED"}
    assert refused(SHAPE, {}) == {"type": "BASE_TYPE_REQUIRED"}


def test_the_largest_message_there_may_be_is_taken() -> None:
    picture = {"media": {"url": "attachment://a.png"}, "description": "a" * 1024}
    buttons = [{"type": 2, "style": 1, "label": "a" * 80, "custom_id": f"{n}" + "a" * 99} for n in range(5)]
    parts = [{"type": 10, "content": "a" * 125}] * 32
    container: dict[str, Any] = {
        "type": 17,
        "components": [{"type": 12, "items": [picture] * 10}, {"type": 1, "components": buttons}, *parts],
    }

    assert check_new({"flags": V2, "components": [container]}, 10, webhook=True)["flags"] == V2
    container["components"] += [{"type": 14}]
    with pytest.raises(Refusal):
        check_new({"flags": V2, "components": [container]}, 10, webhook=True)
