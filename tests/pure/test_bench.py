"""What `make bench` measures is what `/imagine` really sends."""

from bench.stage import TYPICAL, VERSION, imagine_graph
from bot.comfy.simulator.catalogue import MODELS, Catalogue
from bot.comfy.simulator.validation import validate
from bot.comfy.simulator.versions import Version


def test_the_graph_that_is_measured_runs_on_the_simulator() -> None:
    verdict = validate(
        imagine_graph(TYPICAL, seed=1),
        None,
        catalogue=Catalogue(MODELS, list),
        version=Version(VERSION),
        own_checks=lambda *_: None,
    )

    assert verdict.node_errors == {}
    assert verdict.error is None
