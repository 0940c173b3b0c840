"""The loss of a decoder, with logits only where there is something to learn."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from torch import Tensor, nn
from torch.nn.functional import cross_entropy, pad
from transformers import PreTrainedModel
from transformers.modeling_outputs import CausalLMOutputWithPast

IGNORED = -100
"""Label of a position that takes no part in the loss."""


def learn(
    decoder: PreTrainedModel, labels: Tensor, num_items_in_batch: Tensor | int | None, inputs: dict
) -> CausalLMOutputWithPast:
    """Run a decoder and compute the loss, but no logits that the loss does not need.

    Parameters
    ----------
    decoder
        A causal language model of transformers.
    labels
        Tensor of shape (batch, tokens), `IGNORED` where there is nothing to learn.
    num_items_in_batch
        What the sum over the labels is divided by; `None` for their number.
    inputs
        What the decoder is called with.

    Returns
    -------
    CausalLMOutputWithPast
        With `loss`, and `logits` of shape (labels, vocabulary), row after row.
    """
    # Each position is to say what follows it; nothing follows the last.
    targets = pad(labels[:, 1:], (0, 1), value=IGNORED)
    wanted = targets != IGNORED
    with only_at(wanted, cast("nn.Module", decoder.get_output_embeddings())):
        # A cache would be a copy of all keys and values that nobody reads.
        output = decoder(**{"use_cache": False} | inputs)
    targets = targets[wanted].to(output.logits.device)
    total = cross_entropy(output.logits.float(), targets, reduction="sum")
    count = len(targets) if num_items_in_batch is None else num_items_in_batch
    loss = total / (count.to(total.device) if isinstance(count, Tensor) else count)
    return type(output)(**{**output, "loss": loss})


@contextmanager
def only_at(wanted: Tensor, head: nn.Module) -> Iterator[None]:
    """Let a decoder's last layer compute the logits of some positions alone.

    What goes into the layer is selected, because decoders differ in what they do to the
    logits behind it.

    Parameters
    ----------
    wanted
        Tensor of shape (batch, tokens), true at these positions.
    head
        The decoder's last linear layer; within the context it gives logits of shape
        (positions, vocabulary).
    """

    def select(_: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        return inputs[0][wanted.to(inputs[0].device)], *inputs[1:]

    handle = head.register_forward_pre_hook(select)
    try:
        yield
    finally:
        handle.remove()
