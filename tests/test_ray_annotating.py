"""Datasets of Ray are annotated as tables are, by a real Ray on this machine."""

import os
import sys
import tempfile
from pathlib import Path

import pandas as pd
import pytest

from chatnt import annotate_dataset
from chatnt.annotation_work import Asking
from chatnt.annotations import COLUMNS, as_arrow, as_table, read_annotations
from chatnt.assistant import Assistant
from chatnt.errors import DataError, MissingExtraError, PlaceholderError, SequenceError, UnknownTaskError
from chatnt.ray_annotating import _Actor
from tests.telling import QUESTION, letters, telling_pair

ray = pytest.importorskip("ray")
pytestmark = [
    # Ray's own settings warn of each other when they are first made.
    pytest.mark.filterwarnings("ignore:`use_:DeprecationWarning:ray.data.context"),
    # Ray's to_pandas uses what pandas 4 will not have.
    pytest.mark.filterwarnings("ignore:The inplace keyword in DataFrame.reset_index:DeprecationWarning"),
]

LENGTHS = (40, 25, 90, 40, 61, 33)
TABLE = pd.DataFrame(
    {
        "id": [f"r{i}" for i in range(len(LENGTHS))] + ["bad"],
        "letters": [letters(length, seed) for seed, length in enumerate(LENGTHS)] + ["EFGHIJK"],
    }
)
COLUMN_NAMES = {"name": "id", "column": "letters"}
QUESTIONS = [QUESTION, "h3"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pairs") / "tiny"
    Assistant(*telling_pair()).save(folder)
    return folder


@pytest.fixture(scope="module")
def datasets():
    """Start Ray with two processors, no page, no network; its processes import this source.

    Its folder has a short name, because those of sockets have to be.
    """
    with (
        tempfile.TemporaryDirectory(prefix="r", ignore_cleanup_errors=True) as place,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("PYTHONPATH", os.pathsep.join([str(Path(__file__).parents[1]), *sys.path]))
        patch.setenv("RAY_USAGE_STATS_ENABLED", "0")
        patch.setenv("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
        import ray.data

        ray.init(
            address="local",
            num_cpus=2,
            include_dashboard=False,
            log_to_driver=False,
            logging_level="ERROR",
            object_store_memory=80 * 2**20,
            _node_ip_address="127.0.0.1",
            _temp_dir=place,
        )
        ray.data.DataContext.get_current().execution_options.preserve_order = True
        yield ray.data
        ray.shutdown()


def by_name(table):
    return table.sort_values("name", kind="stable", ignore_index=True)


def test_a_dataset_gives_the_rows_of_a_table(folder, datasets, tmp_path):
    settings = {"window": 50, "stride": 30, "strands": "both", "text": False}
    given = datasets.from_pandas([TABLE[:3], TABLE[3:4], TABLE[4:]])
    found = annotate_dataset(given, QUESTIONS, pair=folder, concurrency=2, **COLUMN_NAMES, **settings)
    found = found.materialize()
    table = TABLE.set_axis(["name", "sequence"], axis=1)
    with pytest.warns(UserWarning, match="1 record could not be read"):
        expected = Assistant(*telling_pair()).annotate(table, QUESTIONS, **settings)
    # Ray's table has pandas' types for Arrow's.
    rows = found.to_pandas().astype(COLUMNS)
    bad = rows["question"].isna()
    pd.testing.assert_frame_equal(by_name(rows[~bad]), by_name(expected), check_exact=False, rtol=1e-5)
    assert len(expected) == 2 * 2 * (4 + 3 + 2)  # strands, questions, windows of short and of long records
    assert rows.loc[bad, "name"].tolist() == ["bad"]
    assert rows.loc[bad, "notes"].item() == f"could not be read: {expected.attrs['bad'][0]['reason']}"
    assert rows.loc[bad].drop(columns=["name", "notes"]).isna().all(axis=None)
    assert found.schema().base_schema.equals(as_arrow(as_table([])).schema, check_metadata=False)
    found.write_parquet(tmp_path / "answers")
    parts = [read_annotations(path) for path in (tmp_path / "answers").iterdir()]
    pd.testing.assert_frame_equal(by_name(pd.concat(parts)), by_name(rows))


def test_what_an_actor_cannot_do_ends_the_run(folder):
    """Without Ray, which would start a process for it."""
    renamed = {"id": "name", "letters": "sequence"}
    with pytest.raises(SequenceError, match="'bad'"):
        list(_Actor(Asking(QUESTION, errors="raise"), folder, renamed, False)(TABLE))
    with pytest.raises(DataError, match="no column 'letters'; it has id"):
        list(_Actor(Asking(QUESTION), folder, renamed, False)(TABLE[["id"]]))


def test_what_has_no_name_or_no_letters_is_told(folder):
    actor = _Actor(Asking(QUESTION, text=False), folder, {"name": "name", "sequence": "sequence"}, False)
    table = pd.DataFrame({"name": [None, "a", "a", "b"], "sequence": ["ACGT", "ACGT", "GGTT", None]})
    (found,) = actor(table)
    found = found.to_pandas()
    assert found["name"].tolist() == ["", "a", "a", "b"]
    assert found["answer"].isna().tolist() == [False, False, False, True]
    assert found["notes"].str.startswith("could not be read").tolist()[-1]


@pytest.mark.parametrize(
    ("questions", "settings", "error", "told"),
    [
        (QUESTION, {}, DataError, "no column 'name' and none 'sequence'; it has id, letters"),
        (QUESTION, COLUMN_NAMES | {"strands": "minus"}, ValueError, "'given', 'both'"),
        (QUESTION, COLUMN_NAMES | {"concurrency": (3, 2)}, ValueError, "fewest before the most"),
        (QUESTION, COLUMN_NAMES | {"concurrency": 0}, ValueError, "at least 1"),
        (QUESTION, COLUMN_NAMES | {"pair": 3}, ValueError, "no folder or hub name"),
        ([], COLUMN_NAMES, DataError, "no questions"),
        ("Is it?", COLUMN_NAMES, PlaceholderError, "exactly one"),
        ("promoter_tat", COLUMN_NAMES, UnknownTaskError, "promoter_tata"),
    ],
)
def test_what_cannot_be_done_is_told_before_anything_runs(datasets, questions, settings, error, told):
    with pytest.raises(error, match=told):
        annotate_dataset(datasets.from_pandas(TABLE), questions, **settings)


def test_a_table_is_no_dataset():
    with pytest.raises(DataError, match=r"DataFrame is no dataset of Ray; .*from_pandas"):
        annotate_dataset(TABLE, QUESTION)


def test_without_ray_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray.data", None)
    with pytest.raises(MissingExtraError, match=r"chatnt\[ray\]"):
        annotate_dataset(TABLE, QUESTION)
