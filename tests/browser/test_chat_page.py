"""The widget of a chat in a page, without Jupyter."""

import dataclasses
import itertools

import pytest
from playwright.sync_api import expect

from chatnt.conversation import Answer, Question
from chatnt.errors import ChatNTError
from chatnt.sequence import DNA
from chatnt.widgets import Chat
from tests.browser.shown import watch
from tests.widgets.scripted_chat import ANSWER, HOSTILE, QUESTION, TATA, ScriptedChat

REFUSAL = Answer("I was trained on other questions.", Question("?"), in_scope=False)
NUMBER = Answer("It is 1.5.", ANSWER.question, value=1.5, interval=(1.0, 2.0), coverage=0.9, calibrated=True)
DROP = """text => {
  const data = new DataTransfer();
  data.items.add(new File([text], 'dropped.fa'));
  document.querySelector('.chatnt').dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true}));
}"""
GROW = """async () => {
  const place = document.querySelector('.answered.writing');
  const texts = [];
  const seen = new MutationObserver(() => texts.push(place.querySelector('.said').textContent));
  seen.observe(place, {subtree: true, childList: true});
  let text = '';
  for (let number = 0; number < 500; number += 1) {
    text += `t${number} `;
    model.fromPython(JSON.stringify({_stream: {turn: 0, text}}));
    await null;
  }
  return texts;
}"""
COMPOSE = """node => node.dispatchEvent(
  new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true}))"""
PASTE = """([selector, text]) => {
  const data = new DataTransfer();
  data.setData('text/plain', text);
  const event = new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true});
  document.querySelector(selector).dispatchEvent(event);
  return event.defaultPrevented;
}"""


class Known:
    """Stands for a scope, of which the page needs the tasks alone."""

    tasks = ("promoter_tata", "splice_sites_all")


@pytest.fixture
def shown(page_of):
    return page_of(Chat(ScriptedChat(scope=Known()), sequences=[TATA, DNA("ACGT" * 75, name="other")]))


def field(shown):
    return shown.root.get_by_role("textbox", name="Question")


def ask(shown, text=QUESTION):
    field(shown).fill(text)
    field(shown).press("Enter")
    shown.sync()


def answer(shown):
    return shown.root.get_by_role("article", name="Answer").last


def test_a_question_is_sent_and_its_answer_shown(shown):
    ask(shown)
    expect(answer(shown).locator(".said")).to_have_text(ANSWER.text)
    expect(answer(shown)).to_contain_text("promoter 0.93")
    expect(answer(shown)).to_contain_text("calibrated")
    expect(answer(shown)).to_contain_text("longer than any sequence trained on")
    expect(shown.root.get_by_role("article", name="Question")).to_contain_text("HBB · 168 bases")
    expect(field(shown)).to_have_value("")
    expect(shown.root.locator(".hidden-text[role=status]")).to_have_text(f"{ANSWER.text} Probability 0.93.")
    shown.sync()
    assert shown.widget.draft == ""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_people_who_do_not_see_or_point_can_use_it(page_of, scheme):
    talk = Chat(ScriptedChat(scope=Known()), sequences=TATA)
    talk.ask(QUESTION)
    talk.why()
    for script in (ScriptedChat(answer=REFUSAL), ScriptedChat(answer=NUMBER)):
        talk._talk = script.conversation()
        talk.ask(QUESTION)
    shown = page_of(talk, color_scheme=scheme)
    expect(shown.root).to_have_attribute("data-theme", scheme)
    for folded in shown.root.locator("summary").all():
        folded.click()
    expect(shown.root.locator(".letters")).to_be_visible()
    for width in (600, 1200):
        shown.page.set_viewport_size({"width": width, "height": 900})
        assert shown.root.evaluate("node => node.scrollWidth <= node.clientWidth")
        shown.axe()


def test_five_hundred_tokens_are_seen_to_grow_and_none_is_lost(shown):
    asked = {"turn": 0, "role": "user", "text": QUESTION, "sequences": []}
    writing = {"turn": 0, "role": "assistant", "state": "writing", "text": "", "why": None}
    shown.set(status="running", messages=[asked, writing])
    expect(answer(shown)).to_have_attribute("aria-live", "off")
    expect(answer(shown)).to_have_attribute("aria-busy", "true")
    texts = shown.page.evaluate(GROW)
    assert len(texts) == 500
    assert all(later.startswith(earlier) for earlier, later in itertools.pairwise(texts))
    assert texts[-1] == "".join(f"t{number} " for number in range(500))
    shown.set(status="idle", messages=[asked, {**writing, "state": "stopped", "text": texts[-1]}], _stream={})
    expect(answer(shown)).not_to_have_attribute("aria-live", "off")
    expect(answer(shown).locator(".said")).to_have_text(texts[-1].strip())


def test_stop_is_there_while_it_is_written_and_keeps_its_place(page_of):
    script = ScriptedChat(hold=2)
    shown = page_of(Chat(script, sequences=TATA))
    place = shown.root.get_by_role("button", name="Send").bounding_box()
    field(shown).fill(QUESTION)
    field(shown).press("Enter")
    shown.sync(wait=False)
    assert script.reached.wait(10)
    shown.sync(wait=False)
    stop = shown.root.get_by_role("button", name="Stop")
    assert stop.bounding_box() == place
    field(shown).fill("Another one?")
    field(shown).press("Enter")
    expect(shown.status).to_contain_text("wait, or stop it")
    stop.click()
    shown.sync(wait=False)
    script.go_on.set()
    shown.sync()
    expect(answer(shown)).to_contain_text("Yes, there")
    expect(answer(shown).locator(".ended")).to_have_text("stopped")
    expect(field(shown)).to_have_value("Another one?")
    script.hold = None
    answer(shown).get_by_role("button", name="Ask again").click()
    shown.sync()
    expect(answer(shown).locator(".said")).to_have_text(ANSWER.text)
    expect(shown.root.get_by_role("article")).to_have_count(2)


def test_escape_stops(page_of):
    script = ScriptedChat(hold=1)
    shown = page_of(Chat(script, sequences=TATA))
    field(shown).fill(QUESTION)
    field(shown).press("Enter")
    shown.sync(wait=False)
    assert script.reached.wait(10)
    shown.sync(wait=False)
    field(shown).press("Escape")
    shown.sync(wait=False)
    script.go_on.set()
    shown.sync()
    assert shown.widget.messages[-1]["state"] == "stopped"


def test_keys_of_the_field(shown):
    ask(shown, "First in <DNA>?")
    ask(shown, "Second in <DNA>?")
    field(shown).press("ArrowUp")
    expect(field(shown)).to_have_value("Second in <DNA>?")
    field(shown).press("ArrowUp")
    expect(field(shown)).to_have_value("First in <DNA>?")
    field(shown).press("ArrowDown")
    field(shown).press("ArrowDown")
    expect(field(shown)).to_have_value("")
    field(shown).press_sequentially("one")
    field(shown).press("Shift+Enter")
    field(shown).press("ArrowUp")  # moves in the text
    expect(field(shown)).to_have_value("one\n")
    before = len(shown.sent)
    field(shown).evaluate(COMPOSE)
    assert len(shown.sent) == before


def test_names_complete_after_an_at(shown):
    field(shown).press_sequentially("Is it @")
    expect(shown.root.locator(".names [role=option]")).to_have_text(["@HBB", "@other"])
    field(shown).press_sequentially("OT")
    expect(shown.root.locator(".names [role=option]")).to_have_text(["@other"])
    field(shown).press("Enter")
    expect(field(shown)).to_have_value("Is it @other ")
    field(shown).press_sequentially("or @")
    field(shown).press("ArrowDown")
    field(shown).press("ArrowDown")
    field(shown).press("Tab")
    expect(field(shown)).to_have_value("Is it @other or @HBB ")
    field(shown).press_sequentially("@")
    field(shown).press("Escape")
    expect(shown.root.get_by_role("listbox", name="Sequences")).to_be_hidden()
    field(shown).fill("")
    shown.root.get_by_role("button", name="Write @other into the question").click()
    expect(field(shown)).to_have_value("@other ")


def test_ticks_decide_what_is_asked_about(shown):
    shown.root.get_by_role("checkbox", name="HBB").uncheck()
    shown.root.get_by_role("checkbox", name="other").check()
    ask(shown)
    assert shown.widget.messages[0]["sequences"][0]["name"] == "other"
    shown.widget.tick("HBB")
    shown.sync()
    expect(shown.root.get_by_role("checkbox", name="HBB")).to_be_checked()
    expect(shown.root.get_by_role("checkbox", name="other")).not_to_be_checked()
    shown.root.get_by_role("button", name="Remove other").click()
    shown.sync()
    expect(shown.root.locator(".sequence-row")).to_have_count(1)
    expect(shown.root.get_by_role("article", name="Question")).to_contain_text("other")


def test_sequences_are_pasted_dropped_and_uploaded(shown, tmp_path):
    box = shown.root.get_by_role("textbox", name="Paste FASTA or letters")
    box.fill(">pasted_one\nACGTACGT\n")
    shown.root.get_by_role("button", name="Add what was pasted").click()
    shown.sync()
    expect(box).to_have_value("")
    expect(shown.status).to_have_text("pasted_one was added.")
    shown.page.evaluate(DROP, ">dropped\nAC\n>too\nGG\n")
    shown.sync()
    expect(shown.status).to_have_text("2 sequences were added.")
    assert shown.page.evaluate(PASTE, [".question", "ACGT" * 10])
    shown.sync()
    assert not shown.page.evaluate(PASTE, [".question", "Is there a TATA box?"])
    path = tmp_path / "a.fa"
    path.write_text(">uploaded\nACGT\n")
    shown.root.locator("input[type=file]").set_input_files(path)
    shown.sync()
    names = ["HBB", "other", "pasted_one", "dropped", "too", "pasted", "uploaded"]
    assert [one["name"] for one in shown.widget.sequences] == names
    box.fill(">bad\nACGT\nAC!T\n")
    shown.root.get_by_role("button", name="Add what was pasted").click()
    shown.sync()
    expect(shown.alert).to_contain_text("bad (line 1): Sequence 'bad' holds '!'")
    expect(box).to_have_value(">bad\nACGT\nAC!T\n")


def test_a_large_file_goes_in_parts(shown, tmp_path):
    path = tmp_path / "large.fa"
    path.write_text("".join(f">r{n}\n{'ACGT' * 1150}\n" for n in range(900)))
    shown.root.locator("input[type=file]").set_input_files(path)
    for _ in range(2):
        shown.sync()
    sent = [(one["part"], one["parts"]) for one in shown.sent if one["type"] == "upload"]
    assert sent == [(0, 2), (1, 2)]
    expect(shown.status).to_have_text("900 sequences were added.")
    expect(shown.root.locator(".sequences")).to_contain_text("… and 702 more")
    assert shown.root.locator(".sequence-row").count() == 200


def test_why_opens_in_place_and_closes(shown):
    ask(shown)
    why = answer(shown).get_by_role("button", name="Why?")
    why.focus()
    shown.page.keyboard.press("Enter")
    shown.sync()
    letters = answer(shown).locator(".letters")
    expect(letters).to_have_accessible_name(
        "The strongest base is T at position 80, +1.00. Found there: TATA box TATAAAAG at 80."
    )
    assert letters.locator("path").count() == 60
    assert letters.locator(".foot").count() == 60
    expect(letters.locator(".name")).to_have_text("TATA box TATAAAAG")
    expect(why).to_be_focused()
    expect(why).to_have_attribute("aria-expanded", "true")
    why.click()
    expect(letters).to_have_count(0)
    why.click()
    expect(letters).to_have_count(1)
    assert [one["type"] for one in shown.sent].count("why") == 1
    asked, told = shown.widget.messages
    shown.set(messages=[asked, {**told, "why": {**told["why"], "marks": []}}])
    expect(answer(shown).locator(".why")).to_contain_text("None of the elements that are known here")


def test_errors_stand_in_the_log(page_of):
    script = ScriptedChat(error=ChatNTError(HOSTILE))
    shown = page_of(Chat(script, sequences=TATA))
    ask(shown)
    expect(answer(shown).locator(".failed")).to_have_text(HOSTILE)
    expect(answer(shown).get_by_role("button", name="Why?")).to_have_count(0)
    expect(shown.alert).to_be_hidden()
    ask(shown, "<DNA> or <DNA> or <DNA>?")
    expect(shown.alert).to_contain_text("3 placeholders but 1 sequence")
    expect(field(shown)).to_have_value("<DNA> or <DNA> or <DNA>?")


def test_a_refusal_looks_like_a_notice(page_of):
    shown = page_of(Chat(ScriptedChat(answer=REFUSAL)))
    ask(shown, "Will it rain?")
    expect(answer(shown)).to_contain_text("Outside of what this pair was trained on")
    expect(answer(shown).locator(".chip")).to_have_count(0)
    expect(answer(shown).get_by_role("button", name="Why?")).to_have_count(0)


def test_numbers_have_intervals(page_of):
    shown = page_of(Chat(ScriptedChat(answer=NUMBER), sequences=TATA))
    ask(shown)
    expect(answer(shown).locator(".chip")).to_have_text(["value 1.5", "90 % between 1 and 2", "✓calibrated"])


def test_hostile_texts_are_shown_as_texts(page_of):
    said = dataclasses.replace(ANSWER, text=HOSTILE, label=HOSTILE, notes=(HOSTILE,), calibration=HOSTILE)
    talk = Chat(ScriptedChat(answer=said), sequences={HOSTILE: str(TATA), "b": "ACGT"})
    shown = page_of(talk)
    ask(shown, f"{QUESTION} {HOSTILE}")
    answer(shown).get_by_role("button", name="Why?").click()
    shown.sync()
    expect(answer(shown).locator(".said")).to_have_text(HOSTILE)
    expect(answer(shown).locator(".why")).to_contain_text(HOSTILE)
    assert shown.root.locator("img, script").count() == 0
    assert shown.page.title() == "test"


def test_suggestions_fill_the_field(shown):
    shown.root.get_by_label("What to ask about").select_option("splice_sites_all")
    chip = shown.root.get_by_role("group", name="Suggested questions").get_by_role("button").first
    chip.click()
    expect(field(shown)).to_have_value(chip.inner_text())
    expect(field(shown)).to_be_focused()
    shown.sync()
    assert shown.widget.draft == chip.inner_text()
    shown.widget.fill("From elsewhere?")
    shown.sync()
    expect(field(shown)).to_have_value("From elsewhere?")


def test_it_follows_the_end_only_while_the_reader_is_there(shown):
    for _ in range(8):
        shown.widget.ask(QUESTION)
    shown.sync()
    log = shown.root.get_by_role("log")
    end = "node => node.scrollHeight - node.scrollTop - node.clientHeight"
    assert log.evaluate(end) < 2
    log.evaluate("node => { node.scrollTop = 0; }")
    shown.page.wait_for_timeout(50)
    shown.widget.ask(QUESTION)
    shown.sync()
    assert log.evaluate("node => node.scrollTop") == 0
    shown.root.get_by_role("button", name="Go to the newest answer").click()
    assert log.evaluate(end) < 2
    shown.widget.ask(QUESTION)
    shown.sync()
    assert log.evaluate(end) < 2


def test_messages_that_stay_keep_their_nodes(shown):
    ask(shown)
    shown.page.evaluate("document.querySelectorAll('article').forEach(node => { node.kept = true; })")
    ask(shown)
    kept = shown.page.evaluate("[...document.querySelectorAll('article')].map(node => Boolean(node.kept))")
    assert kept == [True, True, False, False]


def test_a_new_conversation_and_what_is_saved(shown):
    ask(shown)
    with shown.page.expect_download() as caught:
        shown.root.get_by_role("button", name="Save the conversation as Markdown").click()
        shown.sync()
    assert caught.value.suggested_filename == "conversation.md"
    assert caught.value.path().read_text() == shown.widget.to_markdown()
    shown.root.get_by_role("button", name="New conversation").click()
    shown.sync()
    expect(shown.root.get_by_role("article")).to_have_count(0)
    expect(shown.root.get_by_role("log")).to_contain_text("Add a sequence, then ask about it.")


def test_the_end_leaves_nothing(shown):
    ask(shown)
    assert shown.end() == 0


def test_the_saved_page_tells_all_without_python(new_page, tmp_path):
    talk = Chat(ScriptedChat(scope=Known()), sequences=TATA)
    talk.ask(QUESTION)
    talk.why()
    path = talk.save(tmp_path / "chat.html")
    page = new_page()
    watch(page, lambda url: url == path.as_uri())
    page.goto(path.as_uri())
    expect(page.locator(".letters")).to_be_visible()
    page.get_by_role("button", name="Why?").click()
    expect(page.locator(".letters")).to_have_count(0)
    assert page.get_by_role("button", name="Send").count() == 0
    assert page.get_by_role("button", name="Ask again").count() == 0
