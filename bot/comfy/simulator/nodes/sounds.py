"""Sound: made, cut, decoded and saved."""

import asyncio
import wave
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from bot.comfy.simulator import media
from bot.comfy.simulator.drawing import compose
from bot.comfy.simulator.nodes.planes import computed
from bot.comfy.simulator.nodes.saving import metadata_of, temp_prefix
from bot.comfy.simulator.values import Audio, Call, Inputs, Latent, Result, Runner

_LOADED_SECONDS = 2.0
_ENDINGS = {"SaveAudioMP3": "mp3", "SaveAudioOpus": "opus"}


def empty(inputs: Inputs) -> Audio:
    return Audio(float(inputs["duration"]), int(inputs["sample_rate"]), int(inputs["channels"]))


async def load(call: Call, inputs: Inputs) -> Result:
    """As long as the file, where that is easily told; its sound is a tune about its name."""
    path = call.folders.locate(str(inputs["audio"]))
    return Result((Audio(await asyncio.to_thread(_seconds_of, path), notes=compose(path.stem, 0)),))


def decode(inputs: Inputs) -> Audio:
    latent: Latent = inputs["samples"]
    sketch = latent.sketches[0] if latent.sketches else None
    return Audio(latent.seconds or 1.0, notes=compose(sketch.words, sketch.seed) if sketch else ())


def trim(inputs: Inputs) -> Audio:
    audio: Audio = inputs["audio"]
    start = float(inputs["start_index"])
    start = max(0.0, start + audio.seconds if start < 0 else start)
    return replace(audio, seconds=max(0.01, min(float(inputs["duration"]), audio.seconds - start)))


def concat(inputs: Inputs) -> Audio:
    one, other = inputs["audio1"], inputs["audio2"]
    first, second = (one, other) if inputs["direction"] == "after" else (other, one)
    joined: Audio = replace(first, seconds=first.seconds + second.seconds, notes=first.notes + second.notes)
    return joined


async def save(call: Call, inputs: Inputs) -> Result:
    """All the save nodes and PreviewAudio."""
    audio: Audio = inputs["audio"]
    ending = _ENDINGS.get(call.class_type, str(inputs.get("format", "flac")))
    preview = call.class_type == "PreviewAudio"
    prefix = temp_prefix() if preview else str(inputs["filename_prefix"])
    saved = call.folders.new(prefix, f".{ending}", kind="temp" if preview else "output")
    content = await asyncio.to_thread(_encode, audio, ending, metadata_of(call))
    await asyncio.to_thread(saved.path.write_bytes, content)
    return Result((audio,)[: len(call.info["output"])], {"audio": [saved.entry]})


def _encode(audio: Audio, ending: str, metadata: dict[str, str]) -> bytes:
    if ending == "mp3":
        return media.mp3(audio.seconds, metadata)
    if ending == "opus":
        return media.opus(audio.seconds, metadata)
    return media.flac(audio.seconds, audio.rate, audio.channels, audio.notes, metadata)


def _seconds_of(path: Path) -> float:
    try:
        with wave.open(str(path)) as file:
            return float(max(0.01, file.getnframes() / file.getframerate()))
    except (wave.Error, EOFError, OSError):
        return _LOADED_SECONDS


RUNNERS: Mapping[str, Runner] = {
    "EmptyAudio": computed(empty),
    "LoadAudio": load,
    "VAEDecodeAudio": computed(decode),
    "VAEDecodeAudioTiled": computed(decode),
    "TrimAudioDuration": computed(trim),
    "AudioConcat": computed(concat),
    "SaveAudio": save,
    "SaveAudioAdvanced": save,
    "SaveAudioMP3": save,
    "SaveAudioOpus": save,
    "PreviewAudio": save,
}
