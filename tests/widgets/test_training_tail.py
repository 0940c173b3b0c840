"""A file that is read while it grows."""

import os

import pytest

from chatnt.widgets import training_tail
from chatnt.widgets.training_tail import Tail
from tests.widgets.logs import lines

ONE, TWO, THREE = ({"step": number, "loss": 1.0} for number in (1, 2, 3))


@pytest.fixture
def path(tmp_path):
    return tmp_path / "log.jsonl"


@pytest.fixture
def tail(path):
    return Tail(path)


def add(path, text):
    with open(path, "a") as file:
        file.write(text)


def test_each_line_is_read_once(path, tail):
    assert tail.read() == ([], False)
    path.write_text(lines([ONE]))
    assert tail.read() == ([ONE], False)
    assert tail.read() == ([], False)
    add(path, lines([TWO, THREE]))
    assert tail.read() == ([TWO, THREE], False)


def test_half_a_line_waits_for_its_other_half(path, tail):
    whole = lines([TWO])
    path.write_text(lines([ONE]) + whole[:7])
    assert tail.read() == ([ONE], False)
    assert tail.read() == ([], False)
    add(path, whole[7:])
    assert tail.read() == ([TWO], False)
    assert tail.unread == 0


@pytest.mark.parametrize("line", ["{broken", "[1, 2]", "7", '{"loss": 1}', '{"step": "one"}', "", "\xff\xfe"])
def test_a_line_that_is_no_record_is_counted(path, tail, line):
    path.write_bytes(lines([ONE]).encode() + line.encode("latin-1") + b"\n" + lines([TWO]).encode())
    assert tail.read() == ([ONE, TWO], False)
    assert tail.unread == 1


def test_a_shorter_file_is_read_anew(path, tail):
    path.write_text(lines([ONE, TWO]))
    tail.read()
    path.write_text(lines([THREE]))
    assert tail.read() == ([THREE], True)
    assert tail.read() == ([], False)


def test_another_file_in_its_place_is_read_anew_though_it_is_longer(path, tail):
    path.write_text(lines([ONE]))
    tail.read()
    other = path.with_name("other")
    other.write_text(lines([ONE, TWO]))
    os.replace(other, path)
    assert tail.read() == ([ONE, TWO], True)


def test_the_same_file_with_other_lines_is_read_anew_though_it_is_longer(path, tail):
    path.write_text(lines([ONE, TWO]))
    tail.read()
    with open(path, "r+") as file:
        file.write(lines([TWO, THREE, ONE]))
    assert tail.read() == ([TWO, THREE, ONE], True)


def test_a_file_that_goes_is_forgotten(path, tail):
    path.write_text(lines([ONE]))
    tail.read()
    path.unlink()
    assert tail.read() == ([], True)
    assert tail.read() == ([], False)


def test_a_long_file_is_read_in_parts(path, tail, monkeypatch):
    monkeypatch.setattr(training_tail, "_CHUNK", 100)
    many = [{"step": number} for number in range(50)]
    path.write_text(lines(many))
    assert tail.read() == (many, False)
    add(path, lines([ONE]))
    assert tail.read() == ([ONE], False)
