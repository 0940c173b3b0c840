"""The widget of a training in JupyterLab."""

from playwright.sync_api import expect

from tests.widgets.logs import add, records, run, step


def test_a_run_of_another_process_is_watched_stopped_and_there_after_a_reload(notebook, tmp_path):
    folder = run(tmp_path / "first", records(10))
    book = notebook([f"from chatnt.widgets import Training\nt = Training({str(folder)!r})\nt"])
    root = book.page.locator(".chatnt-training")
    expect(root.get_by_text("step 10 of 40")).to_be_visible()
    add(folder, [step(11), step(12)])
    expect(root.get_by_text("step 12 of 40")).to_be_visible()
    root.get_by_role("button", name="h3").click()
    book.kernel_until("print(t.tasks)", "['mean', 'h3']")
    root.get_by_role("button", name="Stop after this step").click()
    root.get_by_role("button", name="Stop", exact=True).click()
    expect(root.get_by_text("It stops after this step.")).to_be_visible()
    assert (folder / "STOP").exists()
    run(folder, records(13), events=[("started", 0), ("checkpoint", 13), ("stopped", 13)])
    expect(root.locator(".state")).to_have_text("stopped")
    book.kernel_until("print(t.wait_until_finished(5))", "stopped")
    book.reload()
    expect(root.get_by_text("step 13 of 40")).to_be_visible()
    expect(root.get_by_role("button", name="h3")).to_have_attribute("aria-pressed", "true")
