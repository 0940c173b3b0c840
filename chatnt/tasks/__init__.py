"""The tasks that chatnt knows, by name."""

import difflib
from collections.abc import Sequence

from chatnt.errors import UnknownTaskError
from chatnt.tasks import (
    chromatin,
    drosophila,
    enhancers,
    histones,
    plants,
    promoters,
    proteins,
    revised,
    rna,
    splicing,
)
from chatnt.tasks.base import PLACEHOLDER, Scale, Task, Wordings, enumerated

__all__ = [
    "PLACEHOLDER",
    "Scale",
    "Task",
    "Wordings",
    "all_tasks",
    "describe_tasks",
    "get_task",
    "list_task_names",
    "register_task",
]

_FAMILIES = (promoters, splicing, enhancers, histones, chromatin, plants, drosophila, rna, proteins, revised)

_TASKS = {task.name: task for family in _FAMILIES for task in family.TASKS}


def get_task(name: str) -> Task:
    """Return the task of a name.

    Parameters
    ----------
    name
        For example ``"promoter_tata"``; `list_task_names` lists them all.

    Raises
    ------
    UnknownTaskError
        If no task has this name; the message names the nearest.

    Examples
    --------
    >>> get_task("splice_sites_all").labels
    ('acceptor', 'donor', 'neither')
    """
    if name not in _TASKS:
        raise UnknownTaskError(_unknown(name))
    return _TASKS[name]


def list_task_names() -> list[str]:
    """Return the names of all tasks, in the order in which they were registered."""
    return list(_TASKS)


def all_tasks() -> tuple[Task, ...]:
    """Return all tasks, in the order in which they were registered."""
    return tuple(_TASKS.values())


def register_task(task: Task) -> None:
    """Add a task of your own.

    Parameters
    ----------
    task
        Its name must be new.

    Raises
    ------
    ValueError
        If a task of this name is there already.
    """
    if task.name in _TASKS:
        raise ValueError(f"There is already a task named {task.name!r}; give the new one another name.")
    _TASKS[task.name] = task


def _unknown(name: str) -> str:
    nearest = difflib.get_close_matches(name, _TASKS, n=1, cutoff=0.0)
    hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
    return f"No task is named {name!r}.{hint} chatnt.list_tasks() shows all {len(_TASKS)}."


def describe_tasks(names: Sequence[str], most: int = 8) -> str:
    """Enumerate tasks in English, by their titles; many of them by the processes that they are about.

    Parameters
    ----------
    names
        Of the tasks.
    most
        Titles; of more tasks the processes are named.

    Examples
    --------
    >>> describe_tasks(["promoter_tata", "h3"])
    'TATA promoters of human genes and histone H3 in yeast'
    >>> describe_tasks(["promoter_tata", "h3", "h4"], most=2)
    'transcription initiation and histone occupancy (3 tasks)'
    """
    tasks = [get_task(name) for name in names]
    if len(tasks) <= most:
        return enumerated(
            t.title if t.title[:2].isupper() else t.title[0].lower() + t.title[1:] for t in tasks
        )
    processes = dict.fromkeys(task.record.process if task.record else task.title for task in tasks)
    return f"{enumerated(processes)} ({len(tasks)} tasks)"
