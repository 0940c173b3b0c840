"""Files are whole or not there, and what cannot be read is told."""

import os
from unittest import mock

import pytest

from chatnt.errors import DataError
from chatnt.files import reading_json, replace_bytes, replace_text


def test_a_crash_leaves_the_file_as_it_was(tmp_path):
    path = tmp_path / "x"
    replace_text(path, "first")
    with mock.patch.object(os, "replace", side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
        replace_bytes(path, b"second")
    assert path.read_text() == "first"
    replace_bytes(path, b"second")
    assert path.read_bytes() == b"second"


def test_what_there_is_no_room_for_is_removed(tmp_path):
    path = tmp_path / "x"
    replace_text(path, "first")
    full = OSError("full")
    with mock.patch.object(os, "fsync", side_effect=full), pytest.raises(OSError, match="full"):
        replace_bytes(path, b"second")
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("x", "first")]


@pytest.mark.parametrize("text", ["{", "[1]", '{"other": 1}', '{"wanted": null}'])
def test_what_is_something_else_is_told(tmp_path, text):
    (tmp_path / "x.json").write_text(text)
    with (
        pytest.raises(DataError, match=r"x\.json cannot be read as numbers"),
        reading_json(tmp_path / "x.json", "numbers") as data,
    ):
        sum(data["wanted"])


def test_what_can_be_used_is_handed_out_and_clear_errors_stay(tmp_path):
    (tmp_path / "x.json").write_text('{"wanted": [1, 2]}')
    with reading_json(tmp_path / "x.json", "numbers") as data:
        assert sum(data["wanted"]) == 3
    with pytest.raises(DataError, match="mine"), reading_json(tmp_path / "x.json", "numbers"):
        raise DataError("mine")
    with pytest.raises(FileNotFoundError), reading_json(tmp_path / "none.json", "numbers"):
        pass
