"""Peaks: where scores are higher than chance has it, and what lies there."""

import dataclasses

import numpy as np
import pytest
from scipy import stats

from chatnt.attribution import Attribution
from chatnt.elements import find_elements
from chatnt.peaks import call_peaks
from chatnt.sequence import DNA
from chatnt.tasks.simulation.motifs import TATA_BOX
from tests.telling import letters

TEXT = letters(100, 1) + "TATAAAAG" + letters(92, 2)
BOX = slice(100, 108)


def made(scores, text=TEXT, **changes):
    usual = {
        "question": "Is there one in <DNA>?", "task": None, "target": "Yes", "against": "No", "value": 1.0,
        "unit": "log-odds", "method": "integrated_gradients", "baseline": "N",
    }  # fmt: skip
    one = isinstance(text, str | DNA)
    sequences = tuple(t if isinstance(t, DNA) else DNA(t) for t in ([text] if one else text))
    arrays = tuple(np.asarray(s, np.float32) for s in ([scores] if one else scores))
    return Attribution(sequences, arrays, **(usual | changes))


def noise(seed, size=200):
    return np.random.default_rng(seed).laplace(size=size)


def nothing(count=20, size=200, **changes):
    return [made(noise(100 + i, size), letters(size, i), **changes) for i in range(count)]


def planted(height, seed=0):
    scores = noise(seed)
    scores[BOX] = height
    return scores


def test_a_planted_peak_is_the_one_that_is_called_and_named():
    (peak,) = call_peaks(made(planted(6.0)), nothing(), anchor=131)
    assert abs(peak.start - 100) <= 2
    assert abs(peak.end - 108) <= 2
    assert (peak.side, peak.label) == ("supports", "TATA box")
    assert peak.sum == pytest.approx(planted(6.0)[peak.start : peak.end].sum(), rel=1e-5)
    assert peak.mean == pytest.approx(peak.sum / (peak.end - peak.start))
    assert peak.letters == TEXT[peak.start : peak.end]
    assert peak.p <= peak.q < 0.01


def test_what_opposes_is_told_apart():
    (peak,) = call_peaks(made(planted(-6.0)), nothing())
    assert (peak.side, BOX.start <= peak.summit < BOX.stop) == ("opposes", True)
    assert peak.sum < 0
    assert peak.summit == peak.start + planted(-6.0)[peak.start : peak.end].argmin()


def test_scores_without_sign_only_matter():
    null = [dataclasses.replace(x, scores=(np.abs(x.scores[0]),), signed=False) for x in nothing()]
    (peak,) = call_peaks(made(np.abs(planted(6.0)), signed=False), null)
    assert peak.side == "matters"


def test_the_table_counts_from_the_anchor_and_in_the_genome():
    dna = DNA(TEXT, name="one", source="chr1:1000-1200:-")
    peaks = call_peaks(made(planted(6.0), dna), nothing(), anchor=131)
    (row,) = peaks.to_frame().to_dict("records")
    (peak,) = peaks
    assert (row["from_anchor"], row["to_anchor"]) == (peak.start - 131, peak.end - 131)
    assert (row["genome_start"], row["genome_end"]) == (1200 - peak.end, 1200 - peak.start)
    assert row["genome_strand"] == "-"
    assert row["elements"].startswith("TATA box + (p ")
    line = peaks.to_bed().split()
    assert line[:4] == ["chr1", str(1200 - peak.end), str(1200 - peak.start), "TATA_box"]
    assert line[4:] == [str(min(1000, round(-100 * np.log10(peak.q)))), "-"]
    assert peaks.to_tsv().count("\n") == 2


def test_elements_are_those_given():
    found = find_elements(TEXT, elements=[TATA_BOX])
    (peak,) = call_peaks(made(planted(6.0)), nothing(), elements=found)
    assert [e.element for e in peak.elements] == ["TATA box"]
    (bare,) = call_peaks(made(planted(6.0)), nothing(), elements=find_elements(TEXT, elements=[]))
    assert (bare.elements, bare.label, bare.core) == ((), "", None)


def test_of_several_sequences_each_has_its_own_null():
    quiet, loud = noise(1), 50 * noise(2)
    null = [made([noise(10 + i), 50 * noise(50 + i)], [TEXT, TEXT]) for i in range(20)]
    quiet[BOX] = 6
    found = call_peaks(made([quiet, loud], [TEXT, TEXT]), null, anchor=[100, 0])
    assert {(p.sequence, p.label) for p in found} == {(0, "TATA box")}
    assert found.to_frame()["name"].tolist() == ["sequence 1"]


def test_all_segments_can_be_had_and_a_higher_quantile_makes_fewer():
    sizes = [len(call_peaks(made(noise(3)), nothing(), fdr=1, quantile=q)) for q in (0.5, 0.9, 0.99)]
    assert sizes == sorted(sizes, reverse=True)
    peaks = call_peaks(made(noise(3)), nothing(), fdr=1)
    starts = [p.start for p in peaks]
    assert starts == sorted(starts)
    assert max(p.p for p in peaks) > 0.5


def test_where_nothing_is_chances_are_uniform_and_peaks_are_rare():
    found, called = [], 0
    for i in range(40):
        null = [made(noise(1000 * (i + 1) + k)) for k in range(20)]
        peaks = call_peaks(made(noise(i)), null, fdr=1, elements=find_elements(TEXT, elements=[]))
        found += [peak.p for peak in peaks]
        called += any(peak.q <= 0.05 for peak in peaks)
    assert stats.kstest(found, "uniform").pvalue > 0.01
    assert called <= 6  # 2 are expected; more than 6 come by chance in 1 of 300 such tests


def test_a_null_of_zeros_and_scores_of_zeros_are_no_peaks():
    assert not call_peaks(made(np.zeros(200)), nothing(), fdr=1)
    flat = [made(np.zeros(200)) for _ in range(20)]
    assert all(peak.p == 1 for peak in call_peaks(made(planted(6.0)), flat, fdr=1))


@pytest.mark.parametrize(
    ("null", "how", "told"),
    [
        ([], {}, "null is empty"),
        (
            nothing(size=100),
            {},
            "Attribution 0 of the null is of 'Yes' by integrated_gradients for 100",
        ),
        (
            nothing(method="saliency"),
            {},
            "by saliency for 200 bases, but the peaks are of 'Yes' by",
        ),
        (nothing(), {"fdr": 0}, "fdr=0 must be above 0 and at most 1"),
        (nothing(), {"quantile": 2}, "quantile=2 must be above 0 and at most 1"),
        (nothing(), {"anchor": [1, 2]}, "anchor has 2 positions for 1 sequences"),
    ],
)
def test_bad_input_is_told(null, how, told):
    with pytest.raises(ValueError, match=told):
        call_peaks(made(noise(0)), null, **how)
