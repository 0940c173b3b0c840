"""A real JupyterLab, driven by commands, and notebooks opened in it."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import nbformat

from tests.browser.shown import watch

ROOT = Path(__file__).parents[2]
PATIENCE = 60  # seconds; two cores may be busy with other tests
_FOLDERS = (
    "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTERLAB_SETTINGS_DIR",
    "JUPYTERLAB_WORKSPACES_DIR", "IPYTHONDIR",
)  # fmt: skip
_IDLE = "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
_SHOW = "async path => { await jupyterapp.commands.execute('docmanager:open', {path}); }"
_SHOWN = "name => window.jupyterapp?.shell.currentWidget?.context?.path === name"
_SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "notebook-extension/tracker": {"windowingMode": "none"},  # cells out of view are there, too
}
_CLOSE = """async () => {
  const panel = jupyterapp.shell.currentWidget;
  await panel.sessionContext.shutdown();
  panel.dispose();  // close() would ask whether to save
}"""
_RUN = """async index => {
  const notebook = jupyterapp.shell.currentWidget.content;
  notebook.activeCellIndex = index;
  await jupyterapp.commands.execute('notebook:run-cell');
}"""
_EVAL = """async code => {
  const kernel = jupyterapp.shell.currentWidget.sessionContext.session.kernel;
  const future = kernel.requestExecute({code, store_history: false});
  let out = '';
  future.onIOPub = ({header, content}) => {
    if (header.msg_type === 'stream') out += content.text;
    if (header.msg_type === 'error') out += content.ename + ': ' + content.evalue;
  };
  await future.done;
  return out;
}"""


class Server:
    """A JupyterLab server with folders of its own, on a free port."""

    def __init__(self, folder):
        self.notebooks = folder / "notebooks"
        self.notebooks.mkdir(parents=True)
        for name, content in _SETTINGS.items():
            settings = folder / "jupyterlab_settings_dir" / "@jupyterlab" / f"{name}.jupyterlab-settings"
            settings.parent.mkdir(parents=True)
            settings.write_text(json.dumps(content))
        own = {name: str(folder / name.lower()) for name in _FOLDERS}
        env = {**os.environ, **own, "JUPYTER_PREFER_ENV_PATH": "1", "PYTHONPATH": str(ROOT)}
        port = _free_port()
        self.url = f"http://127.0.0.1:{port}"
        self._log = folder / "lab.log"
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [
                    sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1",
                    f"--port={port}", "--IdentityProvider.token=", "--ServerApp.password=",
                    "--ServerApp.disable_check_xsrf=True", f"--ServerApp.root_dir={self.notebooks}",
                    "--expose-app-in-browser", "--LabApp.news_url=None",
                    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
                ],
                env=env, stdout=log, stderr=subprocess.STDOUT, cwd=folder,
            )  # fmt: skip
        self._wait()

    def _wait(self):
        for _ in range(10 * PATIENCE):
            try:
                self.ask("/api")
            except OSError:
                time.sleep(0.1)
            else:
                return
        self.stop()
        raise RuntimeError(self._log.read_text())

    def ask(self, path, method="GET"):
        request = urllib.request.Request(self.url + path, method=method)
        with urllib.request.urlopen(request, timeout=PATIENCE) as reply:
            return reply.read()

    def is_local(self, url):
        return bool(
            re.match(rf"(http|ws)://127\.0\.0\.1:{self.url.rpartition(':')[2]}/|data:|blob:|about:", url)
        )

    def shut_kernels(self):
        for kernel in json.loads(self.ask("/api/kernels")):
            self.ask(f"/api/kernels/{kernel['id']}", "DELETE")

    def stop(self):
        self._process.terminate()
        self._process.wait(PATIENCE)


class Opened:
    """A notebook of the server in the browser."""

    def __init__(self, page, server, name):
        self.page, self._server, self._name = page, server, name
        page.set_default_timeout(1000 * PATIENCE)

    def open(self):
        """Load the page, anew if it is open, and wait for the kernel."""
        self.page.goto(f"{self._server.url}/lab/tree/{self._name}?reset", wait_until="domcontentloaded")
        self.page.wait_for_function(_IDLE)

    def show(self):
        """Open it in a page that has JupyterLab already, and wait for the kernel."""
        self.page.evaluate(_SHOW, self._name)
        self.page.wait_for_function(_SHOWN, arg=self._name)
        self.page.wait_for_function(_IDLE)

    def close(self):
        """Close it without saving, and end its kernel, which the page may complain about."""
        self.page.evaluate(_CLOSE)

    def reload(self):
        """Save and load the page anew; the kernel lives on."""
        self.page.evaluate("() => jupyterapp.commands.execute('docmanager:save')")
        self.open()

    def run(self, index):
        self.page.evaluate(_RUN, index)
        self.page.wait_for_function(_IDLE)

    def kernel_eval(self, code):
        """Run code in the kernel and return what it prints, or the error."""
        return self.page.evaluate(_EVAL, code)

    def kernel_until(self, code, wanted):
        """Run code until it prints what is wanted; a click takes a while to reach the kernel."""
        end = time.monotonic() + PATIENCE
        while (told := self.kernel_eval(code).strip()) != wanted:
            assert time.monotonic() < end, f"{code} says {told!r}, not {wanted!r}"
            self.page.wait_for_timeout(100)

    def theme(self, dark):
        """Change the theme of JupyterLab."""
        name = f"JupyterLab {'Dark' if dark else 'Light'}"
        self.page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', {theme})", name)
        self.page.wait_for_function("dark => document.body.dataset.jpThemeLight === String(!dark)", arg=dark)


class Notebook(Opened):
    """A new notebook in the browser, all its cells run."""

    def __init__(self, page, server, cells, name="test.ipynb"):
        made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(text) for text in cells])
        made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
        nbformat.write(made, server.notebooks / name)
        super().__init__(page, server, name)
        watch(page, server.is_local)
        self.open()
        for index in range(len(cells)):
            self.run(index)


def _free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]
