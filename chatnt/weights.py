"""Tell weights apart: what was measured or fitted for some says nothing of others."""

import hashlib
from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import is_traceable_wrapper_subclass


def fingerprint(model: nn.Module) -> str:
    """Return a hash of all weights of a model, their names and shapes, in hexadecimal."""
    digest = hashlib.sha256()
    for whole, weight in sorted(model.state_dict().items()):
        for name, tensor in stored_tensors(whole, weight):
            digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
            digest.update(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


def stored_tensors(name: str, weight: Tensor) -> Iterator[tuple[str, Tensor]]:
    """Yield a weight with its name, or the integers and scales that one in fewer bits is stored as.

    Examples
    --------
    >>> [name for name, _ in stored_tensors("bias", torch.zeros(3))]
    ['bias']
    """
    if not is_traceable_wrapper_subclass(weight):
        yield name, weight
        return
    for part in weight.__tensor_flatten__()[0]:
        yield from stored_tensors(f"{name}.{part}", getattr(weight, part))


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
        stored = [each for tensor in tensors for _, each in stored_tensors("", tensor)]
        seen = tuple((tensor.data_ptr(), tensor._version) for tensor in stored)
        if seen != self._seen:
            self._seen, self._known = seen, fingerprint(self._model)
        return self._known
