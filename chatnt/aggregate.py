"""What a study of attributions is: the scores of many sequences of a task, by label, and a control."""

import dataclasses
import html
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view

from chatnt.attribution_maps import Map, aligned, cut, read_maps, write_maps
from chatnt.kmers import check_k, count_kmers, kmer_codes, spelled, top_windows
from chatnt.position_matrix import PositionMatrix

_PLAIN = (
    "task",
    "labels",
    "question",
    "target",
    "unit",
    "method",
    "baseline",
    "resolution",
    "signed",
    "asked",
)

Around = Literal["average", "each"]


@dataclasses.dataclass(frozen=True, eq=False)
class AttributionStudy:
    """Hold the scores of many sequences of a task, by label.

    Attributes
    ----------
    task
        Its name.
    labels
        Those that were studied, in the order of the task.
    maps
        The scores of each sequence, label by label.
    question
        That was asked about each.
    target, unit, method, baseline, resolution, signed
        As of `chatnt.Attribution`; the target may be another for each label.
    asked
        For each label how many sequences were asked about until there were enough answered correctly.
    control
        The same analysis of the same sequences with their dinucleotides shuffled, for the same targets.
    notes
        Reasons to doubt.
    """

    task: str
    labels: tuple[str, ...]
    maps: tuple[Map, ...]
    question: str
    target: str
    unit: str
    method: str
    baseline: str
    resolution: int
    signed: bool
    asked: Mapping[str, int]
    control: "AttributionStudy | None" = None
    notes: tuple[str, ...] = ()

    def of(self, label: str) -> list[Map]:
        """Return the maps of a label.

        Raises
        ------
        ValueError
            If it was not studied.
        """
        if label not in self.labels:
            raise ValueError(
                f"There is no label {label!r} in this study; there are {', '.join(self.labels)}."
            )
        return [one for one in self.maps if one.label == label]

    def top_kmers(self, *, k: int = 6, top: int = 5, step: int | None = None) -> pd.DataFrame:
        """List the highest k-mers of each sequence.

        Parameters
        ----------
        k
            Length, as in the ChatNT paper.
        top
            Most k-mers of a sequence; they do not overlap, and their scores are above zero.
        step
            Bases from one k-mer to the next. Default: 1, or `k` where the encoder reads tokens of more than
            one base. The paper's k-mers are those of its encoder, from the first base on: ``step=6``.

        Returns
        -------
        DataFrame
            ``label``, ``row``, ``rank`` (from 1), ``start`` (0-based), ``kmer``, and ``score``, the sum
            of the scores of its bases.

        Raises
        ------
        ValueError
            If a number is out of range, or the k-mers are longer than a sequence.
        """
        step = self._checked(k, top, step)
        rows = [
            (one.label, one.row, rank, found.start, one.sequence[found.start : found.start + k], found.score)
            for one in self.maps
            for rank, found in enumerate(top_windows(one.sequence, one.scores, k=k, top=top, step=step), 1)
        ]
        return pd.DataFrame(rows, columns=["label", "row", "rank", "start", "kmer", "score"])

    def spectrum(
        self, *, k: int = 6, top: int = 5, step: int | None = None, pooled: bool = False
    ) -> pd.DataFrame:
        """Count the highest k-mers of all sequences of each label.

        Parameters
        ----------
        k, top, step
            As in `top_kmers`.
        pooled
            Count a k-mer and its reverse complement as one, under the name that comes first in the alphabet.

        Returns
        -------
        DataFrame
            For each label its k-mers, from the most frequent on: ``label``, ``kmer``; ``count`` among the
            highest k-mers; ``share`` of them; ``expected``, its share among all k-mers of these
            sequences; ``enrichment``, the ratio of both; and with a control ``control``, its count there.

        Raises
        ------
        ValueError
            As `top_kmers`.

        References
        ----------
        de Almeida, Richard et al. 2025, A multimodal conversational agent for DNA, RNA and protein
        tasks, Nat. Mach. Intell., Fig. 6 and Methods, "Attribution map calculation". Enrichment and
        control are not in the paper.
        """
        tops = self.top_kmers(k=k, top=top, step=step)
        shuffled = None if self.control is None else self.control.top_kmers(k=k, top=top, step=step)
        step = self._checked(k, top, step)
        parts = []
        for label in self.labels:
            codes = np.concatenate([kmer_codes(one.sequence, k=k, step=step) for one in self.of(label)])
            everywhere = count_kmers(codes, k=k, pooled=pooled)
            count = _counted(tops, label, k, pooled)
            part = pd.DataFrame({"label": label, "kmer": count.index, "count": count.to_numpy()})
            part["share"] = part["count"] / count.sum()
            part["expected"] = (everywhere[count.index] / everywhere.sum()).to_numpy()
            part["enrichment"] = part["share"] / part["expected"]
            if shuffled is not None:
                control = _counted(shuffled, label, k, pooled)
                part["control"] = control.reindex(count.index, fill_value=0).to_numpy()
            parts.append(part.sort_values(["count", "enrichment"], ascending=False, kind="stable"))
        return pd.concat(parts, ignore_index=True)

    def matrix(
        self, label: str, *, k: int = 6, flank: int = 5, around: Around = "average", step: int | None = None
    ) -> PositionMatrix:
        """Align the sequences of a label at the highest k-mer, and count their bases.

        Parameters
        ----------
        label
            Whose sequences.
        k, step
            As in `top_kmers`.
        flank
            Bases on either side of the k-mer that are kept.
        around
            ``"average"``: the k-mer at the place where the mean of the maps is highest, as in the ChatNT
            paper, for sequences that have their sites at one place. ``"each"``: the highest k-mer of
            each sequence.

        Returns
        -------
        PositionMatrix
            Positions are those of the sequences, or counted from the first base of each k-mer.

        Raises
        ------
        ValueError
            If there is no such label, a number is out of range, an average is asked of sequences of
            several lengths, or no k-mer has a score above zero.
        """
        step = self._checked(k, 1, step)
        if flank < 0 or around not in ("average", "each"):
            raise ValueError(
                f"flank={flank}, around={around!r}: expected 0 or more bases, and 'average' or 'each'."
            )
        some = self.of(label)
        title = f"{label}, around the highest {k}-mer of {'the mean' if around == 'average' else 'each'}"
        if around == "each":
            found = [(one, top_windows(one.sequence, one.scores, k=k, top=1, step=step)) for one in some]
            places = [(one.sequence, tops[0].start) for one, tops in found if tops]
            if not places:
                raise ValueError(f"No {k}-mer of the sequences of {label!r} has a score above zero.")
            texts = [cut(text, at - flank, at + k + flank) for text, at in places]
            return PositionMatrix.of(texts, start=-flank, title=title, anchor="the k-mer")
        mean = aligned(self.of(label)).mean(0)
        at = int(sliding_window_view(mean, k).sum(1)[::step].argmax()) * step
        start, end = max(0, at - flank), min(len(mean), at + k + flank)
        texts = [one.sequence[start:end] for one in some]
        return PositionMatrix.of(texts, start=start, title=title, anchor="the first base")

    def profile(self, *, site: int = 0, scaled: bool = False) -> pd.DataFrame:
        """Average the scores of each label at each position.

        Parameters
        ----------
        site
            Position in the sequences that is called 0, such as 249 for the transcription start site of
            promoters from 249 bases upstream of it on.
        scaled
            Divide each sequence's scores by the mean of their absolute values first. Slopes are steep
            where the pair is unsure, and a few such sequences may outweigh all others.

        Returns
        -------
        DataFrame
            ``label``, ``position`` (relative to the site), ``mean``, ``standard_error``, and with a control
            ``control``, the mean of the shuffled sequences.

        Raises
        ------
        ValueError
            If the sequences of a label differ in length, or the site is not in them.
        """
        parts = []
        for label in self.labels:
            scores = aligned(self.of(label), scaled=scaled)
            count, length = scores.shape
            if not 0 <= site < length:
                raise ValueError(f"site={site} is no position of sequences of {length} bases, from 0.")
            error = scores.std(0, ddof=1) / np.sqrt(count) if count > 1 else np.full(length, np.nan)
            columns = {"label": label, "position": np.arange(length) - site, "mean": scores.mean(0)}
            part = pd.DataFrame(columns | {"standard_error": error})
            if self.control is not None:
                part["control"] = aligned(self.control.of(label), scaled=scaled).mean(0)
            parts.append(part)
        return pd.concat(parts, ignore_index=True)

    def _checked(self, k: int, top: int, step: int | None) -> int:
        """Return the step, and check all numbers."""
        check_k(k)
        step = (1 if self.resolution == 1 else k) if step is None else step
        for name, number in (("top", top), ("step", step)):
            if number < 1:
                raise ValueError(f"{name}={number} must be at least 1.")
        if k > (longest := max(len(one.sequence) for one in self.maps)):
            raise ValueError(f"k={k} is longer than the sequences of at most {longest} bases.")
        return step

    def to_frame(self) -> pd.DataFrame:
        """Return one row per sequence.

        Returns
        -------
        DataFrame
            ``label``, ``row`` (of the data), ``bases``, ``total`` (sum of the scores), ``strongest`` (the
            position of the highest score, from 0), ``base`` there, and its ``score``.
        """
        rows = []
        for one in self.maps:
            at = int(one.scores.argmax())
            most = at, one.sequence[at], float(one.scores[at])
            rows.append((one.label, one.row, len(one.sequence), float(one.scores.sum()), *most))
        columns = ["label", "row", "bases", "total", "strongest", "base", "score"]
        return pd.DataFrame(rows, columns=columns)

    def save(self, path: str | Path) -> None:
        """Write the study as an ``.npz`` file, which `load` and numpy read."""
        about = {name: getattr(self, name) for name in _PLAIN} | {"notes": list(self.notes)}
        groups = {"": self.maps}
        if self.control is not None:
            about["control_notes"] = list(self.control.notes)
            groups["control_"] = self.control.maps
        write_maps(path, about, groups)

    @classmethod
    def load(cls, path: str | Path) -> "AttributionStudy":
        """Read what `save` wrote.

        Raises
        ------
        DataError
            If the file holds something else.
        FileNotFoundError
            If there is no such file.
        """
        about, groups = read_maps(path, _PLAIN)
        notes, control_notes = about.pop("notes"), about.pop("control_notes", ())
        about["labels"] = tuple(about["labels"])
        control = None
        if "control_" in groups:
            control = cls(maps=groups["control_"], notes=tuple(control_notes), **about)
        return cls(maps=groups[""], control=control, notes=tuple(notes), **about)

    @property
    def summary(self) -> str:
        """What was studied and how, in one line."""
        return "; ".join(self._told())

    def _told(self) -> Iterator[str]:
        yield f"{self.task}: " + ", ".join(f"{len(self.of(label)):,} of {label!r}" for label in self.labels)
        yield f"{self.target}, {self.unit}"
        yield self.method + (f" from {self.baseline}" if self.baseline else "")
        if self.resolution > 1:
            yield f"in tokens of up to {self.resolution} bases"
        if self.control is not None:
            yield "with shuffled control"

    def __repr__(self) -> str:
        notes = "".join(f"\n  note: {note}" for note in self.notes)
        return f"AttributionStudy({self.summary}){notes}"

    def _repr_html_(self) -> str:
        k = min(6, max(len(one.sequence) for one in self.maps))
        first = self.spectrum(k=k).groupby("label", sort=False).head(5)
        table = first.round({"share": 3, "expected": 5, "enrichment": 1}).to_html(index=False, border=0)
        notes = "".join(f"<div style='color:#b45309'>{html.escape(note)}</div>" for note in self.notes)
        return f"<div>{html.escape(self.summary)}</div>{table}{notes}"


def _counted(tops: pd.DataFrame, label: str, k: int, pooled: bool) -> pd.Series:
    return count_kmers(spelled(tops.loc[tops["label"] == label, "kmer"], k), k=k, pooled=pooled)
