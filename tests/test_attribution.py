"""Attributions as results: tables, files, tracks, and how they look."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest

from chatnt.attribution import Attribution
from chatnt.errors import DataError
from chatnt.sequence import DNA

PLUS = DNA("ACGT", name="one", source="chr1:100-104:+")
MINUS = DNA("GGA", name="two", source="chr2:7-10:-")
SCORES = (np.array([0.5, -1.0, 0, 0.25], np.float32), np.array([0.1, 0.2, 0.3], np.float32))


def made(**changes):
    usual = {
        "sequences": (PLUS, MINUS),
        "scores": SCORES,
        "question": "Is <DNA> like <DNA>?",
        "task": "promoter_tata",
        "target": "promoter",
        "against": "not a promoter",
        "unit": "log-odds (natural log)",
        "method": "integrated_gradients",
        "baseline": "N",
        "value": 2.0,
        "baseline_value": -1.0,
        "delta": 0.0004,
        "notes": ("take <care>",),
    }
    return Attribution(**(usual | changes))


def test_the_table_has_a_row_for_each_base():
    table = made().to_frame()
    assert list(table) == ["name", "position", "base", "score"]
    assert "".join(table["base"]) == "ACGTGGA"
    assert table["position"].tolist() == [0, 1, 2, 3, 0, 1, 2]
    assert table["name"].tolist() == ["one"] * 4 + ["two"] * 3
    assert table["score"].dtype == np.float32
    tables = tuple(np.arange(4 * len(s), dtype=np.float32).reshape(-1, 4) for s in SCORES)
    more = made(tables=tables).to_frame()
    assert more["to_T"].tolist() == [3, 7, 11, 15, 3, 7, 11]


def test_names_are_numbers_where_they_tell_nothing():
    assert made(sequences=(DNA("ACGT"), MINUS)).names == ("sequence 1", "sequence 2")
    assert made(sequences=(DNA("ACGT", name="two"), MINUS)).names == ("sequence 1", "sequence 2")


def test_scores_must_fit_the_sequences():
    with pytest.raises(ValueError, match=r"\[4, 3\] bases, but there are \[4\] scores"):
        made(scores=SCORES[:1])


def test_tracks_have_the_coordinates_of_the_genome_on_either_strand():
    lines = made().to_bedgraph().splitlines()
    assert lines[0].startswith(
        'track type=bedGraph name="chatnt" description="promoter against not a promoter'
    )
    assert lines[1:] == [
        "chr1\t100\t101\t0.5", "chr1\t101\t102\t-1", "chr1\t102\t103\t0", "chr1\t103\t104\t0.25",
        "chr2\t7\t8\t0.3", "chr2\t8\t9\t0.2", "chr2\t9\t10\t0.1",
    ]  # fmt: skip


@pytest.mark.parametrize("source", ["", "promoters.fa", "chr1:100-200:+"])
def test_tracks_of_sequences_without_a_place_count_from_zero(source):
    dna = DNA("ACGT", name="one two", source=source)
    text = made(sequences=(dna,), scores=SCORES[:1]).to_bedgraph()
    assert text.splitlines()[1] == "one_two\t0\t1\t0.5"


@pytest.mark.parametrize("tables", [None, tuple(np.ones((len(s), 4), np.float32) for s in SCORES)])
def test_files_hold_all_of_it(tmp_path, tables):
    given = made(tables=tables, task=None, delta=None, signed=False)
    given.save(tmp_path / "some.attribution")
    found = Attribution.load(tmp_path / "some.attribution")
    for field in dataclasses.fields(Attribution):
        before, after = getattr(given, field.name), getattr(found, field.name)
        if field.name in ("scores", "tables") and before is not None:
            assert all(
                x.tobytes() == y.tobytes() and x.dtype == y.dtype for x, y in zip(before, after, strict=True)
            )
        else:
            assert before == after, field.name
    pd.testing.assert_frame_equal(given.to_frame(), found.to_frame())


def test_other_files_are_refused(tmp_path):
    path = tmp_path / "x.npz"
    for write in (
        lambda: path.write_text("ACGT"),
        lambda: path.write_bytes(b""),
        lambda: np.savez(path, scores=np.ones(3)),
        lambda: np.savez(path, about=np.array(["a", None], object)),
        lambda: np.savez(path, about=np.array("[]")),
    ):
        write()
        with pytest.raises(DataError, match=r"x\.npz cannot be read as an attribution"):
            Attribution.load(path)
    np.savez(path, about=np.array(json.dumps({"format": 99})))
    with pytest.raises(DataError, match="of format 99, this version of chatnt reads 1"):
        Attribution.load(path)
    with pytest.raises(FileNotFoundError):
        Attribution.load(tmp_path / "none.npz")


def test_it_says_what_was_found():
    assert repr(made()) == (
        "Attribution(4 and 3 bases; promoter against not a promoter, log-odds (natural log) 2, "
        "-1 for the baseline; integrated_gradients from N; delta 0.0004; "
        "strongest at position 1 of one (C -1))"
        "\n  note: take <care>"
    )
    one = {"sequences": (DNA("A"),), "scores": (np.ones(1, np.float32),), "against": "", "notes": ()}
    assert repr(made(**one, baseline_value=None, baseline="", delta=None, resolution=6)) == (
        "Attribution(1 base; promoter, log-odds (natural log) 2; integrated_gradients; "
        "in blocks of up to 6 bases; strongest at position 0 (A +1))"
    )


def test_a_notebook_shows_the_letters():
    page = made()._repr_html_()
    assert "take &lt;care&gt;" in page
    assert "<span style='background:rgba(217, 119, 6,1.00)'>C</span>" in page
    assert "<span style='background:rgba(37, 99, 235,0.50)'>A</span>" in page
    long = made(sequences=(DNA("A" * 700),), scores=(np.zeros(700, np.float32),))._repr_html_()
    assert long.count("<span") == 600
    assert "orange against it" in page
    assert "the darker, the more" in made(signed=False)._repr_html_()
