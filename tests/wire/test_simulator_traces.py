"""Recorded sessions with a real ComfyUI 0.33, replayed: the simulator gives the same statuses, shapes and order."""

from pathlib import Path

import pytest

from tests.shared import shared_path
from tests.wire.replay import replay
from tests.wire.test_simulator_trace_routes import ROUTES

REPLAYED = (
    *("bad_client_id", "batch_and_lists", "cached_rerun", "concurrency", "extra_pnginfo", "history_ops"),
    *("intermediate_outputs", "interrupt", "interrupt_last_node", "jobs_api", "load_image", "model_free"),
    *("partial_outputs_on_failure", "preview_method_override", "preview_temp", "probe_nodes", "queue_ops", "races"),
    *("reconnect", "runtime_error", "save_image_websocket", "server_restart", "slow_consumer", "text_output"),
    *("two_clients", "txt2img_batch4", "txt2img_previews_legacy", "txt2img_previews_meta", "unserialisable_ui"),
    *("validation_errors", "video_audio", "worker_death", "ws_handshake", "ws_max_size"),
)
#: Replayed up to this note, for the reason the rest is left out.
UNTIL = {"interrupt_race": "followed at once by interrupt"}
#: Replayed with other numbers: there, a picture's size only made a node slow enough to be interrupted.
EDITS = {"interrupt_last_node": {'": 2048': '": 64'}}
#: Not replayed, and why.
LEFT_OUT = {
    "cancel_race_detail": "only events were recorded, and they do not tell a cancel of a waiting prompt from its end; "
    "so does the second half of interrupt_race",
}


async def test_every_trace_is_replayed_or_left_out_for_a_reason() -> None:
    names = {path.stem for path in shared_path("reference/traces").glob("*.jsonl")}

    assert names == {*REPLAYED, *UNTIL, *ROUTES, *LEFT_OUT}


@pytest.mark.parametrize("name", [*REPLAYED, *UNTIL])
async def test_the_simulator_answers_as_the_recorded_server_did(name: str, tmp_path: Path) -> None:
    await replay(name, tmp_path, until=UNTIL.get(name), edits=EDITS.get(name))
