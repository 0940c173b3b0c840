"""Where the files of a run are."""

import subprocess
import sys

from chatnt.training.run_files import RunFiles
from chatnt.training.run_folder import RunFolder


def test_who_looks_on_finds_what_who_trains_writes(tmp_path):
    assert vars(RunFiles(tmp_path)) == vars(RunFolder(tmp_path))
    assert RunFiles(tmp_path).stop == tmp_path / "STOP"
    assert list(tmp_path.iterdir()) == []


def test_to_look_on_needs_no_torch():
    code = "import sys, chatnt.training.run_files; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
