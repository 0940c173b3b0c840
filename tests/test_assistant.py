"""Questions to a pair and what comes back, with random weights: the words are scripted where they matter."""

import contextlib
import dataclasses
import math
import threading
from unittest import mock

import pytest
import torch

import chatnt
from chatnt.assistant import Assistant
from chatnt.conversation import Question, Turn
from chatnt.errors import PlaceholderError, SequenceError, SequenceTooLongError, SlotError, UnknownTaskError
from chatnt.model import ChatNTModel
from chatnt.processor import ChatNTProcessor
from chatnt.sequence import DNA
from chatnt.tasks import get_task
from chatnt.tasks.scope import Scope
from tests.tiny import tiny_cnn_config, tiny_config, tiny_processor

TASKS = ("promoter_tata", "enhancers", "splice_sites_all")
FOREIGN = [
    template.format(thing)
    for template in (
        "Is there {} in <DNA>?",
        "Does <DNA> contain {}?",
        "Tell me if <DNA> has {}.",
        "What is {}?",
    )
    for thing in (
        "a hairpin",
        "an elephant",
        "a virus",
        "a mutation",
        "a gene",
        "an exon",
        "methylation",
        "a poem",
    )
]
ASKED, YES, NO = "Is there a TATA promoter in <DNA>?", "Yes, there is one.", "No, there is no TATA promoter."
FOREIGN_QUESTION = "What is the melting temperature of the protein that <DNA> encodes?"
DNA_300 = DNA("ACGTTGCATA" * 30, name="HS_1")


@pytest.fixture(scope="session")
def scope():
    return Scope.fit([get_task(name) for name in TASKS], FOREIGN, seed=0)


@pytest.fixture(scope="session")
def parts():
    torch.manual_seed(3)
    config = tiny_config()
    config.encoder_config = tiny_cnn_config(max_length=512)
    model = ChatNTModel(config)
    with torch.no_grad():  # large weights, so that answers differ from question to question
        for weight in model.decoder.parameters():
            if weight.ndim > 1:
                weight.normal_(std=0.4)
        model.resampler.latents.normal_()
    return model, tiny_processor(max_dna_tokens=512)


@pytest.fixture
def chat(parts, scope):
    return Assistant(*parts, scope=scope, card="# Tiny\n\nFor *tests*.")


@pytest.fixture
def open_chat(parts):
    return Assistant(*parts)


@contextlib.contextmanager
def answering(chat, *texts):
    """Let the engine give these answers without reading the DNA; its calls tell what it was shown."""
    with (
        mock.patch.object(chat.engine, "encode_each", return_value=None),
        mock.patch.object(chat.engine, "generate", side_effect=[[text] for text in texts]) as generate,
    ):
        yield generate


def test_an_answer_is_what_the_model_writes(open_chat):
    question = Question.of(ASKED, DNA_300)
    answer = open_chat.ask(ASKED, DNA_300)
    assert answer.text == open_chat.engine.generate([[Turn(question)]])[0]
    assert answer.question == question
    assert (answer.in_scope, answer.task, answer.label, answer.probability) == (True, None, None, None)


@pytest.mark.parametrize("given", [str(DNA_300), DNA_300, [DNA_300], str(DNA_300).lower().replace("t", "u")])
def test_a_sequence_may_be_given_as_it_comes(chat, given):
    assert chat.ask(ASKED, given).text == chat.ask(ASKED, DNA_300).text


def test_a_reference_asks_about_the_sequence_of_its_name(chat):
    by_name = chat.ask("Is there a TATA promoter in @HS_1?", [DNA("GGGG", name="other"), DNA_300])
    assert by_name == chat.ask(ASKED, DNA_300)


@pytest.mark.parametrize("question", [ASKED, FOREIGN_QUESTION])
def test_the_pieces_of_a_stream_are_the_answer(chat, question):
    assert "".join(chat.stream(question, DNA_300)) == chat.ask(question, DNA_300).text


def test_a_later_question_is_streamed_as_it_is_asked(chat):
    talk = chat.conversation().ask(ASKED, DNA_300).ask(FOREIGN_QUESTION, DNA_300)
    for question, given in [("Has it a promoter with a TATA box?", []), (ASKED, DNA("GGCC" * 9))]:
        assert "".join(talk.stream(question, given)) == talk.ask(question, given).answer.text
    assert len(talk.answers) == 2
    stopped = threading.Event()
    stopped.set()
    assert list(talk.stream(ASKED, DNA_300, stop=stopped)) == []


@pytest.mark.parametrize(
    ("task", "question", "text", "label"),
    [
        ("promoter_tata", ASKED, YES, "promoter"),
        ("promoter_tata", "Does <DNA> have a TATA box promoter?", NO, "not a promoter"),
        ("enhancers", "Is there an enhancer in <DNA>?", "No, there is no enhancer.", "not an enhancer"),
        ("splice_sites_all", "Which splice site is in <DNA>?", "Acceptor splice site.", "acceptor"),
    ],
)
def test_a_known_question_gets_its_task_label_and_probability(chat, task, question, text, label):
    with answering(chat, text):
        answer = chat.ask(question, DNA_300)
    assert (answer.in_scope, answer.task, answer.label) == (True, task, label)
    turns = [Turn(Question.of(question, DNA_300))]
    assert answer.probability == chat.label_probabilities(turns, get_task(task))[label]
    assert not answer.calibrated


def test_an_answer_that_states_no_label_has_none(chat):
    with answering(chat, "Hm, who knows."):
        answer = chat.ask(ASKED, DNA_300)
    assert (answer.text, answer.task, answer.label, answer.probability) == (
        "Hm, who knows.", "promoter_tata", None, None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("question", "sequences", "told"),
    [
        ("Is there a TATA promoter?", [], "has no sequence"),
        ("What is the capital of France?", [], "has no sequence"),
        ("Is there a TATA promoter in <DNA> or in <DNA>?", [DNA_300, DNA_300], "has 2 sequences"),
        (FOREIGN_QUESTION, DNA_300, "not about them"),
        ("Is there an elephant in <DNA>?", DNA_300, "not about them"),
        ("<DNA>", DNA_300, "not about them"),
        ("Wie warm ist es in <DNA>?", DNA_300, "not about them"),
    ],
)
def test_a_question_out_of_scope_is_refused_without_asking_the_model(chat, question, sequences, told):
    with (
        mock.patch.object(chat.engine, "generate") as generate,
        mock.patch.object(chat.engine, "stream") as stream,
    ):
        answer = chat.ask(question, sequences)
        streamed = "".join(chat.stream(question, sequences))
    assert not generate.called
    assert not stream.called
    assert (answer.in_scope, answer.label, answer.probability, answer.task) == (False, None, None, None)
    assert told in answer.text
    topics = "TATA promoters of human genes, human enhancers and splice donors and acceptors of human genes;"
    assert topics in answer.text
    assert answer.text.endswith(".")
    assert streamed == answer.text


def test_a_task_that_was_added_is_recognised_beside_those_before(parts):
    learner = Assistant(*parts)
    learner.add_tasks(["promoter_tata"])
    assert learner.ask("Is there an H3 signal in <DNA>?", "ACGT").in_scope is False
    learner.scope = dataclasses.replace(learner.scope, simulated=("promoter_tata",))
    learner.add_tasks([get_task("h3"), "promoter_tata"])
    assert learner.scope.tasks == ("promoter_tata", "h3")
    assert learner.scope.simulated == ("promoter_tata",)
    assert learner.scope.match("Is there an H3 signal in <DNA>?").task == "h3"
    with pytest.raises(UnknownTaskError, match="silencers"):
        learner.add_tasks([dataclasses.replace(get_task("h3"), name="silencers")])


def test_without_a_scope_every_question_goes_to_the_model(open_chat):
    for question, sequences in [("Who are you?", []), ("Is <DNA> like <DNA>?", ["ACGT", "GG"])]:
        answer = open_chat.ask(question, sequences)
        assert (answer.in_scope, answer.label, answer.probability) == (True, None, None)


@pytest.mark.parametrize("asker", ["chat", "open_chat"])
def test_a_task_that_is_told_is_taken(asker, request):
    chat = request.getfixturevalue(asker)
    with answering(chat, YES):
        answer = chat.ask("What do you say to <DNA>?", DNA_300, task="promoter_tata")
    assert (answer.in_scope, answer.task, answer.label) == (True, "promoter_tata", "promoter")
    assert 0 < answer.probability < 1


def test_a_task_that_is_told_may_be_about_two_sequences(open_chat):
    with answering(open_chat, YES):
        answer = open_chat.ask("Is <DNA> like <DNA>?", ["ACGT", "GG"], task="promoter_tata")
    assert answer.label == "promoter"


@pytest.mark.parametrize(
    ("error", "question", "given", "settings"),
    [
        (UnknownTaskError, ASKED, DNA_300, {"task": "promoter_tatta"}),
        (PlaceholderError, ASKED, [], {}),
        (PlaceholderError, "Is there a TATA promoter?", DNA_300, {}),
        (PlaceholderError, "Is there a TATA promoter in @HBB?", DNA_300, {}),
        (SequenceError, ASKED, "ACGT-ACGT", {}),
        (SequenceError, ASKED, "", {}),
        (SequenceTooLongError, ASKED, "A" * 513, {}),
    ],
)
def test_what_cannot_be_asked_is_an_error(chat, error, question, given, settings):
    with pytest.raises(error):
        chat.ask(question, given, **settings)


LONG = " ".join(["Is there a TATA promoter in this human sequence"] * 1250)


@pytest.mark.parametrize("told", [None, "promoter_tata"])
@pytest.mark.parametrize("asker", ["chat", "open_chat"])
@pytest.mark.parametrize("way", ["ask", "stream", "conversation"])
def test_ten_thousand_words_are_refused_or_an_error(asker, way, told, request):
    chat = request.getfixturevalue(asker)
    question = f"{LONG} <DNA>?"
    assert len(question.split()) > 10_000
    with mock.patch.object(ChatNTModel, "generate", side_effect=AssertionError("it was not shortened?")):
        if asker == "chat" and told is None:
            assert "I do not answer" in answer_of(chat, way, question, told)
        elif way != "stream" or told is None:
            with pytest.raises(SlotError, match="this pair reads 256; shorten the question"):
                answer_of(chat, way, question, told)


def answer_of(chat, way, question, told):
    if way == "stream":
        return "".join(chat.stream(question, DNA_300))
    asker = chat if way == "ask" else chat.conversation()
    result = asker.ask(question, DNA_300, task=told)
    return result.text if way == "ask" else result.answer.text


def test_a_task_learned_from_simulated_sequences_is_noted(chat, monkeypatch):
    monkeypatch.setattr(chat, "scope", dataclasses.replace(chat.scope, simulated=("promoter_tata",)))
    with answering(chat, YES):
        told = chat.ask(ASKED, DNA_300)
    with answering(chat, YES):
        foreign = chat.ask(ASKED, DNA_300, task="enhancers")
    assert told.notes == ("learned from simulated sequences alone",)
    assert "simulated" not in foreign.remark


@pytest.mark.parametrize(
    ("letters", "count", "told"),
    [
        ("A" * 300, 0, []),
        ("A" * 330, 0, []),
        ("A" * 270, 0, []),
        ("A" * 331, 1, ["windows of 300 bases", "has 331"]),
        ("A" * 269, 1, ["windows of 300 bases", "has 269"]),
        ("A" * 269 + "N" * 31, 1, ["31 of 300 bases are N or another ambiguity code"]),
        ("A" * 270 + "N" * 30, 0, []),
        ("N" * 400, 2, ["has 400", "400 of 400 bases are N or another ambiguity code"]),
    ],
)
@pytest.mark.parametrize("text", [YES, "Hm."])
def test_a_window_unlike_those_of_training_is_noted(chat, letters, count, told, text):
    with answering(chat, text):
        answer = chat.ask(ASKED, letters)
    assert len(answer.notes) == count
    for part in told:
        assert part in "; ".join(answer.notes)
        assert part in answer.remark


@torch.no_grad()
def chance_of(chat, turns, text):
    """Return the probability of one whole answer, from one pass without a cache."""
    batch = chat.processor([turns], answers=[text])
    labels = batch.pop("labels")[0]
    chances = chat.model(**batch, use_cache=False).logits[0].double().log_softmax(-1)
    return math.exp(sum(chances[i - 1, t].item() for i, t in enumerate(labels.tolist()) if t != -100) / 4)


@pytest.mark.parametrize("name", TASKS)
def test_the_probability_of_a_label_is_its_share_of_all_sentences_that_state_one(chat, name):
    task = get_task(name)
    turns = [
        Turn(Question.of(ASKED, "ACGT"), YES), Turn(Question.of(task.questions.train[0], DNA_300))
    ]  # fmt: skip
    probabilities = chat.label_probabilities(turns, task)
    assert tuple(probabilities) == task.labels
    assert sum(probabilities.values()) == pytest.approx(1)
    # The fourth root keeps the numbers in reach; it is taken back here.
    mass = {
        label: sum(chance_of(chat, turns, text) ** 4 for text in task.answers[label].train)
        for label in task.labels
    }
    for label in task.labels:
        assert probabilities[label] == pytest.approx(mass[label] / sum(mass.values()), rel=1e-3, abs=1e-6)


@pytest.mark.parametrize("name", TASKS)
def test_sentences_of_one_label_add_up(chat, name):
    task = get_task(name)
    given = {}

    def score_each(conversations, answers, *, soft_tokens=None, prompts=None):
        given.update({text: 1 + (7 * i) % 11 for i, text in enumerate(answers)})
        return (
            torch.tensor([list(given.values())]).log() - 500
        )  # too small for floats that are not logarithms

    with mock.patch.object(chat.engine, "score_each", score_each):
        probabilities = chat.label_probabilities([Turn(Question.of(ASKED, DNA_300))], task)
    for label in task.labels:
        expected = sum(given[text] for text in task.answers[label].train) / sum(given.values())
        assert probabilities[label] == pytest.approx(expected, rel=1e-3)


def test_probabilities_depend_on_the_sequence(chat):
    task = get_task("promoter_tata")
    seen = [
        min(chat.label_probabilities([Turn(Question.of(ASKED, letters))], task).values())
        for letters in (str(DNA_300), "ACCA" * 75)
    ]
    assert seen[0] != pytest.approx(seen[1], rel=1e-4), seen


def test_a_conversation_shows_the_model_its_earlier_turns(chat):
    with answering(chat, "First.", "Second.", "Third.") as generate:
        start = chat.conversation()
        first = start.ask(ASKED, DNA_300)
        second = first.ask("Is there an enhancer in <DNA>?", "ACGT" * 50)
        third = second.ask("Is there a TATA promoter in <DNA>?", DNA_300)
    shown = [call.args[0][0] for call in generate.call_args_list]
    one = Turn(Question.of(ASKED, DNA_300))
    two = Turn(Question.of("Is there an enhancer in <DNA>?", "ACGT" * 50))
    assert shown[0] == [one]
    assert shown[1] == [Turn(one.question, "First."), two]
    assert shown[2] == [Turn(one.question, "First."), Turn(two.question, "Second."), one]
    assert [a.text for a in third.answers] == ["First.", "Second.", "Third."]
    # A conversation does not change: one may go on from any turn of it.
    assert [len(c.answers) for c in (start, first, second)] == [0, 1, 2]
    assert third.answer.text == "Third."


def test_the_earlier_turns_change_the_answer(open_chat):
    alone = open_chat.conversation().ask("Who are you?")
    after = open_chat.conversation().ask(ASKED, DNA_300).ask("Who are you? <DNA>", "ACGT")
    assert alone.answer.text == open_chat.ask("Who are you?").text
    turns = [Turn(after.answers[0].question, after.answers[0].text), Turn(after.answer.question)]
    assert after.answer.text == open_chat.engine.generate([turns])[0]


@pytest.mark.parametrize("sequences", [[DNA_300], [DNA_300, DNA("ACGT", name="b")]])
def test_a_question_without_placeholder_is_about_the_sequences_before(open_chat, sequences):
    with answering(open_chat, "One.", "Two.", "Three.") as generate:
        talk = open_chat.conversation().ask(f"What is {' '.join(['<DNA>'] * len(sequences))}?", sequences)
        talk.ask("Is it a TATA promoter?").ask("Really?")
    for call, text in zip(
        generate.call_args_list, ("What is", "Is it a TATA promoter?", "Really?"), strict=True
    ):
        asked = call.args[0][0][-1].question
        assert asked.sequences == tuple(sequences)
        assert asked.text.startswith(text)


def test_a_first_question_without_placeholder_has_no_sequence(open_chat):
    assert open_chat.conversation().ask("Who are you?").answer.question.sequences == ()


def test_a_follow_up_is_recognised_with_the_sequence_before(chat):
    with answering(chat, YES, "No, there is no enhancer."):
        talk = chat.conversation().ask(ASKED, DNA_300).ask("Is there an enhancer in it?")
    assert [(a.task, a.label) for a in talk.answers] == [
        ("promoter_tata", "promoter"), ("enhancers", "not an enhancer"),
    ]  # fmt: skip


def test_the_model_does_not_read_refusals(chat):
    with answering(chat, YES, "No, there is no enhancer.") as generate:
        talk = chat.conversation().ask(ASKED, DNA_300)
        refused = talk.ask(FOREIGN_QUESTION, "ACGT" * 70)
        talk = refused.ask("Is there an enhancer in <DNA>?", DNA_300)
    assert [a.in_scope for a in talk.answers] == [True, False, True]
    shown = generate.call_args_list[-1].args[0][0]
    assert [turn.answer for turn in shown] == [YES, None]
    assert all("melting" not in turn.question.text for turn in shown)


def test_a_failed_question_leaves_the_conversation_as_it_was(chat):
    talk = chat.conversation().ask(ASKED, DNA_300)
    with pytest.raises(SlotError):
        talk.ask(LONG, task="promoter_tata")
    assert len(talk.answers) == 1


def test_a_conversation_that_grows_too_long_is_an_error(open_chat):
    with answering(open_chat, *["An answer of a few words."] * 6):
        talk = open_chat.conversation()
        for _ in range(6):
            talk = talk.ask("What is this sequence, in a few words? <DNA>", "ACGT")
    with pytest.raises(SlotError, match="start a new conversation"):
        talk.ask("What is this sequence, in a few words? <DNA>", "ACGT")


def test_a_conversation_shows_its_turns(chat):
    with answering(chat, "<b>Yes</b>, there is one."):
        talk = chat.conversation().ask(ASKED, DNA_300)
    assert repr(talk).startswith(f"USER: {ASKED}\nASSISTANT: <b>Yes</b>, there is one.")
    shown = talk._repr_html_()
    assert "Is there a TATA promoter in &lt;DNA&gt;?" in shown
    assert "&lt;b&gt;Yes&lt;/b&gt;" in shown
    assert "<b>Yes" not in shown


def test_an_assistant_tells_its_parts_its_size_and_its_tasks(chat, open_chat):
    size = f"{sum(p.numel() for p in chat.model.parameters()) / 1e6:.1f} million parameters"
    for part in ("nucleotide_cnn + llama", size, "promoter_tata, enhancers, splice_sites_all"):
        assert part in repr(chat)
    assert "tasks" not in repr(open_chat)


def test_the_card_is_markdown(chat, open_chat):
    assert chat.card() == "# Tiny\n\nFor *tests*."
    assert repr(chat.card()) == chat.card()._repr_markdown_() == "# Tiny\n\nFor *tests*."
    assert "no card" in open_chat.card()


@pytest.mark.parametrize("asker", ["chat", "open_chat"])
def test_a_saved_pair_gives_the_same_answers(tmp_path, asker, request):
    chat = request.getfixturevalue(asker)
    chat.save(tmp_path / "pair")
    again = chatnt.load(tmp_path / "pair")
    assert isinstance(again.processor, ChatNTProcessor)
    assert again.card() == chat.card()
    assert repr(again) == repr(chat)
    task = get_task("promoter_tata")
    for question in (ASKED, "Is there an enhancer in <DNA>?", FOREIGN_QUESTION):
        assert again.ask(question, DNA_300) == chat.ask(question, DNA_300)
        turns = [Turn(Question.of(question, DNA_300))]
        assert again.label_probabilities(turns, task) == chat.label_probabilities(turns, task)


def test_an_assistant_is_ready_to_answer(parts):
    model, processor = parts
    assert not Assistant(model.train(), processor).model.training


def test_the_dna_is_encoded_once_per_question(chat, monkeypatch):
    calls = []
    encode = chat.model.encode
    monkeypatch.setattr(chat.model, "encode", lambda *args: calls.append(1) or encode(*args))
    chat.ask("Is there a TATA promoter in <DNA>?", "ACGT" * 75, task="promoter_tata")
    assert len(calls) == 1


def test_a_number_comes_with_a_smoother_estimate(chat):
    task = get_task("plant_promoter_leaf")
    asked = task.questions.train[0]
    with answering(chat, "It is 1.25."):
        answer = chat.ask(asked, DNA_300, task=task.name)
    assert (answer.value, answer.label, answer.probability) == (1.25, None, None)
    assert answer.estimate == chat.estimated_value([Turn(Question.of(asked, DNA_300))], task)
    assert -10 <= answer.estimate <= 10
    assert f"could have been written: {answer.estimate:g}" in answer.remark
    with pytest.raises(ValueError, match="asks for no number"):
        chat.estimated_value([Turn(Question.of(ASKED, DNA_300))], get_task("promoter_tata"))
