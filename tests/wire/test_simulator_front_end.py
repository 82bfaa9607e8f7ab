"""The simulator's routes for the front end: people, settings, their files, the log, pages; and how routes refuse."""

import json
from typing import Any

import aiohttp
import pytest
from yarl import URL

from tests.wire.simulated import EMPTY, Client, serve, text_to_image

TROUBLE = "500 Internal Server Error\n\nServer got itself in trouble"


async def ask(client: Client, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, str, Any]:
    """Status, content type without its charset, and the body (parsed, where it is JSON)."""
    data = body if isinstance(body, str | bytes | None) else json.dumps(body)
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    async with client.session.request(method, client.simulator.url + path, data=data, headers=named) as response:
        text = await response.text()
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        return response.status, kind, json.loads(text) if kind == "application/json" and text else text


#: Method, path; status, content type, the methods there are.
FALL_THROUGH = {
    ("GET", "/nope"): (404, "application/octet-stream", None),
    ("GET", "/interrupt"): (404, "application/octet-stream", None),
    ("GET", "/jobs"): (404, "application/octet-stream", None),
    ("POST", "/nope"): (405, "text/plain", "GET,HEAD"),
    ("PUT", "/prompt"): (405, "text/plain", "GET,HEAD,POST"),
    ("GET", "/internal/nope"): (404, "text/plain", None),
    ("POST", "/internal/logs"): (405, "text/plain", "GET,HEAD"),
    ("GET", "/api/internal/logs"): (404, "application/octet-stream", None),
    ("GET", "/api/api/jobs"): (200, "application/json", None),
    ("GET", "/api/api/assets"): (404, "application/octet-stream", None),
    ("OPTIONS", "/nope"): (200, "", None),
    ("HEAD", "/ws"): (400, "text/plain", None),
}


class TestRefusals:
    async def test_a_body_that_is_no_json_is_a_500_that_closes(self) -> None:
        async with serve() as client:
            for path in ("/prompt", "/queue", "/history", "/free", "/settings", "/users"):
                async with client.session.post(client.simulator.url + path, data="{") as response:
                    assert (response.status, await response.text()) == (500, TROUBLE), path
                    assert response.headers["Connection"] == "close"

    @pytest.mark.parametrize("path", ["/queue", "/history"])
    async def test_orders_are_looked_for_in_whatever_came(self, path: str) -> None:
        bodies = [{}, [], "x", {"delete": ["x"]}, None, 1, {"delete": 1}, ["clear"]]
        async with serve() as client:
            statuses = [(await ask(client, "POST", path, json.dumps(body)))[0] for body in bodies]

        assert statuses == [200, 200, 200, 200, 500, 500, 500, 500]

    async def test_an_interrupt_needs_no_json_but_an_object_if_there_is_any(self) -> None:
        async with serve() as client:
            answers = [await ask(client, "POST", "/interrupt", body) for body in ("", "{", "{}", "[]", b"\xff\xfe")]

        assert [status for status, _, _ in answers] == [200, 200, 200, 500, 500]

    async def test_paths_and_methods_fall_through_to_the_static_files(self) -> None:
        answers = {}
        async with serve() as client:
            for method, path in FALL_THROUGH:
                async with client.session.request(method, client.simulator.url + path) as response:
                    kind = response.headers.get("Content-Type", "").partition(";")[0]
                    answers[method, path] = (response.status, kind, response.headers.get("Allow"))

        assert answers == FALL_THROUGH

    async def test_a_body_over_the_limit_is_a_413_in_words(self) -> None:
        async with serve(max_upload=1_000) as client:
            answer = await ask(client, "POST", "/prompt", {"prompt": {}, "x": "a" * 1_000})

            assert answer == (413, "text/plain", "Maximum request body size 1000 exceeded.")
            assert (await client.get("/features"))["max_upload_size"] == 1_000

    async def test_a_browser_is_told_of_trouble_in_html(self) -> None:
        async with serve() as client:
            status, kind, text = await ask(client, "POST", "/prompt", "{", Accept="text/html")

            assert (status, kind) == (500, "text/html")
            assert "<h1>500 Internal Server Error</h1>" in text

    async def test_pages_of_others_are_kept_out_on_every_loopback_name(self) -> None:
        hosts = ("127.0.0.5:99", "[::1]:99", "localhost", "comfy.lan")
        async with serve() as client:
            answers = [await ask(client, "GET", "/prompt", Origin="http://evil", Host=host) for host in hosts]

        assert [status for status, _, _ in answers] == [403, 403, 403, 200]


class TestPeople:
    async def test_settings_are_kept_in_a_file_and_survive_a_restart(self) -> None:
        async with serve() as client:
            await ask(client, "POST", "/settings", {"a": 1, "b": 2})
            await ask(client, "POST", "/settings/b", [3])
            await client.simulator.restart()

            assert await client.get("/settings") == {"a": 1, "b": [3]}
            assert await client.get("/api/settings/b") == [3]
            assert await client.get("/settings/nope") is None

    async def test_each_person_has_settings_of_their_own(self) -> None:
        async with serve(multi_user=True) as client:
            _, _, ann = await ask(client, "POST", "/users", {"username": "Ann B"})
            _, _, bob = await ask(client, "POST", "/users", {"username": "bob"})
            await ask(client, "POST", "/settings", {"a": 1}, Comfy_User=ann)
            await client.simulator.restart()

            assert ann.startswith("Ann-B_")
            assert (await ask(client, "GET", "/settings", Comfy_User=ann))[2] == {"a": 1}
            assert (await ask(client, "GET", "/settings", Comfy_User=bob))[2] == {}
            assert await client.get("/users") == {"storage": "server", "users": {ann: "Ann B", bob: "bob"}}

    async def test_strangers_are_refused_where_it_matters(self) -> None:
        paths = ("/settings", "/v2/userdata", "/userdata?dir=x", "/queue")
        async with serve(multi_user=True) as client:
            answers = [await ask(client, "GET", path, Comfy_User="nobody") for path in paths]

        assert [status for status, _, _ in answers] == [401, 403, 500, 200]

    async def test_some_names_are_not_taken(self) -> None:
        async with serve(multi_user=True) as client:
            answers = [await ask(client, "POST", "/users", {"username": name}) for name in ("", "__x")]

        assert [status for status, _, _ in answers] == [400, 400]
        assert [body["error"] for _, _, body in answers] == ["username not provided", "System User prefix not allowed"]

    async def test_files_can_be_kept_listed_moved_and_removed(self) -> None:
        async with serve() as client:
            saved = await ask(client, "POST", "/userdata/workflows%2Fa.json", {"x": 1})
            taken = await ask(client, "POST", "/userdata/workflows%2Fa.json?overwrite=false", "y")
            moved = await ask(client, "POST", "/userdata/workflows%2Fa.json/move/b.html", "")
            listed = await client.get("/userdata", dir=".", recurse="true")
            tree = await client.get("/v2/userdata")
            gone = await ask(client, "DELETE", "/userdata/b.html")

            assert saved[2] == "workflows/a.json"
            assert taken == (409, "text/plain", "File already exists")
            assert moved[2] == "b.html"
            assert listed == ["b.html"]
            assert [(entry["type"], entry["path"]) for entry in tree] == [
                ("directory", "workflows"),
                ("file", "b.html"),
            ]
            assert gone[0] == 204
            assert (await ask(client, "GET", "/userdata/b.html"))[0] == 404

    async def test_pages_among_files_are_only_downloads(self) -> None:
        async with serve() as client:
            await ask(client, "POST", "/userdata/b.html", "<b>")
            async with client.session.get(f"{client.simulator.url}/userdata/b.html") as response:
                assert response.headers["Content-Type"] == "application/octet-stream"
                assert response.headers["Content-Disposition"] == "attachment"

    async def test_nobody_leaves_their_folder(self) -> None:
        async with serve() as client:
            for path in ("/userdata/..%2F..%2Fx", "/userdata/..%252F..%252Fx"):
                url = URL(client.simulator.url + path, encoded=True)
                async with client.session.post(url, data=b"x") as response:
                    assert (response.status, await response.text()) == (403, "")


class TestLog:
    async def test_who_subscribed_hears_what_is_logged(self) -> None:
        async with serve() as client, client.socket("me") as socket:
            await ask(client, "PATCH", "/internal/logs/subscribe", {"clientId": "me", "enabled": True})
            await client.run(text_to_image(steps=2))
            await ask(client, "PATCH", "/internal/logs/subscribe", {"clientId": "me", "enabled": False})
            await client.run(EMPTY)
            client.simulator.send("end", {})
            heard = [event async for event in events_until(socket, "end") if event["type"] == "logs"]

            text = "".join(entry["m"] for event in heard for entry in event["data"]["entries"])
            assert [event["data"]["size"] for event in heard][:2] == [{"cols": 80, "rows": 24}, None]
            assert text.count("got prompt") == text.count("Prompt executed in") == 1
            assert "100%|██████████| 2/2" in text
            assert (await client.get("/internal/logs")).count("Prompt executed in") == 2

    async def test_a_failure_is_logged_as_an_error(self) -> None:
        async with serve() as client:
            client.simulator.faults.out_of_memory = True
            await client.run(text_to_image())

            entries = (await client.get("/internal/logs/raw"))["entries"]
            assert any("[ERROR]" in entry["m"] and "!!! Exception during processing" in entry["m"] for entry in entries)


class TestPages:
    async def test_the_page_is_never_cached_and_pictures_are_for_a_day(self) -> None:
        async with serve() as client:
            rules = []
            for path in ("/", "/extensions/core/simulated.js", "/nope.png", "/prompt"):
                async with client.session.get(client.simulator.url + path) as response:
                    rules.append(response.headers.get("Cache-Control"))

            assert rules == ["no-store, must-revalidate", "no-store", "public, max-age=86400", None]

    @pytest.mark.parametrize(
        ("version", "path", "status"),
        [
            ("0.3.64", "/global_subgraphs", 404),
            ("0.7.0", "/global_subgraphs", 200),
            ("0.7.0", "/node_replacements", 404),
            ("0.7.0", "/api/assets", 404),
            ("0.33.0", "/api/assets", 503),
        ],
    )
    async def test_older_servers_lack_newer_routes(self, version: str, path: str, status: int) -> None:
        async with serve(version=version) as client:
            assert (await ask(client, "GET", path))[0] == status


async def events_until(socket: aiohttp.ClientWebSocketResponse, kind: str) -> Any:
    while (message := await socket.receive(timeout=5)).type is not aiohttp.WSMsgType.CLOSED:
        event = json.loads(message.data) if message.type is aiohttp.WSMsgType.TEXT else {"type": "binary"}
        if event["type"] == kind:
            return
        yield event
