"""Which bases decide the answers of the bundled pair, at toy size, with data made in code."""

import sys

import pytest
from scipy.stats import binom

import chatnt
from chatnt.errors import DataNotFoundError
from chatnt.folder import check_manifest
from chatnt.outcomes import Scores
from chatnt.pair_results import KMERS, MOTIFS, PROFILES, STRONGEST, PairResults
from chatnt.pairs import judge_attribution
from chatnt.pairs.judge_attribution import p_of, studied

pytest.importorskip("captum")
TASK = "splice_sites_donors"


@pytest.fixture(scope="module")
def tables():
    chat = chatnt.load()
    return studied(chat.engine, "simulated", {TASK: 4})


def test_counts_are_of_few_kmers_and_of_each_label(tables):
    table = tables[KMERS]
    assert set(table["label"]) == {"donor site", "not a donor site"}
    assert table.groupby("label").size().max() <= 12
    assert (table["count"] >= 1).all()
    assert "control" in table


def test_motifs_are_of_sequences_and_of_shuffled_ones(tables):
    table = tables[MOTIFS]
    assert list(table["what"].unique()) == ["sequences", "negatives", "shuffled"]
    assert (table[list("ACGT")].sum(axis=1) == 4).all()
    assert table["aligned"].unique().tolist() == [4]


def test_profiles_are_near_the_site_with_and_without_signs(tables):
    table = tables[PROFILES]
    assert (table["position"].min(), table["position"].max()) == (-40, 40)
    unsigned = table.query("not signed")
    assert (unsigned["mean"] >= 0).all()
    assert (table.query("signed")["mean"] < 0).any()


def test_strongest_bases_are_counted_with_their_p(tables):
    for row in tables[STRONGEST].to_dict("records"):
        assert 0 <= row["hits"] <= row["sequences"] == 4
        assert row["asked"] >= 4
        assert 0 < row["p"] <= 1


def test_p_is_that_of_the_pairs_that_differ():
    assert p_of(9, 1) == pytest.approx(binom.sf(8, 10, 0.5), rel=0.05)
    assert p_of(5, 5) > 0.5
    assert p_of(0, 0) == 1


def test_tables_go_into_the_folder_of_the_pair(tmp_path, monkeypatch, tables):
    results = PairResults("toy", Scores((), "test"), tables={"kept": tables[STRONGEST]})
    results.save(tmp_path)
    monkeypatch.setattr(judge_attribution, "studied", lambda *given: {MOTIFS: tables[MOTIFS]})
    monkeypatch.setattr(judge_attribution, "load", lambda pair: chatnt.load())
    monkeypatch.setattr(sys, "argv", ["judge_attribution", "--pair", str(tmp_path), "--data", "simulated"])
    judge_attribution.main()
    again = PairResults.load(tmp_path)
    assert list(again.tables) == ["kept", MOTIFS]
    check_manifest(tmp_path)


def test_without_data_it_says_so(monkeypatch):
    monkeypatch.delenv("CHATNT_DATA", raising=False)
    with pytest.raises(DataNotFoundError, match="CHATNT_DATA"):
        studied(chatnt.load().engine, None, {TASK: 1})
