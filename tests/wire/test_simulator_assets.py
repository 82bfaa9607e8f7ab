"""The simulator's assets, which are off unless asked for: ids for files, pages of them, tags."""

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.wire.simulated import EMPTY, Client, serve


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with serve(assets=True, models={"vae": ["a.safetensors"]}) as client:
        yield client


async def send(client: Client, method: str, path: str, body: Any) -> tuple[int, Any]:
    data = body if isinstance(body, aiohttp.FormData) else json.dumps(body)
    async with client.session.request(method, client.simulator.url + path, data=data) as response:
        text = await response.text()
        return response.status, json.loads(text) if text else None


def form(name: str, content: bytes, field: str = "file", **fields: str) -> aiohttp.FormData:
    data = aiohttp.FormData(fields)
    data.add_field(field, content, filename=name)
    return data


class TestFiles:
    async def test_what_a_prompt_made_has_an_id_everywhere(self, client: Client) -> None:
        entry = await client.run(EMPTY)
        picture = entry["outputs"]["2"]["images"][0]
        asset = await client.get(f"/api/assets/{picture['id']}")
        job = await client.get(f"/api/jobs/{entry['prompt'][1]}")

        assert (asset["name"], asset["tags"]) == (picture["filename"], ["output", "uploaded"])
        assert asset["job_id"] == entry["prompt"][1]
        assert (asset["metadata"]["width"], asset["metadata"]["content_type"]) == (64, "image/png")
        assert job["preview_output"]["id"] == picture["id"]

    async def test_a_cached_result_keeps_its_id(self, client: Client) -> None:
        first, second = await client.run(EMPTY), await client.run(EMPTY)

        assert first["outputs"] == second["outputs"]

    async def test_content_is_served_by_id_and_by_hash(self, client: Client) -> None:
        _, upload = await send(client, "POST", "/upload/image", form("a.txt", b"hello", "image"))
        asset = upload["asset"]
        contents = []
        for path in (f"/api/assets/{asset['id']}/content", f"/view?filename={asset['asset_hash']}"):
            async with client.session.get(client.simulator.url + path) as response:
                contents.append((response.status, response.headers["Content-Disposition"], await response.read()))

        assert contents == [
            (200, "attachment; filename*=UTF-8''a.txt", b"hello"),
            (200, 'filename="a.txt"', b"hello"),
        ]

    async def test_equal_content_is_stored_once(self, client: Client) -> None:
        first, made = await send(client, "POST", "/api/assets", form("a.txt", b"hello", tags="input"))
        second, again = await send(client, "POST", "/api/assets", form("b.txt", b"hello", tags="input"))
        _, copy = await send(client, "POST", "/api/assets/from-hash", {"hash": made["hash"], "tags": ["x"]})

        assert (first, made["created_new"]) == (201, True)
        assert (second, again["created_new"]) == (200, False)
        assert copy["tags"] == ["x"]
        assert len({made["hash"], again["hash"], copy["hash"]}) == 1
        assert len({made["id"], again["id"], copy["id"]}) == 3

    async def test_an_upload_has_to_say_where_it_belongs(self, client: Client) -> None:
        answers = [
            await send(client, "POST", "/api/assets", form("a.txt", b"x", **fields))
            for fields in ({}, {"tags": "cat"}, {"tags": "models"})
        ]

        assert [(status, answer["error"]["code"]) for status, answer in answers] == [(400, "INVALID_BODY")] * 3
        assert [answer["error"]["message"] for _, answer in answers] == [
            "tags are required for new asset uploads",
            "uploads require exactly one destination role: input, models, or output",
            "models uploads require exactly one model_type:<folder_name> tag",
        ]


class TestLists:
    async def test_pages_follow_each_other_by_cursor(self, client: Client) -> None:
        for name in "cab":
            await send(client, "POST", "/upload/image", form(f"{name}.txt", name.encode(), "image"))
        names: list[str] = []
        after: dict[str, str] = {}
        while True:
            page = await client.get("/api/assets", tags_all="uploaded", sort="name", order="asc", limit="1", **after)
            names.append(page["assets"][0]["name"])
            if not page["has_more"]:
                break
            after = {"after": page["next_cursor"]}

        assert names == ["a.txt", "b.txt", "c.txt"]
        assert page["total"] == 3

    async def test_tags_are_counted_added_and_removed(self, client: Client) -> None:
        model = (await client.get("/api/assets", include_tags="models"))["assets"][0]
        path = f"/api/assets/{model['id']}/tags"
        added = await send(client, "POST", path, {"tags": ["cat", "models"]})
        counts = (await client.get("/api/assets/tags/refine", tags_any="cat"))["tag_counts"]
        removed = await send(client, "DELETE", path, {"tags": ["cat", "dog"]})

        total = ["model_type:vae", "models"]
        assert added[1] == {"added": ["cat"], "already_present": ["models"], "total_tags": ["cat", *total]}
        assert counts == {"cat": 1, "model_type:vae": 1, "models": 1}
        assert removed[1] == {"removed": ["cat"], "not_present": ["dog"], "total_tags": total}

    async def test_a_removed_asset_leaves_its_file(self, client: Client) -> None:
        asset = (await client.get("/api/assets", include_tags="input"))["assets"][0]
        statuses = [(await send(client, "DELETE", f"/api/assets/{asset['id']}", None))[0] for _ in range(2)]

        assert statuses == [204, 404]
        assert (client.simulator.folders["input"] / asset["name"]).exists()

    async def test_bad_questions_are_refused_by_code(self, client: Client) -> None:
        for query, code in (
            ({"limit": "0"}, "INVALID_QUERY"),
            ({"sort": "colour"}, "INVALID_QUERY"),
            ({"metadata_filter": "x"}, "INVALID_QUERY"),
            ({"after": "zz"}, "INVALID_CURSOR"),
            ({"tags_all": "a", "tags_none": "a"}, "INVALID_TAG_FILTER"),
            ({"tags_all": "a", "include_tags": "b"}, "INVALID_TAG_FILTER"),
        ):
            assert (await client.get("/api/assets", **query))["error"]["code"] == code, query

    async def test_ids_survive_a_restart(self, client: Client) -> None:
        before = (await client.get("/api/assets"))["assets"]
        await client.simulator.restart()

        assert (await client.get("/api/assets"))["assets"] == before


async def test_nothing_is_known_of_files_unless_asked_for() -> None:
    async with serve() as client:
        entry = await client.run(EMPTY)
        error = (await client.get("/api/assets"))["error"]

        assert "id" not in entry["outputs"]["2"]["images"][0]
        assert error["code"] == "SERVICE_DISABLED"
