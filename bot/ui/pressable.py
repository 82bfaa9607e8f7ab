"""All that people can press on messages."""

from __future__ import annotations

from bot.ui.acting import ActButton
from bot.ui.again import AgainButton
from bot.ui.buttons import CancelButton
from bot.ui.confirm import ConfirmButton
from bot.ui.deleting import DeleteButton, DeletionButton
from bot.ui.details import DetailsButton
from bot.ui.download import DownloadButton
from bot.ui.drafts import DraftButton
from bot.ui.editing import EditButton
from bot.ui.forgetting import ForgetButton
from bot.ui.history import HistoryButton
from bot.ui.improving import ImproveButton, SuggestionButton
from bot.ui.job_pages import PageButton
from bot.ui.moving import DirectButton
from bot.ui.picking import PickSelect
from bot.ui.report import ReportButton
from bot.ui.saving import SaveButton
from bot.ui.showing import ShowButton
from bot.ui.using import IntoButton, UseButton
from bot.ui.varying import VaryButton

#: All there are: whatever else is pressed is from another time, or forged.
BUTTONS = (
    ActButton,
    AgainButton,
    CancelButton,
    ConfirmButton,
    DeleteButton,
    DeletionButton,
    DetailsButton,
    DirectButton,
    DownloadButton,
    DraftButton,
    EditButton,
    ForgetButton,
    HistoryButton,
    ImproveButton,
    IntoButton,
    PageButton,
    PickSelect,
    ReportButton,
    SaveButton,
    ShowButton,
    SuggestionButton,
    UseButton,
    VaryButton,
)
