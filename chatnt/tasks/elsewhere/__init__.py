"""Questions that tasks are not about: what a scope learns to refuse."""

import dataclasses
from collections.abc import Collection, Mapping

from chatnt.tasks import list_task_names
from chatnt.tasks.base import Wordings
from chatnt.tasks.elsewhere.cells import CELLS
from chatnt.tasks.elsewhere.foreign import Foreign
from chatnt.tasks.elsewhere.known import KNOWN
from chatnt.tasks.elsewhere.marks import MARKS
from chatnt.tasks.elsewhere.organisms import ORGANISMS
from chatnt.tasks.elsewhere.talk import CHAT, DEFINITIONS
from chatnt.tasks.elsewhere.topics import TOPICS
from chatnt.tasks.elsewhere.turned import MIXED, TURNED


@dataclasses.dataclass(frozen=True)
class Elsewhere:
    """Hold questions by what makes them foreign.

    Parameters
    ----------
    subjects
        What is foreign in the questions, and these.
    """

    subjects: Mapping[str, tuple[Foreign, ...]]

    def for_tasks(self, names: Collection[str]) -> Wordings:
        """Return the questions that are foreign where some tasks are known.

        Parameters
        ----------
        names
            Of the tasks. Names that are not in the catalogue change nothing.

        Examples
        --------
        >>> ["Is <DNA> a promoter?" in ELSEWHERE.for_tasks([name]).train for name in ("h3", "promoter_all")]
        [True, False]
        """
        parts = [
            part
            for some in self.subjects.values()
            for part in some
            if not any(part.is_asked_by(name) for name in names)
        ]
        test = dict.fromkeys(question for part in parts for question in part.test)
        train = dict.fromkeys(question for part in parts for question in part.train if question not in test)
        return Wordings(train=tuple(train), test=tuple(test))

    @property
    def train(self) -> tuple[str, ...]:
        """Questions to learn from that no task of the catalogue asks."""
        return self.for_tasks(list_task_names()).train


ELSEWHERE = Elsewhere(
    {
        "other cells": CELLS,
        "other organisms": ORGANISMS,
        "other chromatin": MARKS,
        "other elements and quantities": TOPICS,
        "topics turned round": TURNED,
        "topics mixed up": MIXED,
        "definitions": DEFINITIONS,
        "talk": CHAT,
        "topics of some tasks": KNOWN,
    }
)
"""Questions out of scope; those for testing are phrased otherwise, and some are about other topics."""
