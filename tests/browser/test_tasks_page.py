"""The widget of tasks in a page, without Jupyter."""

import pytest
from playwright.sync_api import expect

from chatnt.widgets import Tasks


@pytest.fixture
def shown(page_of):
    return page_of(Tasks("promoter_tata"))


def test_it_lists_the_catalogue_and_shows_a_task(shown):
    expect(shown.root.get_by_role("grid")).to_be_visible()
    expect(shown.status).to_have_text("55 tasks")
    expect(shown.root.get_by_role("heading", name="TATA promoters of human genes")).to_be_visible()
    shown.axe()


def test_pictures(shown, tmp_path):
    shown.shots("/tmp/shots", "tasks")
