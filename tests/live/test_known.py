"""docs/simulator.md names what differs, and nothing else."""

from pathlib import Path

from tests.live.known import as_table

_PAGE = Path(__file__).parents[2] / "docs" / "simulator.md"


def test_the_page_lists_what_differs() -> None:
    assert as_table() in _PAGE.read_text(encoding="utf-8")
