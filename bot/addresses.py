"""Addresses as an operator may write them, of ComfyUI servers and of the Comfy API v2, and headers to send there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from urllib.parse import unquote, urlsplit

from yarl import URL

EXAMPLE = "https://cloud.comfy.org"
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2


def server_address(url: str) -> str:
    """The base of a ComfyUI server. Raises ValueError, whose text holds no password."""
    url = url.strip().rstrip("/")
    if not _leads_somewhere(url):
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


def passwords(url: str) -> list[str]:
    """Of an address, as far as there are any, as written and as meant: also where one holds an @ that should have been
    %40.
    """
    found = [
        re.search(pattern, url) for pattern in (r"://[^:@/]*:([^@]*)@", r"://[^:@/]*:(.*)@", r"[?&]password=([^&]*)")
    ]
    return list(dict.fromkeys(written for match in found if match for written in (match[1], unquote(match[1]))))


def check_headers(headers: Mapping[str, str]) -> None:
    """Raises ValueError, whose text holds none of them, where they cannot be sent."""
    if not all(HEADER_NAME.fullmatch(name) for name in headers):
        raise ValueError("the name of a header has letters, digits and - only")
    if not all(text.isprintable() for text in headers.values()):
        raise ValueError("a header is one line of text")


def _leads_somewhere(url: str) -> bool:
    try:
        known = URL(url)
        host = (known.host or "").encode("idna")
    except ValueError:  # a port that is no number, or too large; a host that cannot be one
        return False
    return known.scheme in {"http", "https"} and bool(host) and b" " not in host and known.port != 0


def _base(url: str) -> str:
    if not _leads_somewhere(url) or "?" in url or "#" in url:
        raise ValueError(f"{url.rsplit('@', 1)[-1]!r} is not an address such as {EXAMPLE}")
    parts = urlsplit(url)
    if "@" in parts.netloc:
        raise ValueError(f"{parts.hostname!r} needs no name and password: its key goes into COMFY_API_KEYS")
    return url.rstrip("/").removesuffix("/api/v2").removesuffix("/api").rstrip("/")
