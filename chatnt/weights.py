"""Tell weights apart: what was measured or fitted for some says nothing of others."""

import hashlib

import torch
from torch import nn


def fingerprint(model: nn.Module) -> str:
    """Return a hash of all weights of a model, their names and shapes, in hexadecimal."""
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        digest.update(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


class Fingerprint:
    """Know the fingerprint of a model, computed again only where its weights have changed.

    Parameters
    ----------
    model
        May be trained or converted in between.
    """

    def __init__(self, model: nn.Module) -> None:
        self._model = model
        self._seen: tuple[tuple[int, int], ...] = ()
        self._known = ""

    def __call__(self) -> str:
        """Return the fingerprint of the present weights."""
        # torch counts what is written into a tensor; another tensor in its place has another address.
        tensors = [*self._model.parameters(), *self._model.buffers()]
        seen = tuple((tensor.data_ptr(), tensor._version) for tensor in tensors)
        if seen != self._seen:
            self._seen, self._known = seen, fingerprint(self._model)
        return self._known
