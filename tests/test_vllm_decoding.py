"""Answers that vLLM writes are those that the pair writes.

Without vLLM its stand-in is asked (`tests.vllm_stand_in`); where it is installed it is asked itself, too.
"""

import importlib.util
import sys
from unittest import mock

import pandas as pd
import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from chatnt.assistant import Assistant
from chatnt.errors import CheckpointError, DataError, MissingExtraError, SlotError
from chatnt.model import ChatNTModel
from chatnt.vllm_decoding import VLLMDecoder
from tests import vllm_stand_in
from tests.test_annotating import ASKED, RECORDS
from tests.test_annotating import parts as parts  # a fixture
from tests.test_annotating import scope as scope  # a fixture
from tests.test_engine import CONVERSATIONS, lively
from tests.tiny import DECODER_FAMILIES, DIM, tiny_config, tiny_decoder_config, tiny_pair, tiny_processor

END, SLOT = 1, 2


@pytest.fixture
def stand_in(monkeypatch):
    monkeypatch.setitem(sys.modules, "vllm", vllm_stand_in)
    vllm_stand_in.MADE.clear()
    return vllm_stand_in


def paired(model, processor, folder):
    """An assistant and what writes for it."""
    chat = Assistant(model, processor)
    chat.save_decoder(folder)
    return chat, VLLMDecoder(folder)


@pytest.fixture
def llama(stand_in, tmp_path):
    engine = lively(tiny_pair())
    return paired(engine.model, engine.processor, tmp_path / "decoder")


@pytest.mark.parametrize("family", DECODER_FAMILIES)
def test_the_texts_are_those_of_the_pair(stand_in, tmp_path, family):
    engine = lively(tiny_pair(decoder=family))
    expected = engine.generate(CONVERSATIONS, max_new_tokens=20)
    assert len(set(expected)) == len(expected)
    _, engine.writer = paired(engine.model, engine.processor, tmp_path)
    with mock.patch.object(engine.model, "generate", side_effect=AssertionError):
        assert engine.generate(CONVERSATIONS, max_new_tokens=20) == expected
        assert engine.generate(CONVERSATIONS, max_new_tokens=20, batch_size=2) == expected
        given = engine.read_each(CONVERSATIONS)
        assert engine.generate(CONVERSATIONS, max_new_tokens=20, soft_tokens=given) == expected


def test_vllm_sees_no_padding_and_what_it_is_to_do(llama):
    chat, chat.engine.writer = llama
    chat.engine.generate(CONVERSATIONS, max_new_tokens=7)
    lengths = [int(chat.processor([turns])["attention_mask"].sum()) for turns in CONVERSATIONS]
    (llm,) = vllm_stand_in.MADE
    ((seen, params),) = llm.seen
    assert sorted(seen) == sorted(lengths)
    assert len(set(lengths)) > 1
    assert (params.max_tokens, params.temperature, params.detokenize) == (7, 0, False)
    assert (params.stop_token_ids, params.ignore_eos) == ([END], True)
    assert list(params.logit_bias) == [SLOT]


def test_no_prompts_need_no_vllm(llama):
    chat, writer = llama
    assert writer.write([], max_new_tokens=3, end=END) == []
    chat.engine.writer = writer
    assert chat.engine.generate([]) == []
    assert vllm_stand_in.MADE[0].seen == []


def test_an_answer_ends_before_its_end_mark(llama):
    _, writer = llama
    prompt = writer._llm._decoder.get_input_embeddings()(torch.tensor([5, 6, 7])).detach()
    (whole,) = writer.write([prompt], max_new_tokens=12, end=END)
    assert len(whole) == 12
    end = next(token for i, token in enumerate(whole) if i > 2 and token not in whole[:i])
    (cut,) = writer.write([prompt], max_new_tokens=12, end=end)
    assert cut == whole[: whole.index(end)]
    assert cut


def test_other_end_marks_of_the_decoder_do_not_count(llama):
    _, writer = llama
    prompt = writer._llm._decoder.get_input_embeddings()(torch.tensor([5, 6, 7])).detach()
    (whole,) = writer.write([prompt], max_new_tokens=12, end=END)
    writer._llm._decoder.config.eos_token_id = whole[4]
    assert writer.write([prompt], max_new_tokens=12, end=END) == [whole]


def test_a_token_that_is_never_written_is_not(llama):
    _, writer = llama
    prompt = writer._llm._decoder.get_input_embeddings()(torch.tensor([5, 6, 7])).detach()
    (whole,) = writer.write([prompt], max_new_tokens=12, end=END)
    (other,) = writer.write([prompt], max_new_tokens=12, end=END, never=whole[:1])
    assert whole[0] not in other
    assert len(other) == 12


@pytest.mark.parametrize("dims", [(DIM + 1,), (DIM, DIM - 4)])
def test_vectors_of_another_size_are_told(llama, dims):
    _, writer = llama
    with pytest.raises(
        CheckpointError, match=rf"vectors of {DIM}.*of {min(set(dims) - {DIM})}.*save_decoder"
    ):
        writer.write([torch.zeros(4, dim) for dim in dims], max_new_tokens=3, end=END)


def test_an_answer_needs_room(stand_in, tmp_path):
    Assistant(*tiny_pair()).save_decoder(tmp_path)
    writer = VLLMDecoder(tmp_path, {"max_model_len": 12})
    assert len(writer.write([torch.ones(8, DIM)], max_new_tokens=4, end=END)[0]) == 4
    with pytest.raises(SlotError, match=r"9 tokens.*up to 4.*12.*max_model_len"):
        writer.write([torch.ones(9, DIM)], max_new_tokens=4, end=END)


def test_without_vllm_the_extra_is_named(tmp_path):
    chat = Assistant(*tiny_pair())
    chat.save_decoder(tmp_path)
    with (
        mock.patch.dict(sys.modules, {"vllm": None}),
        pytest.raises(MissingExtraError, match=r"chatnt\[vllm\]"),
    ):
        VLLMDecoder(tmp_path)


def test_without_a_decoder_it_is_told_how_to_write_one(stand_in, tmp_path):
    with pytest.raises(CheckpointError, match=r"holds no decoder.*save_decoder"):
        VLLMDecoder(tmp_path / "none")


def test_settings_are_handed_on(stand_in, tmp_path):
    Assistant(*tiny_pair()).save_decoder(tmp_path)
    with mock.patch.object(stand_in, "LLM", wraps=stand_in.LLM) as made:
        writer = VLLMDecoder(tmp_path, {"tensor_parallel_size": 2, "dtype": "bfloat16"})
    assert made.call_args.kwargs == {
        "model": str(tmp_path), "dtype": "bfloat16", "skip_tokenizer_init": True,
        "tensor_parallel_size": 2, "enable_prompt_embeds": True,
    }  # fmt: skip
    assert repr(writer) == f"VLLMDecoder({str(tmp_path)!r}, torch.bfloat16)"


def test_what_is_held_to_a_list_is_written_by_the_pair(llama):
    chat, chat.engine.writer = llama
    sentences = ["Yes.", "No."]
    with mock.patch.object(chat.engine.writer, "write", side_effect=AssertionError):
        assert set(chat.engine.generate(CONVERSATIONS, answers=sentences)) <= set(sentences)


@pytest.mark.parametrize("family", DECODER_FAMILIES)
def test_a_saved_decoder_is_a_plain_one(tmp_path, family):
    model, processor = tiny_pair(decoder=family)
    Assistant(model, processor).save_decoder(tmp_path)
    decoder, tokenizer = (
        AutoModelForCausalLM.from_pretrained(tmp_path),
        AutoTokenizer.from_pretrained(tmp_path),
    )
    ids = torch.tensor([tokenizer("Is there a TATA promoter?").input_ids])
    assert ids.tolist() == [processor.tokenizer("Is there a TATA promoter?").input_ids]
    with torch.no_grad():
        assert torch.equal(decoder(ids).logits, model.decoder(ids).logits)


def test_a_norm_that_plain_files_cannot_hold_is_told(tmp_path):
    config = tiny_config()
    config.decoder_final_norm_eps = 1e-5
    with pytest.warns(UserWarning, match="adds 1e-05 to a variance"):
        Assistant(ChatNTModel(config), tiny_processor()).save_decoder(tmp_path)


def test_a_table_has_the_same_rows(stand_in, tmp_path, parts, scope):
    chat = Assistant(*parts, scope=scope)
    records = [dna for dna in RECORDS if len(dna) < 500]
    expected = chat.annotate(records, ASKED, window=500)
    _, chat.engine.writer = paired(*parts, tmp_path)
    table = chat.annotate(records, ASKED, window=500)
    pd.testing.assert_frame_equal(table, expected)
    assert vllm_stand_in.MADE[0].seen
    assert chat.ask(ASKED, records[0]).text == expected["answer"][0]


def test_a_table_does_not_mix_what_two_decoders_wrote(stand_in, tmp_path, parts, scope):
    chat, out = Assistant(*parts, scope=scope), tmp_path / "table.tsv"
    chat.annotate(RECORDS[:1], ASKED, out=out)
    _, chat.engine.writer = paired(*parts, tmp_path / "decoder")
    with pytest.raises(DataError, match="another run, which differs in writer"):
        chat.annotate(RECORDS[:1], ASKED, out=out)


@pytest.mark.skipif(importlib.util.find_spec("vllm") is None, reason="vLLM is not installed")
@pytest.mark.filterwarnings("default")
def test_vllm_itself_writes_the_texts_of_the_pair(tmp_path):
    # Heads of 64, because vLLM has no kernels for those of the other tiny pairs.
    config = tiny_config(dim=128)
    config.decoder_config = tiny_decoder_config(hidden_size=128)
    engine = lively((ChatNTModel(config).eval(), tiny_processor()))
    expected = engine.generate(CONVERSATIONS, max_new_tokens=20)
    assert len(set(expected)) == len(expected)
    _, engine.writer = paired(engine.model, engine.processor, tmp_path)
    assert engine.generate(CONVERSATIONS, max_new_tokens=20) == expected
    with pytest.raises(CheckpointError, match="vectors of 128"):
        engine.writer.write([torch.zeros(4, 16)], max_new_tokens=3, end=END)
    with pytest.raises(SlotError, match="told to read 256"):
        engine.writer.write([torch.zeros(250, 128)], max_new_tokens=7, end=END)
