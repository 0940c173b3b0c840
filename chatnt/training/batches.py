"""Rows of a step as tensors: true lengths, sorted into passes that fit."""

import dataclasses
import random
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, cast

import torch
from torch import Tensor

from chatnt.conversation import Turn
from chatnt.errors import ChatNTError, DataError, TrainingError
from chatnt.processor import IGNORED, ChatNTProcessor
from chatnt.training.plan import TrainingPlan


class Conversed(Protocol):
    """A row to train on, such as `chatnt.tasks.dataset.Row`; the last turn's answer is learned."""

    @property
    def turns(self) -> Sequence[Turn]:
        """Questions with their answers."""
        ...


class Source(Protocol):
    """What gives the rows of each step, such as `chatnt.Mixture`.

    A batch must be decided by the step alone, so that a run can be resumed. These may be
    there too, and are used then:

    - ``batch_size``, the number of rows of a batch;
    - ``shard(rank, world)``, the same for one of several processes (otherwise every `world`-th row is taken);
    - ``group(row)``: rows of different groups never share a pass;
    - ``before(model, group)``: called before each pass through the model;
    - ``micro_batches(step)``: `MicroBatch` of ready tensors, instead of ``batch``.
    """

    def batch(self, step: int) -> Sequence[Any]:
        """Return the rows of a step."""
        ...


Transform = Callable[[Any, random.Random], Any]
"""Changes a row, for example its sequences; what it draws is decided by seed, step and row."""


@dataclasses.dataclass(eq=False)
class MicroBatch:
    """Hold what goes through the model at once.

    Parameters
    ----------
    inputs
        Keywords of the model, with `labels` of shape (rows, tokens).
    group
        What the rows have in common, see `Source`.
    """

    inputs: Mapping[str, Tensor]
    group: Hashable = None

    @property
    def rows(self) -> int:
        """Number of conversations."""
        return len(self.inputs["labels"])

    @property
    def learned(self) -> int:
        """Number of tokens that are predicted; the first of a row is not."""
        return int((self.inputs["labels"][:, 1:] != IGNORED).sum())

    @property
    def tokens(self) -> int:
        """Number of tokens of English, slots included."""
        mask = self.inputs.get("attention_mask")
        return self.inputs["labels"].numel() if mask is None else int(mask.sum())


class Batches:
    """Turn the rows of a step into passes through the model.

    Parameters
    ----------
    source
        Gives the rows.
    processor
        Makes tensors of them.
    plan
        Says how many rows a step and a pass have.
    transform
        Changes every row before it is read.
    rank, world
        Of this process, and how many there are: each gets its part of the rows.

    Attributes
    ----------
    taken
        Rows that all steps so far took, where a plan goes by tokens: what came before decides
        where the next step begins. Set it to go on from there.
    """

    def __init__(
        self,
        source: Source,
        processor: ChatNTProcessor,
        plan: TrainingPlan,
        transform: Transform | None = None,
        rank: int = 0,
        world: int = 1,
    ) -> None:
        self.source, self.processor, self.plan, self.transform = source, processor, plan, transform
        self.rank, self.world = rank, world
        self.taken = 0
        self._rows = self._by_tokens if plan.tokens else _rows_of(source, plan.rows, rank, world)

    def of(self, step: int) -> list[MicroBatch]:
        """Return the passes of a step, the longest sequences first.

        Raises
        ------
        DataError
            If a row cannot be read; names it.
        """
        if hasattr(self.source, "micro_batches"):
            return list(self.source.micro_batches(step))[self.rank :: self.world]  # type: ignore[attr-defined]
        rows = self._transformed(self._rows(step), step)
        if not rows:
            raise DataError(
                f"There is no row for process {self.rank} of {self.world} in step {step}; have at least as "
                "many rows in a step as processes."
            )
        groups: dict[Hashable, list] = {}
        for row in rows:
            groups.setdefault(self._group(row), []).append(row)
        return [micro for group, some in groups.items() for micro in self._passes(some, group, step)]

    def _by_tokens(self, step: int) -> list[Any]:
        """Take rows until they have as many tokens as the plan wants in a step."""
        size, wanted = _batch_size(self.source), cast("int", self.plan.tokens)
        rows: list[Any] = []
        total = 0
        while True:
            some = _window(self.source, size, self.taken + len(rows), size)
            for row, tokens in zip(some, Lengths.of(self._read(some, step)).words, strict=True):
                if rows and total + tokens > wanted:
                    self.taken += len(rows)
                    return rows[self.rank :: self.world]
                rows.append(row)
                total += tokens

    def before(self, model: Any, micro: MicroBatch) -> None:
        """Let the source set the model up for a pass."""
        if hasattr(self.source, "before"):
            self.source.before(model, micro.group)  # type: ignore[attr-defined]

    def _group(self, row: Any) -> Hashable:
        return self.source.group(row) if hasattr(self.source, "group") else None  # type: ignore[attr-defined]

    def _transformed(self, rows: Sequence[Any], step: int) -> list:
        if self.transform is None:
            return list(rows)
        # By its place in the whole batch, so that it does not matter how many processes there are.
        places = range(self.rank, self.rank + len(rows) * self.world, self.world)
        seed = self.plan.seed
        return [
            self.transform(row, random.Random(f"{seed}/transform/{step}/{place}"))
            for place, row in zip(places, rows, strict=True)
        ]

    def _passes(self, rows: Sequence[Any], group: Hashable, step: int) -> Iterator[MicroBatch]:
        whole = self._read(rows, step)
        lengths = Lengths.of(whole)
        keys = [tuple(str(s) for turn in row.turns for s in turn.question.sequences) for row in rows]
        # The same DNA stands together, so that it can be encoded once.
        order = sorted(range(len(rows)), key=lambda i: (-lengths.dna[i], keys[i], -lengths.words[i], i))
        for chosen in cut(order, keys, lengths, self.plan):
            yield MicroBatch(trimmed(whole, chosen), group)

    def _read(self, rows: Sequence[Any], step: int) -> Mapping[str, Tensor]:
        try:
            return self._tensors(rows)
        except (ChatNTError, TypeError, AttributeError) as error:
            number, reason = self._culprit(rows) or ("?", error)
            raise DataError(
                f"Row {number} of step {step} cannot be trained on: {reason} Correct or remove it; "
                "the last checkpoint is intact, so training can go on from there."
            ) from error

    def _culprit(self, rows: Sequence[Any]) -> tuple[str, Exception] | None:
        for i, row in enumerate(rows):
            try:
                self._tensors([row])
            except (ChatNTError, TypeError, AttributeError) as error:
                task = getattr(row, "task", None)
                return f"{i} ({task})" if task else str(i), error
        return None

    def _tensors(self, rows: Sequence[Any]) -> Mapping[str, Tensor]:
        unanswered = [i for i, row in enumerate(rows) if row.turns[-1].answer is None]
        if unanswered:
            raise DataError("Its last turn has no answer.")
        return dict(self.processor([row.turns for row in rows], answers=[r.turns[-1].answer for r in rows]))


@dataclasses.dataclass(frozen=True)
class Lengths:
    """Hold, for each row, its sequences, the tokens of the longest, and its tokens of English."""

    sequences: list[int]
    dna: list[int]
    words: list[int]

    @classmethod
    def of(cls, batch: Mapping[str, Tensor]) -> "Lengths":
        """Read them from the masks of a batch."""
        words = batch["attention_mask"].sum(-1).tolist()
        if "dna_mask" not in batch:
            return cls([0] * len(words), [0] * len(words), words)
        tokens = batch["dna_mask"].sum(-1)
        return cls((tokens > 0).sum(-1).tolist(), tokens.amax(-1).tolist(), words)


def cut(
    order: Sequence[int], keys: Sequence[Hashable], lengths: Lengths, plan: TrainingPlan
) -> Iterator[list[int]]:
    """Cut sorted rows into passes that keep the limits of a plan.

    Parameters
    ----------
    order
        Numbers of the rows, the longest DNA first.
    keys
        Of each row; neighbours of one key stay together if they fit.
    lengths
        Of each row.
    plan
        Gives `micro_rows`, `micro_tokens` and `padding`.
    """
    rows: list[int] = []
    for some in _runs(order, keys):
        for part in [some] if _fits(some, lengths, plan) else [[i] for i in some]:
            if rows and not _fits([*rows, *part], lengths, plan):
                yield rows
                rows = []
            rows = [*rows, *part]
    if rows:
        yield rows


def _runs(order: Sequence[int], keys: Sequence[Hashable]) -> Iterator[list[int]]:
    run: list[int] = []
    for i in order:
        if run and (keys[i] != keys[run[-1]] or not keys[i]):
            yield run
            run = []
        run = [*run, i]
    if run:
        yield run


def _fits(rows: Sequence[int], lengths: Lengths, plan: TrainingPlan) -> bool:
    if plan.micro_rows is not None and len(rows) > plan.micro_rows:
        return False
    sequences = sum(lengths.sequences[i] for i in rows)
    longest = max(lengths.dna[i] for i in rows)
    read = sum(lengths.sequences[i] * lengths.dna[i] for i in rows)
    if read < (1 - plan.padding) * sequences * longest:
        return False
    tokens = sequences * longest + len(rows) * max(lengths.words[i] for i in rows)
    return plan.micro_tokens is None or tokens <= plan.micro_tokens


def trimmed(batch: Mapping[str, Tensor], rows: Sequence[int]) -> dict[str, Tensor]:
    """Take some rows of a batch padded on the right, without the columns that none of them uses."""
    part = {name: tensor[list(rows)] for name, tensor in batch.items()}
    words = int(part["attention_mask"].sum(-1).max())
    for name in ("input_ids", "attention_mask", "labels"):
        part[name] = part[name][:, :words]
    if "question_mask" in part:
        heard = int(part["question_mask"].sum(-1).max())
        part |= {name: part[name][:, :heard] for name in ("question_ids", "question_mask")}
    if "dna_mask" in part:
        tokens = part["dna_mask"].sum(-1)
        sequences, longest = int((tokens > 0).sum(-1).max()), int(tokens.max())
        if sequences:
            part |= {name: part[name][:, :sequences, :longest] for name in ("dna_ids", "dna_mask")}
        else:
            del part["dna_ids"], part["dna_mask"]
    return {name: tensor.contiguous() for name, tensor in part.items()}


def _rows_of(source: Source, rows: int | None, rank: int, world: int) -> Callable[[int], Sequence[Any]]:
    size = getattr(source, "batch_size", None)
    if hasattr(source, "micro_batches") or rows is None or rows == size:
        if world > 1 and hasattr(source, "shard"):
            return source.shard(rank, world).batch  # type: ignore[attr-defined]
        return lambda step: source.batch(step)[rank::world]
    size = _batch_size(source)
    return lambda step: _window(source, size, step * rows, rows)[rank::world]


def _batch_size(source: Source) -> int:
    size = getattr(source, "batch_size", None)
    if size is None:
        raise TrainingError(
            "The plan says how many rows or tokens a step has, but the source does not tell its batch_size; "
            "let it tell, or use a plan with rows=None."
        )
    return size


def _window(source: Source, size: int, start: int, rows: int) -> list:
    """Return rows of the batches of a source laid end to end."""
    first, last = start // size, (start + rows - 1) // size
    laid: Iterable[Any] = [row for step in range(first, last + 1) for row in source.batch(step)]
    return list(laid)[start - first * size :][:rows]


def to_device(micro: MicroBatch, device: torch.device) -> dict[str, Tensor]:
    """Return the inputs of a pass on a device."""
    return {name: tensor.to(device, non_blocking=True) for name, tensor in micro.inputs.items()}
