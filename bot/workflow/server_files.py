"""Inputs that name a file on the server: what other people uploaded is not for everybody to choose from."""

from __future__ import annotations

import re

from bot.errors import WorkflowError
from bot.text import _
from bot.workflow.node_class import Input
from bot.workflow.option import FILES, Option

#: ComfyUI's own nodes whose lists are folders of uploads and results, where a server's answer does not say so
LOADERS = frozenset({"LoadImage", "LoadImageMask", "LoadImageOutput", "LoadAudio", "LoadVideo", "LoadLatent", "Load3D"})
#: out of its folder, or into another one (ComfyUI's folder_paths.annotated_filepath)
ELSEWHERE = re.compile(r"(?:^|[\\/])\.\.(?:[\\/]|$)|^(?:[\\/]|[A-Za-z]:)|\[\w+\]\s*$")


def refuse_others_files(option: Option, name: str, class_type: str, found: Input | None, file: str) -> None:
    """Raise WorkflowError where people could choose among what others uploaded; the owner's own `choices` are theirs.

    `name` is the target as the manifest has it, `found` what is known of that input.
    """
    lists = found is not None and (found.upload != "" or (class_type in LOADERS and found.choices is not None))
    if found is None or not lists or option.type in FILES:
        return
    if option.choices is None:
        problem = _('“{name}” names a file that somebody uploaded, and its list has everybody\'s. Use type = "{kind}".')
        raise WorkflowError(file, problem.format(name=name, kind=found.upload or "file"))
    for value in option.choices.values():
        if ELSEWHERE.search(str(value)):
            raise WorkflowError(
                file, _("“{value}” leads out of the server's input folder. Put the file there.").format(value=value)
            )
