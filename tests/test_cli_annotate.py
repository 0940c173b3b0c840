"""The command ``chatnt annotate``."""

import io
import os
import subprocess
import sys
from pathlib import Path

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


# Several processes

MANY = 1500
"""Answers, which are two parts of a file."""

LAUNCHERS = {
    "torchrun": ["torch.distributed.run", "--standalone", "--nproc-per-node", "2"],
    # With --cpu it starts one process, unless there is MPI; with this it starts two, GPUs or not.
    "accelerate": [
        "accelerate.commands.launch", "--multi_gpu", "--num_processes", "2", "--num_machines", "1",
        "--mixed_precision", "no", "--dynamo_backend", "no", "--main_process_port", "0",
    ],
}  # fmt: skip


def launched(launcher, arguments, tmp_path):
    """Run a command in two processes, which tell their ranks in files, and return its status."""
    (tmp_path / "sitecustomize.py").write_text(
        "import os, pathlib\n"
        "if 'RANK' in os.environ:\n"
        "    rank, count = os.environ['RANK'], os.environ['WORLD_SIZE']\n"
        "    pathlib.Path(__file__).with_name(f'{rank} of {count}').touch()\n"
    )
    root = str(Path(__file__).parents[1])
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(tmp_path), root]),
        "HF_HOME": str(tmp_path),  # where accelerate would look for a configuration
        "CUDA_VISIBLE_DEVICES": "",
    }
    command = [sys.executable, "-W", "ignore", "-m", *LAUNCHERS[launcher], "-m", "chatnt", "annotate"]
    with subprocess.Popen(
        [*command, *map(str, arguments)], env=environment, cwd=root, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            _, error = process.communicate(timeout=240)
        finally:
            process.terminate()  # which ends what it started, too
        return process.returncode, error


@pytest.mark.parametrize("launcher", LAUNCHERS)
def test_two_processes_that_are_launched_write_the_same_bytes_as_one(launcher, folder, tmp_path):
    fasta = tmp_path / "in.fa"
    fasta.write_text("".join(f">r{i}\n{letters(12, i)}\n" for i in range(MANY)) + ">bad\nQQQ\n")
    arguments = [fasta, "--ask", "promoter_tata", "--no-text", "--quiet", "--pair", folder, "--out"]
    one, two = tmp_path / "one.tsv", tmp_path / "two.tsv"
    assert main(["annotate", *map(str, arguments), str(one)]) == 0
    status, error = launched(launcher, [*arguments, two], tmp_path)
    assert status == 0, error
    assert len(read_annotations(one)) == MANY
    assert two.read_bytes() == one.read_bytes()
    assert (tmp_path / "two.tsv.errors.tsv").read_bytes() == (tmp_path / "one.tsv.errors.tsv").read_bytes()
    assert sorted(path.name for path in tmp_path.glob("* of *")) == ["0 of 2", "1 of 2"]
    assert error.count("1 record could not be read") == 1


def test_several_processes_need_a_file_to_write_and_one_to_read(run, tmp_path, monkeypatch):
    monkeypatch.setenv("WORLD_SIZE", "2")
    assert "2 processes" in run()[2]
    assert "--out" in run()[2]
    assert "standard input" in run("--out", tmp_path / "x.tsv", source="-")[2]
