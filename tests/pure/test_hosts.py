"""Several servers with different nodes and models: what is offered, chosen and hidden."""

from __future__ import annotations

import pytest

from bot.errors import OptionRefused
from bot.workflow.catalogue import Catalogue
from bot.workflow.choosing import choose, offered, unfit
from bot.workflow.hosts import Host, all_nodes, hosts_of
from tests.pure.test_binding_choices import TWO, build, server

SMALL, BIG = server("tiny", loras=("fox",)), server("dreamshaper_xl", loras=("owl",))
BOTH = (Host(SMALL, "0.33.0"), Host(BIG, "0.33.0"))


def name(given: dict[str, object], *hosts: Host) -> str:
    workflow, _values = choose(build(TWO), given, hosts)
    assert workflow.variant is not None
    return workflow.variant.name


def test_the_first_graph_is_chosen_that_any_server_can_run() -> None:
    assert name({}, *BOTH) == "big"
    assert name({}, BOTH[0]) == "small"


def test_a_graph_of_a_server_that_stays_away_is_chosen_last() -> None:
    away = Host(BIG, "0.33.0", there=False)

    assert name({}, BOTH[0], away) == "small"
    assert name({"model": "dreamshaper_xl"}, BOTH[0], away) == "big"


def test_models_of_all_servers_are_offered_and_taken() -> None:
    assert offered("model", build(TWO), BOTH) == ("dreamshaper_xl", "tiny")
    assert choose(build(TWO), {"prompt": "a fox", "model": "tiny"}, BOTH)[1]["model"] == "tiny"


def test_what_no_server_has_is_refused() -> None:
    with pytest.raises(OptionRefused, match="nobody"):
        choose(build(TWO), {"model": "nobody"}, BOTH)


def test_a_workflow_is_unfit_only_where_every_server_lacks_something() -> None:
    big = build(TWO)[:1]

    assert unfit(big, BOTH) == ()
    assert unfit(big, BOTH[:1])
    assert unfit(big, ()) == ()


def test_what_one_server_lacks_and_another_has_too_old_is_unfit_on_both() -> None:
    assert unfit(build(TWO)[:1], (Host(SMALL, "0.33.0"), Host(BIG, "0.19.0")))


def test_the_nodes_of_all_servers_hold_the_classes_and_lists_of_each() -> None:
    extra = Catalogue({"Rare": {"input": {}, "output": []}})
    joined = all_nodes([*BOTH, Host(extra)])

    assert joined is not None
    assert joined.has("Rare")
    assert joined.choices("CheckpointLoaderSimple", "ckpt_name") == ("tiny", "dreamshaper_xl")
    assert all_nodes(hosts_of(SMALL)) is SMALL
    assert all_nodes(()) is None
