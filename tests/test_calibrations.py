"""The calibrations of a pair: which there are, and what is kept of them."""

import dataclasses
import json
import subprocess
import sys

import pytest

from chatnt.calibrations import Calibrations
from chatnt.conformal import ConformalSets
from chatnt.errors import DataError
from tests.test_calibration import LEAF, TATA

SETS = dataclasses.replace(TATA, method="conformal_sets", calibrator=ConformalSets(0.2), tables={})


def test_each_is_found_by_its_task_and_by_what_it_gives():
    found = Calibrations([TATA, LEAF, SETS])
    assert found.of("promoter_tata") == {"probabilities": TATA, "sets": SETS}
    assert found.of("plant_promoter_leaf") == {"intervals": LEAF}
    assert found.of("h3") == {}
    assert (len(found), repr(found)) == (3, "Calibrations(3 of 2 tasks)")


def test_a_later_one_takes_the_place_of_one_that_gives_the_same():
    again = dataclasses.replace(TATA, method="isotonic", count=77)
    first = Calibrations([TATA, SETS])
    found = first.added(again)
    assert found.of("promoter_tata") == {"probabilities": again, "sets": SETS}
    assert first.of("promoter_tata")["probabilities"] is TATA


def test_they_come_back_as_they_were_saved(tmp_path):
    path = tmp_path / "c.json"
    Calibrations([TATA, SETS, LEAF]).save(path)
    again = Calibrations.load(path)
    assert [each.to_json() for each in again] == [each.to_json() for each in (TATA, SETS, LEAF)]
    again.added(dataclasses.replace(LEAF, count=61)).save(path)
    third = Calibrations.load(path)
    assert [(each.task, each.count) for each in third] == [
        ("promoter_tata", 1234),
        ("promoter_tata", 1234),
        ("plant_promoter_leaf", 61),
    ]


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"format": 2, "calibrations": []}'])
def test_what_is_something_else_is_an_error_with_its_path(tmp_path, text):
    (tmp_path / "c.json").write_text(text)
    with pytest.raises(DataError, match=r"c\.json"):
        Calibrations.load(tmp_path / "c.json")


def test_a_damaged_one_is_an_error_when_it_is_asked_for(tmp_path):
    Calibrations([TATA]).save(tmp_path / "c.json")
    data = json.loads((tmp_path / "c.json").read_text())
    del data["calibrations"][0]["calibration"]["method"]
    (tmp_path / "c.json").write_text(json.dumps(data))
    with pytest.raises(DataError, match="method"):
        Calibrations.load(tmp_path / "c.json").of("promoter_tata")


def test_loading_imports_neither_tables_nor_statistics(tmp_path):
    Calibrations([TATA]).save(tmp_path / "c.json")
    code = (
        "import sys; from chatnt.calibrations import Calibrations; "
        f"print(len(Calibrations.load({str(tmp_path / 'c.json')!r})), "
        "'pandas' in sys.modules, 'sklearn' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["1", "False", "False"]
