"""Published results: complete, with their sources, and compared only where they can be."""

import csv
import dataclasses
from importlib.resources import files

import pytest

from chatnt.errors import UnknownTaskError
from chatnt.literature import (
    ALL_18,
    COLUMNS,
    FILE,
    PROTOCOLS,
    SOURCES,
    comparable_means,
    published_beside,
    published_numbers,
)
from chatnt.outcomes import Scores, TaskScore
from chatnt.tasks import all_tasks, get_task, list_task_names

TABLE = published_numbers()
ROWS = list(csv.DictReader((files("chatnt") / FILE).read_text(encoding="utf-8").splitlines()))


def scored(task="h3", **changes):
    usual = {"count": 1497, "unparsed": 0, "mcc": 0.7, "f1": 0.8, "intervals": {"mcc": (0.6, 0.75)}}
    return TaskScore(task, changes.pop("split", "test"), **(usual | changes))


def beside(*scores):
    return published_beside(Scores(scores, "test"))


def test_every_number_has_a_task_a_source_and_a_protocol():
    assert list(TABLE.columns) == list(COLUMNS)
    assert set(TABLE["task"]) <= {ALL_18, *list_task_names()}
    assert set(TABLE["protocol"]) == set(PROTOCOLS)
    assert TABLE["value"].between(-1, 1).all()
    assert TABLE["source"].str.len().gt(20).all()
    assert TABLE["comparable"].eq(TABLE["reason"].eq("")).all()


def test_the_table_of_the_package_is_whole_and_holds_nothing_of_the_catalogue_again():
    assert {row["source"] for row in ROWS} == set(SOURCES)
    assert {source.protocol for source in SOURCES.values()} <= set(PROTOCOLS)
    told = [(row["task"], row["model"], row["metric"], row["source"]) for row in ROWS]
    assert len(set(told)) == len(told)
    catalogue = {(t.name, p.model, p.value) for t in all_tasks() if t.record for p in t.record.published}
    assert not catalogue & {(row["task"], row["model"], float(row["value"])) for row in ROWS}
    assert len(TABLE) == len(ROWS) + sum(len(t.record.published) for t in all_tasks() if t.record)


@pytest.mark.parametrize(
    ("task", "model", "value"),
    [
        ("h3", "ChatNT", 0.798),
        ("enhancers_types", "ChatNT", 0.457),
        ("meltome", "ESM2", 0.846),
        ("h3k4me2_yeast", "HyenaDNA-1kb", 0.45),
        ("splice_sites_donors", "Mamba from scratch (5.26M)", 0.9238),
        ("h4k20me1_revised", "Carbon DNA LM (fine-tuned teacher)", 0.67),
        (ALL_18, "ChatNT", 0.77),
    ],
)
def test_some_numbers_are_those_of_the_sources(task, model, value):
    found = TABLE[(TABLE["task"] == task) & (TABLE["model"] == model)]
    assert found["value"].iloc[0] == pytest.approx(value, abs=5e-4)


def test_another_metric_or_protocol_cannot_be_compared():
    reasons = {
        (row["task"], row["model"]): row["reason"] for row in TABLE.to_dict("records") if row["reason"]
    }
    assert "F1" in reasons["promoter_tata", "Caduceus-Ph (1.9M)"]
    assert "ten folds" in reasons["h3", "NT-Multispecies 2.5B"]
    assert "not stated" in reasons["lncrna_sorghum", "ChatNT"]
    assert "two classes" in reasons["enhancers_types", "iEnhancer-2L"]
    assert ("h3", "ChatNT") not in reasons
    of_means = TABLE[TABLE["task"] == ALL_18]
    assert len(of_means) == 3
    assert not of_means["comparable"].any()


def test_comparable_numbers_are_of_the_metric_of_their_task():
    for row in TABLE[TABLE["comparable"]].to_dict("records"):
        assert row["metric"] == get_task(row["task"]).metric


def test_one_task_can_be_asked_for():
    assert set(published_numbers("h3")["task"]) == {"h3"}
    assert published_numbers("polya_pas_human").empty
    with pytest.raises(UnknownTaskError, match="h33"):
        published_numbers("h33")


def test_a_published_result_stands_beside_the_same_metric_of_ours():
    table = beside(scored()).set_index("model")
    chatnt = table.loc["ChatNT"]
    assert (chatnt["ours"], chatnt["low"], chatnt["high"]) == (0.7, 0.6, 0.75)
    assert chatnt["comparable"]
    tata = beside(scored("promoter_tata", count=621)).set_index("model")
    assert tata.loc["Caduceus-Ph (1.9M)", "ours"] == 0.8  # an F1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"count": 1496}, "has 1,497 sequences, this one 1,496"),
        ({"count": 500, "available": 1498}, "has 1,497 sequences, this one 1,498"),
        ({"split": "train"}, "'train'"),
        ({"simulated": True}, "simulated"),
        ({"task": "h3k4me1_k562"}, "is not known"),
    ],
)
def test_other_rows_than_the_published_ones_cannot_be_compared(changes, told):
    table = beside(scored(**changes))
    assert not table["comparable"].any()
    assert table["reason"].str.contains(told, regex=False).all()


def test_some_of_the_published_rows_can_be_compared():
    assert beside(scored(count=500, available=1497))["comparable"].any()


def test_means_are_of_comparable_rows_alone_and_of_the_same_tasks():
    table = beside(scored("h4", count=1461, mcc=0.5), scored(), scored("promoter_tata", count=611, mcc=0.1))
    assert table["task"].drop_duplicates().tolist() == ["h4", "h3", "promoter_tata"]
    means = comparable_means(table).set_index("model")
    chatnt = means.loc["ChatNT"]
    assert chatnt["tasks"] == ("h4", "h3")
    assert chatnt["published"] == pytest.approx((0.785 + 0.798) / 2)
    assert chatnt["ours"] == pytest.approx(0.6)
    assert set(means["protocol"]) == {"one fit"}
    assert not means.index.str.contains("Caduceus|JanusDNA|Multispecies").any()


def test_a_number_that_is_published_twice_counts_once():
    """The bar of ChatNT's promoters is also printed, with two decimals."""
    both = beside(scored("promoter_all", count=5920))
    assert (both["model"] == "ChatNT").sum() == 2
    assert comparable_means(both).set_index("model").loc["ChatNT", "published"] == 0.948


def test_a_task_of_ones_own_has_nothing_beside_it():
    assert beside(scored("silencers")).empty
    assert comparable_means(beside(scored("silencers"))).empty
    assert beside().empty


def test_the_source_of_a_result_in_the_catalogue_says_how_it_was_measured():
    """A new kind of source needs a protocol, or its numbers would pass as comparable."""
    own = [t for t in all_tasks() if t.record and t.record.published]
    for task in own:
        assert published_numbers(task.name)["protocol"].ne("").all()
    assert dataclasses.asdict(own[0].record.published[0])["source"]
