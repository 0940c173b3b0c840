"""Tensors in checkpoint files, listed first and read one by one."""

import dataclasses
import json
import pickle
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from chatnt.errors import CheckpointError, MissingExtraError

_DTYPES = {
    "float64": torch.float64, "float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16,
    "F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16,
    "I64": torch.int64, "I8": torch.int8,  # what an encoder recalls, in safetensors alone
}  # fmt: skip
_NPY_HEADERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


@dataclasses.dataclass(frozen=True)
class StoredTensor:
    """Stand for a tensor in a file; nothing is read until `load` is called.

    Parameters
    ----------
    name
        Its name in the file.
    shape, dtype
        As in the file.
    load
        Reads it; the result may share memory with the file.
    """

    name: str
    shape: tuple[int, ...]
    dtype: torch.dtype
    load: Callable[[], Tensor]


def read_jax(path: str | Path, *, allow_pickle: bool = False) -> list[StoredTensor]:
    """List the arrays of a file that the JAX code wrote.

    Parameters
    ----------
    path
        A ``.npz`` file with arrays named ``<module path>::<parameter>``, or a
        joblib or pickle file of a dict of module paths of dicts of parameters.
    allow_pickle
        Whether to open joblib and pickle files. Unpickling runs whatever code
        the file holds, so allow it only for files from a source you trust.

    Returns
    -------
    list of StoredTensor
        Arrays of an uncompressed joblib file and of ``.npz`` files are read
        when they are asked for, others at once.

    Raises
    ------
    CheckpointError
        If the file is a pickle and that is not allowed, or is unreadable.
    MissingExtraError
        If joblib, or a package that the pickle needs (ml_dtypes for bfloat16),
        is not installed.
    """
    path = Path(path)
    if not path.is_file():
        raise CheckpointError(f"There is no file {path}.")
    if path.suffix == ".npz":
        return _read_npz(path)
    if not allow_pickle:
        raise CheckpointError(
            f"{path} is a pickle, and opening a pickle runs any code that it holds. If you trust where it "
            "comes from, pass allow_pickle=True; otherwise convert the PyTorch checkpoint, whose "
            "safetensors files hold no code."
        )
    return _read_pickle(path)


def _read_npz(path: Path) -> list[StoredTensor]:
    try:
        with zipfile.ZipFile(path) as archive:
            return [_npz_member(path, archive, member) for member in archive.namelist()]
    except (zipfile.BadZipFile, ValueError, EOFError) as error:
        raise CheckpointError(f"{path} cannot be read as a .npz file: {error}") from error


def _npz_member(path: Path, archive: zipfile.ZipFile, member: str) -> StoredTensor:
    with archive.open(member) as file:
        shape, _, dtype = _NPY_HEADERS[np.lib.format.read_magic(file)](file)
    name = member.removesuffix(".npy")

    def load() -> Tensor:
        with np.load(path) as arrays:
            return _to_torch(arrays[name])

    return StoredTensor(name, shape, _torch_dtype(dtype, name), load)


def _read_pickle(path: Path) -> list[StoredTensor]:
    try:
        import joblib  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise MissingExtraError(_missing(path, "joblib")) from error
    try:
        # Mapped where the file is uncompressed: 18 GB then need no memory of their own.
        modules = joblib.load(path, mmap_mode="r")
    except ModuleNotFoundError as error:
        raise MissingExtraError(_missing(path, error.name or "another package")) from error
    except (pickle.UnpicklingError, EOFError, ValueError, KeyError, IndexError) as error:
        raise CheckpointError(f"{path} cannot be read as a joblib file: {error}") from error
    if not isinstance(modules, Mapping) or not all(isinstance(m, Mapping) for m in modules.values()):
        raise CheckpointError(f"{path} does not hold a dict of module paths of dicts of parameters.")
    return [
        _in_memory(f"{module}::{parameter}", np.asanyarray(array))
        for module, parameters in modules.items()
        for parameter, array in parameters.items()
    ]


def _missing(path: Path, package: str) -> str:
    return f"Reading {path} needs {package}. Install it with: pip install 'chatnt[convert]'"


def _in_memory(name: str, array: np.ndarray) -> StoredTensor:
    return StoredTensor(name, array.shape, _torch_dtype(array.dtype, name), lambda: _to_torch(array))


def _is_bfloat16(dtype: np.dtype) -> bool:
    # ml_dtypes is known to numpy by its name, and by nothing but its size once saved as .npy.
    return dtype.name == "bfloat16" or (dtype.kind == "V" and dtype.itemsize == 2)


def _torch_dtype(dtype: np.dtype, name: str) -> torch.dtype:
    if _is_bfloat16(dtype):
        return torch.bfloat16
    if dtype.name not in _DTYPES:
        raise CheckpointError(f"{name} has numbers of type {dtype}, expected floating-point ones.")
    return _DTYPES[dtype.name]


def _to_torch(array: np.ndarray) -> Tensor:
    array = np.array(array)  # a copy: torch does not take read-only memory
    if _is_bfloat16(array.dtype):
        return torch.from_numpy(array.view(np.uint16)).view(torch.bfloat16)
    return torch.from_numpy(array)


def read_safetensors(folder: str | Path) -> list[StoredTensor]:
    """List the tensors of a folder of safetensors files.

    Parameters
    ----------
    folder
        If it has a ``model.safetensors.index.json``, the files that this names
        are read; otherwise all ``*.safetensors``.

    Returns
    -------
    list of StoredTensor
        In the order of the files.

    Raises
    ------
    CheckpointError
        If there are no such files, or one is missing or unreadable.
    """
    folder = Path(folder)
    index = folder / "model.safetensors.index.json"
    if index.is_file():
        files = [folder / file for file in sorted(set(read_json(index)["weight_map"].values()))]
    else:
        files = sorted(folder.glob("*.safetensors"))
    absent = [file.name for file in files if not file.is_file()]
    if absent or not files:
        raise CheckpointError(
            f"{folder} lacks {', '.join(absent) or 'safetensors files'}; download it again."
        )
    return [tensor for file in files for tensor in _list_safetensors(file)]


def _list_safetensors(path: Path) -> list[StoredTensor]:
    try:
        with safe_open(path, "pt") as file:
            return [_safetensors_member(path, name, file.get_slice(name)) for name in file.keys()]  # noqa: SIM118
    except SafetensorError as error:
        raise CheckpointError(f"{path} cannot be read; download it again: {error}") from error


def _safetensors_member(path: Path, name: str, described) -> StoredTensor:
    dtype = described.get_dtype()
    if dtype not in _DTYPES:
        raise CheckpointError(f"{name} of {path} has numbers of type {dtype}, expected floating-point ones.")

    def load() -> Tensor:
        with safe_open(path, "pt") as file:
            return file.get_tensor(name)

    return StoredTensor(name, tuple(described.get_shape()), _DTYPES[dtype], load)


def read_json(path: Path) -> dict:
    """Read a JSON file that belongs to a checkpoint.

    Raises
    ------
    CheckpointError
        If it is missing or not JSON.
    """
    try:
        return json.loads(path.read_text())
    except FileNotFoundError as error:
        raise CheckpointError(f"There is no {path}, which belongs to the checkpoint.") from error
    except ValueError as error:
        raise CheckpointError(f"{path} is not JSON: {error}") from error
