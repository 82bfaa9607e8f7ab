"""The checks some node classes bring along (``VALIDATE_INPUTS``); they take the place of the general ones."""

import os
from collections.abc import Callable
from dataclasses import dataclass

from bot.comfy.simulator.folders import Folders, split_annotation
from bot.comfy.simulator.versions import Version
from bot.comfy.simulator.wire import Payload, is_link

#: Whether a graph's name for a file, such as ``a.png [output]``, is one of a file that exists.
Exists = Callable[[str], bool]
_SWITCHED = ("on_false", "on_true")


@dataclass(frozen=True)
class OwnCheck:
    """``names`` are the inputs the check asks for; it looks at ``anything`` else too, where it says so."""

    names: tuple[str, ...]
    judge: Callable[[Payload], str | None]
    #: How Python names the function when an input it needs is absent.
    function: str = ""
    needs: tuple[str, ...] = ()
    anything: bool = False

    def covers(self, name: str) -> bool:
        """Whether range and choice of that input are this check's to judge."""
        return self.anything or name in self.names

    def complain(self, inputs: Payload, declared: object) -> dict[str, str]:
        """Input name -> complaint, the same for all it looked at. Raises what the real function raises."""
        known = declared if isinstance(declared, dict) else {}
        asked = {
            name: None if is_link(value) else value
            for name, value in inputs.items()
            if (name in known or is_link(value)) and self.covers(name)
        }
        missing = [name for name in self.needs if name not in asked]
        if missing:
            noun = "argument" if len(missing) == 1 else "arguments"
            names = " and ".join(f"'{name}'" for name in missing)
            raise TypeError(f"{self.function}() missing {len(missing)} required positional {noun}: {names}")
        complaint = self.judge(asked)
        return dict.fromkeys(asked, complaint) if complaint else {}


def find_own_check(class_type: str, folders: Folders, version: Version) -> OwnCheck | None:
    """The check of that class, as ComfyUI's own nodes have them."""
    check = _file_checks(lambda name: _exists(folders, name), version).get(class_type)
    if check is not None:
        return check if class_type not in _LATER or version.since(0, 8) else None
    if class_type == "ComfySwitchNode":
        function = "ComfySwitchNode.validate_inputs"
        return OwnCheck(("switch", *_SWITCHED), _check_switch, function, ("switch",))
    if not version.since(0, 8):
        return None
    if class_type == "CustomCombo":
        function = "CustomComboNode.validate_inputs"
        return OwnCheck(("choice", "index"), _accept, function, ("choice",), anything=True)
    return _LENIENT.get(class_type)


def _exists(folders: Folders, name: str) -> bool:
    """A folder exists too, so the empty name does."""
    name, kind = split_annotation(name)
    root = os.path.realpath(folders[kind or "input"])
    path = os.path.realpath(os.path.join(root, name))  # noqa: PTH118 - an absolute name replaces the root, as there
    return os.path.commonpath((root, path)) == root and os.path.exists(path)  # noqa: PTH110 - as above


def _file_checks(exists: Exists, version: Version) -> dict[str, OwnCheck]:
    mask = "LoadImage" if version.since(0, 8) else "LoadImageMask"
    sound = "validate_inputs" if version.since(0, 4) else "VALIDATE_INPUTS"
    return {
        "LoadLatent": _file_check("latent", "latent", "LoadLatent.VALIDATE_INPUTS", exists),
        "LoadImage": _file_check("image", "image", "LoadImage.VALIDATE_INPUTS", exists),
        "LoadImageMask": _file_check("image", "image", f"{mask}.VALIDATE_INPUTS", exists),
        "WebcamCapture": _file_check("image", "image", "LoadImage.VALIDATE_INPUTS", exists),
        "LoadImageOutput": _file_check("image", "image", "LoadImage.VALIDATE_INPUTS", exists),
        "LoadAudio": _file_check("audio", "audio", f"LoadAudio.{sound}", exists),
        "LoadVideo": _file_check("file", "video", "LoadVideo.validate_inputs", exists),
        "Load3D": _model_check("Load3D.validate_inputs", exists),
        "Load3DAdvanced": _model_check("Load3DAdvanced.validate_inputs", exists),
    }


def _file_check(name: str, kind: str, function: str, exists: Exists) -> OwnCheck:
    def judge(inputs: Payload) -> str | None:
        found = inputs[name]
        if not isinstance(found, str):
            raise AttributeError(f"'{type(found).__name__}' object has no attribute 'endswith'")
        return None if exists(found) else f"Invalid {kind} file: {found}"

    return OwnCheck((name,), judge, function, (name,))


def _model_check(function: str, exists: Exists) -> OwnCheck:
    check = _file_check("model_file", "3D model", function, exists)

    def judge(inputs: Payload) -> str | None:
        return check.judge(inputs) if inputs["model_file"] not in ("", "none", None, 0, False, [], {}) else None

    return OwnCheck(("model_file",), judge, function, ("model_file",), anything=True)


def _check_switch(inputs: Payload) -> str | None:
    if any(name in inputs for name in _SWITCHED):
        return None
    return "At least one of on_false or on_true must be connected to Switch node"


def _accept(inputs: Payload) -> str | None:
    return None


#: These came after 0.7.
_LATER = ("Load3D", "Load3DAdvanced")
_LENIENT = {
    **{name: OwnCheck(("device",), _accept) for name in ("SelectModelDevice", "SelectCLIPDevice", "SelectVAEDevice")},
    "ModelAttentionBackend": OwnCheck(("attention",), _accept, "ModelAttentionBackend.VALIDATE_INPUTS", ("attention",)),
}
