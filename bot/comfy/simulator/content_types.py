"""What files are called on the wire: content types by name, and which of them a browser would run."""

import mimetypes

#: Besides all kinds of XML.
_DANGEROUS = {
    *("text/html", "text/html-sandboxed", "text/css", "text/javascript", "message/rfc822"),
    *("application/javascript", "application/x-javascript", "application/ecmascript"),
}
#: All that ComfyUI 0.7 and before would not show in a browser.
_DANGEROUS_AT_FIRST = {"text/html", "text/html-sandboxed", "application/xhtml+xml", "text/javascript", "text/css"}
_TYPES = {
    ".js": "application/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
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
    plain = kind.partition(";")[0]
    return plain in _DANGEROUS or plain.endswith(("+xml", "/xml"))


def was_dangerous(kind: str) -> bool:
    """The same up to 0.7."""
    return kind in _DANGEROUS_AT_FIRST
