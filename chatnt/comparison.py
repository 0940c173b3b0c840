"""What a comparison of two alleles is: how an answer changes, and which bases it hangs on."""

import dataclasses
import html
from collections.abc import Mapping

import pandas as pd

from chatnt.attribution import Attribution
from chatnt.sequence import DNA
from chatnt.variant import shared_ends

_SHOWN = 30  # bases on each side of the event, in a notebook
_GAP = "-"


@dataclasses.dataclass(frozen=True)
class StrandEffect:
    """Hold what a pair says of both alleles, read on one strand.

    Attributes
    ----------
    strand
        ``"+"``: as given; ``"-"``: their reverse complements.
    reference, alternative
        Log-odds of the target, or the expected number.
    reference_probabilities, alternative_probabilities
        Of each label; empty where a number is asked for.
    """

    strand: str
    reference: float
    alternative: float
    reference_probabilities: Mapping[str, float]
    alternative_probabilities: Mapping[str, float]

    @property
    def change(self) -> float:
        """From the reference to the alternative."""
        return self.alternative - self.reference


@dataclasses.dataclass(frozen=True, eq=False)
class Comparison:
    """Hold how the answer to one question changes from a reference to an alternative.

    Attributes
    ----------
    question
        With one placeholder.
    task
        Name of what is asked.
    target, against
        What is followed, and what it is compared with; empty for nothing.
    unit
        Of the target and of its change.
    reference, alternative
        What is compared.
    strands
        One effect for each strand that was read; the given one is the first.
    calibration
        How probabilities were corrected; empty if they were not.
    reference_map, alternative_map
        Attributions of both to the target, from unknown bases; `None` if no map was asked for.
    shares
        Attribution of the alternative from the reference: how the bases that differ share the change.
        `None` for alleles of different length, and for methods without a baseline.
    notes
        Reasons to doubt.
    """

    question: str
    task: str
    target: str
    against: str
    unit: str
    reference: DNA
    alternative: DNA
    strands: tuple[StrandEffect, ...]
    calibration: str = ""
    reference_map: Attribution | None = None
    alternative_map: Attribution | None = None
    shares: Attribution | None = None
    notes: tuple[str, ...] = ()

    @property
    def change(self) -> float:
        """Of the target, from the reference to the alternative, as given; in `unit`."""
        return self.strands[0].change

    @property
    def probability_change(self) -> float | None:
        """Of the probability of the target; `None` where a number is asked for."""
        before, behind = self._probabilities(self.strands[0])
        return None if before is None or behind is None else behind - before

    @property
    def labels(self) -> tuple[str, str] | None:
        """The likeliest label of the reference, and that of the alternative; `None` for a number."""
        first = self.strands[0]
        if not first.reference_probabilities:
            return None
        both = first.reference_probabilities, first.alternative_probabilities
        before, behind = (max(chances, key=chances.__getitem__) for chances in both)
        return before, behind

    @property
    def event(self) -> tuple[int, int, int]:
        """Where the change starts, where it ends in the reference, and where in the alternative.

        0-based, ends not included. A change within a repeat is put at its end.
        """
        before, behind = shared_ends(str(self.reference), str(self.alternative))
        return before, len(self.reference) - behind, len(self.alternative) - behind

    def _aligned(self) -> list[tuple[int | None, int | None]]:
        """Return the places of both alleles side by side, with gaps where one has more bases."""
        start, end_ref, end_alt = self.event
        rows: list[tuple[int | None, int | None]] = [(i, i) for i in range(start)]
        width = max(end_ref, end_alt) - start
        for i in range(start, start + width):
            rows.append((i if i < end_ref else None, i if i < end_alt else None))
        rows += [(end_ref + i, end_alt + i) for i in range(len(self.reference) - end_ref)]
        return rows

    def to_frame(self) -> pd.DataFrame:
        """Return the map of the change, one row per base of both alleles side by side.

        Returns
        -------
        DataFrame
            ``position_reference`` and ``position_alternative`` from 0, missing where one has no base;
            ``reference`` and ``alternative``, the bases, ``-`` for none; with maps also
            ``score_reference, score_alternative``, their attributions, ``change``, the
            second less the first with 0 for no base, and for alleles of the same length ``share``.
        """
        rows = self._aligned()
        old, new = str(self.reference), str(self.alternative)
        frame = pd.DataFrame(
            {
                "position_reference": pd.array([i for i, _ in rows], "Int64"),
                "position_alternative": pd.array([j for _, j in rows], "Int64"),
                "reference": [_GAP if i is None else old[i] for i, _ in rows],
                "alternative": [_GAP if j is None else new[j] for _, j in rows],
            }
        )
        if self.reference_map is not None and self.alternative_map is not None:
            before, behind = self.reference_map.scores[0], self.alternative_map.scores[0]
            frame["score_reference"] = [None if i is None else float(before[i]) for i, _ in rows]
            frame["score_alternative"] = [None if j is None else float(behind[j]) for _, j in rows]
            frame["change"] = frame["score_alternative"].fillna(0.0) - frame["score_reference"].fillna(0.0)
        if self.shares is not None:
            frame["share"] = self.shares.scores[0].astype(float)
        return frame

    def effects(self) -> pd.DataFrame:
        """Return one row for each strand that was read.

        Returns
        -------
        DataFrame
            ``strand, reference, alternative, change``, of the target in `unit`; and, of the target's
            label, ``probability_reference, probability_alternative``, missing for a number.
        """
        rows = [
            (x.strand, x.reference, x.alternative, x.change, *self._probabilities(x)) for x in self.strands
        ]
        columns = ["strand", "reference", "alternative", "change"]
        return pd.DataFrame(rows, columns=[*columns, "probability_reference", "probability_alternative"])

    def _probabilities(self, effect: StrandEffect) -> tuple[float | None, float | None]:
        both = effect.reference_probabilities, effect.alternative_probabilities
        before, behind = (chances.get(self.target) for chances in both)
        return before, behind

    @property
    def summary(self) -> str:
        """What changes, in one line."""
        told = f"{self.target} against {self.against}" if self.against else self.target
        parts = [f"{self._named()}; {told}, {self.unit}"]
        for effect in self.strands:
            strand = f"strand {effect.strand}: " if len(self.strands) > 1 else ""
            parts.append(f"{strand}{effect.reference:.3g} to {effect.alternative:.3g} ({effect.change:+.3g})")
            before, behind = self._probabilities(effect)
            if before is not None and behind is not None:
                how = "calibrated probability" if self.calibration else "probability"
                parts[-1] += f", {how} {before:.3f} to {behind:.3f}"
        if self.labels and self.labels[0] != self.labels[1]:
            parts.append(f"the answer changes from {self.labels[0]} to {self.labels[1]}")
        return "; ".join(parts)

    def _named(self) -> str:
        """Return the event in letters, by its place in the reference, from 0."""
        start, end_ref, end_alt = self.event
        ref, alt = str(self.reference)[start:end_ref], str(self.alternative)[start:end_alt]
        return f"{_short(ref)}>{_short(alt)} at position {start} of {len(self.reference):,} bases"

    def __repr__(self) -> str:
        notes = "".join(f"\n  note: {note}" for note in self.notes)
        return f"Comparison({self.summary}){notes}"

    def _repr_html_(self) -> str:
        start, end_ref, end_alt = self.event
        lines = []
        for name, dna, end in (
            ("reference", self.reference, end_ref),
            ("alternative", self.alternative, end_alt),
        ):
            first, letters = max(0, start - _SHOWN), str(dna)
            gap = _GAP * (max(end_ref, end_alt) - end)
            marked = f"<b style='background:#fde68a;color:#111'>{letters[start:end]}{gap}</b>"
            shown = f"{letters[first:start]}{marked}{letters[end : end + _SHOWN]}"
            dots = "…" if first else "&nbsp;", "…" if end + _SHOWN < len(dna) else ""
            lines.append(f"{name:<12}{dots[0]}{shown}{dots[1]}".replace("  ", "&nbsp; "))
        table = self.effects().dropna(axis=1, how="all").to_html(index=False, float_format="%.3f", border=0)
        notes = "".join(f"<div style='color:#b45309'>{html.escape(note)}</div>" for note in self.notes)
        calibration = f"<div style='font-size:.85em'>{html.escape(self.calibration)}</div>"
        return (
            f"<div>{html.escape(self.question)}</div><div>{html.escape(self.summary)}</div>"
            f"<pre style='overflow-x:auto'>{'<br>'.join(lines)}</pre>{table}{calibration}{notes}"
        )


def _short(letters: str) -> str:
    return (letters if len(letters) <= 12 else f"{letters[:9]}...({len(letters):,})") or _GAP
