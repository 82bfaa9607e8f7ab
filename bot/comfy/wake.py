"""Wake-on-LAN: the packet that makes a sleeping computer start."""

from __future__ import annotations

import asyncio
import socket

#: everybody in this network, at the port for what nobody reads
EVERYBODY = ("255.255.255.255", 9)


def magic_packet(mac: str) -> bytes:
    """Six bytes 0xFF, then the address sixteen times."""
    return b"\xff" * 6 + bytes.fromhex(mac.replace(":", "").replace("-", "")) * 16


async def wake(mac: str, address: tuple[str, int] = EVERYBODY) -> None:
    """Send one. Raises OSError where this computer has no such network."""
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.setblocking(False)
        sender.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        await loop.sock_sendto(sender, magic_packet(mac), address)
