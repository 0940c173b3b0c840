"""One text of several modules."""

import pytest

from chatnt.widgets import joining
from chatnt.widgets.joining import SHARED, join_modules, join_styles

FIRST = """import {
  a,
  b,
} from "./zero.js";
export const one = 1;
export function two() {}
export async function three() {}
export class Four {}
"""
LAST = 'import { one } from "./first.js";\nconst text = "we import from here";\nexport default { one };\n'


@pytest.fixture
def written(monkeypatch):
    texts = {"first.js": FIRST, "last.js": LAST}
    monkeypatch.setattr(joining, "read_static", texts.__getitem__)
    return texts


def test_lines_between_modules_go(written):
    joined = join_modules(["first", "last"])
    assert "import {" not in joined
    assert joined.startswith("const one = 1;\nfunction two() {}\nasync function three() {}\nclass Four {}\n")
    assert joined.endswith('const text = "we import from here";\nexport default { one };\n')


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('import { x } from "https://cdn.example/x.js";', "cdn.example"),
        ('import "./first.js";', "first"),
        ("export { one };", "export"),
        ("export default 1;", "export default"),
        ('const late = import("./late.js");', "late"),
        ("const end = '</script>';", "break a page"),
        ("const start = '<!--';", "break a page"),
    ],
)
def test_what_cannot_be_joined_is_an_error(written, line, why):
    written["last.js"] = LAST + line + "\n"
    with pytest.raises(ValueError, match=why):
        join_modules(["first", "last"])


def test_the_shared_files_join():
    assert "export function" not in join_modules(SHARED)
    assert ".chatnt" in join_styles([*SHARED, "there is none"])
