"""The table of licences, and what is refused in it."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def licences():
    spec = importlib.util.spec_from_file_location("licences", ROOT / ".ci" / "licences.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    return script


@pytest.mark.parametrize(
    ("licence", "by", "wrong"),
    [
        ("MIT", {"core"}, ""),
        ("Apache-2.0 WITH LLVM-exception", {"core"}, ""),
        ("BSD-3-Clause AND MPL-2.0", {"core"}, ""),
        ("GPL-3.0-or-later", {"core"}, "does not go with Apache-2.0"),
        ("GNU Affero General Public License v3", {"plots"}, "does not go with Apache-2.0"),
        ("AGPL-3.0-only", {"dev", "plots"}, "does not go with Apache-2.0"),
        ("CC-BY-NC-4.0 NonCommercial", {"core"}, "does not go with Apache-2.0"),
        ("GPL-3.0-or-later", {"dev"}, ""),
        ("", {"dev"}, "is not known"),
        ("My own terms", {"core"}, "is not known"),
        ("not installed", {"core"}, "is needed and not installed"),
        ("not installed", {"vllm"}, ""),
    ],
)
def test_what_does_not_fit_is_refused(licences, licence, by, wrong):
    told = licences.trouble("toy", licence, by)
    assert wrong in told
    assert bool(told) == bool(wrong)


def test_what_comes_with_a_gpu_is_let_be(licences):
    assert licences.trouble("nvidia-cudnn-cu13", "Other/Proprietary License", {"core"}) == ""


def test_everything_is_found_with_what_needs_it(licences):
    needed = licences.closure()
    assert needed["torch"] == needed["numpy"] == {"core"}
    assert needed["jinja2"] == {"core"}  # torch needs it
    assert needed["contourpy"] >= {"plots"}  # matplotlib needs it
    assert needed["pytest"] == {"dev"}
    assert needed["execnet"] == {"dev"}  # pytest-xdist needs it
    assert "chatnt" not in needed


def test_exceptions_name_a_licence_and_a_reason(licences):
    assert all(licence and len(reason.split()) > 3 for licence, reason in licences.EXCEPTIONS.values())


def test_all_that_is_installed_here_may_be_used(licences, capsys):
    assert licences.main() == 0
    *table, told, own, absent = capsys.readouterr().out.splitlines()
    assert any(line.split()[:1] == ["torch"] and line.split()[2] == "core" for line in table)
    assert told.endswith("packages fit Apache-2.0.")
    assert own.startswith("Under NVIDIA's own terms")
    assert absent.startswith("Not installed here")
