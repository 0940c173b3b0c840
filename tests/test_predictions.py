"""Predictions as one small file."""

import random

import pandas as pd
import pytest
from pyarrow import parquet

from chatnt.errors import DataError, DataNotFoundError
from chatnt.predictions import (
    SCHEMA,
    Prediction,
    PredictionParts,
    about_predictions,
    as_frame,
    read_predictions,
    write_predictions,
)

ROWS = [
    Prediction("h3", 0, "H3 signal", None, "Yes.", "H3 signal", None, 0.91, [0.09, 0.91]),
    Prediction("h3", 5, "no H3 signal", None, "Hm, ÄÖ.", None, None, None, [0.5, 0.5]),
    Prediction("leaf", 1, None, 0.1 + 0.2, "It is 0.25.", None, 0.25, estimate=0.275),
]


def test_predictions_come_back_as_they_were_written(tmp_path):
    frame = as_frame(ROWS)
    write_predictions(tmp_path / "deep" / "rows.parquet", frame)
    again = read_predictions(tmp_path / "deep" / "rows.parquet")
    pd.testing.assert_frame_equal(again, frame)
    assert again["value"][2] == 0.1 + 0.2
    assert list(tmp_path.joinpath("deep").iterdir()) == [tmp_path / "deep" / "rows.parquet"]


def test_what_is_not_known_is_missing():
    frame = as_frame(ROWS)
    assert frame["parsed_label"].isna().tolist() == [False, True, True]
    assert frame["value"].isna().tolist() == [True, True, False]
    assert frame["probability"].isna().tolist() == [False, True, True]
    assert frame["probabilities"][2] is None


def test_no_predictions_have_the_same_columns(tmp_path):
    write_predictions(tmp_path / "none.parquet", as_frame([]))
    assert read_predictions(tmp_path / "none.parquet").dtypes.equals(as_frame(ROWS).dtypes)


def test_no_column_holds_sequences():
    assert not {name for name in SCHEMA.names if "seq" in name or "dna" in name}


def test_a_test_set_is_small(tmp_path):
    rng = random.Random(0)
    rows = []
    for i in range(20_000):
        chance = rng.random()
        label = ("no H3 signal", "H3 signal")[rng.random() < chance]
        text = f"Sentence {rng.randrange(8)} says so."
        rows.append(Prediction("h3", i, label, None, text, label, None, chance, [1 - chance, chance]))
    write_predictions(tmp_path / "rows.parquet", as_frame(rows))
    assert (tmp_path / "rows.parquet").stat().st_size < 20_000 * 20


def test_a_file_says_how_its_predictions_were_made(tmp_path):
    path = tmp_path / "rows.parquet"
    write_predictions(path, as_frame(ROWS), {"h3": {"seed": "0"}})
    assert about_predictions(path) == {"h3": {"seed": "0"}}
    write_predictions(path, as_frame(ROWS))
    assert about_predictions(path) == {}


@pytest.mark.parametrize("read", [read_predictions, about_predictions])
def test_a_file_that_is_missing_or_foreign_is_told(tmp_path, read):
    with pytest.raises(DataNotFoundError, match="no predictions"):
        read(tmp_path / "rows.parquet")
    (tmp_path / "rows.parquet").write_bytes(b"PAR1 and nothing else")
    with pytest.raises(DataError, match="cannot be read"):
        read(tmp_path / "rows.parquet")


def test_other_columns_are_told(tmp_path):
    pd.DataFrame({"task": ["h3"]}).to_parquet(tmp_path / "rows.parquet")
    with pytest.raises(DataError, match="the columns task; predictions have task, row"):
        read_predictions(tmp_path / "rows.parquet")


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "rows.parquet"
    write_predictions(path, as_frame(ROWS))
    monkeypatch.setattr(parquet, "write_table", _full)
    with pytest.raises(OSError, match="No space"):
        write_predictions(path, as_frame(ROWS[:1]))
    assert len(read_predictions(path)) == 3
    assert list(tmp_path.iterdir()) == [path]


def _full(table, where, **settings):
    where.write_bytes(b"half")
    raise OSError(28, "No space left on device")


def test_parts_are_kept_until_they_are_joined(tmp_path):
    path = tmp_path / "rows.parquet"
    frame = as_frame(ROWS)
    h3, leaf = (frame[frame["task"] == name].reset_index(drop=True) for name in ("h3", "leaf"))
    parts, how = PredictionParts(path), {"seed": "0"}
    assert parts.get("h3", how) is None
    parts.put("h3", h3, how)
    parts.put("leaf", leaf, how)
    assert not path.exists()
    pd.testing.assert_frame_equal(PredictionParts(path).get("h3", how), h3)
    assert parts.get("h3", {"seed": "1"}) is None
    parts.join([h3, leaf], {"h3": how, "leaf": how})
    assert list(tmp_path.iterdir()) == [path]
    pd.testing.assert_frame_equal(parts.get("leaf", how), leaf)
    pd.testing.assert_frame_equal(read_predictions(path), frame)
