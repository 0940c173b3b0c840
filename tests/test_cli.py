"""The command line: what it prints, and how it fails."""

import gzip
import io
from unittest import mock

import pytest

import chatnt
from chatnt import cli
from chatnt.assistant import Assistant
from chatnt.cli import main
from chatnt.errors import CheckpointError
from chatnt.evaluating import BASELINES
from tests.model.checkpoints import torch_tensors, write_torch
from tests.test_loading import small_tokenizer
from tests.tiny import tiny_pair

ASKED = "Is there a TATA promoter in <DNA>?"
RECORDS = {"HBB": "ACGTTGCA", "HS_1": "GGGCCCAAA", "sp|X.1": "TTTTTTTTTTTT"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pairs") / "tiny"
    Assistant(*tiny_pair(), card="# The card of a tiny pair\n").save(folder)
    return folder


@pytest.fixture(scope="module")
def chat(folder):
    return chatnt.load(folder)


@pytest.fixture
def fasta(tmp_path):
    path = tmp_path / "records.fa"
    path.write_text("".join(f">{name} some words\n{letters}\n" for name, letters in RECORDS.items()))
    return path


@pytest.fixture
def run(folder, capsys):
    def run(*arguments, pair=folder):
        status = main([*arguments, "--pair", str(pair)])
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return run


def one_line(error):
    assert error.startswith("chatnt: ")
    assert error.count("\n") == 1
    assert error.endswith("\n")
    assert "Traceback" not in error
    return error


def test_a_typed_sequence_is_asked_about(run, chat):
    assert run("ask", ASKED, "--dna", "ACGTTGCA") == (0, f"{chat.ask(ASKED, 'ACGTTGCA')!r}\n", "")


def test_several_typed_sequences_belong_to_as_many_placeholders(run, chat):
    question = "Is <DNA> like <DNA>?"
    assert (
        run("ask", question, "--dna", "ACGT", "--dna", "GG")[1] == f"{chat.ask(question, ['ACGT', 'GG'])!r}\n"
    )


def test_the_decoder_may_be_in_fewer_bits(run, folder):
    pytest.importorskip("torchao")
    fewer = chatnt.load(folder, decoder_bits=8)
    told = run("ask", ASKED, "--dna", "ACGTTGCA", "--decoder-bits", "8")
    assert told == (0, f"{fewer.ask(ASKED, 'ACGTTGCA')!r}\n", "")
    status, printed, error = run("ask", ASKED, "--dna", "ACGTTGCA", "--decoder-bits", "4")
    assert (status, printed) == (2, "")  # sixteen inputs are too few for groups of 32
    assert "No layer of this decoder can be in 4 bits" in one_line(error)


def test_a_question_without_sequence(run, chat):
    assert run("ask", "Who are you?") == (0, f"{chat.ask('Who are you?')!r}\n", "")


def test_every_record_of_a_file_is_asked_about(run, chat, fasta):
    status, out, _ = run("ask", ASKED, "--fasta", str(fasta))
    assert status == 0
    expected = [f"{name}\t{chat.ask(ASKED, letters)!r}\n" for name, letters in RECORDS.items()]
    assert out == "".join(expected)


def test_an_address_in_the_question_is_no_reference(run, fasta):
    status, out, _ = run("ask", f"{ASKED} Write to me@example.org", "--fasta", str(fasta))
    assert status == 0
    assert [line.split("\t")[0] for line in out.splitlines()] == list(RECORDS)


@pytest.mark.parametrize("name", RECORDS)
def test_a_reference_asks_about_one_record(run, chat, fasta, name):
    status, out, _ = run("ask", f"Is there a TATA promoter in @{name}?", "--fasta", str(fasta))
    assert (status, out) == (0, f"{chat.ask(ASKED, RECORDS[name])!r}\n")


def test_a_compressed_file_and_standard_input_are_read(run, fasta, tmp_path, monkeypatch):
    expected = run("ask", ASKED, "--fasta", str(fasta))
    (tmp_path / "records.fa.gz").write_bytes(gzip.compress(fasta.read_bytes()))
    assert run("ask", ASKED, "--fasta", str(tmp_path / "records.fa.gz")) == expected
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(fasta.read_bytes())))
    assert run("ask", ASKED, "--fasta", "-") == expected


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([ASKED], "1 placeholder but 0 sequences"),
        (["Is there a promoter?", "--dna", "ACGT"], "0 placeholders but 1 sequence"),
        ([ASKED, "--dna", "ACGT-ACGT"], "'-' (1 times)"),
        ([ASKED, "--dna", "A" * 500], "500 bases"),
        ([ASKED, "--dna", "MKVLAAGIVGLCAKALE"], "looks like a protein"),
        (["word " * 10_000], "shorten the question"),
        ([ASKED, "--fasta", "nowhere.fa"], "nowhere.fa"),
        ([ASKED, "--fasta", "."], "."),
        (["Is there a promoter in @HBA?", "--fasta", "{fasta}"], "@HBA (no sequences)"),
        (["Is <DNA> like <DNA>?", "--fasta", "{fasta}"], "2 placeholders but 3 sequences"),
    ],
)
def test_an_error_is_one_line_and_status_two(run, fasta, tmp_path, monkeypatch, arguments, told):
    monkeypatch.chdir(tmp_path)
    status, out, error = run("ask", *(a.replace("{fasta}", str(fasta)) for a in arguments))
    assert (status, out) == (2, "")
    assert told in one_line(error)


@pytest.mark.parametrize("content", ["", "ACGT\n", ">a\n", ">a\nACGT\n>a\nGG\n", ">a\nACGT!\n"])
def test_a_bad_file_is_an_error_that_names_it_or_its_record(run, tmp_path, content):
    path = tmp_path / "bad.fa"
    path.write_text(content)
    status, out, error = run("ask", ASKED, "--fasta", str(path))
    assert (status, out) == (2, "")
    assert "bad.fa" in one_line(error) or "'a'" in error


def test_a_pair_that_is_not_there_is_an_error(run):
    status, out, error = run("ask", ASKED, "--dna", "ACGT", pair="no/such-pair")
    assert (status, out) == (2, "")
    assert "no/such-pair" in one_line(error)


def test_an_error_of_many_lines_is_one(run):
    with mock.patch("chatnt.loading.load", side_effect=CheckpointError("first\n  second\n  third")):
        assert run("ask", ASKED, "--dna", "ACGT")[2] == "chatnt: first second third\n"


def test_a_mistake_in_the_program_is_not_hidden(run):
    with mock.patch("chatnt.loading.load", side_effect=ZeroDivisionError), pytest.raises(ZeroDivisionError):
        run("ask", ASKED, "--dna", "ACGT")


def test_the_card_is_printed(run):
    assert run("card") == (0, "# The card of a tiny pair\n\n", "")


def test_the_tasks_are_listed(capsys):
    assert main(["tasks"]) == 0
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split() == ["name", "kind", "species", "length", "metric", "title"]
    assert [line.split()[0] for line in lines] == list(chatnt.list_tasks()["name"])
    assert all(line.index("promoter") == 0 for line in lines if line.startswith("promoter"))


def test_the_tasks_are_filtered(capsys):
    assert main(["tasks", "--kind", "binary", "--species", "human", "--search", "TATA"]) == 0
    lines = capsys.readouterr().out.splitlines()[1:]
    expected = chatnt.list_tasks(kind="binary", species="human", search="TATA")["name"]
    assert [line.split()[0] for line in lines] == list(expected)
    assert "promoter_tata" in list(expected)


def test_the_card_of_a_task_is_printed(capsys):
    assert main(["tasks", "promoter_tata"]) == 0
    assert capsys.readouterr().out == f"{chatnt.get_task('promoter_tata')}\n"


@pytest.mark.parametrize(
    ("arguments", "told"), [(["promoter_tat"], "'promoter_tata'"), (["--kind", "number"], "'regression'")]
)
def test_a_task_or_a_filter_that_is_not_there_is_an_error(capsys, arguments, told):
    assert main(["tasks", *arguments]) == 2
    assert told in one_line(capsys.readouterr().err)


@pytest.fixture
def data(tmp_path):
    """A folder with one task of both splits."""
    folder = tmp_path / "data" / "promoter_tata"
    folder.mkdir(parents=True)
    for split, count in (("train", 20), ("test", 8)):
        lines = ["sequence\tlabel", *(f"{'ACGT' * 5}{'ACGT'[i % 4] * i}\t{i % 2}" for i in range(count))]
        (folder / f"{split}.tsv").write_text("\n".join(lines) + "\n")
    return folder.parent


def test_a_pair_is_evaluated_and_the_scores_are_kept(run, data, tmp_path):
    out = tmp_path / "deep" / "scores.json"
    arguments = ["evaluate", "promoter_tata", "--data", str(data), "--limit", "6", "--seed", "2", "--quiet"]
    arguments += ["--baselines", "linear-models", "question-only", "--out", str(out)]
    status, told, error = run(*arguments)
    assert (status, error) == (0, "")
    found = chatnt.Evaluation.load(out)
    assert told == f"{found}\n"
    assert "6 of 8" in told
    assert (found["promoter_tata"].count, found.seed) == (6, 2)
    assert list(found.baselines) == ["linear models", "question only"]
    assert len(found.of("promoter_tata")) == 6  # the answers lie beside the scores
    with mock.patch("chatnt.engine.Engine.generate", side_effect=AssertionError):
        assert run(*arguments)[1] == told  # nothing is asked again


def test_every_baseline_has_a_name_without_blanks():
    assert tuple(cli._BASELINES.values()) == BASELINES
    assert not any(" " in name for name in cli._BASELINES)


def test_an_evaluation_shows_its_progress_and_takes_all_rows(run, data):
    status, told, error = run("evaluate", "promoter_tata", "--data", str(data), "--limit", "all")
    assert status == 0
    assert "majority" in told.splitlines()[0]
    assert "8/8" in error


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["promoter_tat"], "'promoter_tata'"),
        (["h3"], "No table of h3"),
        ([], "has no scope"),
        (["promoter_tata", "--split", "train", "--baselines", "linear-models"], "leave it out"),
        (["promoter_tata", "--out", "scores.parquet"], "scores.json"),
        (["promoter_tata", "--predictions", "."], "is a folder"),
        (["promoter_tata", "--data", "nowhere"], "nowhere"),
    ],
)
def test_an_evaluation_that_cannot_be_done_is_an_error(run, data, arguments, told):
    status, out, error = run("evaluate", "--data", str(data), "--quiet", *arguments)
    assert (status, out) == (2, "")
    assert told in one_line(error)


@pytest.mark.parametrize(
    "arguments", [["--limit", "0"], ["--limit", "many"], ["--batch-size", "-1"], ["--baselines", "knn"]]
)
def test_an_evaluation_takes_numbers_from_one_on_and_known_baselines(capsys, arguments):
    with pytest.raises(SystemExit) as left:
        main(["evaluate", "promoter_tata", *arguments])
    assert left.value.code == 2
    assert arguments[1] in capsys.readouterr().err


def test_a_published_checkpoint_is_converted(tmp_path, capsys):
    source = write_torch(tmp_path / "released", torch_tensors())
    arguments = ["convert", str(source), str(tmp_path / "ours")]
    assert main(arguments) == 2
    assert "tokenizer" in one_line(capsys.readouterr().err)
    small_tokenizer(tmp_path / "words")
    assert main([*arguments, "--tokenizer", str(tmp_path / "words")]) == 0
    assert f"Wrote {tmp_path / 'ours'}" in capsys.readouterr().out
    assert chatnt.load(tmp_path / "ours").processor.keep_placeholder


def test_a_pickle_is_not_opened_unasked(tmp_path, capsys):
    small_tokenizer(tmp_path)
    (tmp_path / "params.joblib").write_bytes(b"")
    assert main(["convert", str(tmp_path / "params.joblib"), str(tmp_path / "ours")]) == 2
    assert "pickle" in one_line(capsys.readouterr().err)


def helped(capsys, *arguments):
    with pytest.raises(SystemExit) as left:
        main([*arguments, "--help"])
    assert left.value.code == 0
    return capsys.readouterr().out


def test_the_help_lists_every_command_with_a_line(capsys):
    text = helped(capsys)
    for command in ("ask", "demo", "card", "tasks", "evaluate", "train", "convert"):
        line = next(line for line in text.splitlines() if line.split()[:1] == [command])
        assert len(line.split()) > 3


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ("ask", ["<DNA>", "@name", "--fasta", "--dna", "--pair", "Example: chatnt ask", "standard input"]),
        ("demo", ["beta-globin", "--html", "--pair"]),
        ("card", ["how well it does", "--pair"]),
        ("tasks", ["promoter_tata", "--kind", "--search", "Example: chatnt tasks"]),
        (
            "evaluate",
            [
                "CHATNT_DATA",
                "--limit",
                "5000",
                "--baselines",
                "linear-models",
                "--predictions",
                "--out",
                "--pair",
                "goes on",
                "Example: chatnt evaluate promoter_tata",
            ],
        ),
        ("train", ["TOML", "interrupted", "--quiet", "Example: chatnt train plan.toml"]),
        ("convert", ["safetensors", "--allow-pickle", "--tokenizer", "trust"]),
    ],
)
def test_the_help_of_a_command_tells_what_it_takes(capsys, command, told):
    text = " ".join(helped(capsys, command).split())
    for part in told:
        assert part in text
    assert "None" not in text
    assert "==SUPPRESS==" not in text


def test_the_version_is_told(capsys):
    with pytest.raises(SystemExit) as left:
        main(["--version"])
    assert left.value.code == 0
    assert capsys.readouterr().out == f"chatnt {chatnt.__version__}\n"


@pytest.mark.parametrize("arguments", [[], ["sing"], ["ask"], ["ask", ASKED, "--colour", "red"]])
def test_what_is_no_command_shows_how_to_call_it(capsys, arguments):
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    assert "usage: chatnt" in capsys.readouterr().err


def test_an_answer_may_be_short(run, chat):
    answer = chat.ask(ASKED, "ACGTTGCA", max_new_tokens=2)
    assert answer.text != chat.ask(ASKED, "ACGTTGCA").text
    assert run("ask", ASKED, "--dna", "ACGTTGCA", "--max-new-tokens", "2") == (0, f"{answer!r}\n", "")


def test_a_question_may_be_constrained_or_withheld(run, chat):
    dna, task = "ACGTTGCA" * 5, "promoter_tata"
    given = ["ask", ASKED, "--dna", dna, "--task", task, "--constrained"]
    status, out, _ = run(*given)
    answer = chat.ask(ASKED, dna, task=task, constrained=True)
    assert (status, out) == (0, f"{answer!r}\n")
    assert answer.label is not None
    status, out, _ = run(*given, "--abstain-below", "1")
    assert status == 0
    assert out.startswith("I do not know: ")


@pytest.mark.parametrize("least", ["0", "1.5", "nan", "often"])
def test_a_threshold_is_a_probability(run, least, capsys):
    with pytest.raises(SystemExit):
        run("ask", ASKED, "--dna", "ACGT", "--abstain-below", least)
    assert f"{least!r} is no probability" in capsys.readouterr().err


def explained(run, fasta, *arguments):
    task = ["--task", "promoter_tata", "--target", "Yes", "--steps", "2"]
    return run("explain", ASKED, str(fasta), *task, *arguments)


def test_each_record_is_explained(run, fasta):
    status, out, error = explained(run, fasta)
    assert (status, error) == (0, "")
    heads = [line for line in out.splitlines() if "\tAttribution(" in line]
    assert [line.split("\t")[0] for line in heads] == list(RECORDS)
    assert "promoter against not a promoter" in heads[0]
    assert "integrated_gradients from N" in heads[0]


def test_explanations_are_written_as_tables_and_tracks(run, fasta, tmp_path):
    for name, lines in (("why.tsv", 1 + 29), ("why.csv", 1 + 29), ("deep/why.bedgraph", 3 + 29)):
        out = tmp_path / name
        assert explained(run, fasta, "--method", "gradient_x_input", "--out", str(out))[0] == 0
        assert len(out.read_text().splitlines()) == lines
    assert (tmp_path / "why.tsv").read_text().startswith("name\tposition\tbase\tscore\nHBB\t0\tA\t")


def test_one_record_is_kept_and_drawn(run, tmp_path):
    fasta = tmp_path / "one.fa"
    fasta.write_text(">HBB\nACGTTGCAAC\n")
    out = tmp_path / "why.npz"
    assert explained(run, fasta, "--method", "occlusion", "--window", "3", "--out", str(out))[0] == 0
    assert chatnt.Attribution.load(out).names == ("HBB",)
    pytest.importorskip("matplotlib").use("Agg")
    out = tmp_path / "why.png"
    assert explained(run, fasta, "--start", "2", "--end", "8", "--out", str(out))[0] == 0
    assert out.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--out", "why.npz"], "3 records are explained, and such a file holds one"),
        (["--out", "why.doc"], "the ending must be one of .tsv, .csv"),
        (["--method", "magic"], "no method 'magic'"),
        (["--method", "deep_lift"], "Take 'gradient_shap'"),
        (["--target", "maybe"], "no target 'maybe'"),
        (["--calibrated"], "no calibration of the probabilities of promoter_tata"),
        (["--baseline", "ACGT"], "have [8]"),
    ],
)
def test_an_explanation_that_cannot_be_made_is_an_error(run, fasta, arguments, told):
    status, out, error = explained(run, fasta, *arguments)
    assert (status, out) == (2, "")
    assert told in one_line(error)
