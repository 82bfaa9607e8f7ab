"""The simulator's files: uploads, what nodes make of them, and the pictures it draws."""

import io
import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from PIL import Image

from bot.comfy.simulator import Simulator
from tests.wire.simulated import EMPTY, Client, serve, text_to_image


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with serve() as client:
        yield client


class TestFiles:
    async def test_uploads_keep_equal_names_only_for_equal_bytes(self, client: Client) -> None:
        names = []
        for content in (b"one", b"one", b"other"):
            form = aiohttp.FormData({"subfolder": "bot"})
            form.add_field("image", content, filename="in.png")
            async with client.session.post(f"{client.simulator.url}/upload/image", data=form) as response:
                names.append(await response.json())

        assert [name["name"] for name in names] == ["in.png", "in.png", "in (1).png"]
        assert names[0] == {"name": "in.png", "subfolder": "bot", "type": "input"}

    @pytest.mark.parametrize(
        ("fields", "filename", "status"),
        [
            ({"type": "bogus"}, "a.png", 500),
            ({"subfolder": "../.."}, "a.png", 400),
            ({}, "", 500),
        ],
    )
    async def test_uploads_are_refused_as_the_real_server_does(
        self, client: Client, fields: dict[str, str], filename: str, status: int
    ) -> None:
        form = aiohttp.FormData(fields)
        form.add_field("image", b"x", filename=filename)
        async with client.session.post(f"{client.simulator.url}/upload/image", data=form) as response:
            assert response.status == status

    async def test_an_uploaded_picture_is_loaded_inverted_and_saved(self, client: Client) -> None:
        buffer = io.BytesIO()
        Image.new("RGB", (8, 8), (10, 20, 30)).save(buffer, "PNG")
        form = aiohttp.FormData()
        form.add_field("image", buffer.getvalue(), filename="in.png")
        await client.session.post(f"{client.simulator.url}/upload/image", data=form)
        graph = {
            "1": {"class_type": "LoadImage", "inputs": {"image": "in.png"}},
            "2": {"class_type": "ImageInvert", "inputs": {"image": ["1", 0]}},
            "3": {"class_type": "SaveImage", "inputs": {"images": ["2", 0], "filename_prefix": "out"}},
        }
        entry = await client.run(graph, extra_data={"extra_pnginfo": {"note": "kept"}})
        params = entry["outputs"]["3"]["images"][0]
        async with client.session.get(f"{client.simulator.url}/view", params=params) as response:
            picture = Image.open(io.BytesIO(await response.read()))

        assert picture.convert("RGB").getpixel((0, 0)) == (245, 235, 225)
        assert json.loads(picture.text["note"]) == "kept"  # type: ignore[attr-defined]  # PNGs have it
        assert json.loads(picture.text["prompt"]) == graph  # type: ignore[attr-defined]  # PNGs have it

    async def test_a_mask_becomes_the_alpha_of_its_original(self, client: Client) -> None:
        buffer = io.BytesIO()
        Image.new("RGBA", (256, 256), (0, 0, 0, 77)).save(buffer, "PNG")
        form = aiohttp.FormData({"subfolder": "clipspace"})
        form.add_field("original_ref", json.dumps({"filename": "example.png", "type": "input"}))
        form.add_field("image", buffer.getvalue(), filename="mask.png")
        async with client.session.post(f"{client.simulator.url}/upload/mask", data=form) as response:
            answer = await response.json()

        assert answer == {"name": "mask.png", "subfolder": "clipspace", "type": "input"}
        with Image.open(client.simulator.folders["input"] / "clipspace" / "mask.png") as picture:
            assert picture.getchannel("A").getextrema() == (77, 77)

    async def test_a_mask_that_is_there_already_is_not_written_again(self, client: Client) -> None:
        """Without an original, which a mask that is written must name."""
        statuses = []
        for content in (b"one", b"one", b"other"):
            form = aiohttp.FormData()
            form.add_field("image", content, filename="mask.png")
            (client.simulator.folders["input"] / "mask.png").write_bytes(b"one")
            async with client.session.post(f"{client.simulator.url}/upload/mask", data=form) as response:
                statuses.append(response.status)

        assert statuses == [200, 200, 500]

    async def test_what_a_browser_would_run_is_a_download_but_a_vector_picture_may_be_seen(
        self, client: Client
    ) -> None:
        kinds = {}
        for name, shown_as in (("a.html", ""), ("a.svg", ""), ("a.svg", "image"), ("a.png", "")):
            (client.simulator.folders["output"] / name).write_bytes(b"x")
            url, headers = f"{client.simulator.url}/view?filename={name}", {"Sec-Fetch-Dest": shown_as}
            async with client.session.get(url, headers=headers) as response:
                assert response.headers["X-Content-Type-Options"] == "nosniff"
                disposition = response.headers["Content-Disposition"].partition(";")[0]
                kinds[name, shown_as] = (response.headers["Content-Type"], disposition, response.headers.get("Vary"))

        assert kinds == {
            ("a.html", ""): ("application/octet-stream", "attachment", "Sec-Fetch-Dest"),
            ("a.svg", ""): ("application/octet-stream", "attachment", "Sec-Fetch-Dest"),
            ("a.svg", "image"): ("image/svg+xml", 'filename="a.svg"', "Sec-Fetch-Dest"),
            ("a.png", ""): ("image/png", 'filename="a.png"', None),
        }

    async def test_a_corrupt_picture_is_a_runtime_error(self, client: Client) -> None:
        form = aiohttp.FormData()
        form.add_field("image", b"no picture", filename="corrupt.png")
        await client.session.post(f"{client.simulator.url}/upload/image", data=form)
        graph = {"1": {"class_type": "LoadImage", "inputs": {"image": "corrupt.png"}}, "2": EMPTY["2"]}
        entry = await client.run(graph)

        kind, error = entry["status"]["messages"][-1]
        assert (kind, error["node_id"], error["exception_type"]) == (
            "execution_error",
            "1",
            "PIL.UnidentifiedImageError",
        )
        assert error["current_inputs"] == {"image": ["corrupt.png"]}
        assert error["current_outputs"] == ["1", "2"]

    async def test_finished_nodes_keep_their_files_when_a_later_one_fails(self, client: Client) -> None:
        async def explode(call: Any, inputs: Any) -> Any:
            raise RuntimeError("boom")

        info = {"input": {"required": {"image": ["IMAGE"]}}, "output": [], "output_node": True}
        client.simulator.add_node("Exploding", info, explode)
        graph = EMPTY | {"3": {"class_type": "Exploding", "inputs": {"image": ["2", 0]}}}
        entry = await client.run(graph)

        assert entry["status"]["status_str"] == "error"
        assert entry["outputs"]["2"]["images"][0]["filename"].startswith("empty_")


class TestDrawing:
    async def test_equal_words_and_seed_give_equal_pictures(self) -> None:
        pictures = []
        for seed in (1, 1, 2):
            async with serve() as client:
                entry = await client.run(text_to_image("a castle at night", seed=seed))
                params = entry["outputs"]["9"]["images"][0]
                async with client.session.get(f"{client.simulator.url}/view", params=params) as response:
                    pictures.append(Image.open(io.BytesIO(await response.read())).tobytes())

        assert pictures[0] == pictures[1]
        assert pictures[0] != pictures[2]

    async def test_the_data_folder_goes_with_the_simulator(self) -> None:
        simulator = Simulator()
        root = simulator.folders.root
        async with simulator:
            assert root.exists()

        assert not root.exists()
