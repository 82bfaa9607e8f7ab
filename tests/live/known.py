"""What differs between the simulator and a real ComfyUI and is meant to; docs/simulator.md has the same table."""

from __future__ import annotations

#: What differs, and why; the tests look away from exactly these.
DIFFERENCES = (
    ("times, durations and tracebacks", "of the moment and the machine; their types are compared"),
    (
        "the order of outputs, of reasons at one node and of `executed`",
        "the real server keeps them in sets, whose order each process draws anew; compared sorted",
    ),
    (
        "which errors are found after an exception or a cycle, where a node has two links",
        "the same sets decide what is looked at before the exception; error type and status are compared",
    ),
    ("API nodes", "they call paid services; the simulator has none"),
    (
        "lists of `LoadAudio`, `LoadVideo`, `CheckpointLoader`, `TrainLoraNode` and the four data set loaders",
        "they name the machine's own files, folders and devices",
    ),
    (
        "node classes of versions other than 0.33",
        "the simulator has 0.33's for all versions, unless told others; its rules follow the version",
    ),
    ("`PreviewAny` of a picture, mask or latent", "the real one prints a tensor"),
    ("pictures a sampler makes", "drawn, not sampled"),
    ("`argv`, devices and package versions in `/system_stats`", "a made-up machine with one GPU"),
)


def as_table() -> str:
    rows = [f"| {what} | {why} |" for what, why in DIFFERENCES]
    return "\n".join(["| what differs | why |", "|---|---|", *rows])
