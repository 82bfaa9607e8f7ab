"""A loopback Discord, the people in it, and a page to be one of them."""

from .answers import Answer, Modal
from .handshake import GatewayRules
from .message import Button, Message, StoredFile, Version
from .people import Person
from .ratelimits import RateLimits
from .rest import Refused, Request
from .server import DiscordServer
from .uploads import Upload
from .wire import Refusal
from .world import Channel, Guild, Role, User

__all__ = [
    "Answer",
    "Button",
    "Channel",
    "DiscordServer",
    "GatewayRules",
    "Guild",
    "Message",
    "Modal",
    "Person",
    "RateLimits",
    "Refusal",
    "Refused",
    "Request",
    "Role",
    "StoredFile",
    "Upload",
    "User",
    "Version",
]
