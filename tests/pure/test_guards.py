"""The list of guards is about the code as it is."""

from pathlib import Path

import pytest

from tests.mutants.guards import GUARDS, Guard

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_a_guard_is_where_it_is_said_to_be(guard: Guard) -> None:
    assert (ROOT / guard.file).read_text("utf-8").count(guard.guard) == 1
    assert guard.gone != guard.guard
    assert all((ROOT / test.split("::")[0]).is_file() for test in guard.tests)


def test_names_are_their_own() -> None:
    assert len({guard.name for guard in GUARDS}) == len(GUARDS)
