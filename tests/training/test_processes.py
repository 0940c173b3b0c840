"""Two processes on CPUs train as one does: with whole models, with a divided one, and after a death."""

import itertools
import json
import multiprocessing
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from chatnt.errors import TrainingError
from chatnt.training.batches import Batches
from chatnt.training.frozen import prepared
from chatnt.training.sharding import copied, divisible
from tests.training import processes, runs
from tests.training.processes import PLAN, Noted, made_pair

ROOT = Path(__file__).parents[2]
WAIT = 400  # seconds, of a busy machine
CPU = {"CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1"}
FRESH = {"TORCH_DISABLE_SHARE_RDZV_TCP_STORE": "1"}
"""Else torchrun (of PyTorch 2.13) gives processes that it starts again the addresses of the dead."""


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """One process: what it saw, its losses, and what it learned."""
    folder = tmp_path_factory.mktemp("alone") / "run"
    mixture = Noted(runs.made_mixture())
    log = runs.trained(folder, PLAN, pair=made_pair(), mixture=mixture, validation=lambda: {"mean": 0.5})
    return mixture.seen, log.losses, load_file(folder / "weights.safetensors")


def two_processes(place: Path, *, divided: bool = False, stops: bool = False) -> tuple[Path, list[dict]]:
    """Train with two at once; return the folder of the run, and what each of them noted."""
    # What they need is imported in one process, of which they are forks.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.training.processes"])
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {"divided": divided, "stops": stops}
    made = [
        context.Process(
            target=processes.one_of, args=(rank, 2, port, str(place / "run"), str(place)), kwargs=settings
        )
        for rank in range(2)
    ]
    for process in made:
        process.start()
    try:
        for process in made:
            process.join(WAIT)
        assert [process.exitcode for process in made] == [0, 0]
    finally:
        for process in made:
            process.kill()
    return place / "run", [json.loads((place / f"{rank}.json").read_text()) for rank in range(2)]


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Two processes, each with the whole model."""
    return two_processes(tmp_path_factory.mktemp("whole"), divided=False)


@pytest.fixture(scope="module")
def divided(tmp_path_factory):
    """Two processes with one model, of which each has a half."""
    return two_processes(tmp_path_factory.mktemp("divided"), divided=True)


@pytest.fixture(params=["whole", "divided"])
def pair_of_processes(request):
    return request.getfixturevalue(request.param)


def test_losses_and_weights_are_those_of_one_process(alone, pair_of_processes):
    _, losses, learned = alone
    folder, notes = pair_of_processes
    for note in notes:
        assert note["losses"] == pytest.approx(losses, rel=1e-6)
    assert len(set(losses)) == PLAN.steps  # it learns
    kept = load_file(folder / "weights.safetensors")
    assert kept.keys() == learned.keys()
    for name, weight in learned.items():
        torch.testing.assert_close(kept[name], weight, rtol=1e-3, atol=1e-5)


def test_no_sample_is_seen_twice(alone, pair_of_processes):
    seen, _, _ = alone
    parts = [note["seen"] for note in pair_of_processes[1]]
    for step, rows in seen.items():
        ours = [part[str(step)] for part in parts]
        assert [len(some) for some in ours] == [3, 2]
        assert sorted(itertools.chain(*ours)) == sorted(rows)
    rows = [sequence for part in parts for some in part.values() for sequence in some]
    assert len(set(rows)) == len(rows) == 5 * PLAN.steps


def test_all_processes_end_with_the_same_weights(pair_of_processes):
    first, second = pair_of_processes[1]
    assert first["weights"] == second["weights"]


def test_only_the_first_process_writes(pair_of_processes):
    first, second = pair_of_processes[1]
    assert any(what.startswith("save ") for what in first["written"])
    assert any("log.jsonl" in what for what in first["written"])
    assert second["written"] == []


def test_a_divided_model_is_divided_also_where_it_is_frozen(whole, divided):
    for note in whole[1]:
        assert set(note["held"].values()) == {1.0}
    for note in divided[1]:
        assert all(share == pytest.approx(0.5, abs=0.05) for share in note["held"].values())


def test_the_loss_is_the_mean_over_all_tokens_of_all_processes(alone):
    # Were it the mean of the processes' means, a token would count more where there are fewer.
    pair, mixture = made_pair(), runs.made_mixture()
    means, counts = [], []
    with torch.no_grad():
        for rank in range(2):
            micros = Batches(mixture, pair.processor, PLAN, rank=rank, world=2).of(0)
            sums = [pair.model(**m.inputs).loss.item() * m.learned for m in micros]
            counts.append(sum(m.learned for m in micros))
            means.append(sum(sums) / counts[-1])
    over_tokens = sum(m * n for m, n in zip(means, counts, strict=True)) / sum(counts)
    assert alone[1][0] == pytest.approx(over_tokens, rel=1e-6)
    assert abs(sum(means) / 2 - over_tokens) > 1e-4


def test_processes_that_die_are_started_again_and_end_as_if_they_had_not(tmp_path, whole):
    # torchrun starts all processes again when one is killed.
    launch = ["--nproc-per-node=2", "--rdzv-backend=c10d", "--rdzv-endpoint=localhost:0", "--max-restarts=1"]
    done = subprocess.run(
        [sys.executable, "-m", "torch.distributed.run", *launch,
         "-m", "tests.training.processes", tmp_path / "run", tmp_path, "3"],
        cwd=ROOT, env=os.environ | CPU | FRESH, timeout=WAIT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "exitcode: -9" in done.stderr  # killed, and not by torchrun
    notes = [json.loads((tmp_path / f"{rank}.json").read_text()) for rank in range(2)]
    assert [list(note["seen"]) for note in notes] == [["2", "3", "4"]] * 2  # the rest, from the checkpoint
    for note, undisturbed in zip(notes, whole[1], strict=True):
        assert note["losses"] == undisturbed["losses"]
        assert note["weights"] == undisturbed["weights"]
    learned = "weights.safetensors"
    assert (tmp_path / "run" / learned).read_bytes() == (whole[0] / learned).read_bytes()


def test_asked_by_a_file_all_processes_stop_after_the_same_step_and_go_on_from_there(tmp_path, whole):
    # The second process asks; the first sees it, at the end of that step or of the next.
    folder, stopped = two_processes(tmp_path, stops=True)
    assert stopped[0]["losses"] == stopped[1]["losses"] == whole[1][0]["losses"][: len(stopped[0]["losses"])]
    assert len(stopped[0]["losses"]) in (processes.STOP_AT + 1, processes.STOP_AT + 2)
    assert stopped[0]["weights"] == stopped[1]["weights"]
    events = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
    assert events[-1]["event"] == "stopped"
    assert (folder / "checkpoints" / f"step-{len(stopped[0]['losses']):08d}").is_dir()
    _, done = two_processes(tmp_path)
    for note, undisturbed in zip(done, whole[1], strict=True):
        assert note["losses"] == undisturbed["losses"]
        assert note["weights"] == undisturbed["weights"]


def asked_to_divide(monkeypatch, **settings):
    wanted = {
        "ACCELERATE_USE_FSDP": "true", "FSDP_VERSION": "2", "FSDP_AUTO_WRAP_POLICY": "TRANSFORMER_BASED_WRAP",
    }  # fmt: skip
    for name, value in (wanted | settings).items():
        monkeypatch.setenv(name, value)


def test_the_model_of_a_pair_stays_whole_while_a_copy_is_divided(monkeypatch):
    asked_to_divide(monkeypatch)
    pair = made_pair()
    model = pair.model
    with prepared(model, PLAN), divisible(pair.engine) as copy:
        assert pair.model is copy is not model
        ours, theirs = dict(model.named_parameters()), dict(copy.named_parameters())
        assert ours.keys() == theirs.keys()
        for name, weight in ours.items():
            assert weight is not theirs[name]
            assert torch.equal(weight, theirs[name])
            assert weight.requires_grad == theirs[name].requires_grad
            assert (weight.data_ptr() == theirs[name].data_ptr()) == name.startswith("decoder.")
    assert pair.model is model


def test_without_a_wish_to_divide_it_is_the_model_itself(monkeypatch):
    monkeypatch.delenv("ACCELERATE_USE_FSDP", raising=False)
    pair = made_pair()
    with divisible(pair.engine) as model:
        assert model is pair.model


def test_tied_weights_stay_tied_in_a_copy():
    model = made_pair().model
    model.decoder.requires_grad_(False)
    words, last = model.get_input_embeddings(), model.get_output_embeddings()
    last.weight = words.weight
    copy = copied(model)
    assert copy.get_input_embeddings().weight is copy.get_output_embeddings().weight


@pytest.mark.parametrize(
    ("settings", "told"),
    [({"FSDP_VERSION": "1"}, "FSDP_VERSION=1"), ({"FSDP_AUTO_WRAP_POLICY": "NO_WRAP"}, "NO_WRAP")],
)
def test_dividing_in_another_way_is_an_error(monkeypatch, settings, told):
    asked_to_divide(monkeypatch, **settings)
    with pytest.raises(TrainingError, match=told), divisible(made_pair().engine):
        pass


def test_a_single_number_cannot_be_divided(monkeypatch):
    asked_to_divide(monkeypatch)
    with pytest.raises(TrainingError, match=r"resampler\.scale"), divisible(runs.made_pair().engine):
        pass
