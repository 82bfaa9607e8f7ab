"""All of the front end's parts over one server's folders."""

from aiohttp import web

from bot.comfy.simulator.catalogue import Catalogue
from bot.comfy.simulator.faults import Faults
from bot.comfy.simulator.folders import Folders
from bot.comfy.simulator.frontend.internal import Internal
from bot.comfy.simulator.frontend.logs import Log
from bot.comfy.simulator.frontend.models import Models
from bot.comfy.simulator.frontend.pages import Pages
from bot.comfy.simulator.frontend.settings import Settings
from bot.comfy.simulator.frontend.userdata import UserData
from bot.comfy.simulator.frontend.users import Users
from bot.comfy.simulator.routing import Route
from bot.comfy.simulator.versions import Version


class FrontEnd:
    """``log`` outlives the others, which are made anew at each start."""

    def __init__(
        self, catalogue: Catalogue, folders: Folders, faults: Faults, version: Version, log: Log, *, multi_user: bool
    ) -> None:
        self.log = log
        users = Users(folders.root, several=multi_user)
        models = Models(catalogue, faults, folders.root)
        self._pages = Pages(version)
        self._internal = Internal(log, models, folders, version)
        self._parts = (self._pages, models, users, Settings(users), UserData(users))

    def routes(self) -> list[Route]:
        return [route for part in self._parts for route in part.routes()]

    def mount_internal(self, app: web.Application) -> None:
        """Before any route: what is below ``/internal`` goes nowhere else."""
        self._internal.mount(app)

    def mount_files(self, app: web.Application) -> None:
        """After all routes."""
        self._pages.mount_files(app)
