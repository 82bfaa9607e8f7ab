"""Which ComfyUI the simulator claims to be, and what that version can do."""

from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Version:
    """A release such as ``0.33.0``; each property names a feature and the first release that has it."""

    text: str

    @cached_property
    def numbers(self) -> tuple[int, ...]:
        return tuple(int(part) for part in self.text.split("."))

    def since(self, *numbers: int) -> bool:
        return self.numbers >= numbers

    @property
    def client_ids(self) -> bool:
        """The client may choose ``prompt_id``; feature flags, ``progress_state`` and type-4 previews came along."""
        return self.since(0, 3, 45)

    @property
    def partial_targets(self) -> bool:
        return self.since(0, 3, 48)

    @property
    def targeted_interrupts(self) -> bool:
        return self.since(0, 3, 57)

    @property
    def create_time(self) -> bool:
        return self.since(0, 3, 69)

    @property
    def preview_override(self) -> bool:
        """``extra_data.preview_method`` is honoured."""
        return self.since(0, 5)

    @property
    def jobs(self) -> bool:
        """``GET /api/jobs``; API keys no longer show in ``/queue``."""
        return self.since(0, 6)

    @property
    def missing_node_type(self) -> bool:
        return self.since(0, 12)

    @property
    def fetch_site_check(self) -> bool:
        return self.since(0, 19)

    @property
    def intermediate_outputs(self) -> bool:
        """Some nodes that are no output nodes report their pictures, cached ones too."""
        return self.since(0, 19)

    @property
    def names_cycles(self) -> bool:
        return self.since(0, 20)

    @property
    def uuid_ids(self) -> bool:
        """A chosen ``prompt_id`` must be a canonical UUID."""
        return self.since(0, 25)

    @property
    def job_cancel(self) -> bool:
        return self.since(0, 26)
