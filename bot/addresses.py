"""Addresses as an operator may write them: of ComfyUI servers, and of the Comfy API v2."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from yarl import URL

EXAMPLE = "https://cloud.comfy.org"


def server_address(url: str) -> str:
    """The base of a ComfyUI server. Raises ValueError, whose text holds no password."""
    url = url.strip().rstrip("/")
    try:
        known = URL(url)
        wrong = known.scheme not in {"http", "https"} or not known.host or known.port == 0
    except ValueError:  # a port that is no number, or too large; a host that cannot be one
        wrong = True
    if wrong:
        raise ValueError(f"{url.rsplit('@', 1)[-1]!r} is not an address such as http://127.0.0.1:8188")
    return url


def without_login(url: str) -> str:
    """By which two addresses are the same server."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rsplit("@", 1)[-1].lower()).geturl()


def cloud_addresses(urls: Sequence[str]) -> tuple[str, ...]:
    """The bases below which the API lies. Raises ValueError, whose text holds no password."""
    found = tuple(_base(url) for url in urls)
    for url in found:
        if found.count(url) > 1:
            raise ValueError(f"{url!r} is named twice")
    return found


def _base(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(f"{url.rsplit('@', 1)[-1]!r} is not an address such as {EXAMPLE}")
    if "@" in parts.netloc:
        raise ValueError(f"{parts.hostname!r} needs no name and password: its key goes into COMFY_API_KEYS")
    return url.rstrip("/").removesuffix("/api/v2").removesuffix("/api").rstrip("/")
