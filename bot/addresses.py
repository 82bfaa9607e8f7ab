"""Addresses of the Comfy API v2, as an operator may write them."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

EXAMPLE = "https://cloud.comfy.org"


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
