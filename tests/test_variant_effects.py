"""The effects of the variants of a file: true to the engine, nothing left out in silence."""

from types import SimpleNamespace
from unittest import mock

import numpy as np
import pandas as pd
import pytest

from chatnt import variant_effects as module
from chatnt.assistant import Assistant
from chatnt.conversation import Question, Turn
from chatnt.errors import (
    DataError,
    OutOfScopeError,
    PlaceholderError,
    SequenceError,
    SequenceTooLongError,
    TaskError,
    UnknownTaskError,
)
from chatnt.judging import Judge
from chatnt.sequence import DNA
from chatnt.tasks import get_task
from chatnt.variant import Variant
from chatnt.variant_effects import COLUMNS, iter_effects, variant_effects
from tests.telling import letters, telling_pair

TATA, LEAF = get_task("promoter_tata"), get_task("plant_promoter_leaf")
CHAT = Assistant(*telling_pair())
CONTIG = letters(120)
GENOME = {"chr1": CONTIG}
HEAD = "##fileformat=VCFv4.3\n#CHROM\tPOS\tID\tREF\tALT\n"
HOW = {"genome": GENOME, "tasks": "promoter_tata", "length": 30, "sentences": 1}
OTHER = str.maketrans("ACGT", "CATA")


def vcf(tmp_path, *lines):
    path = tmp_path / "calls.vcf"
    path.write_text(HEAD + "".join(line.replace(" ", "\t") + "\n" for line in lines))
    return path


def snv(place=60, name=""):
    return Variant("chr1", place, CONTIG[place], CONTIG[place].translate(OTHER), name)


def log_odds(text, question=TATA.questions.test[0]):
    judge = Judge.of(TATA, sentences=1)
    found = judge.shares(CHAT.engine.score([Turn(Question.of(question, text))], judge.answers)[None])[0].log()
    return float(found[1] - found[0])


def reverse(text):
    return DNA(text).reverse_complement().sequence


def test_every_window_is_scored_as_by_the_engine():
    variant = snv()
    changed = CONTIG[:60] + variant.alt + CONTIG[61:]
    found = variant_effects(CHAT, [variant], at=[-4, 0, 7], keep="all", **HOW)
    assert tuple(found.columns) == COLUMNS
    assert list(zip(found["strand"], found["at"], strict=True)) == [(s, a) for s in "+-" for a in (-4, 0, 7)]
    for row in found.itertuples():
        start = 60 - 15 - row.at if row.strand == "+" else 61 + 15 + row.at - 30
        turn = str if row.strand == "+" else reverse
        assert row.reference == pytest.approx(log_odds(turn(CONTIG[start : start + 30])), abs=1e-4)
        assert row.alternative == pytest.approx(log_odds(turn(changed[start : start + 30])), abs=1e-4)
        assert row.change == row.alternative - row.reference
        assert row.probability_reference == pytest.approx(1 / (1 + np.exp(-row.reference)), abs=1e-5)
    assert found["change"].abs().max() > 1e-3
    assert set(found["flags"]) == {"probabilities are not calibrated"}


def test_one_window_is_kept_for_each_target():
    every = variant_effects(CHAT, [snv()], at=range(-5, 6), keep="all", **HOW)
    moved = (every["probability_alternative"] - every["probability_reference"]).abs()
    changed = variant_effects(CHAT, [snv()], at=range(-5, 6), **HOW)
    pd.testing.assert_frame_equal(
        changed, every.loc[[moved.idxmax()]].reset_index(drop=True), check_dtype=False
    )
    strongest = variant_effects(CHAT, [snv()], at=range(-5, 6), keep="strongest", **HOW)
    best = every[["reference", "alternative"]].max(axis=1).idxmax()
    assert strongest.loc[0, ["strand", "at"]].tolist() == every.loc[best, ["strand", "at"]].tolist()


def test_labels_and_their_changes_are_those_of_the_probabilities():
    found = variant_effects(CHAT, [snv(p) for p in range(40, 60)], at=0, keep="all", **HOW)
    for row in found.itertuples():
        labels = [TATA.labels[p > 0.5] for p in (row.probability_reference, row.probability_alternative)]
        assert [row.label_reference, row.label_alternative] == labels
        assert row.label_changes == (labels[0] != labels[1])


def test_of_many_labels_each_has_a_row_and_a_number_has_no_label():
    found = variant_effects(CHAT, [snv()], **HOW | {"tasks": ["splice_sites_all", LEAF.name]})
    assert found["target"].tolist() == ["acceptor", "donor", "neither", "value"]
    number = found.iloc[3]
    assert number["unit"] == LEAF.scale.quantity
    assert number[["probability_reference", "label_reference"]].isna().all()
    assert not number["label_changes"]
    one = variant_effects(CHAT, [snv()], target="donor", **HOW | {"tasks": ["splice_sites_all"]})
    assert one["target"].tolist() == ["donor"]


def test_all_kinds_of_variants_are_read_from_a_file(tmp_path):
    ref = CONTIG[59:63]
    alts = f"{ref[0].translate(OTHER)}{ref[1:]},{ref[0]},{ref}GG,{ref.translate(OTHER)},<DEL>,*"
    path = vcf(tmp_path, f"1 60 rs9 {ref} {alts}", f"1 61 . {CONTIG[60]} .")
    found = variant_effects(CHAT, path, at=0, **HOW)
    assert found["kind"].tolist() == ["SNV", "deletion", "insertion", "MNV", "", "", ""]
    assert found["id"].tolist() == ["rs9"] * 6 + [""]
    assert found["position"].tolist() == [60] * 6 + [61]
    assert (found["skipped"] == "").tolist() == [True] * 4 + [False] * 3
    assert "symbolic" in found["skipped"][4]
    assert "deletion upstream" in found["skipped"][5]
    assert found["change"].notna().tolist() == [True] * 4 + [False] * 3
    deletion = found.iloc[1]
    kept = CONTIG[60 - 15 : 60 - 15 + 30], CONTIG[45:60] + CONTIG[63:78]
    turn = str if deletion["strand"] == "+" else reverse
    if deletion["strand"] == "+":
        assert deletion["alternative"] == pytest.approx(log_odds(turn(kept[1])), abs=1e-4)


def test_chunks_and_batches_do_not_change_rows(monkeypatch):
    variants = [snv(p, f"v{p}") for p in range(30, 50)]
    whole = variant_effects(CHAT, variants, at=[0, 3], **HOW)
    assert whole["id"].tolist() == [v.name for v in variants]
    monkeypatch.setattr(module, "_VARIANTS", 3)
    parts = list(iter_effects(CHAT, variants, at=[0, 3], batch_size=5, **HOW))
    assert len(parts) == 7
    pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), whole, rtol=1e-3, atol=1e-4)


def test_parts_without_any_effect_fit_the_others(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_VARIANTS", 1)
    path = vcf(
        tmp_path, "chr1 5 . A <DEL>", f"chr1 61 . {CONTIG[60]} {CONTIG[60].translate(OTHER)}", "chr1 5 . A ."
    )
    found = variant_effects(CHAT, path, at=0, **HOW)
    assert found["at"].isna().tolist() == [True, False, True]
    assert found["at"][1] == 0
    assert found.dtypes[["position", "at", "change"]].astype(str).tolist() == ["int64", "Int64", "float64"]


def test_variants_are_read_as_they_are_needed():
    asked = []

    def endless():
        while True:
            asked.append(1)
            yield snv()

    next(iter_effects(CHAT, endless(), at=0, strands="+", **HOW))
    assert len(asked) == module._VARIANTS


def test_an_edge_is_flagged():
    found = variant_effects(CHAT, [snv(0), snv(119)], at=0, strands="+", **HOW)
    assert "15 bases of the window lie beyond the contig and are N" in found["flags"][0]
    assert "14 bases of the window lie beyond" in found["flags"][1]
    assert np.isfinite(found["change"].astype(float)).all()
    unknown = variant_effects(
        CHAT, [snv()], at=0, strands="+", **HOW | {"genome": {"chr1": CONTIG[:61] + "NNN" + CONTIG[64:]}}
    )
    assert "3 bases of the window are N or another ambiguity code" in unknown["flags"][0]


def test_no_variants_are_an_empty_table(tmp_path):
    found = variant_effects(CHAT, vcf(tmp_path), **HOW)
    assert (len(found), tuple(found.columns)) == (0, COLUMNS)


@pytest.mark.parametrize(
    ("line", "error", "told"),
    [
        (f"chr1 61 . {CONTIG[60].translate(OTHER)} {CONTIG[60]}", SequenceError, "but the genome has"),
        ("chr7 61 . A G", SequenceError, "no contig 'chr7', with or without 'chr'; it has 'chr1'"),
        ("chr1 121 . A G", SequenceError, "the contig 'chr1' of the genome has 120 bases"),
        ("chr1 sixty . A G", DataError, "position 'sixty'"),
        ("chr1 60", DataError, "has 2 columns"),
    ],
)
def test_what_does_not_fit_is_raised_or_listed(tmp_path, line, error, told):
    path = vcf(tmp_path, line, f"chr1 61 good {CONTIG[60]} {CONTIG[60].translate(OTHER)}")
    with pytest.raises(error, match=told):
        variant_effects(CHAT, path, at=0, **HOW)
    found = variant_effects(CHAT, path, at=0, errors="skip", **HOW)
    assert len(found) == 2
    assert told in found["skipped"][0]
    assert (found["id"][1], found["skipped"][1]) == ("good", "")


def test_an_allele_longer_than_the_window_is_listed_for_that_task():
    long = Variant("chr1", 60, CONTIG[60], CONTIG[60] + letters(40, 2))
    found = variant_effects(CHAT, [long, snv()], at=0, **HOW)
    assert "40 bases, but the window 30" in found["skipped"][0]
    assert found["task"].tolist() == ["promoter_tata"] * 2
    assert pd.isna(found["change"][0])


class Scope:
    tasks, simulated = ("promoter_tata",), ("promoter_tata",)

    def match(self, text):
        return mock.Mock(task="promoter_tata" if "TATA" in text else None)


def test_a_question_takes_the_place_of_a_task():
    pair = SimpleNamespace(
        engine=CHAT.engine, scope=Scope(), calibrations=CHAT.calibrations, fingerprint=CHAT.fingerprint
    )
    asked = "Is <DNA> a TATA promoter?"
    found = variant_effects(pair, [snv()], at=0, strands="+", **HOW | {"tasks": [asked]})
    assert found["task"].tolist() == ["promoter_tata"]
    assert found["reference"][0] == pytest.approx(log_odds(CONTIG[45:75], asked), abs=1e-4)
    assert "learned from simulated sequences alone" in found["flags"][0]
    with pytest.raises(OutOfScopeError, match="asks about none of them"):
        variant_effects(pair, [snv()], **HOW | {"tasks": ["Is <DNA> blue?"]})
    with pytest.raises(PlaceholderError, match="has 2 placeholders; alleles are compared one sequence"):
        variant_effects(pair, [snv()], **HOW | {"tasks": ["Is <DNA> a TATA promoter as <DNA>?"]})
    with pytest.raises(TaskError, match="does not recognise tasks"):
        variant_effects(CHAT, [snv()], **HOW | {"tasks": [asked]})


@pytest.mark.parametrize(
    ("how", "error", "told"),
    [
        ({"tasks": []}, ValueError, "tasks is empty"),
        ({"tasks": "promoter_tato"}, UnknownTaskError, "promoter_tata"),
        ({"target": "donor"}, TaskError, "promoter_tata has no target 'donor'"),
        ({"at": 15}, ValueError, "at=15 puts the variant outside"),
        ({"strands": "*"}, ValueError, r"strands='\*' is none of 'both'"),
        ({"keep": "most"}, ValueError, "keep='most' is none of 'changed'"),
        ({"errors": "ignore"}, ValueError, "errors='ignore' is none of 'raise', 'skip'"),
        ({"batch_size": 0}, ValueError, "batch_size=0 must be at least 1"),
        ({"length": 0}, ValueError, "length=0 must be at least 1"),
        ({"length": None}, SequenceTooLongError, "300 bases is 300 tokens"),
        ({"genome": "nowhere.fa"}, FileNotFoundError, "no file nowhere.fa"),
    ],
)
def test_bad_input_is_told(how, error, told):
    with pytest.raises(error, match=told):
        variant_effects(CHAT, [snv()], **HOW | how)
