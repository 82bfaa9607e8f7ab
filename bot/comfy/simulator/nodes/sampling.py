"""Samplers: they decide what is to be drawn, step by step; and what they are made of."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from PIL import Image

from bot.comfy.simulator.drawing import focus
from bot.comfy.simulator.nodes.latents import draw_one
from bot.comfy.simulator.nodes.planes import computed
from bot.comfy.simulator.values import (
    Call,
    Conditioning,
    Guider,
    Inputs,
    Latent,
    Model,
    NodeFailure,
    Noise,
    Result,
    Runner,
    Sigmas,
    Sketch,
)

_OOM = "Allocation on device 0 would exceed allowed memory. (out of memory)"
_NOTHING = Conditioning("")
#: A second pass that is weaker keeps what the first one decided.
_STARTS_OVER = 0.8


async def sample(call: Call, inputs: Inputs) -> Result:
    """KSampler, KSamplerAdvanced and SamplerCustom: one tick per step."""
    sigmas = inputs.get("sigmas")
    seed = int(inputs["seed"] if "seed" in inputs else inputs.get("noise_seed", 0))
    if isinstance(sigmas, Sigmas):
        steps, denoise = sigmas.steps, sigmas.denoise
    else:
        first, most = int(inputs.get("start_at_step", 0)), int(inputs["steps"])
        steps = max(0, min(most, int(inputs.get("end_at_step", most))) - first)
        denoise = float(inputs.get("denoise", 1.0)) * (1 - first / most)
    guider = Guider(_conditioning(inputs, "positive"), _conditioning(inputs, "negative"), _model(inputs))
    result = _decide(inputs["latent_image"], guider, seed, denoise)
    await _step(call, result, steps)
    return Result((result,) * len(call.info["output"]))


async def sample_guided(call: Call, inputs: Inputs) -> Result:
    """SamplerCustomAdvanced: the parts come from nodes of their own."""
    guider, noise, sigmas = inputs["guider"], inputs["noise"], inputs["sigmas"]
    guider = guider if isinstance(guider, Guider) else Guider(_NOTHING, _NOTHING, Model(""))
    sigmas = sigmas if isinstance(sigmas, Sigmas) else Sigmas(20)
    seed = noise.seed if isinstance(noise, Noise) else 0
    result = _decide(inputs["latent_image"], guider, seed, sigmas.denoise)
    await _step(call, result, sigmas.steps)
    return Result((result, result))


def guide(inputs: Inputs) -> Guider:
    """Any guider; of two positive conditionings both count."""
    found = [inputs[name] for name in ("positive", "conditioning", "cond1", "cond2") if name in inputs]
    positives = [value for value in found if isinstance(value, Conditioning)]
    guides = [value.guide for value in positives if value.guide is not None]
    positive = Conditioning(" ".join(value.text for value in positives), guides[0] if guides else None)
    return Guider(positive, _conditioning(inputs, "negative"), _model(inputs))


def schedule(inputs: Inputs) -> Sigmas:
    return Sigmas(int(inputs.get("steps", 20)), float(inputs.get("denoise", 1.0)))


def schedule_by_hand(inputs: Inputs) -> Sigmas:
    return Sigmas(max(0, len(str(inputs["sigmas"]).replace(",", " ").split()) - 1))


def split_sigmas(inputs: Inputs) -> tuple[Sigmas, Sigmas]:
    whole: Sigmas = inputs["sigmas"]
    first = min(whole.steps, int(inputs["step"]))
    return Sigmas(first, whole.denoise), _rest(whole, whole.steps - first)


def split_by_denoise(inputs: Inputs) -> tuple[Sigmas, Sigmas]:
    whole: Sigmas = inputs["sigmas"]
    last = round(whole.steps * float(inputs["denoise"]))
    return Sigmas(whole.steps - last, whole.denoise), _rest(whole, last)


def _rest(whole: Sigmas, steps: int) -> Sigmas:
    return Sigmas(steps, whole.denoise * steps / max(1, whole.steps))


def _decide(latent: Latent, guider: Guider, seed: int, denoise: float) -> Latent:
    if latent.sketches and denoise < _STARTS_OVER:
        return latent
    tint = " ".join([guider.model.file, *guider.model.loras])
    places = latent.indices or tuple(range(latent.batch))
    sketches = tuple(
        Sketch(guider.positive.text, seed, tint, guider.negative.text, place, guider.positive.guide)
        for place in places[: latent.batch]
    )
    return replace(latent, sketches=sketches, denoise=denoise)


async def _step(call: Call, latent: Latent, steps: int) -> None:
    if call.faults.out_of_memory:
        call.faults.out_of_memory = False
        raise NodeFailure("torch.OutOfMemoryError", _OOM)
    picture = await asyncio.to_thread(_draw_preview, latent, call.pace.preview) if call.previews and steps else None
    for step in range(1, steps + 1):
        await asyncio.sleep(call.pace.step)
        if step > steps // 2:
            await call.faults.maybe_crash()
        preview = None
        if picture is not None:
            preview = await asyncio.to_thread(focus, picture, step / steps, latent.sketches[0].seed)
        await call.tick(step, steps, preview)


def _draw_preview(latent: Latent, side: int) -> Image.Image:
    scale = side / max(latent.width, latent.height)
    size = max(1, round(latent.width * scale)), max(1, round(latent.height * scale))
    return draw_one(replace(latent, width=size[0], height=size[1]), 0)


def _conditioning(inputs: Inputs, name: str) -> Conditioning:
    value = inputs.get(name)
    return value if isinstance(value, Conditioning) else _NOTHING


def _model(inputs: Inputs) -> Model:
    model = inputs.get("model")
    return model if isinstance(model, Model) else Model("")


_GUIDERS = ("BasicGuider", "CFGGuider", "DualCFGGuider", "PerpNegGuider", "DualModelGuider", "LTXVDualCFGGuider")
_SCHEDULERS = (
    *("BasicScheduler", "KarrasScheduler", "ExponentialScheduler", "PolyexponentialScheduler", "LaplaceScheduler"),
    *("VPScheduler", "BetaSamplingScheduler", "SDTurboScheduler", "Ideogram4Scheduler", "AlignYourStepsScheduler"),
    *("GITSScheduler", "Flux2Scheduler", "LTXVScheduler", "OptimalStepsScheduler"),
)
RUNNERS: Mapping[str, Runner] = {
    "KSampler": sample,
    "KSamplerAdvanced": sample,
    "SamplerCustom": sample,
    "SamplerCustomAdvanced": sample_guided,
    "RandomNoise": computed(lambda inputs: Noise(int(inputs["noise_seed"]))),
    "DisableNoise": computed(lambda _inputs: Noise(0)),
    **{name: computed(guide) for name in _GUIDERS},
    **{name: computed(schedule) for name in _SCHEDULERS},
    "ManualSigmas": computed(schedule_by_hand),
    "SplitSigmas": computed(split_sigmas),
    "SplitSigmasDenoise": computed(split_by_denoise),
}
