"""A file in parts is the same, however often its writers die."""

import contextlib
import errno
import json
import os
import resource
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from chatnt.errors import DataError, WritingError
from chatnt.parts import Parts

PLAN = {"questions": ["one", "two"], "weights": "abc"}
CONTENTS = [{"table": f"row {i}\n".encode() * (i % 3), "errors": b"bad\n" * (i == 2)} for i in range(7)]
WHOLE = {name: b"".join(each[name] for each in CONTENTS) for name in ("table", "errors")}


def files(folder):
    return {"table": folder / "out.tsv", "errors": folder / "out.errors.tsv"}


def parts(folder, **settings):
    plan = settings.pop("plan", PLAN)
    return Parts(files(folder), plan, main=folder / "out.tsv", **settings)


def check(folder):
    assert {name: path.read_bytes() for name, path in files(folder).items()} == WHOLE
    assert sorted(p.name for p in folder.iterdir()) == ["out.errors.tsv", "out.tsv", "out.tsv.run.json"]
    assert json.loads((folder / "out.tsv.run.json").read_text())["finished"]


def write_missing(some, numbers=range(7)):
    wrote = [number for number in numbers if some.missing(number)]
    for number in wrote:
        some.write(number, CONTENTS[number])
    return wrote


def test_parts_are_joined_in_their_order_as_they_come(tmp_path):
    some = parts(tmp_path)
    assert write_missing(some, [1, 0, 3]) == [1, 0, 3]
    assert files(tmp_path)["table"].read_bytes() == CONTENTS[0]["table"] + CONTENTS[1]["table"]
    assert write_missing(some) == [2, 4, 5, 6]
    some.finish(7)
    check(tmp_path)


@pytest.mark.parametrize("stop", range(7))
def test_a_later_start_writes_what_is_missing(tmp_path, stop):
    write_missing(parts(tmp_path), range(stop))
    again = parts(tmp_path)
    assert write_missing(again) == list(range(stop, 7))
    again.finish(7)
    check(tmp_path)
    assert write_missing(parts(tmp_path)) == []


def test_what_was_appended_and_not_noted_is_taken_off(tmp_path):
    write_missing(parts(tmp_path), range(3))
    with files(tmp_path)["table"].open("ab") as file:
        file.write(b"half a li")
    again = parts(tmp_path)
    write_missing(again)
    again.finish(7)
    check(tmp_path)


@pytest.mark.parametrize("moment", ["truncated", "begun", "part", "appended", "noted"])
def test_a_process_that_is_killed_anywhere_loses_nothing(tmp_path, moment):
    """A real SIGKILL: in the third part, before or after each thing that is written."""
    script = f"""
import os, signal, sys
from pathlib import Path
from chatnt import parts as module
from tests.test_parts import CONTENTS, parts
folder, kill = Path({str(tmp_path)!r}), lambda: os.kill(os.getpid(), signal.SIGKILL)
some = parts(folder)
for number in range(2):
    some.write(number, CONTENTS[number])
{{
    "truncated": lambda: (open(folder / "out.tsv", "ab").write(b"x"), kill()),
    "begun": lambda: (open(some.folder / ".000000000002", "wb").write(b"?"), kill()),
    "part": lambda: (setattr(some, "_join", kill), some.write(2, CONTENTS[2])),
    "appended": lambda: (setattr(some, "_note", lambda progress: kill()), some.write(2, CONTENTS[2])),
    "noted": lambda: (setattr(Path, "unlink", lambda self, **more: kill()), some.write(2, CONTENTS[2])),
}}[{moment!r}]()
"""
    root = str(Path(__file__).parents[1])
    environment = os.environ | {"PYTHONPATH": root}
    died = subprocess.run([sys.executable, "-c", script], env=environment, cwd=root, check=False)
    assert died.returncode == -signal.SIGKILL
    again = parts(tmp_path)
    write_missing(again)
    again.finish(7)
    check(tmp_path)


def test_several_processes_write_one_file(tmp_path):
    some = [parts(tmp_path, rank=0, world_size=3)]
    some += [parts(tmp_path, rank=rank, world_size=3) for rank in (1, 2)]
    assert write_missing(some[2]) == [2, 5]
    assert write_missing(some[0]) == [0, 3, 6]
    waiting = threading.Thread(target=some[0].finish, args=[7])
    waiting.start()
    assert write_missing(some[1]) == [1, 4]
    waiting.join(timeout=20)
    check(tmp_path)
    some[1].finish(7)  # which is not its to do


def test_others_wait_until_the_first_has_begun(tmp_path):
    found = []
    other = threading.Thread(target=lambda: found.append(parts(tmp_path, rank=1, world_size=2)))
    other.start()
    parts(tmp_path, rank=0, world_size=2)
    other.join(timeout=20)
    assert found[0].missing(1)
    assert not found[0].missing(0)


def test_another_plan_is_refused_unless_told(tmp_path):
    write_missing(parts(tmp_path), range(2))
    with pytest.raises(DataError, match="differs in questions; give another file"):
        parts(tmp_path, plan=PLAN | {"questions": ["three"]})
    fresh = parts(tmp_path, plan=PLAN | {"questions": ["three"]}, overwrite=True)
    assert write_missing(fresh) == list(range(7))
    fresh.finish(7)
    check(tmp_path)
    with pytest.raises(DataError, match="Several processes"):
        parts(tmp_path, overwrite=True, world_size=2)


def test_a_file_of_somebody_else_is_left_alone(tmp_path):
    files(tmp_path)["table"].write_text("mine")
    with pytest.raises(DataError, match="there already"):
        parts(tmp_path)
    assert files(tmp_path)["table"].read_text() == "mine"


def test_a_file_that_was_shortened_is_an_error(tmp_path):
    write_missing(parts(tmp_path), range(3))
    files(tmp_path)["table"].write_bytes(b"")
    with pytest.raises(DataError, match="shorter"):
        parts(tmp_path)


def test_the_main_file_may_be_made_of_the_joined_one(tmp_path):
    main, joined = tmp_path / "out.x", tmp_path / "out.x.unfinished"
    some = Parts({"table": joined}, PLAN, main=main)
    some.write(0, {"table": b"abc"})
    some.finish(1, lambda: main.write_bytes(joined.read_bytes()[::-1]))
    assert main.read_bytes() == b"cba"


@contextlib.contextmanager
def room_for(size):
    """Let no file grow beyond a number of bytes: what is written in part is there, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def noted(folder):
    return json.loads((folder / "out.tsv.run.json").read_text())


def go_on(folder):
    again = parts(folder)
    write_missing(again)
    again.finish(7)
    check(folder)


@pytest.mark.parametrize("moment", range(30))
def test_a_disk_that_is_full_at_any_moment_loses_nothing(tmp_path, monkeypatch, moment):
    """Four things are written and synchronised for each of 7 parts, and a note before and after them."""
    moments, fsync = iter(range(30)), os.fsync

    def full(descriptor):
        if next(moments) == moment:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WritingError, match=r"out\.tsv cannot be written: No space.* Make room.* goes on"):
        go_on(tmp_path)
    monkeypatch.undo()
    if moment:
        for name, size in noted(tmp_path)["sizes"].items():
            assert files(tmp_path)[name].read_bytes()[:size] == WHOLE[name][:size]
    go_on(tmp_path)


@pytest.mark.parametrize("size", [0, 60, 900])
def test_what_is_half_written_when_the_room_is_used_up_is_taken_off(tmp_path, monkeypatch, size):
    long = [{name: content * 100 for name, content in each.items()} for each in CONTENTS]
    monkeypatch.setattr("tests.test_parts.CONTENTS", long)
    whole = {name: b"".join(each[name] for each in long) for name in WHOLE}
    monkeypatch.setattr("tests.test_parts.WHOLE", whole)
    with room_for(size), pytest.raises(WritingError, match=r"File too large.* Make room"):
        go_on(tmp_path)
    assert not [path for path in tmp_path.rglob(".*") if path.is_file()]  # room again
    go_on(tmp_path)


def test_a_folder_that_cannot_be_written_to_is_told(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(WritingError, match=r"cannot be written: .*file.*Give another file"):
        parts(tmp_path / "file")


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_folder_that_is_only_to_be_read_is_told(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(WritingError, match="Permission denied"):
        parts(tmp_path)
    tmp_path.chmod(0o700)


def test_what_was_begun_and_not_noted_is_the_same_run(tmp_path):
    parts(tmp_path)
    for path in files(tmp_path).values():
        path.unlink()  # noted first, so a crash may come before they are there
    go_on(tmp_path)
