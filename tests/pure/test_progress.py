"""Events fold into progress."""

import math

from hypothesis import given
from hypothesis import strategies as st

from bot.comfy.events import (
    Ahead,
    Detached,
    Event,
    Executing,
    ExecutionCached,
    ExecutionStart,
    ExecutionSuccess,
    NodeState,
    Preview,
    ProgressState,
    Settled,
    StepProgress,
)
from bot.jobs.progress import Progress

GRAPH = {
    "4": {"class_type": "CheckpointLoaderSimple", "inputs": {}, "_meta": {"title": "Checkpoint"}},
    "3": {"class_type": "KSampler", "inputs": {"steps": 8, "model": ["4", 0]}, "_meta": {"title": "Sampler"}},
    "9": {"class_type": "SaveImage", "inputs": {"images": ["3", 0]}},
}
P = "11111111-1111-4111-8111-111111111111"

numbers = st.floats(allow_nan=True, allow_infinity=True) | st.integers(-5, 20).map(float)
node_ids = st.sampled_from([*GRAPH, "57:9", "3.0.0.1", "nobody"])
states = st.builds(NodeState, numbers, numbers, st.booleans())
events: st.SearchStrategy[Event] = st.one_of(
    st.builds(Ahead, st.just(P), st.integers(0, 9)),
    st.builds(ExecutionStart, st.just(P)),
    st.builds(ExecutionCached, st.just(P), st.lists(node_ids).map(tuple)),
    st.builds(Executing, st.just(P), node_ids | st.none(), node_ids),
    st.builds(
        ProgressState, st.just(P), st.dictionaries(node_ids, st.builds(NodeState, numbers, numbers, st.booleans()))
    ),
    st.builds(Preview, st.just(P), node_ids, st.just("image/jpeg"), st.binary(max_size=3)),
    st.builds(Detached, st.just(P)),
)


def fold(*happened: Event) -> Progress:
    progress = Progress.of(GRAPH)
    for event in happened:
        progress = progress.after(event)
    return progress


def test_the_running_node_shows_its_title_and_steps() -> None:
    progress = fold(ExecutionStart(P), ProgressState(P, {"3": NodeState(2, 8, finished=False)}))

    assert (progress.title, progress.step, progress.steps) == ("Sampler", 2, 8)


def test_a_node_without_a_title_shows_its_class() -> None:
    assert fold(Executing(P, "9", "9")).title == "SaveImage"


def test_a_node_inside_a_subgraph_shows_its_parents_title() -> None:
    assert fold(Executing(P, "3.0.0.7", "3")).title == "Sampler"


def test_the_bar_weighs_a_sampler_by_its_steps() -> None:
    done = {"4": NodeState(1, 1, finished=True), "3": NodeState(4, 8, finished=False)}

    assert fold(ProgressState(P, done)).fraction == 0.5


def test_cached_nodes_do_not_count() -> None:
    progress = fold(ExecutionCached(P, ("4",)), ProgressState(P, {"3": NodeState(9, 9, finished=True)}))

    assert math.isclose(progress.fraction, 8 / 9)


def test_a_new_node_forgets_the_steps_of_the_last() -> None:
    progress = fold(StepProgress(P, "3", 8, 8), Executing(P, "9", "9"))

    assert (progress.title, progress.step, progress.steps) == ("SaveImage", None, None)


def test_nothing_is_ahead_once_it_runs() -> None:
    assert fold(Ahead(P, 4)).ahead == 4
    assert fold(Ahead(P, 4), ExecutionStart(P)).ahead == 0


def test_a_lost_socket_takes_the_stale_preview_away() -> None:
    progress = fold(Preview(P, "3", "image/jpeg", b"x"), Detached(P))

    assert progress.detached
    assert progress.preview is None


def test_what_is_heard_of_again_can_be_seen_again() -> None:
    assert not fold(Executing(P, "3", "3"), Detached(P), Executing(P, "3", "3")).detached
    assert fold(Executing(P, "3", "3"), Detached(P), ExecutionStart(P)).detached


@given(st.lists(events))
def test_the_bar_never_goes_back_and_stays_between_empty_and_full(happened: list[Event]) -> None:
    progress = Progress.of(GRAPH)
    for event in happened:
        following = progress.after(event)
        assert 0 <= progress.fraction <= following.fraction <= 1
        progress = following


@given(st.lists(events), st.sampled_from([ExecutionSuccess(P), Settled(P, "done")]))
def test_the_bar_ends_at_full(happened: list[Event], end: Event) -> None:
    assert fold(*happened, end).fraction == 1
