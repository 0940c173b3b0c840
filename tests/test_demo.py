"""The demonstration: its sequences hold what it says, and its page shows what was answered."""

import pytest

from chatnt.conversation import Answer, Question
from chatnt.demo import beta_globin, cases, render, verdict, window
from chatnt.sequence import DNA

ELEMENTS = {"Promoter of HBB": "CATAAAA", "End of exon 1 of HBB": "GT", "Start of exon 2 of HBB": "AG"}


def test_the_marked_bases_are_the_elements():
    marked = {case.title: case.dna.sequence[slice(*case.mark)] for case in cases() if case.mark}
    assert marked == ELEMENTS


def test_windows_have_the_lengths_of_the_tasks():
    assert {len(case.dna) for case in cases() if "splice" in case.question} == {400}
    assert {len(case.dna) for case in cases() if "TATA" in case.question} == {300}


def test_the_shuffled_promoter_holds_the_same_bases():
    promoter, shuffled = (case.dna.sequence for case in cases()[:2])
    assert sorted(promoter) == sorted(shuffled)
    assert promoter != shuffled
    assert "CATAAAA" not in shuffled


@pytest.mark.parametrize(("centre", "expected"), [(0, "NNAC"), (2, "ACGT"), (4, "GTNN")])
def test_a_window_beyond_the_ends_is_filled_with_n(centre, expected):
    assert window(DNA("ACGT"), centre, before=2, after=2).sequence == expected


def test_the_record_is_the_human_gene():
    assert len(beta_globin()) == 703


@pytest.mark.parametrize("title", ["Promoter of HBB", "A question that the pair was not trained on"])
def test_a_verdict_follows_the_facts(title):
    case = next(c for c in cases() if c.title == title)
    question = Question.of(case.question, case.dna)
    agreeing = Answer("Yes", question, label=case.expected, in_scope=case.expected is not None)
    differing = Answer("No", question, label="not a promoter", in_scope=True)
    assert verdict(case, agreeing)[1]
    assert not verdict(case, differing)[1]


def test_the_page_shows_answers_as_text():
    case = cases()[0]
    answer = Answer("<i>Yes</i>", Question.of(case.question, case.dna), label="promoter", probability=0.5)
    page = render("a chat", "mini", [(case, answer)])
    assert "&lt;i&gt;Yes&lt;/i&gt;" in page
    assert "<mark>CATAAAA</mark>" in page
    assert "1 of 1 answers" in page
    assert "http" not in page  # complete in itself


def test_the_command_writes_the_page(tmp_path, capsys):
    from chatnt.cli import main

    page = tmp_path / "demo.html"
    assert main(["demo", "--html", str(page)]) == 0
    printed = capsys.readouterr().out
    assert printed.count("Q: ") == len(cases()) == page.read_text().count("<section>")
