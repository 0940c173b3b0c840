"""The command ``chatnt variants``."""

import io

import pandas as pd
import pytest

import chatnt
from chatnt.assistant import Assistant
from chatnt.cli import main
from chatnt.variant_effects import COLUMNS
from tests.telling import letters, telling_pair

CONTIG = letters(120)
HEAD = "##fileformat=VCFv4.3\n#CHROM\tPOS\tID\tREF\tALT\n"
OTHER = "C" if CONTIG[60] != "C" else "T"
TEXT = f"{HEAD}1\t61\trs1\t{CONTIG[60]}\t{OTHER}\n1\t62\t.\t{CONTIG[61]}\t<DUP>\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pairs") / "tiny"
    Assistant(*telling_pair()).save(folder)
    return folder


@pytest.fixture
def run(folder, tmp_path, capsys):
    (tmp_path / "genome.fa").write_text(f">chr1\n{CONTIG}\n")
    (tmp_path / "calls.vcf").write_text(TEXT)

    def run(*arguments, vcf="calls.vcf", tasks=("promoter_tata",)):
        given = vcf if vcf == "-" else str(tmp_path / vcf)
        always = ["--genome", str(tmp_path / "genome.fa"), "--length", "30", "--pair", str(folder), "--quiet"]
        status = main(["variants", given, *always, "--tasks", *tasks, *arguments])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return run


def as_table(text):
    return pd.read_csv(io.StringIO(text), sep="\t")


def test_the_table_is_that_of_the_assistant(run, folder, tmp_path):
    status, out, error = run("--at", "-2", "3", "--strands", "+", "--keep", "all")
    assert (status, error) == (0, "")
    found = as_table(out)
    expected = chatnt.load(folder).variants(
        tmp_path / "calls.vcf", genome=tmp_path / "genome.fa", tasks="promoter_tata", at=[-2, 3], strands="+",
        keep="all", length=30,
    )  # fmt: skip
    assert tuple(found.columns) == COLUMNS
    assert found["at"].dropna().tolist() == [-2, 3]
    assert found["change"].tolist() == pytest.approx(expected["change"].tolist(), rel=1e-4, nan_ok=True)
    assert "symbolic" in found["skipped"][2]


def test_a_table_is_written_and_standard_input_is_read(run, tmp_path, monkeypatch):
    _, printed, _ = run("--at", "0")
    path = tmp_path / "effects.tsv"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode())))
    assert run("--at", "0", "--out", str(path), vcf="-") == (0, "", "")
    assert path.read_text() == printed


def test_without_variants_there_is_a_header(run, tmp_path):
    (tmp_path / "none.vcf").write_text(HEAD)
    assert run(vcf="none.vcf") == (0, "\t".join(COLUMNS) + "\n", "")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (TEXT.replace(f"\t{CONTIG[60]}\t{OTHER}", f"\t{OTHER}\t{CONTIG[60]}"), "has the reference"),
        (TEXT.replace("1\t61", "22\t61"), "no contig '22', with or without 'chr'"),
        (HEAD + "1\tnowhere\n", "has 2 columns"),
        ("", "is empty or ends within its header"),
    ],
)
def test_an_error_is_one_line_and_status_two(run, tmp_path, text, told):
    (tmp_path / "bad.vcf").write_text(text)
    status, _, error = run("--at", "0", vcf="bad.vcf")
    assert status == 2
    assert told in error
    assert error.startswith("chatnt: ")
    assert error.count("\n") == 1


def test_what_does_not_fit_can_be_listed(run, tmp_path):
    (tmp_path / "bad.vcf").write_text(TEXT.replace("1\t61", "22\t61"))
    status, out, _ = run("--at", "0", "--errors", "skip", vcf="bad.vcf")
    assert status == 0
    assert as_table(out)["skipped"].str.contains("no contig '22'|symbolic").all()
