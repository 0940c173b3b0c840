"""What widgets share whose page has a tray of sequences."""

from typing import Any

import traitlets

from chatnt.widgets.base import Palette, Theme, Widget, message
from chatnt.widgets.tray import Found, Tray, read_bytes, read_source

_ROWS = 200  # sequences that the page is told of; the others are counted


class TrayWidget(Widget):
    """Keep sequences in a tray, some of them ticked.

    Parameters
    ----------
    height, palette, theme
        See `Widget`.

    Attributes
    ----------
    sequences
        What is in the tray: name, length, share of G and C, and the first bases.
    ticked
        Names of those that are worked with next.
    """

    sequences: traitlets.List = traitlets.List().tag(sync=True)
    ticked: traitlets.List = traitlets.List(traitlets.Unicode()).tag(sync=True)
    _count = traitlets.Int(0).tag(sync=True)

    def __init__(self, *, height: int = 0, palette: Palette = "safe", theme: Theme = "auto") -> None:
        self._tray = Tray()
        self._uploads: dict[str, bytearray] = {}
        super().__init__(height=height, palette=palette, theme=theme)

    def add(self, source: Any) -> list[str]:
        """Put sequences into the tray; the first is ticked if none is.

        Parameters
        ----------
        source
            A FASTA file or a folder of them, the text of one, letters, a `DNA`, a table with a column
            ``sequence``, letters by name, or several `DNA` or strings of letters.

        Returns
        -------
        list of str
            The names, which differ from those given where these were taken. What could not be
            read is told in `error`.

        Raises
        ------
        DataError, DataNotFoundError
            If it is no source of sequences.
        SequenceError
            If none can be read; with line numbers.
        """
        return self._keep(read_source(source))

    def remove(self, name: str) -> None:
        """Take a sequence out of the tray; earlier answers about it stay as they are.

        Raises
        ------
        ValueError
            If there is none of that name.
        """
        self._tray.remove(name)
        self.ticked = [other for other in self.ticked if other != name]
        self._show_tray()

    def tick(self, *names: str) -> None:
        """Let these sequences, and no others, go with the next question.

        Raises
        ------
        ValueError
            If there is none of a name.
        """
        self.ticked = [self._tray[name].name for name in names]

    @message("remove")
    def _on_remove(self, name: str) -> None:
        self.remove(name)

    @message("upload")
    def _on_upload(self, key: str, name: str, part: int, parts: int, buffers: list[memoryview]) -> list[str]:
        """Take one part of a file; with the last, keep the sequences and return their names."""
        data = self._uploads.setdefault(key, bytearray()) if part == 0 else self._uploads.get(key)
        if data is None:
            raise ValueError(f"The first part of {name} is missing; upload it again.")
        data += buffers[0]
        if part + 1 < parts:
            return []
        return self._keep(read_bytes(bytes(self._uploads.pop(key)), name))

    def _keep(self, found: Found) -> list[str]:
        names = [self._tray.add(dna) for dna in found.sequences]
        self._show_tray()
        if not self.ticked:
            self.ticked = names[:1]
        self.error = found.complaint()
        return names

    def _show_tray(self) -> None:
        self.sequences, self._count = self._tray.rows(_ROWS), len(self._tray)

    @traitlets.validate("ticked")
    def _check_ticked(self, proposal: dict) -> list[str]:
        return [self._tray[name].name for name in dict.fromkeys(proposal["value"])]
