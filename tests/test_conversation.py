"""Questions and their sequences, answers, and how a conversation is written."""

import pytest

from chatnt.conversation import FORMATS, Answer, ChatFormat, Question, Turn, references
from chatnt.errors import PlaceholderError
from chatnt.sequence import DNA

A, B, C = (DNA(letters, name=name) for name, letters in (("a", "AAAA"), ("b", "CCCC"), ("c", "GGGG")))


@pytest.mark.parametrize(
    ("text", "sequences", "numbers"),
    [
        ("Is there a promoter in <DNA>?", [], ("1 placeholder ", "0 sequences")),
        ("Is <DNA> like <DNA>?", [A], ("2 placeholders", "1 sequence;")),
        ("Is there a promoter?", [A], ("0 placeholders", "1 sequence;")),
        ("Is there a promoter in <DNA>?", [A, B], ("1 placeholder ", "2 sequences")),
        ("Is <dna> a promoter?", [A], ("0 placeholders", "1 sequence;")),
    ],
)
def test_placeholders_and_sequences_that_differ_are_an_error_with_both_counts(text, sequences, numbers):
    with pytest.raises(PlaceholderError) as caught:
        Question.of(text, sequences)
    for number in (*numbers, text):
        assert number in str(caught.value)


@pytest.mark.parametrize("given", [A, [A], (A,), "AAAA", ["AAAA"]])
def test_one_sequence_may_be_given_as_it_comes(given):
    question = Question.of("Is there a promoter in <DNA>?", given)
    assert [str(s) for s in question.sequences] == ["AAAA"]
    assert question.text == "Is there a promoter in <DNA>?"


def test_sequences_keep_the_order_of_their_placeholders():
    assert Question.of("Is <DNA> like <DNA>?", [B, A]).sequences == (B, A)


@pytest.mark.parametrize(
    "name",
    ["HBB", "NM_000518.5", "chr11:5225464-5227071", "chr1:100-108:+", "chr1:100-108:-", "sp|P68871|HBB_HUMAN",
     "HS-1", "a/b", "7", "Ærø"],
)  # fmt: skip
@pytest.mark.parametrize(
    "sentence",
    ["Is there a promoter in @{}?", "Look at @{}.", "Look at @{}, please.", "Look at (@{}).", "@{}: what?",
     "Look at @{}...", "Is @{}'s start a promoter?", "Is this a promoter:\n@{}\n", 'Is "@{}" one; or not?'],
)  # fmt: skip
def test_a_reference_takes_the_sequence_of_its_name(sentence, name):
    dna, other = DNA("ACGT", name=name), DNA("GGGG", name="other")
    question = Question.of(sentence.format(name), [other, dna])
    assert question.sequences == (dna,)
    assert question.text == sentence.replace("@{}", "<DNA>")


def test_a_reference_may_be_repeated():
    assert Question.of("Is @a like @b or like @a?", [A, B]).sequences == (A, B, A)


@pytest.mark.parametrize(
    ("text", "sequences", "told"),
    [
        ("Is there a promoter in @d?", [A, B], ["@d (no sequences)", "@a, @b"]),
        ("Is there a promoter in @a?", [A, B, DNA("TTTT", name="a")], ["@a (2 sequences)", "@a, @b"]),
        ("Is @d like @e?", [A], ["@d (no sequences)", "@e (no sequences)"]),
        ("Is there a promoter in @a?", ["ACGT"], ["@a (no sequences)", "are: none"]),
        ("Is there a promoter in @a?", [], ["@a (no sequences)", "are: none"]),
    ],
)
def test_a_reference_without_exactly_one_sequence_is_an_error(text, sequences, told):
    with pytest.raises(PlaceholderError) as caught:
        Question.of(text, sequences)
    for part in told:
        assert part in str(caught.value)


def test_a_missing_reference_is_named_once():
    with pytest.raises(PlaceholderError) as caught:
        Question.of("Is @d like @d?", [A])
    assert str(caught.value).count("@d") == 1


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Is <DNA> like @b?", (A, B)),
        ("Is @b like <DNA>?", (B, A)),
        ("Is <DNA> like @a or <DNA>?", (B, A, C)),
        ("Is <DNA> like @c or <DNA>?", (A, C, B)),
    ],
)
def test_a_placeholder_takes_the_next_sequence_that_no_reference_takes(text, wanted):
    question = Question.of(text, [A, B, C])
    assert question.sequences == wanted
    assert question.text.count("<DNA>") == len(wanted)
    assert "@" not in question.text


def test_a_placeholder_without_a_sequence_beside_a_reference_is_an_error():
    with pytest.raises(PlaceholderError, match="2 placeholders but 1 sequence;"):
        Question.of("Is <DNA> like @a?", [A])


@pytest.mark.parametrize("text", ["Write to me@example.org!", "What is an @ sign?", "a@@b", "R@2 bases", "@"])
def test_what_only_looks_like_a_reference_stays_as_it_is(text):
    assert references(text) == []
    assert Question.of(text).text == text
    assert Question.of(f"{text} <DNA>", A) == Question(f"{text} <DNA>", (A,))


SPEC_PROMPT = (
    "A chat between a curious user and an artificial intelligence assistant that can handle bio sequences. "
    "The assistant gives helpful, detailed, and polite answers to the user's questions. "
    "USER: {question} ASSISTANT:"
)


@pytest.mark.parametrize(
    "question", ["Is there a promoter in this sequence <DNA> ?", "Hello?", "{braces} and {question}", "100 %"]
)
def test_the_published_prompt_is_written_byte_for_byte(question):
    turn = Turn(Question(question, (A,) * question.count("<DNA>")))
    assert FORMATS["chatnt"].render([turn]) == SPEC_PROMPT.replace("{question}", question)


def test_a_space_that_ends_a_question_is_not_written_twice():
    assert FORMATS["chatnt"].render([Turn(Question("Hello? "))]) == SPEC_PROMPT.format(question="Hello?")


TALK = [Turn(Question("One?"), "First {x}."), Turn(Question("Two?"), "Second."), Turn(Question("Three?"))]


def test_turns_of_the_published_model_are_joined_without_an_end_mark():
    assert FORMATS["chatnt"].render(TALK) == (
        SPEC_PROMPT.format(question="One?")
        + " First {x}. USER: Two? ASSISTANT: Second. USER: Three? ASSISTANT:"
    )


def test_turns_in_the_plain_format():
    assert FORMATS["plain"].render(TALK) == (
        "USER: One? ASSISTANT: First {x}. USER: Two? ASSISTANT: Second. USER: Three? ASSISTANT:"
    )


def test_turns_in_chatml():
    assert FORMATS["chatml"].render(TALK) == (
        "<|im_start|>user\nOne?<|im_end|>\n<|im_start|>assistant\nFirst {x}.<|im_end|>\n"
        "<|im_start|>user\nTwo?<|im_end|>\n<|im_start|>assistant\nSecond.<|im_end|>\n"
        "<|im_start|>user\nThree?<|im_end|>\n<|im_start|>assistant\n"
    )


@pytest.mark.parametrize("name", FORMATS)
def test_the_answer_of_the_last_turn_is_not_in_the_prompt(name):
    asked, answered = Turn(Question("One?")), Turn(Question("One?"), "A secret.")
    assert FORMATS[name].render([answered]) == FORMATS[name].render([asked])


@pytest.mark.parametrize("name", FORMATS)
def test_a_longer_conversation_goes_on_where_the_shorter_one_ended(name):
    chat_format = FORMATS[name]
    written = chat_format.render(TALK[:2]) + chat_format.answer.format(answer="Second.")
    assert chat_format.render(TALK).startswith(written)


def test_a_format_of_ones_own():
    own = ChatFormat(system="S\n", user="Q {question}\n", assistant="A", answer=":{answer}", between="\n--\n")
    assert own.render(TALK) == "S\nQ One?\nA:First {x}.\n--\nQ Two?\nA:Second.\n--\nQ Three?\nA"


ASKED = Question("Is there a promoter in <DNA>?", (A,))


@pytest.mark.parametrize(
    ("answer", "shown"),
    [
        (Answer("Yes.", ASKED), "Yes."),
        (
            Answer("Yes.", ASKED, label="promoter", probability=0.8765),
            "Yes.  [promoter: probability 0.88, not calibrated]",
        ),
        (
            Answer("Yes.", ASKED, label="promoter", probability=1.0, calibrated=True, notes=("short", "odd")),
            "Yes.  [promoter: probability 1.00, calibrated; short; odd]",
        ),
        (Answer("Hm.", ASKED, notes=("short",)), "Hm.  [short]"),
        (Answer("I cannot.", ASKED, in_scope=False), "I cannot.  [outside the tasks of this pair]"),
    ],
)
def test_an_answer_shows_what_is_known_of_it(answer, shown):
    assert repr(answer) == shown
    assert str(answer) == answer.text


def test_an_answer_in_a_cell_is_text_not_markup():
    answer = Answer("<script>1 & 2</script>", ASKED, label="<b>", probability=0.5, notes=("<i>",))
    shown = answer._repr_html_()
    assert "&lt;script&gt;1 &amp; 2&lt;/script&gt;" in shown
    assert not [tag for tag in ("<script>", "<b>", "<i>") if tag in shown]
    assert "&lt;b&gt;: probability 0.50" in shown
    assert "&lt;i&gt;" in shown


def test_a_refusal_looks_different_in_a_cell():
    known, refused = (Answer("No.", ASKED, in_scope=scope)._repr_html_() for scope in (True, False))
    assert known != refused
    assert "outside the tasks of this pair" in refused
