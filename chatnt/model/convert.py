"""Published ChatNT checkpoints, JAX or PyTorch, read as models of this package."""

import copy
import dataclasses
import functools
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from chatnt.errors import CheckpointError
from chatnt.model.chatnt import ChatNTModel
from chatnt.model.config import ChatNTConfig
from chatnt.model.leaves import Leaf, candidates, canonical_name, leaves
from chatnt.model.official import official_config
from chatnt.model.stored import StoredTensor, read_jax, read_json, read_safetensors


@dataclasses.dataclass(frozen=True)
class Conversion:
    """Hold a checked checkpoint, ready to be saved or made a model.

    Parameters
    ----------
    config
        The configuration of the model.
    sources
        Every leaf with the tensor that fills it.
    flipped
        Whether the file holds linear layers as (in, out), as JAX does.
    dtype
        Precision to convert to; `None` keeps that of each tensor.
    """

    config: ChatNTConfig
    sources: tuple[tuple[Leaf, StoredTensor], ...]
    flipped: bool
    dtype: torch.dtype | None = None

    def tensors(self) -> Iterator[tuple[str, Tensor]]:
        """Yield names and tensors of our state dict, one after the other read from the file."""
        for leaf, stored in self.sources:
            yield from self._pieces(leaf, stored)

    def save(self, folder: str | Path, *, shard_bytes: int = 5_000_000_000) -> Path:
        """Write a folder that `ChatNTModel.from_pretrained` reads.

        No more than one shard is in memory at a time. The configuration is
        written last, so that an interrupted folder is not taken for a model.

        Parameters
        ----------
        folder
            Where to write; made if it is not there.
        shard_bytes
            Size of the files, at most, unless a single tensor is larger.

        Returns
        -------
        Path
            The folder.

        Raises
        ------
        CheckpointError
            If the folder holds weights already.
        """
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.glob("*.safetensors*")):
            raise CheckpointError(f"{folder} holds weights already; give another folder or empty this one.")
        shards = self._shards(shard_bytes)
        places = {}
        for i, shard in enumerate(shards, start=1):
            file = f"model-{i:05}-of-{len(shards):05}.safetensors"
            places.update(dict.fromkeys(self._write(shard, folder / file), file))
        total = sum(self._nbytes(*source) for source in self.sources)
        index = {"metadata": {"total_size": total}, "weight_map": places}
        (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=2) + "\n")
        config = copy.deepcopy(self.config)
        config.architectures, config.dtype = [ChatNTModel.__name__], self._widest()
        config.save_pretrained(folder)
        return folder

    def model(self) -> ChatNTModel:
        """Return the model, in the widest precision of its tensors, in evaluation mode."""
        # Through from_pretrained, which also makes the buffers that no file holds.
        return ChatNTModel.from_pretrained(
            None,
            config=copy.deepcopy(self.config),
            state_dict=dict(self.tensors()),
            dtype=self._widest(),
        )

    def _pieces(self, leaf: Leaf, stored: StoredTensor) -> Iterator[tuple[str, Tensor]]:
        if not leaf.ours:
            return
        tensor = stored.load()
        if self.flipped and leaf.flipped:
            tensor = tensor.T
        if leaf.rotary_heads:
            tensor = split_rotary_pairs(tensor, leaf.rotary_heads)
        for name, piece in zip(leaf.ours, tensor.chunk(len(leaf.ours)), strict=True):
            # Always a copy: a file may be mapped read-only, and halves must not share memory.
            yield name, piece.to(self.dtype or stored.dtype).clone(memory_format=torch.contiguous_format)

    def _write(self, shard: list[tuple[Leaf, StoredTensor]], path: Path) -> list[str]:
        """Write one file and return the names in it; a method, so that its tensors are freed at once."""
        tensors = dict(piece for source in shard for piece in self._pieces(*source))
        save_file(tensors, path, metadata={"format": "pt"})
        return list(tensors)

    def _nbytes(self, leaf: Leaf, stored: StoredTensor) -> int:
        return math.prod(leaf.shape) * (self.dtype or stored.dtype).itemsize if leaf.ours else 0

    def _shards(self, shard_bytes: int) -> list[list[tuple[Leaf, StoredTensor]]]:
        shards, filled = [[]], 0
        for source in self.sources:
            size = self._nbytes(*source)
            if shards[-1] and filled + size > shard_bytes:
                shards.append([])
                filled = 0
            shards[-1].append(source)
            filled += size
        return shards

    def _widest(self) -> torch.dtype:
        return self.dtype or functools.reduce(
            torch.promote_types, (stored.dtype for _, stored in self.sources)
        )


def split_rotary_pairs(weight: Tensor, heads: int) -> Tensor:
    """Reorder the outputs of a query or key layer from rotary pairs to rotary halves.

    The published decoder turns neighbours (2i, 2i + 1) of a head, transformers
    turns (i, i + size / 2).

    Parameters
    ----------
    weight
        Tensor of shape (heads * size, dim).
    heads
        Number of heads.

    Returns
    -------
    Tensor
        Of the same shape.
    """
    return weight.unflatten(0, (heads, -1, 2)).transpose(1, 2).flatten(0, 2)


def convert_jax(
    path: str | Path | Iterable[str | Path],
    *,
    config: ChatNTConfig | None = None,
    dtype: torch.dtype | None = None,
    allow_pickle: bool = False,
) -> Conversion:
    """Open a published JAX checkpoint.

    Parameters
    ----------
    path
        The ``params.joblib``, or ``.npz`` files with arrays named
        ``<module path>::<parameter>``; several files together hold the model.
    config
        Its configuration. Default: the published sizes.
    dtype
        Precision to convert to. Default: that of each tensor.
    allow_pickle
        See `read_jax`.

    Returns
    -------
    Conversion
        Checked: every tensor is there once and has the right shape.

    Raises
    ------
    CheckpointError
        If tensors are missing, left over, there twice, or of another shape; it
        names all of them.
    MissingExtraError
        If joblib or ml_dtypes is needed and not installed.

    Examples
    --------
    >>> conversion = convert_jax("params.joblib", allow_pickle=True)  # doctest: +SKIP
    >>> conversion.save("chatnt", shard_bytes=2_000_000_000)  # doctest: +SKIP
    """
    config = config or official_config()
    paths = [path] if isinstance(path, str | Path) else list(path)
    stored = [tensor for p in paths for tensor in read_jax(p, allow_pickle=allow_pickle)]
    published = leaves(config)
    by_name = {leaf.name: leaf for leaf in published}
    found = [(tensor, by_name.get(canonical_name(tensor.name))) for tensor in stored]
    return Conversion(config, _paired(published, found, flipped=True), flipped=True, dtype=dtype)


def convert_torch(
    folder: str | Path,
    *,
    config: ChatNTConfig | None = None,
    dtype: torch.dtype | None = None,
    name_map: Mapping[str, str | None] | None = None,
) -> Conversion:
    """Open a published PyTorch checkpoint, a folder of safetensors files.

    Tensors are recognised by part, block number, last word of the name and
    shape. Linear layers are (out, in); the decoder's rotary pairs lie side by
    side as in JAX.

    Parameters
    ----------
    folder
        With ``*.safetensors`` and, if there are several, their index.
    config
        Its configuration. Default: read from the folder's ``config.json``.
    dtype
        Precision to convert to. Default: that of each tensor.
    name_map
        Names that are not recognised, with the JAX name that each means (as an
        error lists it), or `None` to leave a tensor out. ``{i}`` stands for a
        block number on both sides.

    Returns
    -------
    Conversion
        Checked: every tensor is there once and has the right shape.

    Raises
    ------
    CheckpointError
        If tensors are missing, left over, there twice, or of another shape; it
        names all of them. Also if a file is missing or unreadable.

    Examples
    --------
    >>> model = convert_torch("ChatNT", name_map={
    ...     "encoder.stack.{i}.norm_a.weight":
    ...     "encoder/attention_layer_{i}/~/self_attention_layer_norm::scale",
    ... }).model()  # doctest: +SKIP
    """
    folder = Path(folder)
    if config is None:
        config = official_config(read_json(folder / "config.json"))
    published = leaves(config)
    by_name = {leaf.name: leaf for leaf in published}
    found = []
    for tensor in read_safetensors(folder):
        mapped, meant = _mapped(tensor.name, name_map or {})
        if mapped and meant is None:
            continue
        possible = [by_name.get(canonical_name(meant))] if meant else candidates(tensor.name, published)
        found.append((tensor, possible[0] if len(possible) == 1 else None))
    return Conversion(config, _paired(published, found, flipped=False), flipped=False, dtype=dtype)


def _mapped(name: str, name_map: Mapping[str, str | None]) -> tuple[bool, str | None]:
    """Tell whether a name is in the map, and what it means there."""
    for theirs, ours in name_map.items():
        match = re.fullmatch(re.escape(theirs).replace(re.escape("{i}"), r"(\d+)"), name)
        if match:
            return True, ours and ours.replace("{i}", match[1] if match.groups() else "{i}")
    return False, None


def _paired(
    published: list[Leaf], found: list[tuple[StoredTensor, Leaf | None]], *, flipped: bool
) -> tuple[tuple[Leaf, StoredTensor], ...]:
    """Check that every leaf is there exactly once and has its shape."""
    holders: dict[str, list[StoredTensor]] = {leaf.name: [] for leaf in published}
    problems = []
    for tensor, leaf in found:
        if leaf is None:
            problems.append(f"not recognised: {tensor.name} {tensor.shape}")
            continue
        holders[leaf.name].append(tensor)
        wanted = leaf.shape[::-1] if flipped and leaf.flipped else leaf.shape
        if tensor.shape != wanted:
            problems.append(f"wrong shape: {tensor.name} is {tensor.shape}, expected {wanted}")
    for leaf in published:
        names = [tensor.name for tensor in holders[leaf.name]]
        if not names:
            problems.append(f"missing: {leaf.name}, {leaf.shape} as (out, in)")
        elif len(names) > 1:
            problems.append(f"there {len(names)} times: {leaf.name}, as {', '.join(names)}")
    if problems:
        raise CheckpointError(
            f"The checkpoint does not hold the {len(published)} tensors of this configuration.\n  "
            + "\n  ".join(problems)
            + "\nGive the right config, or for a PyTorch checkpoint a name_map for what is not recognised."
        )
    return tuple((leaf, holders[leaf.name][0]) for leaf in published)
