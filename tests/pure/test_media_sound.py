"""Sounds lose their tags and no frame."""

from __future__ import annotations

import struct

import pytest

from bot.media.strip import strip_metadata
from tests.pure.media_files import ALL, SECRET


def test_flac_keeps_stream_info_and_frames() -> None:
    data, bare = ALL["sound.flac"], strip_metadata(ALL["sound.flac"])

    assert bare[:4] == b"fLaC"
    assert bare[4] == 0x80
    assert bare[5:42] == data[5:42]
    assert data.endswith(bare[42:])
    assert bare[42:44] == b"\xff\xf8"


@pytest.mark.parametrize("name", ["sound.mp3", "sound.aac"])
def test_frames_stay_when_tags_at_both_ends_go(name: str) -> None:
    bare = strip_metadata(ALL[name])
    ape_header = struct.pack("<8sIIII8x", b"APETAGEX", 2000, len(SECRET) + 32, 1, 0xA0000000)
    ape_footer = struct.pack("<8sIIII8x", b"APETAGEX", 2000, len(SECRET) + 32, 1, 0x80000000)
    lyrics = b"LYRICSBEGIN" + SECRET + b"000021LYRICS200"
    id3v1 = (b"TAG" + SECRET).ljust(128, b"\0")
    id3v2 = b"ID3\4\0\x10" + bytes((0, 0, 0, len(SECRET))) + SECRET + b"3DI\4\0\x10" + bytes((0, 0, 0, len(SECRET)))

    assert bare in ALL[name]
    assert bare[0] == 0xFF
    assert strip_metadata(id3v2 * 2 + bare + ape_header + SECRET + ape_footer + lyrics + id3v1) == bare


def test_wav_keeps_format_and_samples_only() -> None:
    data, bare = ALL["sound.wav"], strip_metadata(ALL["sound.wav"])
    at = data.index(b"data")
    size = struct.unpack_from("<I", data, at + 4)[0]

    kept = data[data.index(b"fmt ") :][:24] + data[at:][: size + 8]
    assert bare == b"RIFF" + struct.pack("<I", 4 + len(kept)) + b"WAVE" + kept


def test_wav_written_to_a_pipe_is_cleaned_although_its_lengths_are_unknown() -> None:
    bare = strip_metadata(ALL["sound.wav"])
    info = b"LIST" + struct.pack("<I", 14) + b"INFO" + SECRET
    unknown = struct.pack("<I", 0xFFFFFFFF)
    endless = bare[:4] + unknown + bare[8:36] + b"data" + unknown + bare[44:]

    assert strip_metadata(endless[:36] + info + endless[36:]) == endless
