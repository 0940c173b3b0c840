"""Checkpoints: whole or not at all."""

import json
import os
import resource

import pytest
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from chatnt.errors import CheckpointError
from chatnt.training import checkpoint
from chatnt.training.checkpoint import Checkpoints, read_tensors, replace_tensors, write_tensors

TENSORS = {"weights": {"a": torch.arange(6.0).view(2, 3), "b": torch.tensor(1.5)}, "average": {}}


@pytest.fixture
def kept(tmp_path):
    checkpoints = Checkpoints(tmp_path / "checkpoints")
    checkpoints.write(3, {"frozen": {"decoder": "ab" * 32}}, TENSORS, {"state.json": "{}"})
    return checkpoints


def test_what_was_written_is_read(kept):
    saved = kept.last()
    assert (saved.step, saved.about["frozen"]) == (3, {"decoder": "ab" * 32})
    read = saved.tensors("weights", {"a": (2, 3), "b": ()})
    assert all(torch.equal(read[name], tensor) for name, tensor in TENSORS["weights"].items())
    assert saved.tensors("average", {}) == {}
    assert sorted(saved.about["files"]) == ["average.safetensors", "state.json", "weights.safetensors"]
    saved.check_frozen({"decoder": "ab" * 32})


def test_the_newest_few_stay(tmp_path):
    checkpoints = Checkpoints(tmp_path, keep=2)
    assert checkpoints.last() is None
    for step in (5, 10, 100):
        checkpoints.write(step, {}, TENSORS)
    assert checkpoints.steps() == [10, 100]
    assert checkpoints.last().step == 100


@pytest.mark.parametrize(
    ("shapes", "said"),
    [
        ({"a": (2, 3), "b": (), "c": ()}, r"missing: c\."),
        ({"a": (2, 3)}, r"foreign: b\."),
        ({"a": (3, 2), "b": ()}, r"of another shape: a\."),
        ({"c": (2, 3), "b": (1,)}, r"missing: c; foreign: a; of another shape: b\."),
    ],
)
def test_what_does_not_fit_is_named(kept, shapes, said):
    with pytest.raises(CheckpointError, match=said):
        kept.last().tensors("weights", shapes)


@pytest.mark.parametrize("hashes", [{"decoder": "cd" * 32}, {}, {"decoder": "ab" * 32, "encoder": "ef" * 32}])
def test_other_frozen_weights_are_named(kept, hashes):
    part = "encoder" if "encoder" in hashes else "decoder"
    with pytest.raises(CheckpointError, match=rf"other frozen weights \({part}: "):
        kept.last().check_frozen(hashes)


def damage(folder, kind):
    path = folder / "weights.safetensors"
    if kind == "missing":
        path.unlink()
    elif kind == "changed":
        path.write_bytes(path.read_bytes()[:-1] + b"\x01")
    elif kind == "cut":
        path.write_bytes(path.read_bytes()[:20])
    elif kind == "no json":
        (folder / "checkpoint.json").write_text("{")
    elif kind == "nothing said":
        (folder / "checkpoint.json").unlink()
    else:
        about = json.loads((folder / "checkpoint.json").read_text())
        (folder / "checkpoint.json").write_text(json.dumps(about | {"format": 0}))


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("missing", "missing: weights.safetensors"),
        ("changed", "not the file that was written: weights.safetensors"),
        ("cut", "not the file that was written: weights.safetensors"),
        ("no json", r"checkpoint\.json cannot be read"),
        ("nothing said", r"checkpoint\.json cannot be read"),
        ("another format", "has format 0, expected 1"),
    ],
)
def test_a_damaged_checkpoint_is_refused(kept, kind, said):
    damage(kept.folder / "step-00000003", kind)
    with pytest.raises(CheckpointError, match=said):
        kept.last()


def test_the_same_tensors_are_the_same_bytes(tmp_path):
    about = {"step": 3, "z": 1, "a": [2]}
    for name in "xy":
        write_tensors(tmp_path / name, TENSORS["weights"], about)
    assert (tmp_path / "x").read_bytes() == (tmp_path / "y").read_bytes()


def test_a_full_disk_is_said_and_leaves_what_was_there(kept, monkeypatch):
    def full(tensors, path, metadata):
        path.write_bytes(b"half")
        raise SafetensorError("I/O error: No space left on device (os error 28)")

    before = {p.name: p.read_bytes() for p in (kept.folder / "step-00000003").iterdir()}
    monkeypatch.setattr(checkpoint, "save_file", full)
    with pytest.raises(CheckpointError, match=r"step-00000006 could not be written: .*No space left.*intact"):
        kept.write(6, {}, TENSORS)
    assert {p.name: p.read_bytes() for p in (kept.folder / "step-00000003").iterdir()} == before
    assert [p.name for p in kept.folder.iterdir()] == ["step-00000003"]


def test_a_disk_that_takes_no_more_is_said(tmp_path, kept):
    """No file may grow beyond 4 kB: writing fails as on a full disk, in the library that writes."""
    large = {"weights": {"a": torch.zeros(10_000)}}
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        with pytest.raises(CheckpointError, match=r"could not be written: .*File too large"):
            kept.write(6, {}, large)
        with pytest.raises(CheckpointError, match=r"could not be written: .*File too large"):
            replace_tensors(tmp_path / "final.safetensors", large["weights"], {})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert kept.last().step == 3
    assert sorted(p.name for p in tmp_path.iterdir()) == ["checkpoints"]


def test_all_is_on_the_disk_before_it_has_its_name(kept, monkeypatch):
    done = []
    sync, rename = os.fsync, os.rename

    def synced(handle):
        done.append(os.path.basename(os.readlink(f"/proc/self/fd/{handle}")))
        sync(handle)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "rename", lambda a, b: (done.append("renamed"), rename(a, b)))
    kept.write(6, {}, TENSORS)
    assert done == [
        "weights.safetensors", "average.safetensors", "checkpoint.json", ".step-00000006", "renamed",
        "checkpoints",
    ]  # fmt: skip


def test_what_a_killed_process_left_is_removed(kept):
    (kept.folder / ".step-00000006").mkdir()
    (kept.folder / ".step-00000006/weights.safetensors").write_bytes(b"half")
    assert kept.last().step == 3
    kept.clear_remains()
    assert kept.steps() == [3]
    assert len(list(kept.folder.iterdir())) == 1


def test_a_file_is_replaced_as_a_whole(tmp_path):
    path = tmp_path / "final.safetensors"
    replace_tensors(path, {"a": torch.zeros(2)}, {})
    with open(path, "rb") as old:
        before = path.read_bytes()
        replace_tensors(path, {"a": torch.ones(2)}, {})
        assert old.read() == before
    assert torch.equal(load_file(path)["a"], torch.ones(2))


def test_no_file_of_tensors_is_said(tmp_path):
    with pytest.raises(CheckpointError, match=r"a\.safetensors cannot be read"):
        read_tensors(tmp_path / "a.safetensors")
    (tmp_path / "a.safetensors").write_bytes(b"something")
    with pytest.raises(CheckpointError, match=r"a\.safetensors cannot be read"):
        read_tensors(tmp_path / "a.safetensors")
    save_file({"a": torch.zeros(1)}, tmp_path / "b.safetensors")
    assert list(read_tensors(tmp_path / "b.safetensors")) == ["a"]
