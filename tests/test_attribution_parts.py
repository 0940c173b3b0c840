"""Attributions to parts, as results."""

import numpy as np
import pytest

from chatnt.attribution_parts import PartAttribution
from chatnt.errors import DataError

NAMES = ("Is", "it", "<b>", "?")


def made(**changes):
    usual = {
        "kind": "word", "names": NAMES, "scores": np.array([0.5, -2, 0, 1], np.float32),
        "question": "Is it <b><DNA>?", "task": None, "target": "Yes", "against": "No", "unit": "log-odds",
        "method": "integrated_gradients", "baseline": "padding", "value": 1.25, "baseline_value": 0.5,
        "delta": 0.01, "notes": ("doubt it",),
    }  # fmt: skip
    return PartAttribution(**(usual | changes))


def test_it_says_what_it_is():
    assert repr(made()) == (
        "PartAttribution(4 words; Yes against No, log-odds 1.25; integrated_gradients from padding; "
        "delta 0.01; strongest: it (-2))\n  note: doubt it"
    )
    short = made(names=("one",), scores=np.ones(1, np.float32), against="", baseline="", delta=None, notes=())
    assert repr(short) == (
        "PartAttribution(1 word; Yes, log-odds 1.25; integrated_gradients; strongest: one (+1))"
    )


def test_a_notebook_shows_words_in_colours_and_no_markup_of_the_user():
    shown = made()._repr_html_()
    assert "&lt;b&gt;" in shown
    assert "<b>" not in shown
    assert "rgba(217, 119, 6,1.00)" in shown  # the strongest, against
    assert "the darker, the more" in made(signed=False)._repr_html_()


def test_a_table_has_one_row_for_each_part():
    table = made().to_frame()
    assert table.to_dict("list") == {"position": [0, 1, 2, 3], "name": list(NAMES), "score": [0.5, -2, 0, 1]}


def test_what_is_saved_is_loaded(tmp_path):
    path = tmp_path / "why.json"
    made().save(path)
    again = PartAttribution.load(path)
    assert repr(again) == repr(made())
    np.testing.assert_array_equal(again.scores, made().scores)
    assert (again.names, again.baseline_value, again.scores.dtype) == (NAMES, 0.5, np.float32)


def test_other_files_are_refused(tmp_path):
    path = tmp_path / "why.json"
    for text, told in (("{", "cannot be read"), ("[]", "is no attribution"), ('{"format": 1}', "is no attr")):
        path.write_text(text)
        with pytest.raises(DataError, match=told):
            PartAttribution.load(path)
    made().save(path)
    path.write_text(path.read_text().replace('"format": 1', '"format": 9'))
    with pytest.raises(DataError, match="format 1"):
        PartAttribution.load(path)
    with pytest.raises(FileNotFoundError):
        PartAttribution.load(tmp_path / "nowhere")


def test_names_and_scores_must_be_as_many():
    with pytest.raises(ValueError, match="There are 3 parts, but 4 scores"):
        made(names=NAMES[1:])
