"""What an attribution is: how much each base of some sequences speaks for an answer."""

import dataclasses
import html
import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from chatnt.deletion import SHUFFLED, Evaluate, measure_faithfulness
from chatnt.errors import DataError
from chatnt.faithfulness_result import Faithfulness
from chatnt.places import located, names_of
from chatnt.sequence import DNA

_FORMAT = 1  # of the file; raise it when it changes
_PLAIN = (
    "question", "task", "target", "against", "unit", "method", "baseline", "value", "baseline_value",
    "delta", "resolution", "signed", "settings",
)  # fmt: skip
_CHANGED = 1e-3  # of a target that is computed again; larger, and it is not the same
_SHOWN = 600  # bases in a notebook
_FOR, _AGAINST = "37, 99, 235", "217, 119, 6"  # blue and orange, which the colour-blind can tell apart


@dataclasses.dataclass(frozen=True, eq=False)
class Attribution:
    """Hold one score for each base of each sequence.

    Positive scores speak for the target, negative ones against it, if they are `signed`.

    Attributes
    ----------
    sequences
        Those asked about.
    scores
        Of each sequence, an array of shape (bases,), float32, in `unit`.
    question
        With its placeholders.
    task
        Name of what is asked, or `None`.
    target, against
        What is explained, and what it is compared with; empty for nothing.
    unit
        Of the target and of the scores; a gradient is per whole base, from absent to present.
    method, baseline
        How it was found; the baseline is empty if the method has none.
    value, baseline_value
        The target for the sequences and, as the mean of all of them, for the baselines.
    delta
        Of integrated gradients: the sum of the scores less `value` and plus `baseline_value`, for the
        baseline where it is furthest from zero. None for other methods.
    resolution
        Bases that one computed score covers: 1, or those of the longest token.
    signed
        Whether scores say which way a base moves the target, and not only how much.
    tables
        Of in-silico mutagenesis: for each sequence an array of shape (bases, 4), the change of the target
        if the base is A, C, G or T instead; zero where it is already. None for other methods.
    notes
        Reasons to doubt.
    evaluate
        Computes the target for changed sequences, which `faithfulness` needs. It is not saved.
    settings
        Keywords with which `chatnt.attribute` finds the scores of other sequences in the same way.
    """

    sequences: tuple[DNA, ...]
    scores: tuple[NDArray[np.float32], ...]
    question: str
    task: str | None
    target: str
    against: str
    unit: str
    method: str
    baseline: str
    value: float
    baseline_value: float | None = None
    delta: float | None = None
    resolution: int = 1
    signed: bool = True
    tables: tuple[NDArray[np.float32], ...] | None = None
    notes: tuple[str, ...] = ()
    evaluate: Evaluate | None = dataclasses.field(default=None, repr=False)
    settings: Mapping[str, Any] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        wanted, given = [len(s) for s in self.sequences], [len(s) for s in self.scores]
        if wanted != given:
            raise ValueError(f"The sequences have {wanted} bases, but there are {given} scores.")

    @property
    def names(self) -> tuple[str, ...]:
        """Those of the sequences, or their numbers where they have none or one that is taken."""
        return names_of(self.sequences)

    def __getstate__(self) -> dict[str, Any]:
        # A copy in another process has no pair to ask.
        return {name: value for name, value in self.__dict__.items() if name != "evaluate"}

    def faithfulness(  # noqa: PLR0913 - how a map is tested
        self,
        *,
        replacement: str = SHUFFLED,
        points: int = 20,
        controls: int = 10,
        shuffles: int = 3,
        others: Mapping[str, "Attribution"] | None = None,
        batch_size: int = 32,
        seed: int = 0,
        evaluate: Evaluate | None = None,
    ) -> Faithfulness:
        """Delete and insert bases in the order of their scores, and see how fast the target falls and rises.

        Parameters
        ----------
        replacement
            What stands in place of a base: ``"shuffled"``, the letter that a shuffle of the sequence with the
            same dinucleotides has there; or ``"N"``, a base that is not known.
        points
            Steps from the whole sequence to nothing of it.
        controls
            Random orders, and maps that are moved along the sequence.
        shuffles
            Over how many the mean is taken, for that replacement; the controls take them in turn.
        others
            Further maps of sequences as long, by name, to be compared with.
        batch_size
            Changed sequences that are computed at a time, which bounds the memory.
        seed
            Of all that is drawn.
        evaluate
            Computes the target of rows of letters, of shape (rows,); default: the pair that was asked.

        Returns
        -------
        Faithfulness

        Raises
        ------
        SequenceError
            If a sequence has no other order with the same dinucleotides; or its letters are read in
            tokens and are replaced by N.
        ValueError
            If there is no such replacement, a number is out of range, the attribution was read from a file,
            or the pair has changed since.

        Examples
        --------
        >>> chatnt.attribute(chat, question, dna).faithfulness()  # doctest: +SKIP
        Faithfulness(integrated_gradients from N, 1 sequence: gain over random orders, deletion +2.9, \
insertion +1.8)
        """
        evaluate = self.evaluate if evaluate is None else evaluate
        if evaluate is None:
            raise ValueError(
                "This attribution was read from a file or copied, so there is no pair to ask about changed "
                "sequences; attribute again, or give evaluate=..."
            )
        letters = [str(dna) for dna in self.sequences]
        now = float(evaluate([letters], batch_size)[0])
        if abs(now - self.value) > _CHANGED * (1 + abs(self.value)):
            raise ValueError(
                f"The target was {self.value:.4g} and is {now:.4g} now, so it is computed by another pair or "
                "this one has changed; attribute again."
            )
        return measure_faithfulness(
            letters,
            self.scores,
            evaluate,
            method=self.how,
            target=self._told,
            unit=self.unit,
            replacement=replacement,
            points=points,
            controls=controls,
            shuffles=shuffles,
            others=[(name, other.scores) for name, other in (others or {}).items()],
            batch_size=batch_size,
            seed=seed,
        )

    def to_frame(self) -> pd.DataFrame:
        """Return one row per base.

        Returns
        -------
        DataFrame
            ``name`` of the sequence, ``position`` from 0, ``base``, ``score``; after mutagenesis also
            ``to_A, to_C, to_G, to_T``, see `tables`.
        """
        parts = []
        for i, (name, dna, scores) in enumerate(zip(self.names, self.sequences, self.scores, strict=True)):
            columns = {"name": name, "position": range(len(dna)), "base": list(str(dna)), "score": scores}
            if self.tables is not None:
                columns |= {f"to_{base}": self.tables[i][:, k] for k, base in enumerate("ACGT")}
            parts.append(pd.DataFrame(columns))
        return pd.concat(parts, ignore_index=True)

    def to_bedgraph(self) -> str:
        """Return the scores as text of the format bedGraph, for genome browsers.

        A sequence whose `source` is a place of its length, as in ``"chr1:100-108:+"``, has the coordinates of
        the genome, on either strand; any other has its name and counts from 0. Starts are 0-based and ends
        not included.
        """
        description = json.dumps(f"{self._told} ({self.unit}), {self.method}")
        lines = [f'track type=bedGraph name="chatnt" description={description}']
        for name, dna, scores in zip(self.names, self.sequences, self.scores, strict=True):
            chromosome, start, _, strand = located(dna, name, 0, len(dna))
            ordered = scores[::-1] if strand == "-" else scores
            lines += [
                f"{chromosome}\t{start + i}\t{start + i + 1}\t{score:.6g}" for i, score in enumerate(ordered)
            ]
        return "\n".join(lines) + "\n"

    def save(self, path: str | Path) -> None:
        """Write the attribution as an ``.npz`` file, which `load` and numpy read."""
        plain = {name: getattr(self, name) for name in _PLAIN} | {"notes": list(self.notes)}
        letters = [dataclasses.asdict(dna) for dna in self.sequences]
        about = json.dumps({"format": _FORMAT, **plain, "sequences": letters})
        arrays = {f"scores_{i}": x for i, x in enumerate(self.scores)}
        arrays |= {f"table_{i}": x for i, x in enumerate(self.tables or ())}
        with Path(path).open("wb") as file:
            np.savez_compressed(file, about=np.array(about), **arrays)  # type: ignore[arg-type]

    @classmethod
    def load(cls, path: str | Path) -> "Attribution":
        """Read what `save` wrote.

        Raises
        ------
        DataError
            If the file holds something else.
        FileNotFoundError
            If there is no such file.
        """
        try:
            with np.load(path, allow_pickle=False) as data:
                about = json.loads(str(data["about"]))
                if about["format"] != _FORMAT:
                    raise DataError(
                        f"{path} is an attribution of format {about['format']}, this version of chatnt reads "
                        f"{_FORMAT}; make it again."
                    )
                count = range(len(about["sequences"]))
                scores = tuple(data[f"scores_{i}"] for i in count)
                tables = tuple(data[f"table_{i}"] for i in count) if "table_0" in data else None
                sequences = tuple(DNA(**each) for each in about["sequences"])
                plain: dict[str, Any] = {name: about[name] for name in _PLAIN}
                notes = tuple(about["notes"])
        except (ValueError, KeyError, TypeError, AttributeError, EOFError, zipfile.BadZipFile) as error:
            if isinstance(error, DataError):
                raise
            raise DataError(
                f"{path} cannot be read as an attribution: {error}; give a file of Attribution.save."
            ) from error
        return cls(sequences=sequences, scores=scores, tables=tables, notes=notes, **plain)

    @property
    def summary(self) -> str:
        """What was explained and how, in one line."""
        sizes = " and ".join(f"{len(s):,}" for s in self.sequences)
        return "; ".join([f"{sizes} base{'s' * (sizes != '1')}", *self._measured()])

    @property
    def _told(self) -> str:
        return f"{self.target} against {self.against}" if self.against else self.target

    @property
    def how(self) -> str:
        """The method and its baseline."""
        return self.method + (f" from {self.baseline}" if self.baseline else "")

    def _measured(self) -> Iterator[str]:
        without = "" if self.baseline_value is None else f", {self.baseline_value:.3g} for the baseline"
        yield f"{self._told}, {self.unit} {self.value:.3g}{without}"
        yield self.how
        if self.delta is not None:
            yield f"delta {self.delta:.2g}"
        if self.resolution > 1:
            yield f"in blocks of up to {self.resolution} bases"
        which = max(range(len(self.scores)), key=lambda i: float(np.abs(self.scores[i]).max()))
        at = int(np.abs(self.scores[which]).argmax())
        place = f"position {at}" if len(self.scores) == 1 else f"position {at} of {self.names[which]}"
        yield f"strongest at {place} ({self.sequences[which].sequence[at]} {self.scores[which][at]:+.3g})"

    def __repr__(self) -> str:
        notes = "".join(f"\n  note: {note}" for note in self.notes)
        return f"Attribution({self.summary}){notes}"

    def _repr_html_(self) -> str:
        most = max(float(np.abs(x).max()) for x in self.scores) or 1.0
        rows = []
        for name, dna, scores in zip(self.names, self.sequences, self.scores, strict=True):
            letters = zip(str(dna)[:_SHOWN], (scores[:_SHOWN] / most).tolist(), strict=True)
            marks = "".join(
                f"<span style='background:rgba({_FOR if x > 0 else _AGAINST},{abs(x):.2f})'>{letter}</span>"
                for letter, x in letters
            )
            more = " …" if len(dna) > _SHOWN else ""
            rows.append(
                f"<div>{html.escape(name)}</div><code style='word-break:break-all'>{marks}{more}</code>"
            )
        notes = "".join(f"<div style='color:#b45309'>{html.escape(note)}</div>" for note in self.notes)
        told = "blue speaks for the target, orange against it" if self.signed else "the darker, the more"
        legend = f"<div style='font-size:.85em'>{told}</div>"
        return f"<div>{html.escape(self.summary)}</div>{''.join(rows)}{legend}{notes}"
