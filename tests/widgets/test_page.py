"""A widget as one HTML file."""

import base64
import hashlib
import json
import re

import pytest

from chatnt.widgets.page import as_json, single_page

HOSTILE = "</script><script>alert(1)</script><!-- \"'&"


def page(**state):
    return single_page(HOSTILE, "export default { render() {} };", "p {}", state)


def test_hostile_texts_stay_in_their_place():
    made = page(text=HOSTILE)
    assert made.count("<script") == 2
    assert made.count("</script>") == 2
    assert "<!--" not in made
    (state,) = re.findall(r'id="chatnt-state">(.*?)</script>', made, re.DOTALL)
    assert json.loads(state) == {"text": HOSTILE}


def test_the_policy_allows_its_own_script_and_style_alone():
    made = page()
    (policy,) = re.findall(r'Content-Security-Policy" content="(.*?)"', made)
    (script,) = re.findall(r'<script type="module">(.*?)</script>', made, re.DOTALL)
    (style,) = re.findall(r"<style>(.*?)</style>", made, re.DOTALL)
    assert policy.startswith("default-src 'none';")
    for text in (script, style):
        assert base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() in policy
    assert "unsafe" not in policy
    assert "http" not in policy


def test_bytes_are_written_wherever_they_are():
    made = json.loads(json.dumps({"a": [b"\0\1", memoryview(b"\2")]}, default=as_json))
    assert made == {"a": [{"$bytes": "AAE="}, {"$bytes": "Ag=="}]}


def test_what_json_cannot_write_is_an_error():
    with pytest.raises(ValueError, match="JSON compliant"):
        page(value=float("nan"))
    with pytest.raises(TypeError, match="set"):
        page(value={1})
