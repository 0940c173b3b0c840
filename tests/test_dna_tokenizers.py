"""The DNA tokenizers against the published ids."""

import json
import os
import random
import time
from pathlib import Path

import pytest
from transformers import AutoTokenizer

from chatnt.dna_tokenizers import kmer_text, kmer_tokenizer, nucleotide_tokenizer
from chatnt.sequence import NUCLEOTIDES

GOLDEN = Path(os.environ.get("CHATNT_GOLDEN", Path(__file__).parent / "golden"))
CASES = json.loads((GOLDEN / "dna_tokenizer_cases.json").read_text())


@pytest.fixture(scope="module")
def kmers():
    return kmer_tokenizer()


@pytest.fixture(scope="module")
def letters():
    return nucleotide_tokenizer()


def test_kmer_ids_are_the_published_ones(kmers):
    wrong = [
        (case["sequence"], kmers(case["sequence"]).input_ids, case["ids"])
        for case in CASES["cases"]
        if kmers(case["sequence"]).input_ids != case["ids"]
    ]
    assert not wrong


def test_kmer_batch_gives_the_same_ids(kmers):
    ids = kmers([case["sequence"] for case in CASES["cases"]]).input_ids
    assert ids == [case["ids"] for case in CASES["cases"]]


@pytest.mark.parametrize(
    "case", CASES["padding_cases"], ids=lambda c: f"{len(c['sequence'])}-{c['max_length']}"
)
def test_kmer_padding_and_truncation(kmers, case):
    got = kmers(case["sequence"], padding="max_length", truncation=True, max_length=case["max_length"])
    assert got.input_ids == case["input_ids"]
    assert got.attention_mask == case["attention_mask"]


def test_kmer_vocabulary(kmers):
    expected = CASES["vocabulary"]
    vocabulary = kmers.get_vocab()
    assert len(kmers) == len(vocabulary) == expected["size"]
    for token, i in {**expected["special"], **expected["singles"]}.items():
        assert vocabulary[token] == i
    assert vocabulary["A" * 6] == expected["first_6mer"]
    assert vocabulary["G" * 6] == expected["last_6mer"]


def test_kmer_ids_follow_the_rule(kmers):
    draw = random.Random(0)
    for _ in range(50):
        kmer = "".join(draw.choices("ACGT", k=6))
        value = sum("ATCG".index(base) * 4 ** (5 - i) for i, base in enumerate(kmer))
        assert kmers(kmer).input_ids == [3, 6 + value]


def test_kmer_special_ids(kmers):
    assert kmers.pad_token_id == CASES["vocabulary"]["special"]["<pad>"]
    assert kmers.eos_token_id is None
    assert kmers.padding_side == "right"


def test_kmer_decode_gives_the_sequence(kmers):
    sequence = "ACGTACGTNNACGTACG"
    assert kmers.decode(kmers(sequence).input_ids, skip_special_tokens=True) == sequence


def test_kmer_text_replaces_every_ambiguity_code(kmers):
    assert kmer_text(NUCLEOTIDES) == "ACGTN" + "N" * 10
    assert kmers.unk_token_id not in kmers(kmer_text(NUCLEOTIDES)).input_ids


def test_nucleotide_ids(letters):
    assert letters(NUCLEOTIDES).input_ids == list(range(1, 16))
    assert letters.pad_token_id == 0
    assert len(letters) == 16
    assert letters("ACxGT").input_ids == [1, 2, 5, 3, 4]
    assert letters("").input_ids == []
    assert letters.decode(letters("ACGTNRY").input_ids) == "ACGTNRY"


def test_nucleotide_padding(letters):
    got = letters(["ACGT", "A"], padding=True)
    assert got.input_ids == [[1, 2, 3, 4], [1, 0, 0, 0]]
    assert got.attention_mask == [[1, 1, 1, 1], [1, 0, 0, 0]]


@pytest.mark.parametrize("make", [kmer_tokenizer, nucleotide_tokenizer])
def test_tokenizers_survive_saving(make, tmp_path):
    tokenizer = make()
    tokenizer.save_pretrained(tmp_path)
    loaded = AutoTokenizer.from_pretrained(tmp_path)
    text = "ACGTACGTNNACGTACGRYA<mask>"
    assert loaded(text).input_ids == tokenizer(text).input_ids
    assert loaded.get_vocab() == tokenizer.get_vocab()
    assert loaded.padding_side == "right"
    assert loaded.pad_token_id == tokenizer.pad_token_id


@pytest.mark.parametrize("make", [kmer_tokenizer, nucleotide_tokenizer])
def test_tokenizers_are_not_quadratic(make):
    tokenizer = make()
    tokenizer.model_max_length = 10**9
    sequence = "".join(random.Random(0).choices("ACGT", k=1_000_000))
    started = time.process_time()
    ids = tokenizer(sequence).input_ids
    assert len(ids) >= 1_000_000 // 6
    assert time.process_time() - started < 20  # about one second; quadratic code needs minutes
