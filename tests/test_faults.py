"""Bad input and faults, from the file to the table: what can be answered is, and the rest is told."""

import bz2
import gzip
import json
import os
import random
import signal
import sys
import tracemalloc
from pathlib import Path

import pandas as pd
import pytest

import chatnt.annotation_pieces
from chatnt.annotation_pieces import Asked, chunks, pieces_of
from chatnt.annotations import read_annotations
from chatnt.assistant import Assistant
from chatnt.cli import main
from chatnt.errors import DataError, SequenceError, WritingError
from chatnt.parts import Parts
from chatnt.records import read_records
from tests.telling import letters, telling_pair
from tests.test_parts import room_for

ASKED = ["promoter_tata", "h3"]
HOW = {"window": 60, "text": False}


@pytest.fixture(scope="module")
def chat():
    return Assistant(*telling_pair())


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr(chatnt.annotation_pieces, "CHUNK", 8)


@pytest.fixture
def fasta(tmp_path):
    path = tmp_path / "in.fa"
    path.write_text("".join(f">r{i}\n{letters(50, seed=i)}\n" for i in range(20)))
    return path


def answers(table):
    return table[["name", "question", "probability"]].to_numpy().tolist()


def test_a_record_means_the_same_however_it_is_written(chat, tmp_path):
    """Windows' line ends, soft masks, RNA, one long line or many short ones."""
    text = letters(60, seed=1)
    written = {
        "plain": f">a b\n{text}\n",
        "Windows": f"\ufeff>a b\r\n{text[:30]}\r\n{text[30:]}\r\n",
        "Mac": f">a\r{text}\r",
        "soft-masked": f">a\n{text[:20].lower()}{text[20:]}\n",
        "RNA": f">a\n{text.replace('T', 'U')}\n",
        "lines": ">a\n" + "".join(f"{letter}\n" for letter in text),
        "no end": f">a\n{text}",
    }
    found = []
    for name, content in written.items():
        (tmp_path / name).write_bytes(content.encode())
        found.append(answers(chat.annotate(tmp_path / name, ASKED, **HOW)))
    assert found == [found[0]] * len(written)
    assert [name for name, *_ in found[0]] == ["a", "a"]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (gzip.compress(b"", mtime=0), "is empty"),
        (b"\r\n\r\n", "is empty"),
        (b"%PDF-1.4\n1 0 obj\n", "not FASTA: line 1 is '%PDF-1.4'"),
        (b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", "not a text or gzip FASTA file"),
        (random.Random(0).randbytes(5000), "not a text or gzip FASTA file"),
        (bytes(1000), "not FASTA: line 1"),
        (bz2.compress(b">a\nACGT\n"), "not a text or gzip FASTA file"),
        (">a\nACGT\n".encode("utf-16"), "not a text or gzip FASTA file"),
        (b"@r1\nACGT\n+\nIIII\n", "not FASTA: line 1 is '@r1'"),
        (gzip.compress(b">a\nACGT\n", mtime=0)[:-4], "truncated"),
    ],
    ids=lambda value: value if isinstance(value, str) else "bytes",
)
def test_what_is_no_fasta_file_is_told_and_nothing_is_called_finished(chat, tmp_path, content, told):
    path, out = tmp_path / "in.fa", tmp_path / "out.tsv"
    path.write_bytes(content)
    for settings in ({}, {"out": out}):
        with pytest.raises(SequenceError, match=told):
            chat.annotate(path, ASKED, **HOW, **settings)
    assert out.read_bytes() == b""
    assert not json.loads((tmp_path / "out.tsv.run.json").read_text())["finished"]


def test_what_came_before_the_cut_of_a_file_is_kept(chat, fasta, tmp_path):
    whole = chat.annotate(fasta, ASKED, **HOW)
    packed, out = tmp_path / "in.fa.gz", tmp_path / "out.tsv"
    packed.write_bytes(gzip.compress(fasta.read_bytes(), compresslevel=0)[:-300])
    with pytest.raises(SequenceError, match="truncated"):
        chat.annotate(packed, ASKED, out=out, **HOW)
    kept = read_annotations(out)
    assert len(kept) in range(8, 40, 8)
    pd.testing.assert_frame_equal(kept, whole[: len(kept)], check_exact=False, rtol=1e-5)


def test_proteins_among_the_records_are_listed_and_the_rest_is_answered(chat, tmp_path):
    text = [letters(50, seed=i) for i in range(3)]
    proteins = ["MAHHHHHHVTSWLK", "MSTNPKPQRKTKRNTNRRPQDVKFPGGGQIVGGVYLLPRRGPRLGV*"]
    path, out = tmp_path / "mixed.fa", tmp_path / "out.tsv"
    path.write_text(
        f">d0\n{text[0]}\n>p1 a protein\n{proteins[0]}\n>d2\n{text[1]}\n>d3\n{text[2]}\n"
        f">p4\n{proteins[1][:20]}\n{proteins[1][20:]}\n"
    )
    with pytest.warns(UserWarning, match=r"2 records could not be read.*errors\.tsv"):
        chat.annotate(path, ASKED, out=out, **HOW)
    assert list(read_annotations(out)["name"]) == ["d0", "d0", "d2", "d2", "d3", "d3"]
    bad = pd.read_csv(f"{out}.errors.tsv", sep="\t")
    assert bad[["name", "record", "line"]].to_numpy().tolist() == [["p1", 1, 3], ["p4", 4, 9]]
    for reason, protein in zip(bad["reason"], proteins, strict=True):
        assert f"looks like a protein ({protein[:14]}" in reason


def test_a_record_of_unknown_bases_is_answered_with_a_doubt(chat, tmp_path):
    (tmp_path / "n.fa").write_text(f">gap\n{'N' * 60}\n>known\n{letters(60)}\n")
    table = chat.annotate(tmp_path / "n.fa", ASKED[0], **HOW)
    assert "60 of 60 bases are N" in table["notes"][0]
    assert "are N" not in table["notes"][1]


@pytest.mark.parametrize("ending", ["tsv", "bed"])
def test_names_with_tabs_blanks_and_quotes_stay_in_their_column(chat, tmp_path, ending):
    names = ["a\tb\nc", 'say "x"', "two  blanks", "NA", "p\tq"]
    table = pd.DataFrame({"sequence": [*(letters(40, seed=i) for i in range(4)), "MKVLAWW"], "name": names})
    out = tmp_path / f"out.{ending}"
    with pytest.warns(UserWarning, match="1 record could"):
        chat.annotate(table, ASKED[0], out=out, **HOW)
    plain = ["a b c", 'say "x"', "two  blanks", "NA"]
    lines = out.read_text().splitlines()
    if ending == "tsv":
        assert list(read_annotations(out)["name"]) == plain
        assert {line.count("\t") for line in lines} == {15}
    else:
        assert [line.split("\t")[0] for line in lines] == plain
        assert {line.count("\t") for line in lines} == {5}
    assert list(pd.read_csv(f"{out}.errors.tsv", sep="\t")["name"]) == ["p q"]


def test_a_header_of_tabs_and_blanks_gives_its_first_word(chat, tmp_path):
    (tmp_path / "x.fa").write_text(f">tab\tname x\n{letters(40)}\n>  lead\n{letters(41)}\n>\n{letters(42)}\n")
    table = chat.annotate(tmp_path / "x.fa", ASKED[0], **HOW)
    assert list(table["name"]) == ["tab", "lead", "record_at_line_5"]


def test_a_bed_file_of_headers_alone_has_nothing_to_ask(chat, fasta, tmp_path):
    (tmp_path / "x.bed").write_text("track name=x\n# none\n")
    with pytest.raises(DataError, match="no records"):
        chat.annotate(tmp_path / "x.bed", ASKED, genome=fasta)


def most_held(source, *, genome=None, strands="given"):
    """Return the windows of a source, and the most bytes that were held while they were made."""
    asked = [Asked("Is there a promoter in <DNA>?", None, 10_000)]
    pieces = pieces_of(read_records(source, genome=genome), asked, 1000, strands)
    tracemalloc.start()
    try:
        count = sum(len(chunk) for chunk in chunks(pieces))
        return count, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("strands", "copies"), [("given", 3), ("both", 5)])
def test_a_long_record_is_held_and_not_its_windows(tmp_path, strands, copies):
    """Its windows overlap: if they were held, they would be ten times as much."""
    bases = 20_000_000
    path = tmp_path / "chromosome.fa"
    path.write_text(">chr1\n" + f"{letters(1000)}\n" * (bases // 1000))
    count, peak = most_held(path, strands=strands)
    assert count == (bases - 10_000 + 1000) // 1000 * (2 if strands == "both" else 1)
    assert peak < copies * bases + 2_000_000


def test_intervals_of_a_whole_chromosome_are_read_without_it(tmp_path):
    """Of 250 million bases, of which the disk holds as few as are asked about."""
    pytest.importorskip("pyfaidx", reason="reads parts of large FASTA files")
    bases, path = 250_000_000, tmp_path / "chromosome.fa"
    places = {start: letters(1000, seed=start) for start in (0, 123_456_789, bases - 1000)}
    with path.open("wb") as file:
        file.write(b">chr1\n")
        for start, text in places.items():
            file.seek(len(">chr1\n") + start)
            file.write(text.encode())
        file.write(b"\n")
    Path(f"{path}.fai").write_text(f"chr1\t{bases}\t6\t{bases}\t{bases + 1}\n")
    bed = [("chr1", start, start + 1000) for start in places]
    assert most_held(bed[:1], genome=path)[0] == 1  # imports what reads
    count, peak = most_held(bed, genome=path)
    assert count == 3
    assert peak < 1_000_000
    *found, beyond = read_records([*bed, ("chr1", bases - 10, bases + 1)], genome=path)
    assert [str(record.dna) for record in found] == list(places.values())
    assert beyond.reason == "it ends at 250,000,001, but chr1 has 250,000,000 bases"


def test_a_genome_that_changed_since_it_was_indexed_is_told(chat, fasta):
    index, text = fasta.with_name("in.fa.fai"), fasta.read_text()
    starts = [text.index(f">r{i}\n") + len(f">r{i}\n") for i in range(20)]
    index.write_text("".join(f"r{i}\t50\t{start}\t50\t51\n" for i, start in enumerate(starts)))
    assert len(chat.annotate(["r3:0-40"], ASKED, genome=fasta, **HOW)) == 2
    fasta.write_text(text.replace(">r3\n", ">r3\nA\n"))
    os.utime(index, (2**31, 2**31))  # newer than the genome, and yet of another one
    with pytest.raises(SequenceError, match=r"in\.fa\.fai is not the index of in\.fa.*samtools faidx"):
        chat.annotate(["r3:0-40"], ASKED, genome=fasta, **HOW)


@pytest.mark.parametrize(
    ("ending", "size"), [("tsv", 200), ("tsv", 2500), ("parquet", 9000), ("parquet", -1)]
)
def test_a_full_disk_is_told_and_the_run_goes_on_to_the_same_bytes(chat, fasta, tmp_path, ending, size):
    whole, out = tmp_path / f"whole.{ending}", tmp_path / f"out.{ending}"
    chat.annotate(fasta, ASKED, out=whole, **HOW)
    # A table of Parquet is made when all its parts are there: the last case has room for these alone.
    size = whole.stat().st_size + size if size < 0 else size
    with room_for(size), pytest.raises(WritingError, match=r"File too large.* goes on"):
        chat.annotate(fasta, ASKED, out=out, **HOW)
    chat.annotate(fasta, ASKED, out=out, **HOW)
    assert out.read_bytes() == whole.read_bytes()
    assert not list(tmp_path.glob(".*"))


@pytest.fixture(scope="module")
def folder(chat, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pairs") / "tiny"
    chat.save(folder)
    return folder


@pytest.fixture
def command(folder, fasta, capsys):
    def command(*arguments, source=fasta):
        given = ["--pair", folder, "--quiet", "--no-text", "--window", 60, "--ask", *ASKED, *arguments]
        status = main(["annotate", *map(str, [source, *given])])
        return status, capsys.readouterr().err

    return command


def test_the_command_says_that_the_disk_is_full_and_goes_on(command, tmp_path):
    assert command("--out", tmp_path / "whole.tsv") == (0, "")
    with room_for(2500):
        status, error = command("--out", tmp_path / "out.tsv")
    assert status == 1
    assert error.startswith(f"chatnt: {tmp_path / 'out.tsv'} cannot be written: File too large. What was")
    assert error.count("\n") == 1
    assert command("--out", tmp_path / "out.tsv") == (0, "")
    assert (tmp_path / "out.tsv").read_bytes() == (tmp_path / "whole.tsv").read_bytes()


@pytest.fixture
def interruptible():
    """Heed SIGINT, which whatever is started in the background is told to ignore."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_says_how_to_go_on(command, tmp_path, monkeypatch):
    assert command("--out", tmp_path / "whole.tsv") == (0, "")
    note = Parts._note

    def stopped(self, progress):
        note(self, progress)
        if progress.joined == 2:
            signal.raise_signal(signal.SIGINT)

    with monkeypatch.context() as patch:
        patch.setattr(Parts, "_note", stopped)
        status, error = command("--out", tmp_path / "out.tsv")
        anew = command("--out", tmp_path / "other.tsv", "--overwrite")[1]
    assert status == 130
    assert error == (
        f"chatnt: Stopped. What was written is kept; the same command goes on with {tmp_path / 'out.tsv'}.\n"
    )
    assert "the same command, without --overwrite, goes on" in anew
    assert len(read_annotations(tmp_path / "out.tsv")) == 16
    assert command("--out", tmp_path / "out.tsv") == (0, "")
    assert (tmp_path / "out.tsv").read_bytes() == (tmp_path / "whole.tsv").read_bytes()


@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_without_a_file_says_that_nothing_is_kept(command, monkeypatch):
    monkeypatch.setattr(Assistant, "annotate", lambda *_, **__: signal.raise_signal(signal.SIGINT))
    assert command() == (
        130,
        "chatnt: Stopped. Nothing was kept; with --out FILE a run that is stopped can go on.\n",
    )


def test_standard_input_that_is_closed_is_told(command, monkeypatch):
    monkeypatch.setattr(sys, "stdin", None)
    status, error = command(source="-")
    assert (status, error) == (2, "chatnt: Standard input is closed; give a file, or pipe one in.\n")
