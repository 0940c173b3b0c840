"""Which device is this process's own."""

import os

import torch

from chatnt.processes import this_process


def own_device() -> str:
    """Return the GPU that is this process's, or ``"cpu"`` where there is none.

    Of several processes on a machine, each has the GPU of its number, as torchrun and accelerate
    count them (``LOCAL_RANK``); if there are fewer GPUs than processes, some share one. ``accelerate launch
    --cpu`` leaves GPUs aside, and so does ``CUDA_VISIBLE_DEVICES=""``.
    """
    unwanted = os.environ.get("ACCELERATE_USE_CPU", "").lower() in ("1", "true", "yes")
    if unwanted or not torch.cuda.is_available():
        return "cpu"
    return f"cuda:{this_process().local_rank % torch.cuda.device_count()}"
