"""Studies as results: spectra, matrices, profiles, files, and how they look."""

import dataclasses

import numpy as np
import pytest

from chatnt.aggregate import AttributionStudy
from chatnt.attribution_maps import Map
from chatnt.errors import DataError
from tests.studies import AT, LABELS, LENGTH, PLANTED, planted_study

STUDY = planted_study()


def test_the_planted_kmer_comes_out_on_top():
    tops = STUDY.top_kmers()
    first = tops[(tops["label"] == "site") & (tops["rank"] == 1)]
    assert set(first["kmer"]) == {PLANTED}
    assert set(first["start"]) == {AT}
    assert first["score"].tolist() == [6.0 * (1 + row) for row in first["row"]]
    assert tops.groupby(["label", "row"]).size().eq(5).all()
    table = STUDY.spectrum()
    best = table[table["label"] == "site"].iloc[0]
    assert (best["kmer"], best["count"], best["control"]) == (PLANTED, 12, 0)
    assert best["share"] == pytest.approx(12 / 60)
    assert best["expected"] == pytest.approx(12 / (12 * 45), rel=0.2)  # once or by chance once more
    assert best["enrichment"] == pytest.approx(best["share"] / best["expected"])
    assert PLANTED not in set(table.loc[table["label"] == "no site", "kmer"])
    assert table.groupby("label")["share"].sum().tolist() == pytest.approx([1, 1])


def test_strands_can_be_pooled():
    table = STUDY.spectrum(pooled=True)
    best = table[table["label"] == "site"].iloc[0]
    assert (best["kmer"], best["count"]) == ("GATTAC", 12)  # before GTAATC in the alphabet
    other = [
        m._replace(sequence=m.sequence.replace(PLANTED, "GTAATC")) if m.row % 2 else m for m in STUDY.maps
    ]
    both = dataclasses.replace(STUDY, maps=tuple(other), control=None)
    assert both.spectrum(pooled=True).query("label == 'site'")["count"].max() == 12
    assert both.spectrum().query("label == 'site'")["count"].max() == 6
    assert "control" not in both.spectrum()


def test_the_default_step_is_that_of_the_encoder():
    tokens = dataclasses.replace(STUDY, resolution=6)
    assert set(tokens.top_kmers()["start"] % 6) == {0}
    assert set(tokens.top_kmers(step=1).query("label == 'site' and rank == 1")["start"]) == {AT}


def test_the_matrix_holds_the_counts_around_the_maximum():
    for around, start in (("average", AT - 2), ("each", -2)):
        matrix = STUDY.matrix("site", flank=2, around=around)
        assert (matrix.start, matrix.sequences) == (start, 12)
        assert matrix.consensus[2:8] == PLANTED
        expected = [[12 * (base == letter) for base in "ACGT"] for letter in PLANTED]
        assert matrix.counts[2:8].tolist() == expected
        texts = [m.sequence[AT - 2 : AT + 8] for m in STUDY.of("site")]
        assert matrix.counts[0].tolist() == [sum(t[0] == base for t in texts) for base in "ACGT"]


def test_flanks_end_with_the_sequence():
    assert len(STUDY.matrix("site", flank=99).counts) == LENGTH
    each = STUDY.matrix("site", flank=30, around="each")
    assert len(each.counts) == 66
    assert not each.counts[: 30 - AT].any()  # where no sequence has letters
    assert (each.counts[30 - AT : 30 - AT + LENGTH].sum(1) == 12).all()


def test_profiles_are_means_with_their_error():
    table = STUDY.profile(site=AT)
    site = table[table["label"] == "site"].set_index("position")
    assert site.index.tolist() == list(range(-AT, LENGTH - AT))
    assert site.loc[0, "mean"] == pytest.approx(6.5)
    assert site.loc[0, "standard_error"] == pytest.approx(np.std(np.arange(12), ddof=1) / np.sqrt(12))
    assert site.loc[0, "control"] == pytest.approx(0.01)
    assert site.loc[6, "mean"] == pytest.approx(0.01)
    one = dataclasses.replace(STUDY, maps=(STUDY.maps[0], STUDY.maps[-1]), control=None).profile()
    assert one["standard_error"].isna().all()


def test_scaled_sequences_count_alike():
    table = STUDY.profile(scaled=True).query("label == 'site'")
    means = [(6 * (1 + row) + 44 * 0.01) / LENGTH for row in range(12)]
    expected = np.mean([(1 + row) / mean for row, mean in enumerate(means)])
    assert table["mean"].iloc[AT] == pytest.approx(expected)
    nothing = tuple(m._replace(scores=0 * m.scores) for m in STUDY.maps)
    assert not dataclasses.replace(STUDY, maps=nothing).profile(scaled=True)["mean"].any()


def test_the_table_has_a_row_for_each_sequence():
    table = STUDY.to_frame()
    assert list(table) == ["label", "row", "bases", "total", "strongest", "base", "score"]
    last = table.iloc[-1]
    assert (last["label"], last["row"], last["bases"], last["strongest"], last["base"]) == (
        "site",
        11,
        50,
        20,
        "G",
    )
    assert last["total"] == pytest.approx(72.44)


@pytest.mark.parametrize("control", [True, False])
def test_what_is_saved_is_loaded(tmp_path, control):
    study = planted_study(control=control)
    short = study.maps[0]._replace(sequence="ACGTN", scores=np.arange(5, dtype=np.float32))
    study = dataclasses.replace(study, maps=(short, *study.maps[1:]))  # lengths may differ
    study.save(tmp_path / "study.npz")
    again = AttributionStudy.load(tmp_path / "study.npz")
    assert repr(again) == repr(study)
    assert (again.control is not None) == control
    for one, other in [(again, study)] + ([(again.control, study.control)] if control else []):
        for field in dataclasses.fields(AttributionStudy):
            if field.name not in ("maps", "control"):
                assert getattr(one, field.name) == getattr(other, field.name), field.name
        assert [m[:3] for m in one.maps] == [m[:3] for m in other.maps]
        for m, n in zip(one.maps, other.maps, strict=True):
            assert m.scores.tobytes() == n.scores.tobytes()


def test_other_files_are_told(tmp_path):
    path = tmp_path / "other.npz"
    for content in (b"", b"text", b"PK\x03\x04"):
        path.write_bytes(content)
        with pytest.raises(DataError, match="cannot be read as a study"):
            AttributionStudy.load(path)
    np.savez(path, about=np.array('{"format": 1, "groups": []}'))
    with pytest.raises(DataError, match="cannot be read as a study"):
        AttributionStudy.load(path)
    np.savez(path, about=np.array('{"format": 99}'))
    with pytest.raises(DataError, match="another format than 1; make it again"):
        AttributionStudy.load(path)
    with pytest.raises(FileNotFoundError):
        AttributionStudy.load(tmp_path / "none.npz")


def test_it_says_what_it_is():
    assert repr(STUDY) == (
        "AttributionStudy(promoter_tata: 12 of 'no site', 12 of 'site'; label, log-odds; gradient_x_input; "
        "with shuffled control)\n  note: take <care>"
    )
    page = STUDY._repr_html_()
    assert PLANTED in page
    assert "take &lt;care&gt;" in page
    tokens = dataclasses.replace(STUDY, resolution=6, baseline="N", control=None)
    assert "gradient_x_input from N; in tokens of up to 6 bases)" in repr(tokens)


def test_short_sequences_look_well_too():
    maps = tuple(Map(label, 0, "ACG", np.ones(3, np.float32)) for label in LABELS)
    short = dataclasses.replace(STUDY, maps=maps, control=None)
    assert "promoter_tata" in short._repr_html_()


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda s: s.of("both"), "no label 'both' in this study; there are no site, site"),
        (lambda s: s.matrix("both"), "no label 'both'"),
        (lambda s: s.matrix("site", flank=-1), "flank=-1"),
        (lambda s: s.matrix("site", around="all"), "around='all': expected"),
        (lambda s: s.spectrum(k=0), "k=0: expected"),
        (lambda s: s.spectrum(top=0), "top=0 must be at least 1"),
        (lambda s: s.top_kmers(step=0), "step=0 must be at least 1"),
        (lambda s: s.top_kmers(k=31).pipe(lambda _: s.top_kmers(k=51)), "k=51: expected"),
        (lambda s: s.profile(site=50), "site=50 is no position of sequences of 50 bases"),
    ],
)
def test_what_cannot_be_is_told(call, told):
    with pytest.raises(ValueError, match=told):
        call(STUDY)


def test_sequences_of_several_lengths_have_no_mean_but_a_matrix():
    cut = [m._replace(sequence=m.sequence[:40], scores=m.scores[:40]) if m.row % 2 else m for m in STUDY.maps]
    study = dataclasses.replace(STUDY, maps=tuple(cut))
    with pytest.raises(ValueError, match="of 'no site' have 40 to 50 bases; cut them to one length"):
        study.profile()
    assert study.matrix("site", around="each", flank=0).consensus == PLANTED


def test_nothing_above_zero_has_no_highest_kmer():
    against = dataclasses.replace(STUDY, maps=tuple(m._replace(scores=-m.scores) for m in STUDY.maps))
    with pytest.raises(ValueError, match="No 6-mer of the sequences of 'site' has a score above zero"):
        against.matrix("site", around="each")
    assert against.spectrum().empty
