"""A training in one TOML file: which pair, on what data, by which plan."""

import dataclasses
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from accelerate import PartialState

from chatnt.assistant import Assistant
from chatnt.errors import TrainingError
from chatnt.loading import load, pair
from chatnt.outcomes import TrainingLog
from chatnt.tasks import Task, get_task, register_task
from chatnt.tasks.dataset import InstructionDataset
from chatnt.tasks.mixture import Mixture
from chatnt.tasks.sources import read_splits
from chatnt.tasks.task_file import read_task
from chatnt.training import TrainingPlan
from chatnt.training.run import train
from chatnt.training.validation import Validation


@dataclasses.dataclass(frozen=True)
class Data:
    """Say what is trained on.

    Parameters
    ----------
    tasks
        Names of tasks, or files that `chatnt.read_task` reads (``.toml``).
    source
        As in `chatnt.tasks.sources.read_examples`: a folder, ``"hub"`` or ``"simulated"``.
    weights, kinds, batch_size
        As in `chatnt.Mixture`.
    validation
        Share of the training sequences that is set aside to validate with; 0 for none.
    limit
        Most rows of each task to validate with.
    """

    tasks: tuple[str, ...]
    source: str | None = None
    weights: Any = "uniform"
    kinds: Any = ("single",)
    batch_size: int | None = None
    validation: float = 0.1
    limit: int = 200


@dataclasses.dataclass(frozen=True)
class PlanFile:
    """Hold what a plan file says.

    Parameters
    ----------
    folder
        Of the run.
    data
        What is trained on.
    plan
        How.
    pair
        Folder or hub name of a pair, or the keywords of `chatnt.pair` as a table.
    save
        Where the trained pair is written; default ``pair`` in `folder`.

    Examples
    --------
    >>> import tempfile
    >>> text = '''
    ... folder = "runs/first"
    ... [data]
    ... tasks = ["promoter_tata"]
    ... source = "simulated"
    ... [plan]
    ... recipe = "laptop"
    ... steps = 100
    ... '''
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "plan.toml")
    ...     _ = path.write_text(text)
    ...     PlanFile.read(path).plan.steps
    100
    """

    folder: str
    data: Data
    plan: TrainingPlan
    pair: str | Mapping[str, Any] = "mini"
    save: str | None = None

    @classmethod
    def read(cls, path: str | Path) -> "PlanFile":
        """Read a file.

        Raises
        ------
        TrainingError
            If it is not TOML, or something is missing, unknown, or cannot be carried out.
        FileNotFoundError
            If there is none.
        """
        try:
            content = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise TrainingError(f"{path} is not TOML: {error}") from error
        _check_keys(str(path), content, cls)
        data = content["data"]
        _check_keys(f"{path}, table [data]", data, Data)
        plain: dict[str, Any] = {n: tuple(v) if isinstance(v, list) else v for n, v in data.items()}
        plan = TrainingPlan.of(content["plan"])
        return cls(**{**content, "data": Data(**plain), "plan": plan})

    def train(self, *, progress: bool = True) -> TrainingLog:
        """Train, and save the pair with a scope that knows its tasks.

        Killed and started again, it goes on where it was.
        """
        tasks = [_task(name) for name in self.data.tasks]
        chat = load(self.pair) if isinstance(self.pair, str) else pair(**self.pair)
        mixture, validation = _read(self.data, tasks, self.plan)
        log = train(chat, mixture, self.plan, folder=self.folder, validation=validation, progress=progress)
        if PartialState().is_main_process:
            chat.add_tasks(tasks, seed=self.plan.seed)
            made = Assistant(chat.model, chat.processor, scope=chat.scope, card=_card(tasks, log))
            made.save(self.save or Path(self.folder) / "pair")
        return log


def _read(data: Data, tasks: Sequence[Task], plan: TrainingPlan) -> tuple[Mixture, Validation | None]:
    """Return the training rows as a mixture, and the rows to validate with."""
    splits = read_splits(tasks, data.source, validation=data.validation, seed=plan.seed)
    mixture = Mixture(
        tasks,
        data.weights,
        source={name: {"train": parts.train, "test": parts.test} for name, parts in splits.items()},
        seed=plan.seed,
        batch_size=data.batch_size or plan.rows,
        kinds=data.kinds,
    )
    if not data.validation:
        return mixture, None
    asked = {
        name: InstructionDataset(name, source=parts.validation[: data.limit], seed=plan.seed)
        for name, parts in splits.items()
    }
    return mixture, asked


def _task(name: str) -> Task:
    if name.endswith(".toml"):
        task = read_task(name)
        register_task(task)
        return task
    return get_task(name)


def _card(tasks: Sequence[Task], log: TrainingLog) -> str:
    # That of the pair before says what is no longer true.
    named = "\n".join(f"- {task.name}: {task.title}" for task in tasks)
    return (
        f"# A pair trained with chatnt\n\nTrained last on:\n\n{named}\n\n{log.to_markdown()}\n"
        "Losses are means over the predicted tokens; what else there is was measured on validation rows. "
        "It was not scored on test data.\n"
    )


def _check_keys(where: str, given: Mapping[str, Any], kind: type[Data] | type[PlanFile]) -> None:
    fields = dataclasses.fields(kind)
    unknown = sorted(set(given) - {field.name for field in fields})
    missing = [f.name for f in fields if f.default is dataclasses.MISSING and f.name not in given]
    if unknown or missing:
        raise TrainingError(
            f"{where}: missing are {', '.join(missing) or 'none'}, unknown are "
            f"{', '.join(unknown) or 'none'}; it may have {', '.join(field.name for field in fields)}."
        )
