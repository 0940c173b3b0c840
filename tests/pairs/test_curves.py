"""Learning curves as a table."""

import json

from chatnt.pairs.curves import WINDOW, learning_table


def write_run(folder, steps, validations):
    folder.mkdir(parents=True)
    records = [{"step": i, "loss": float(i), "seconds": 2.0} for i in range(1, steps + 1)]
    records += [{"step": i, "validation": {"h3": 0.5, "mean": i / 1000}} for i in validations]
    records.sort(key=lambda record: record["step"])
    (folder / "log.jsonl").write_text("".join(json.dumps(record) + "\n" for record in records))
    (folder / "run.json").write_text("{}")


def values(table, training, what):
    rows = table[(table["training"] == training) & (table["what"] == what)]
    return list(zip(rows["step"], rows["value"], strict=True))


def test_losses_are_means_of_the_steps_since_the_last(tmp_path):
    write_run(tmp_path / "labels", 2 * WINDOW + 10, [])
    table = learning_table(tmp_path, ["labels"])
    first = (1 + WINDOW) / 2
    expected = [(WINDOW, first), (2 * WINDOW, first + WINDOW), (2 * WINDOW + 10, 2 * WINDOW + 5.5)]
    assert values(table, "labels", "loss") == expected
    assert values(table, "labels", "seconds") == [(WINDOW, 100), (100, 200), (110, 220)]


def test_validations_stand_at_their_steps(tmp_path):
    write_run(tmp_path / "dna", 100, [50, 100])
    table = learning_table(tmp_path, ["dna"])
    assert values(table, "dna", "mean") == [(50, 0.05), (100, 0.1)]
    assert values(table, "dna", "h3") == [(50, 0.5), (100, 0.5)]


def test_trainings_that_are_not_there_are_left_out(tmp_path):
    write_run(tmp_path / "dna", 10, [])
    assert set(learning_table(tmp_path, ["labels", "dna"])["training"]) == {"dna"}
    assert learning_table(tmp_path, []).empty
