"""Tables of answers: the same as asked one by one, in memory and in files, whatever happens on the way."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import chatnt.annotation_pieces
from chatnt.annotations import COLUMNS, read_annotations
from chatnt.assistant import Assistant
from chatnt.errors import DataError, PlaceholderError, SequenceError, UnknownTaskError
from chatnt.sequence import DNA
from tests.test_assistant import ASKED, FOREIGN_QUESTION
from tests.test_assistant import parts as parts  # a fixture
from tests.test_assistant import scope as scope  # a fixture
from tests.test_verdicts import LEAF, SPLICES
from tests.test_verdicts import fitted as fitted  # a fixture

RNG = random.Random(7)
RECORDS = [DNA("".join(RNG.choices("ACGT", k=length)), name=f"r{length}") for length in (300, 90, 800, 301)]
QUESTIONS = [ASKED, LEAF.name, FOREIGN_QUESTION]
ROOT = str(Path(__file__).parents[1])


@pytest.fixture
def chat(parts, scope, fitted):
    chat = Assistant(*parts, scope=scope)
    for name in ("platt", "vector", "intervals"):
        chat.add_calibration(fitted[name])
    return chat


@pytest.fixture
def fasta(tmp_path):
    path = tmp_path / "in.fa"
    path.write_text("".join(f">{dna.name}\n{dna}\n" for dna in RECORDS) + ">bad\nEFGHIJK\n")
    return path


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr(chatnt.annotation_pieces, "CHUNK", 4)


def test_each_row_is_what_asking_gives(chat):
    records = [dna for dna in RECORDS if len(dna) < 500]
    table = chat.annotate(records, [ASKED, SPLICES], window=500)
    assert list(table.columns) == list(COLUMNS)
    assert table.dtypes.astype(str).to_dict() == COLUMNS
    assert len(table) == 6
    for i, row in enumerate(table.itertuples()):
        dna = records[i // 2]
        answer = chat.ask([ASKED, SPLICES][i % 2], dna)
        assert (row.name, row.start, row.end, row.strand) == (dna.name, 0, len(dna), "+")
        assert (row.answer, row.task, row.calibrated, row.in_scope) == (answer.text, answer.task, True, True)
        assert row.label == answer.label or (pd.isna(row.label) and answer.label is None)
        assert not row.windowed
        if answer.probability is not None:
            assert row.probability == pytest.approx(answer.probability, abs=1e-5)


def test_a_longer_record_is_read_in_windows_of_each_task(chat):
    table = chat.annotate(RECORDS, QUESTIONS, text=False)
    places = {
        (name, question): [tuple(span) for span in rows[["start", "end"]].to_numpy().tolist()]
        for (name, question), rows in table.groupby(["name", "question"], sort=False)
    }
    strength = LEAF.questions.train[0]
    assert LEAF.length == 170
    assert places["r800", ASKED] == [(0, 300), (300, 600), (500, 800)]
    assert places["r301", strength] == [(0, 170), (131, 301)]
    assert places["r90", strength] == [(0, 90)]
    assert places["r800", FOREIGN_QUESTION] == [(0, 800)]  # about no task, so it has no window
    assert set(table.loc[table["windowed"], "name"]) == {"r300", "r301", "r800"}
    assert not table.loc[table["question"] == FOREIGN_QUESTION, "in_scope"].any()
    number = table[table["task"] == LEAF.name]
    assert number["value"].notna().all()
    assert (number["low"] <= number["high"]).all()


def test_both_strands_and_strides(chat):
    table = chat.annotate(RECORDS[:1], ASKED, window=200, stride=50, strands="both", text=False)
    assert table[["start", "strand"]].to_numpy().tolist() == [
        [0, "+"], [50, "+"], [100, "+"], [100, "-"], [50, "-"], [0, "-"],
    ]  # fmt: skip
    other = chat.annotate([RECORDS[0][50:250].reverse_complement()], ASKED, text=False)
    assert table["probability"][4] == pytest.approx(other["probability"][0], abs=1e-5)


@pytest.mark.parametrize("ending", ["tsv", "parquet"])
def test_a_file_holds_the_same_table(chat, fasta, tmp_path, ending):
    out = tmp_path / f"out.{ending}"
    with pytest.warns(UserWarning, match="1 record could not be read"):
        assert chat.annotate(fasta, QUESTIONS, out=out, text=False) == out
    with pytest.warns(UserWarning, match="could not be read"):
        table = chat.annotate(fasta, QUESTIONS, text=False)
    assert [each["name"] for each in table.attrs["bad"]] == ["bad"]
    written = read_annotations(out)
    pd.testing.assert_frame_equal(written, table, check_exact=False, rtol=1e-5)
    problems = pd.read_csv(tmp_path / f"out.{ending}.errors.tsv", sep="\t")
    assert problems[["name", "record", "line"]].to_numpy().tolist() == [["bad", 4, 9]]
    assert "protein" in problems["reason"][0]
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(
        ["in.fa", out.name, f"{out.name}.errors.tsv", f"{out.name}.run.json"]
    )


def test_a_bed_file_has_places_labels_and_scores(chat, tmp_path):
    chat.annotate(RECORDS, [ASKED, LEAF.name], out=tmp_path / "out.bed", text=False)
    table = chat.annotate(RECORDS, [ASKED, LEAF.name], text=False)
    lines = [line.split("\t") for line in (tmp_path / "out.bed").read_text().splitlines()]
    assert len(lines) == len(table)
    for line, row in zip(lines, table.itertuples(), strict=True):
        assert line[:3] == [row.name, str(row.start), str(row.end)]
        assert line[3].startswith(f"{row.task}:")
        assert " " not in line[3]
        assert int(line[4]) == (0 if pd.isna(row.probability) else round(row.probability * 1000))
        assert line[5] == "+"


@pytest.mark.parametrize("ending", ["tsv", "parquet"])
def test_a_killed_run_goes_on_and_the_file_has_the_same_bytes(chat, fasta, tmp_path, ending, monkeypatch):
    whole, cut = tmp_path / f"whole.{ending}", tmp_path / f"cut.{ending}"
    with pytest.warns(UserWarning, match="could not be read"):
        chat.annotate(fasta, QUESTIONS, out=whole)
    seen = []
    answer_each = chatnt.answering.Answerer.answer_each

    def dying(self, conversations, *rest, **more):
        if len(seen) == 2:
            raise KeyboardInterrupt
        seen.append(len(conversations))
        return answer_each(self, conversations, *rest, **more)

    monkeypatch.setattr(chatnt.answering.Answerer, "answer_each", dying)
    with pytest.raises(KeyboardInterrupt):
        chat.annotate(fasta, QUESTIONS, out=cut)
    counted = []

    def counting(self, conversations, *rest, **more):
        counted.append(len(conversations))
        return answer_each(self, conversations, *rest, **more)

    monkeypatch.setattr(chatnt.answering.Answerer, "answer_each", counting)
    with pytest.warns(UserWarning, match="could not be read"):
        chat.annotate(fasta, QUESTIONS, out=cut)
    assert cut.read_bytes() == whole.read_bytes()
    assert sum(counted) < len(read_annotations(whole))
    with pytest.warns(UserWarning, match="could not be read"):
        chat.annotate(fasta, QUESTIONS, out=cut)  # done already
    assert chat.annotate(RECORDS, ASKED, out=cut, overwrite=True, text=False) == cut
    with pytest.raises(DataError, match="another run, which differs in source, questions"):
        chat.annotate(RECORDS[:1], SPLICES, out=cut, text=False)
    with pytest.raises(DataError, match="differs in longest answer"):
        chat.annotate(RECORDS, ASKED, out=cut, text=False, max_new_tokens=3)


def test_answers_are_as_long_as_is_allowed(chat):
    (answer,) = chat.annotate(RECORDS[:1], ASKED, max_new_tokens=3)["answer"]
    assert answer == chat.ask(ASKED, RECORDS[0], max_new_tokens=3).text
    assert answer != chat.ask(ASKED, RECORDS[0]).text
    with pytest.raises(ValueError, match="max_new_tokens=0 must be at least 1"):
        chat.annotate(RECORDS[:1], ASKED, max_new_tokens=0)


SCRIPT = """
import os, signal, sys
import chatnt, chatnt.annotation_pieces, chatnt.parts
chatnt.annotation_pieces.CHUNK = 4
chat, left = chatnt.load(sys.argv[1]), int(sys.argv[4])
note = chatnt.parts.Parts._note
def noted(self, progress):
    if progress.joined == left:
        os.kill(os.getpid(), signal.SIGKILL)
    note(self, progress)
chatnt.parts.Parts._note = noted
chat.annotate(sys.argv[2], ["promoter_tata", "splice_sites_all"], out=sys.argv[3], errors="report")
"""


def run(folder, fasta, out, left=-1, **environment):
    command = [sys.executable, "-W", "ignore", "-c", SCRIPT, folder, fasta, out, str(left)]
    environment = os.environ | {"PYTHONPATH": ROOT, "OMP_NUM_THREADS": "1"} | environment
    return subprocess.Popen([str(each) for each in command], cwd=ROOT, env=environment)


def test_sigkill_and_two_processes_give_the_same_bytes(chat, fasta, tmp_path):
    chat.save(tmp_path / "pair")
    places = [tmp_path / name for name in ("whole.tsv", "killed.tsv", "shared.tsv")]
    assert run(tmp_path / "pair", fasta, places[0]).wait() == 0
    assert run(tmp_path / "pair", fasta, places[1], left=2).wait() == -signal.SIGKILL
    assert places[1].read_bytes() != places[0].read_bytes()
    assert run(tmp_path / "pair", fasta, places[1]).wait() == 0
    ranks = [run(tmp_path / "pair", fasta, places[2], RANK=str(i), WORLD_SIZE="2") for i in (1, 0)]
    assert [rank.wait() for rank in ranks] == [0, 0]
    assert places[1].read_bytes() == places[0].read_bytes() == places[2].read_bytes()
    assert len(read_annotations(places[0])) > 8


def test_a_record_that_the_encoder_cannot_read_is_told(chat):
    given = [RECORDS[0], DNA("ACGT" * 200, name="long"), RECORDS[1]]
    with pytest.warns(UserWarning, match="1 record could"):
        table = chat.annotate(given, ASKED, window=800, text=False)
    assert list(table["name"]) == ["r300", "r90"]
    assert "800" in table.attrs["bad"][0]["reason"]
    with pytest.raises(SequenceError, match="'x'"):
        chat.annotate(pd.DataFrame({"sequence": ["ACGT", "QQQ"], "name": ["a", "x"]}), ASKED, errors="raise")


@pytest.mark.parametrize(
    ("questions", "settings", "error", "words"),
    [
        ("Is there a promoter?", {}, PlaceholderError, "exactly one"),
        ("<DNA> or <DNA>?", {}, PlaceholderError, "exactly one"),
        ("Is @r300 a promoter?", {}, PlaceholderError, "no @name"),
        ("promoter_tat", {}, UnknownTaskError, "promoter_tata"),
        ([], {}, DataError, "no questions"),
        (ASKED, {"strands": "minus"}, ValueError, "'given', 'both'"),
        (ASKED, {"errors": "ignore"}, ValueError, "'report'"),
        (ASKED, {"batch_size": 0}, ValueError, "at least 1"),
        (ASKED, {"window": 0}, ValueError, "at least 1"),
        (ASKED, {"out": "x.xlsx"}, DataError, "no format"),
    ],
)
def test_what_cannot_be_asked_is_an_error(chat, questions, settings, error, words):
    with pytest.raises(error, match=words):
        chat.annotate(RECORDS, questions, **settings)


def test_nothing_to_read_is_an_error(chat, tmp_path):
    for out in (None, tmp_path / "x.tsv"):
        with pytest.raises(DataError, match="no records"):
            chat.annotate([], ASKED, out=out)


def test_hostile_names_stay_in_their_cells(chat, tmp_path):
    table = pd.DataFrame({"sequence": ["ACGT" * 20], "name": ["a\tb\nc"]})
    chat.annotate(table, ASKED, out=tmp_path / "x.tsv", text=False)
    assert list(read_annotations(tmp_path / "x.tsv")["name"]) == ["a b c"]


def test_other_tables_are_not_read(tmp_path):
    (tmp_path / "x.tsv").write_text("a\tb\n1\t2\n")
    with pytest.raises(DataError, match="has the columns a, b"):
        read_annotations(tmp_path / "x.tsv")
    with pytest.raises(DataError, match=r"no \.tsv or \.parquet"):
        read_annotations(tmp_path / "x.bed")


def test_the_bar_tells_how_much_is_read_and_answered(chat, fasta, capsys):
    with pytest.warns(UserWarning, match="could not be read"):
        chat.annotate(fasta, ASKED, text=False, progress=True)
    last = capsys.readouterr().err.split("\r")[-1]
    assert "100%" in last
    assert "7 answers" in last
    chat.annotate(iter(RECORDS[:2]), ASKED, text=False, progress=True)
    assert "2 answers" in capsys.readouterr().err
