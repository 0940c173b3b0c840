"""The widget of tasks: what can be asked, and how well it is answered."""

import functools
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pandas as pd
import traitlets

from chatnt.errors import DataNotFoundError
from chatnt.pair_results import PairResults, results
from chatnt.sequence import DNA
from chatnt.tasks import Task, all_tasks, get_task
from chatnt.tasks.catalogue import list_tasks
from chatnt.widgets.base import Palette, Theme, Widget, message
from chatnt.widgets.task_details import (
    FILTERS,
    SIMULATED,
    Drawn,
    catalogue_rows,
    details,
    draw_examples,
    matching,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Asked = Callable[[str, DNA | None], object]
"""Is called with a question and the sequence it is about, if one was chosen."""

_EXAMPLES = 3


class Chats(Protocol):
    """Be what questions can be put into, such as the widget `Chat`."""

    def fill(self, question: str, dna: DNA | None) -> object:
        """Put a question, and a sequence if there is one, where the reader can send them."""
        ...


class Tasks(Widget):
    """Browse the tasks: search, filter, and see what is asked, answered and reached.

    Parameters
    ----------
    selected
        Name of the task that is shown first.
    query
        Words that must all stand somewhere in a task's entry.
    filters
        Values by ``"kind"``, ``"category"`` or ``"species"``, one of which a task must have.
    results
        Of the pair whose scores are shown beside published ones; default those of the bundled pair.
    data
        ``"simulated"``, or a folder with real data, of which examples are then drawn on demand.
    chat
        Has a method ``fill(question, dna)``, as `Chat` has; "Ask in chat" calls it.
    height, palette, theme
        See `Widget`.

    Attributes
    ----------
    selected, query, filters
        As they are now; the page changes them, and so may you.

    Raises
    ------
    UnknownTaskError
        If there is no task `selected`.
    traitlets.TraitError
        If a filter has no such name or value.

    Examples
    --------
    >>> browser = Tasks(query="splice", filters={"kind": ["binary"]})
    >>> browser.select("promoter_tata")
    >>> browser.task.labels
    ('not a promoter', 'promoter')
    >>> browser.frame()["name"].tolist()[:2]
    ['splice_sites_donors', 'splice_sites_acceptors']
    """

    _files = ("tasks",)

    selected = traitlets.Unicode("").tag(sync=True)
    query = traitlets.Unicode("").tag(sync=True)
    filters = traitlets.Dict().tag(sync=True)
    can_ask = traitlets.Bool(False).tag(sync=True)
    _pair = traitlets.Unicode("").tag(sync=True)
    _rows: traitlets.List = traitlets.List().tag(sync=True)
    _detail = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        selected: str = "",
        *,
        query: str = "",
        filters: Mapping[str, list[str]] | None = None,
        results: PairResults | None = None,
        data: str | Path = SIMULATED,
        chat: Chats | None = None,
        height: int = 0,
        palette: Palette = "safe",
        theme: Theme = "auto",
    ) -> None:
        super().__init__(height=height, palette=palette, theme=theme)
        kept = _bundled() if results is None else results
        self._scores = kept.scores if kept else None
        self._data, self._seed = data, 0
        self._drawn: list[Drawn] = []
        self._callbacks: list[Asked] = []
        if chat is not None:
            self.on_ask(chat.fill)
        self._pair = kept.name if kept else ""
        self._rows = catalogue_rows(self._scores)
        self.query, self.filters = query, dict(filters or {})
        self.observe(self._show, "selected")
        if selected:
            self.select(selected)

    @property
    def task(self) -> Task | None:
        """The task that is shown, or None."""
        return get_task(self.selected) if self.selected else None

    def select(self, name: str) -> None:
        """Show a task.

        Raises
        ------
        UnknownTaskError
            If there is none of that name.
        """
        self.selected = get_task(name).name

    def frame(self) -> pd.DataFrame:
        """Return the tasks that are listed now, as `chatnt.list_tasks` does."""
        table = list_tasks()
        return table.loc[table["name"].isin(self._names())].reset_index(drop=True)

    def examples(self) -> list[tuple[DNA, object]]:
        """Return the examples that are shown: sequences and what is true of them."""
        return [
            (DNA(one.sequence, name=f"{self.selected}, {origin}"), one.label) for one, origin in self._drawn
        ]

    def draw(self, count: int = _EXAMPLES, *, seed: int | None = None) -> None:
        """Draw other examples of the task that is shown.

        Parameters
        ----------
        count
            How many.
        seed
            Of the draw; default one that was not used yet.

        Raises
        ------
        ValueError
            If no task is shown.
        DataNotFoundError
            If there are no data of it in the folder given.
        """
        task = self._shown_task()
        self._seed = self._seed + 1 if seed is None else seed
        self._drawn = draw_examples(task, self._data, count, self._seed)
        self._detail = self._details(task)

    def on_ask(self, act: Asked) -> None:
        """Call a function with the question, and the sequence or None, when "Ask in chat" is pressed."""
        self._callbacks.append(act)
        self.can_ask = True

    def ask(self, question: str = "", *, example: int | None = None) -> None:
        """Ask in the chat, as the button does.

        Parameters
        ----------
        question
            Default the first of the task.
        example
            Index of the example that it is asked about.

        Raises
        ------
        ValueError
            If no task is shown, there is no such example, or nobody listens.
        """
        task = self._shown_task()
        shown = self.examples()
        if example is not None and not 0 <= example < len(shown):
            raise ValueError(f"There is no example {example}; {len(shown)} are shown, counted from 0.")
        if not self._callbacks:
            raise ValueError("Nobody listens to questions; call on_ask(...) or give chat=... first.")
        for act in self._callbacks:
            act(question or task.questions.train[0], None if example is None else shown[example][0])

    @message("examples")
    def _on_examples(self, count: int) -> None:
        self._start(lambda _stop: self.draw(count))

    @message("ask")
    def _on_ask(self, task: str, question: str, example: int) -> None:
        self.select(task)
        self.ask(question, example=None if example < 0 else example)

    def _shown_task(self) -> Task:
        if self.task is None:
            raise ValueError("No task is shown; call select(name) first.")
        return self.task

    def _show(self, _change: object) -> None:
        # A name that the page sends may be unknown; what it shows then is the error.
        self._attempt(self._show_selected)

    def _show_selected(self) -> None:
        self._drawn, self._seed = [], 0
        task = self.task
        if task and self._data == SIMULATED:  # reading real data may take long: on demand
            self._drawn = draw_examples(task, SIMULATED, _EXAMPLES, self._seed)
        self._detail = self._details(task) if task else {}

    def _details(self, task: Task) -> dict[str, object]:
        return details(task, self._scores, self._pair, self._drawn)

    def _names(self) -> list[str]:
        return matching(self._rows, self.query, self.filters)

    @traitlets.validate("filters")
    def _check_filters(self, proposal: dict) -> dict[str, list[str]]:
        for name, values in proposal["value"].items():
            if name not in FILTERS:
                raise traitlets.TraitError(f"There is no filter {name!r}; there are {', '.join(FILTERS)}.")
            there = sorted({value for row in self._rows for value in row[name]})
            wrong = [value for value in values if value not in there]
            if wrong:
                raise traitlets.TraitError(
                    f"No task has the {name} {wrong[0]!r}; there are {', '.join(there)}."
                )
        return proposal["value"]

    def _page_state(self) -> dict[str, object]:
        shown = {task.name: details(task, self._scores, self._pair, []) for task in all_tasks()}
        return {**self.to_json(), "_details": shown}

    def text(self) -> str:
        """Tell which tasks are listed, and of the one that is shown all."""
        names = self._names()
        shown = f", {self.selected} is shown" if self.selected else ""
        told = str(self.task) if self.task else textwrap.fill(", ".join(names), 100)
        return f"Tasks: {len(names)} of {len(self._rows)}{shown}\n{told}"

    def figure(self) -> "Figure":
        """Draw the scores of the tasks that are listed."""
        from chatnt.widgets.task_picture import draw_scores  # needs the extra of plots

        names = set(self._names())
        return draw_scores([row for row in self._rows if row["name"] in names], len(self._rows), self._pair)


@functools.cache
def _bundled() -> PairResults | None:
    try:
        return results("mini")
    except DataNotFoundError:  # an installation without the pair
        return None
