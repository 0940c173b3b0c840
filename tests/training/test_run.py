"""Training as a whole: that nothing is lost, and that what goes wrong is said."""

import json
import math
import multiprocessing
import os
import random
import signal
import time

import pytest
import torch
from safetensors.torch import load_file

from chatnt.errors import CheckpointError, DataError, DivergedError, TrainingError
from chatnt.training import checkpoint, train
from chatnt.training import plan as plan_module
from chatnt.training.run_folder import DRAWN
from tests.training import runs
from tests.training.runs import PLAN, changed, made_mixture, made_pair, trained, without_times


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run that nobody disturbed: its folder, its log, its pair, and the pair before."""
    folder = tmp_path_factory.mktemp("runs") / "whole"
    pair = made_pair()
    before = runs.weights_of(pair)
    log = trained(folder, pair=pair)
    return folder, log, pair, before


@pytest.fixture(scope="module")
def processes():
    """Fresh processes that begin at once: what they need is imported in one, and they are its forks."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.training.runs"])
    return context


def killed(processes, target, *arguments):
    process = processes.Process(target=target, args=tuple(map(str, arguments)))
    process.start()
    process.join(120)
    return process.exitcode


def assert_same_run(folder, log, pair, whole):
    assert without_times(log) == without_times(whole[1])
    assert (folder / "weights.safetensors").read_bytes() == (whole[0] / "weights.safetensors").read_bytes()
    # The last checkpoint too: weights, average, optimizer, and what it says of them.
    last = f"checkpoints/step-{PLAN.steps:08d}"
    names = sorted(path.name for path in (whole[0] / last).iterdir())
    assert sorted(path.name for path in (folder / last).iterdir()) == names
    for name in names:
        assert (folder / last / name).read_bytes() == (whole[0] / last / name).read_bytes(), name
    ours, theirs = pair.model.state_dict(), whole[2].model.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


def test_killed_at_any_moment_a_run_goes_on_to_the_same_bytes(tmp_path, whole, processes):
    folder, rng = tmp_path / "killed", random.Random(time.time_ns())
    for lines in (2, 5):
        process = processes.Process(target=runs.train_slowly, args=(str(folder),))
        process.start()
        while not (folder / "log.jsonl").exists() or len(runs.losses_so_far(folder)) < lines:
            assert process.is_alive(), "it ended before it was killed"
            time.sleep(0.005)
        time.sleep(rng.uniform(0, 0.1))
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        assert process.exitcode == -signal.SIGKILL
    # What dies while it writes leaves half a line.
    with open(folder / "log.jsonl", "a") as log:
        log.write('{"step": ')
    pair = made_pair()
    assert_same_run(folder, trained(folder, pair=pair), pair, whole)


@pytest.mark.parametrize("file", ["weights.safetensors", "optimizer.safetensors"])
def test_killed_while_a_checkpoint_is_written_the_one_before_is_there(tmp_path, whole, processes, file):
    folder = tmp_path / "killed"
    assert killed(processes, runs.train_and_die_writing, folder, file) == -signal.SIGKILL
    left = sorted(path.name for path in (folder / "checkpoints").iterdir())
    assert left == [".step-00000006", "step-00000003"]
    pair = made_pair()
    assert_same_run(folder, trained(folder, pair=pair), pair, whole)
    assert [path.name for path in (folder / "checkpoints").iterdir()] == ["step-00000008"]


def test_killed_while_an_old_checkpoint_is_removed_the_new_one_is_there(tmp_path, whole, processes):
    folder = tmp_path / "killed"
    assert killed(processes, runs.train_and_die_removing, folder) == -signal.SIGKILL
    assert {path.name for path in (folder / "checkpoints").iterdir()} == {"step-00000003", "step-00000006"}
    pair = made_pair()
    assert_same_run(folder, trained(folder, pair=pair), pair, whole)


def test_told_to_end_it_writes_a_checkpoint_first(tmp_path, whole, processes):
    folder = tmp_path / "told"
    process = processes.Process(target=runs.train_slowly, args=(str(folder),))
    process.start()
    while not (folder / "log.jsonl").exists() or len(runs.losses_so_far(folder)) < 1:
        assert process.is_alive()
        time.sleep(0.005)
    os.kill(process.pid, signal.SIGTERM)
    process.join(60)
    assert process.exitcode == -signal.SIGTERM
    (left,) = (folder / "checkpoints").iterdir()
    assert left.name == f"step-{len(runs.losses_so_far(folder)):08d}"
    pair = made_pair()
    assert_same_run(folder, trained(folder, pair=pair), pair, whole)


def test_asked_by_a_file_it_stops_after_the_step_and_goes_on_to_the_same_bytes(tmp_path, whole):
    folder = tmp_path / "asked"

    def ask(step):
        if step == 4:
            (folder / "STOP").touch()

    log = trained(folder, mixture=runs.Watched(made_mixture(), ask))
    assert log.losses == whole[1].losses[:5]
    assert [path.name for path in (folder / "checkpoints").iterdir()] == ["step-00000005"]
    pair = made_pair()
    assert_same_run(folder, trained(folder, pair=pair), pair, whole)
    assert not (folder / "STOP").exists()
    assert events_of(folder) == [
        ("started", 0), ("checkpoint", 3), ("checkpoint", 5), ("stopped", 5),
        ("started", 5), ("checkpoint", 6), ("checkpoint", 8), ("finished", 8),
    ]  # fmt: skip


def events_of(folder):
    events = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
    assert [event["time"] for event in events] == sorted(event["time"] for event in events)
    return [(event["event"], event["step"]) for event in events]


def test_a_finished_run_does_nothing_more(tmp_path, whole):
    folder = whole[0]
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    pair = made_pair()
    log = trained(folder, pair=pair, mixture=runs.Watched(made_mixture(), only_the_first))
    assert log == whole[1]
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    ours, theirs = pair.model.state_dict(), whole[2].model.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


def only_the_first(step):
    assert step == 0, "it trains again"  # the first batch may be looked at


def test_two_runs_with_one_seed_are_the_same(tmp_path, whole):
    log = trained(tmp_path / "again", pair=(pair := made_pair()))
    assert_same_run(tmp_path / "again", log, pair, whole)


def test_another_seed_is_another_run(tmp_path, whole):
    assert trained(tmp_path / "other", changed(seed=2)).losses != whole[1].losses


def test_the_log_tells_each_step_and_validation_once(whole):
    log = whole[1]
    assert [r["step"] for r in log.records if "loss" in r] == list(range(1, PLAN.steps + 1))
    assert list(log.validations) == [4, 8]
    assert all(set(v) == {"h3", "promoter_tata", "mean"} for v in log.validations.values())
    first = log.records[0]
    assert math.isfinite(first["loss"])
    assert (first["rows"], first["learning_rate"]) == (5, PLAN.rate(0))
    assert {"gradient_norm", "tokens", "seconds"} <= set(first)
    assert log.run["plan"] == PLAN.to_dict()
    assert set(log.run["data"]) == {*runs.TASKS, DRAWN}
    assert set(log.run["frozen"]) == {"decoder"}


def test_the_average_ends_in_the_model(whole):
    last = whole[0] / f"checkpoints/step-{PLAN.steps:08d}"
    average, weights = (load_file(last / f"{name}.safetensors") for name in ("average", "weights"))
    kept, final = whole[2].model.state_dict(), load_file(whole[0] / "weights.safetensors")
    assert average
    assert all(
        torch.equal(kept[name], value) and torch.equal(final[name], value) for name, value in average.items()
    )
    assert any(not torch.equal(weights[name], value) for name, value in average.items())


def test_the_pair_is_as_it_was_but_for_its_weights(whole):
    pair, fresh = whole[2], made_pair()
    assert pair.model.config.to_dict() == fresh.model.config.to_dict()
    assert not pair.model.training
    assert all(p.requires_grad and p.grad is None for p in pair.model.parameters())
    assert pair.ask("Is there a TATA promoter in <DNA>?", "ACGT" * 9).text is not None


def test_no_pickle_is_written(whole):
    endings = {path.suffix for path in whole[0].rglob("*") if path.is_file()}
    assert endings == {".json", ".jsonl", ".safetensors"}


@pytest.mark.parametrize(
    ("settings", "said"),
    [({"plan": changed(learning_rate=0.5)}, "learning_rate: 0.01 there, 0.5 here"),
     ({"mixture": made_mixture(number=13)}, "other data"),
     ({"pair": made_pair(dropout=0.3)}, "other model")],
    ids=["plan", "data", "model"],
)  # fmt: skip
def test_a_folder_of_another_run_is_refused(whole, settings, said):
    with pytest.raises(TrainingError, match=rf"another run \({said}\)"):
        trained(whole[0], settings.pop("plan", PLAN), **settings)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
@pytest.mark.parametrize("where", ["loss", "gradient"])
def test_what_is_no_number_changes_nothing(tmp_path, whole, bad, where):
    folder = tmp_path / "run"
    pair = made_pair()

    def poison(step):
        weight = pair.model.resampler.latents
        if step == 4 and where == "loss":
            weight.data[0, 0] = bad
        elif step == 4:
            weight.register_hook(lambda gradient: gradient * bad)

    with pytest.raises(DivergedError, match=rf"{where} of step 5 is (nan|inf).*last checkpoint is intact"):
        trained(folder, pair=pair, mixture=runs.Watched(made_mixture(), poison))
    (left,) = (folder / "checkpoints").iterdir()
    assert left.name == "step-00000003"
    for file in left.glob("*.safetensors"):
        assert all(tensor.isfinite().all() for tensor in load_file(file).values())
    # Without the poison it goes on as if nothing had been.
    pair = made_pair()
    assert_same_run(folder, trained(folder, pair=pair), pair, whole)


def test_a_bad_row_is_named_and_costs_nothing(tmp_path, whole):
    folder = tmp_path / "run"

    class Bad(runs.Watched):
        def batch(self, step):
            rows = super().batch(step)
            return [*rows[:2], runs.Said("Is it long? " * 300, "Yes."), *rows[3:]] if step == 5 else rows

    with pytest.raises(DataError, match=r"Row 2 of step 5 cannot be trained on: .*shorten the question"):
        trained(folder, mixture=Bad(made_mixture(), lambda step: None))
    pair = made_pair()
    assert_same_run(folder, trained(folder, pair=pair), pair, whole)


def test_a_full_disk_costs_nothing(tmp_path, whole, monkeypatch):
    folder = tmp_path / "run"
    write = checkpoint.write_tensors

    def full(path, tensors, about):
        if about["step"] == 6 and path.name.startswith("optimizer"):
            raise OSError(28, "No space left on device")
        write(path, tensors, about)

    with monkeypatch.context() as patched:
        patched.setattr(checkpoint, "write_tensors", full)
        with pytest.raises(
            CheckpointError, match=r"step-00000006 could not be written: No space left.*intact"
        ):
            trained(folder)
    assert [path.name for path in (folder / "checkpoints").iterdir()] == ["step-00000003"]
    pair = made_pair()
    assert_same_run(folder, trained(folder, pair=pair), pair, whole)


def measuring(*values):
    """Return a function that measures these values, one after the other."""
    left = list(values)
    return lambda: {"mean": left.pop(0)}


def test_it_stops_when_it_gets_no_better_and_keeps_the_best(tmp_path):
    plan = changed(steps=20, validate_every=2, patience=2, best=True, averaging=0.5)
    pair = made_pair()
    seen = {}

    def watching(values=(0.1, 0.5, 0.4, 0.3, 0.9)):
        number = len(seen)
        seen[number] = {n: p.clone() for n, p in pair.model.named_parameters()}
        return {"mean": values[number]}

    log = trained(tmp_path, plan, pair=pair, validation=watching)
    assert list(log.validations) == [2, 4, 6, 8]
    assert len(log.losses) == 8
    # Those that were measured at step 4: the average of then.
    assert all(torch.equal(p, seen[1][name]) for name, p in pair.model.named_parameters())
    assert [path.name for path in (tmp_path / "best").iterdir()] == ["step-00000004.safetensors"]
    # It is over: the same call goes no further.
    again = made_pair()
    assert trained(tmp_path, plan, pair=again, validation=watching) == log
    assert all(
        torch.equal(a, b) for a, b in zip(again.model.parameters(), pair.model.parameters(), strict=True)
    )


def test_patience_outlives_the_process(tmp_path):
    plan = changed(steps=20, validate_every=2, checkpoint_every=1, patience=2)

    def fail(step):
        if step == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trained(tmp_path, plan, mixture=runs.Watched(made_mixture(), fail), validation=measuring(0.5, 0.4))
    log = trained(tmp_path, plan, validation=measuring(0.3, 1.0))
    assert log.validations == {2: {"mean": 0.5}, 4: {"mean": 0.4}, 6: {"mean": 0.3}}


def test_it_can_go_on_by_tokens(tmp_path):
    plan = changed(steps=5, tokens=345, validate_every=0)
    whole = trained(tmp_path / "whole", plan)
    assert len({record["rows"] for record in whole.records if "rows" in record}) > 1

    def fail(batch):
        if batch == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trained(tmp_path / "two", plan, mixture=runs.Watched(made_mixture(), fail))
    assert len(runs.losses_so_far(tmp_path / "two")) in (3, 4)
    assert without_times(trained(tmp_path / "two", plan)) == without_times(whole)


def test_named_plans_are_taken_by_name(tmp_path, monkeypatch):
    monkeypatch.setitem(plan_module._PLANS, "laptop", changed(steps=1))
    torch.set_num_threads(1)
    log = train(made_pair(), made_mixture(), "laptop", folder=tmp_path, progress=False)
    assert len(log.losses) == 1
    with pytest.raises(TrainingError, match="no plan 'desk'"):
        train(made_pair(), made_mixture(), "desk", folder=tmp_path)
