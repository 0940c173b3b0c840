"""Which of several processes this one is, as torchrun and accelerate tell it."""

import os
from typing import NamedTuple


class Process(NamedTuple):
    """Say which process this is, from 0, of how many, and which of those on its machine."""

    rank: int
    count: int
    local_rank: int

    @property
    def first(self) -> bool:
        """Whether this is the one that joins files and prints."""
        return self.rank == 0


def this_process() -> Process:
    """Return which process this is; alone, it is the first of one."""
    given = os.environ
    return Process(
        int(given.get("RANK", 0)), int(given.get("WORLD_SIZE", 1)), int(given.get("LOCAL_RANK", 0))
    )
