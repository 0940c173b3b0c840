"""A scope that learns to recognise further tasks."""

from collections.abc import Sequence
from dataclasses import replace

from chatnt.tasks import Task, get_task
from chatnt.tasks.elsewhere import ELSEWHERE
from chatnt.tasks.scope import Scope


def grown(scope: Scope | None, tasks: Sequence[Task | str], *, seed: int = 0) -> Scope:
    """Learn anew, from the questions of all tasks, what questions are about; it takes some seconds.

    Parameters
    ----------
    scope
        What is recognised so far; it is left as it is.
    tasks
        Further tasks, which are registered, or their names.
    seed
        Of the folds that choose the threshold.

    Raises
    ------
    UnknownTaskError
        If there is no task of that name, or a task is not registered.
    """
    before = scope.tasks if scope else ()
    names = [*before, *(task if isinstance(task, str) else task.name for task in tasks)]
    names = list(dict.fromkeys(names))
    found = Scope.fit([get_task(name) for name in names], ELSEWHERE.for_tasks(names).train, seed=seed)
    return replace(found, simulated=scope.simulated if scope else ())
