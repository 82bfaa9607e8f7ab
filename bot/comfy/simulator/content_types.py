"""What files are called on the wire: content types by name, and which of them a browser would run."""

import mimetypes

#: Besides all kinds of XML.
_DANGEROUS = {
    *("text/html", "text/html-sandboxed", "text/css", "text/javascript", "message/rfc822"),
    *("application/javascript", "application/x-javascript", "application/ecmascript"),
}
_TYPES = {
    ".flac": "audio/flac",
    ".opus": "audio/ogg",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".md": "text/markdown",
    ".yaml": "application/yaml",
    ".safetensors": "application/safetensors",
}


def type_of(name: str) -> str | None:
    """Guessed from the ending, the same on every machine for what ComfyUI makes."""
    ending = name[name.rfind(".") :].lower()
    return _TYPES.get(ending) or mimetypes.guess_type(name)[0]


def is_dangerous(kind: str) -> bool:
    """Whether a browser would run it; such files are sent as plain downloads."""
    return kind in _DANGEROUS or kind.endswith(("+xml", "/xml"))
