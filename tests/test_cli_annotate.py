"""The command ``chatnt annotate``."""

import io
import subprocess
import sys

import pandas as pd
import pytest

import chatnt
from chatnt.annotations import COLUMNS, read_annotations
from chatnt.assistant import Assistant
from chatnt.cli import main
from tests.telling import letters, telling_pair

RECORDS = {"a": letters(40), "b": letters(90)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pairs") / "tiny"
    Assistant(*telling_pair()).save(folder)
    return folder


@pytest.fixture
def run(folder, tmp_path, capsys):
    path = tmp_path / "in.fa"
    path.write_text("".join(f">{name}\n{text}\n" for name, text in RECORDS.items()) + ">bad\nQQQ\n")

    def run(*arguments, source=path):
        always = ["--pair", str(folder), "--quiet", "--no-text"]
        status = main(["annotate", str(source), *always, "--ask", "promoter_tata", *map(str, arguments)])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return run


def test_a_table_is_printed_and_what_is_left_out_is_told(run):
    status, out, error = run("Is there a TATA promoter in <DNA>?", "--window", "50")
    table = pd.read_csv(io.StringIO(out), sep="\t")
    assert (status, list(table.columns)) == (0, list(COLUMNS))
    places = table[["name", "start", "end"]].to_numpy().tolist()
    assert places[::2] == places[1::2] == [["a", 0, 40], ["b", 0, 50], ["b", 40, 90]]
    assert "bad was left out" in error


def test_answers_may_be_short(run, folder):
    question = "What is in <DNA>?"  # about no task, so its answer is written
    out = run(question, "--max-new-tokens", "2")[1]
    answer = pd.read_csv(io.StringIO(out), sep="\t")["answer"][1]
    assert answer == chatnt.load(folder).ask(question, RECORDS["a"], max_new_tokens=2).text


def test_a_file_is_written_and_not_overwritten_unless_told(run, tmp_path):
    out = tmp_path / "table.tsv"
    status, printed, error = run("--out", out)
    assert (status, printed) == (0, "")
    assert f"left out; see {out}.errors.tsv." in error
    assert list(read_annotations(out)["name"]) == ["a", "b"]
    status, _, error = run("--out", out, "--strands", "both")
    assert status == 2
    assert "differs in strands" in error
    assert run("--out", out, "--strands", "both", "--overwrite")[0] == 0
    assert list(read_annotations(out)["strand"]) == ["+", "-"] * 2


def test_intervals_of_a_genome_are_asked_about(run, tmp_path):
    (tmp_path / "x.bed").write_text("a\t3\t30\tx\t0\t-\na\t30\t99\n")
    status, out, error = run("--genome", tmp_path / "in2.fa", source=tmp_path / "x.bed")
    assert (status, "no file" in error) == (2, True)
    (tmp_path / "in2.fa").write_text(f">a\n{RECORDS['a']}\n")
    status, out, error = run("--genome", tmp_path / "in2.fa", source=tmp_path / "x.bed")
    assert pd.read_csv(io.StringIO(out), sep="\t")[["start", "end", "strand"]].to_numpy().tolist() == [
        [3, 30, "-"]
    ]
    assert "40 bases" in error


def test_what_cannot_be_done_is_a_line(run, tmp_path):
    assert "no file" in run(source=tmp_path / "none.fa")[2]
    assert "no format" in run("--out", tmp_path / "x.csv")[2]
    assert "'bad'" in run("--errors", "raise")[2]


def test_the_package_is_a_command_too():
    done = subprocess.run(
        [sys.executable, "-m", "chatnt", "annotate", "--help"], capture_output=True, text=True, check=True
    )
    assert "--no-text" in done.stdout
