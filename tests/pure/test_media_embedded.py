"""JSON left in a file's metadata is found in every container ComfyUI writes, and nothing is made of anything else."""

import io
import json
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from bot.media.embedded import MAX_ATTEMPTS, embedded_json

MEDIA = Path(__file__).parents[1] / "data" / "media"
GRAPH = {"6": {"inputs": {"text": "ein Füchslein, 狐"}, "class_type": "CLIPTextEncode"}}
SAVED: dict[str, list[object]] = {"nodes": [], "links": []}


def png(**texts: str) -> bytes:
    info = PngImagePlugin.PngInfo()
    for name, text in texts.items():
        info.add_itxt(name, text) if name.startswith("i") else info.add_text(name, text)
    return picture("PNG", pnginfo=info)


def picture(kind: str, **more: object) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), "teal").save(buffer, kind, **more)
    return buffer.getvalue()


def exif(**fields: str) -> Image.Exif:
    block = Image.Exif()
    for number, text in {0x010F: fields.get("make", ""), 0x0110: fields.get("model", "")}.items():
        block[number] = text
    return block


def test_png_text_is_found_in_its_order() -> None:
    data = png(prompt=json.dumps(GRAPH), workflow=json.dumps(SAVED))

    assert list(embedded_json(data)) == [GRAPH, SAVED]


def test_json_on_several_lines_is_found() -> None:
    assert list(embedded_json(png(prompt=json.dumps(GRAPH, indent=2)))) == [GRAPH]


def test_text_of_other_alphabets_is_found_in_a_png() -> None:
    assert list(embedded_json(png(iprompt=json.dumps(GRAPH, ensure_ascii=False)))) == [GRAPH]


@pytest.mark.parametrize("kind", ["zTXt", "iTXt"])
def test_compressed_png_text_is_found(kind: str) -> None:
    info = PngImagePlugin.PngInfo()
    add = info.add_itxt if kind == "iTXt" else info.add_text
    add("prompt", json.dumps(GRAPH), zip=True)

    assert list(embedded_json(picture("PNG", pnginfo=info))) == [GRAPH]


@pytest.mark.parametrize("kind", ["WEBP", "JPEG"])
def test_exif_fields_are_found(kind: str) -> None:
    block = exif(make="workflow:" + json.dumps(SAVED), model="prompt:" + json.dumps(GRAPH))

    assert list(embedded_json(picture(kind, exif=block))) == [SAVED, GRAPH]


def test_a_comment_in_sixteen_bit_letters_is_found() -> None:
    block = Image.Exif()
    block.get_ifd(0x8769)[0x9286] = b"UNICODE\0" + json.dumps(GRAPH, ensure_ascii=False).encode("utf-16-le")

    assert list(embedded_json(picture("JPEG", exif=block))) == [GRAPH]


@pytest.mark.parametrize(
    "name", ["clip.mp4", "clip.webm", "live.webm", "sound.flac", "sound.mp3", "sound.opus", "sound.ogg"]
)
def test_tags_of_video_and_sound_are_found(name: str) -> None:
    (found,) = embedded_json((MEDIA / name).read_bytes())

    assert found["6"]["class_type"] == "CLIPTextEncode"


def test_metadata_that_spans_pages_is_put_together() -> None:
    """Ogg cuts a long comment into pages of at most 65,025 bytes, each with a header of its own."""
    from bot.media.ogg import Page, _pages_of  # pages are made only while stripping

    long = {**GRAPH, "7": {"class_type": "Note", "inputs": {"text": "fox " * 40_000}}}
    comment = b"prompt=" + json.dumps(long).encode()
    tags = b"OpusTags" + bytes(4) + (1).to_bytes(4, "little") + len(comment).to_bytes(4, "little") + comment
    data = (MEDIA / "sound.opus").read_bytes()
    first = data.index(b"OggS", 4)
    second = data.index(b"OggS", first + 4)
    page = Page(first, 0, second, 0, int.from_bytes(data[14:18], "little"), 1, b"")

    (found,) = embedded_json(data[:first] + b"".join(_pages_of([tags], page, ending=False)) + data[second:])

    assert found == long


@pytest.mark.parametrize("data", [b"", b"{}", json.dumps(GRAPH).encode(), png()[:40], png(), b"\xff\xd8\xff" * 50])
def test_nothing_is_found_where_there_is_no_metadata(data: bytes) -> None:
    assert list(embedded_json(data)) == []


def test_text_that_only_looks_like_json_is_passed_over() -> None:
    assert list(embedded_json(png(a='{"a": {"b": ', b=json.dumps(GRAPH)))) == [GRAPH]


def test_hostile_metadata_is_given_up_early() -> None:
    assert list(embedded_json(png(a='{"a":[' * 100_000, b=json.dumps(GRAPH)))) == []
    assert list(embedded_json(png(a='{"a' * (MAX_ATTEMPTS - 1), b='"}' + json.dumps(GRAPH)))) == [GRAPH]
