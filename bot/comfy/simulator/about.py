"""What the server says about itself: ``/system_stats``, ``/features``."""

from bot.comfy.simulator.versions import Version
from bot.comfy.simulator.wire import Payload

MAX_UPLOAD = 100 * 1024 * 1024
_MEMORY = 25_276_502_016
#: Not yet there in 0.7.
_NEWER = ("comfy_package_versions", "deploy_environment")
_PACKAGES = {
    "comfyui-frontend-package": "1.49.6",
    "comfyui-workflow-templates": "0.11.44",
    "comfyui-embedded-docs": "0.5.10",
    "comfy-kitchen": "0.2.31",
    "comfy-aimdo": "0.4.13",
}


def features(version: Version, *, assets: bool = False, max_upload: int = MAX_UPLOAD) -> Payload:
    """``GET /features`` and the answer to ``feature_flags``; ``max_upload`` in bytes."""
    flags: Payload = {"supports_preview_metadata": True}
    if version.since(0, 12):
        flags["supports_model_type_tags"] = True
    flags["max_upload_size"] = max_upload
    if version.since(0, 6):
        flags["extension"] = {"manager": {"supports_v4": True}}
    if version.since(0, 12):
        flags |= {"node_replacements": True, "assets": assets}
    return flags


def system_stats(version: Version) -> Payload:
    """``GET /system_stats``: a made-up machine with one GPU."""
    system = {
        "os": "linux" if version.since(0, 6) else "posix",
        "ram_total": _MEMORY,
        "ram_free": _MEMORY * 9 // 10,
        "comfyui_version": version.text,
        "required_frontend_version": "1.49.6",
        "installed_templates_version": "0.11.44",
        "required_templates_version": "0.11.44",
        "comfy_package_versions": [
            {"name": name, "installed": installed, "required": installed} for name, installed in _PACKAGES.items()
        ],
        "python_version": "3.11.7 (main) [GCC 12.2.0]",
        "pytorch_version": "2.13.0+cu130",
        "embedded_python": False,
        "deploy_environment": "local-git",
        "argv": ["main.py"],
    }
    if not version.since(0, 17):
        system = {key: value for key, value in system.items() if key not in _NEWER}
    device = {
        "name": "cuda:0 Simulated GPU : cudaMallocAsync",
        "type": "cuda",
        "index": 0,
        "vram_total": _MEMORY,
        "vram_free": _MEMORY * 8 // 10,
        "torch_vram_total": 0,
        "torch_vram_free": 0,
    }
    return {"system": system, "devices": [device]}
