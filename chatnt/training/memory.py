"""How much memory training takes on each GPU, computed from a configuration alone."""

import dataclasses
import math
import weakref
from collections.abc import Iterable, Sequence
from itertools import product

import pandas as pd
import torch
from torch import Tensor
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.nn.functional import cross_entropy
from torch.utils._python_dispatch import TorchDispatchMode

from chatnt.errors import TrainingError
from chatnt.model import ChatNTConfig, ChatNTModel
from chatnt.model.official import official_config
from chatnt.training.plan import TrainingPlan

DTYPES = ("float32", "bf16")
_ORDER = {"none": 0, "ddp": 1, "fsdp2": 2} | {dtype: place for place, dtype in enumerate(DTYPES)}
_ADDED = ["weights", "gradients", "optimizer", "averages", "communication", "activations"]


@dataclasses.dataclass(frozen=True)
class Pass:
    """Hold the size of what goes through the model at once.

    Parameters
    ----------
    rows
        Conversations, each about one sequence.
    bases
        Of each sequence.
    prompt, answer
        Tokens of English in each prompt, without the slots, and in each answer, with its end.

    Raises
    ------
    TrainingError
        If one of them is below 1.
    """

    rows: int = 1
    bases: int = 600
    prompt: int = 75
    answer: int = 15

    def __post_init__(self) -> None:
        wrong = [f"{name}={size}" for name, size in dataclasses.asdict(self).items() if size < 1]
        if wrong:
            raise TrainingError(f"A pass holds at least one of everything, not {', '.join(wrong)}.")

    def dna_tokens(self, encoder: str) -> int:
        """Return the tokens of a sequence: ``<cls>``, 6-mers and what is left over, or one per base."""
        kmers = encoder == "nucleotide_transformer"
        return 1 + self.bases // 6 + self.bases % 6 if kmers else self.bases


def training_memory(
    config: ChatNTConfig | None = None,
    plan: TrainingPlan | None = None,
    size: Pass | None = None,
    *,
    gpus: Sequence[int] = (1, 2, 4, 8, 16),
    dtypes: Sequence[str] = DTYPES,
    checkpointing: Sequence[bool] = (False, True),
) -> pd.DataFrame:
    """Compute the bytes that training takes on each GPU, without making a single weight.

    The model runs forward and backward on tensors that have shapes but no content, and what is
    alive at once is added up. The driver, the libraries and the allocator take memory for
    themselves, which is not counted.

    Parameters
    ----------
    config
        Of the pair: ``chat.model.config``. Default: the published sizes.
    plan
        Says what is trained and whether an average is kept; default the plan ``"paper"``. Its
        bf16 and gradient checkpointing are not read, because the table compares them.
    size
        Of one pass; accumulating the gradients of several passes takes no more.
    gpus
        Numbers of GPUs.
    dtypes
        ``"float32"``: everything. ``"bf16"``: matrix products in bfloat16, what is frozen stored
        in bfloat16, what is trained in float32.
    checkpointing
        Without and with gradient checkpointing.

    Returns
    -------
    DataFrame
        One row per number of GPUs, sharding, dtype and checkpointing, in this order:
        ``gpus, sharding`` (``"none"``, ``"ddp"``, or ``"fsdp2"`` for full shards), ``dtype,
        checkpointing``, then in bytes ``weights, gradients, optimizer`` (two moments, as of
        Adam), ``averages, communication`` (the buckets of DDP; with FSDP2 the most that can be
        whole at once), ``activations`` (the most that is alive beside the former at any moment),
        ``logits`` (the most of it that is logits), ``total`` (all but ``logits``, which are
        among the activations).

    Raises
    ------
    TrainingError
        If a number or a dtype is unknown, nothing is trained, or the plan has LoRA, which
        is not counted.

    Examples
    --------
    >>> from transformers import LlamaConfig
    >>> from chatnt.model import NucleotideCNNConfig, ResamplerConfig
    >>> sizes = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    >>> small = ChatNTConfig(
    ...     encoder_config=NucleotideCNNConfig(),
    ...     resampler_config=ResamplerConfig(dna_dim=128, dim=16, heads=2, ffn_dim=32, vocab_size=100),
    ...     decoder_config=LlamaConfig(vocab_size=100, **sizes),
    ... )
    >>> table = training_memory(small, gpus=[1, 2], dtypes=["float32"], checkpointing=[False])
    >>> table.groupby("gpus")["sharding"].unique().map(list).to_dict()
    {1: ['none'], 2: ['ddp', 'fsdp2']}

    References
    ----------
    Kingma and Ba (2015), Adam, algorithm 1 (the two moments); Rajbhandari et al. (2020), ZeRO,
    section 3 (what copies of one model hold twice); PyTorch,
    ``torch.distributed.fsdp.fully_shard`` (when a block is whole).
    """
    config, plan, size = config or official_config(), plan or TrainingPlan.named("paper"), size or Pass()
    _check(plan, gpus, dtypes, checkpointing)
    places = [(n, how) for n in dict.fromkeys(gpus) for how in (("ddp", "fsdp2") if n > 1 else ("none",))]
    rows = []
    for dtype, twice in product(dtypes, checkpointing):
        model = _Shadow(config, plan, half=dtype == "bf16")
        said = {"dtype": dtype, "checkpointing": twice} | model.most_alive(size, twice)
        rows += [{"gpus": n, "sharding": how} | said | model.kept(n, how) for n, how in places]
    rows.sort(key=lambda row: (row["gpus"], *(_ORDER[row[name]] for name in ("sharding", "dtype"))))
    table = pd.DataFrame(rows)
    table["total"] = table[_ADDED].sum(axis=1)
    return table.loc[:, ["gpus", "sharding", "dtype", "checkpointing", *_ADDED, "logits", "total"]]


def _check(
    plan: TrainingPlan, gpus: Sequence[int], dtypes: Sequence[str], checkpointing: Sequence[bool]
) -> None:
    if not gpus or min(gpus) < 1:
        raise TrainingError(f"Got gpus={list(gpus)}; give numbers of GPUs from 1 up.")
    unknown = [repr(dtype) for dtype in dtypes if dtype not in DTYPES]
    if unknown or not dtypes:
        raise TrainingError(
            f"dtypes has {', '.join(unknown) or 'nothing'}; give some of {', '.join(DTYPES)}."
        )
    if not checkpointing:
        raise TrainingError("Got no checkpointing; give False, True or both.")
    if plan.lora or not plan.trained:
        raise TrainingError(
            "The memory of LoRA is not computed; give a plan without it that trains something."
        )


class _Shadow:
    """A pair that has shapes but no content.

    Parameters
    ----------
    config, plan
        Of the pair, and what is trained.
    half
        Whether matrix products are in bfloat16, and what is frozen is stored so.
    """

    def __init__(self, config: ChatNTConfig, plan: TrainingPlan, *, half: bool) -> None:
        self.half, self.averaging = half, plan.averaging > 0
        self.mode = FakeTensorMode()
        with self.mode:
            self.model = ChatNTModel(config).train()
            for name, weight in self.model.named_parameters():
                weight.requires_grad_(any(f"{name}.".startswith(f"{part}.") for part in plan.trained))
                if half and not weight.requires_grad:
                    weight.data = weight.data.bfloat16()

    def kept(self, gpus: int, sharding: str) -> dict[str, int]:
        """Return the bytes that are there all the time on each of some GPUs."""
        weights, trained = _bytes(self.model.parameters()), _bytes(self.model.parameters(), trained=True)
        shares = {"weights": weights, "gradients": trained, "optimizer": 2 * trained}
        shares["averages"] = trained if self.averaging else 0
        divisor = gpus if sharding == "fsdp2" else 1
        kept = {name: math.ceil(share / divisor) for name, share in shares.items()}
        kept["weights"] += sum(buffer.nbytes for buffer in self.model.buffers())
        kept["communication"] = {"none": 0, "ddp": trained, "fsdp2": self._most_whole()}[sharding]
        return kept

    def _most_whole(self) -> int:
        """Return the most bytes of weights and gradients that FSDP2 can hold whole at once.

        What is in no block stays whole from its first use to the end of the backward pass. A block
        is whole while it works, and the next one is fetched meanwhile. Its gradients are whole
        until they are summed over the GPUs, for which they are copied once.
        """
        names = self.model._no_split_modules or ()
        blocks = [module for module in self.model.modules() if type(module).__name__ in names]
        inside = [list(block.parameters()) for block in blocks]
        known = {id(weight) for weights in inside for weight in weights}
        outside = [weight for weight in self.model.parameters() if id(weight) not in known]
        block = max((_bytes(weights) for weights in inside), default=0)
        gradients = max((_bytes(weights, trained=True) for weights in inside), default=0)
        return _bytes(outside) + _bytes(outside, trained=True) + 2 * (block + gradients)

    def most_alive(self, size: Pass, checkpointing: bool) -> dict[str, int]:
        """Return the most bytes that a pass holds beside weights and gradients."""
        model = self.model
        if checkpointing:
            model.activation_checkpointing_enable()
        with self.mode:
            known = [*model.parameters(), *model.buffers()]
            for weight in model.parameters():
                if weight.requires_grad:
                    weight.grad = torch.empty_like(weight)
                    known.append(weight.grad)
            logits = size.rows * size.answer, model.config.get_text_config().vocab_size
            with _Alive(known, logits) as alive:
                with torch.autocast("cpu", torch.bfloat16, enabled=self.half):
                    loss = _loss(model, size)
                loss.backward()
        return {"activations": alive.most, "logits": alive.most_logits}


def _bytes(weights: Iterable[Tensor], *, trained: bool = False) -> int:
    return sum(weight.nbytes for weight in weights if weight.requires_grad or not trained)


def _loss(model: ChatNTModel, size: Pass) -> Tensor:
    """Do what the model does in training, but for what depends on content, which is not there."""
    dna = _ones(size.rows, size.dna_tokens(model.encoder.config.model_type))
    question = _ones(size.rows, size.prompt)
    vectors = model.encoder(input_ids=dna, attention_mask=dna).last_hidden_state
    mask = model.encoder.output_mask(dna) if hasattr(model.encoder, "output_mask") else dna
    soft = model.resampler(vectors, mask.bool(), question, question)
    words = model.get_input_embeddings()(_ones(size.rows, size.prompt + size.answer))
    embeds = torch.cat([soft.to(words.dtype), words], dim=1)
    states = model.decoder.base_model(
        inputs_embeds=embeds, attention_mask=_ones(*embeds.shape[:2]), use_cache=False
    ).last_hidden_state
    # Each position says what follows it; the last word of the prompt says the answer's first.
    logits = model.get_output_embeddings()(states[:, -size.answer - 1 : -1].flatten(0, 1))
    return cross_entropy(logits.float(), _ones(size.rows * size.answer))


def _ones(*shape: int) -> Tensor:
    return torch.ones(shape, dtype=torch.long)


class _Alive(TorchDispatchMode):
    """Add up the bytes of tensors while they are alive, and remember the most.

    Parameters
    ----------
    known
        Tensors that are counted elsewhere.
    logits
        The shape of logits, which are added up apart as well.
    """

    def __init__(self, known: Iterable[Tensor], logits: tuple[int, int]) -> None:
        super().__init__()
        self.now = self.most = self.now_logits = self.most_logits = 0
        self._logits = logits
        self._met = {id(tensor.untyped_storage()) for tensor in known}

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        for tensor in result if isinstance(result, tuple | list) else (result,):
            if isinstance(tensor, Tensor):
                self._meet(tensor)
        return result

    def _meet(self, tensor: Tensor) -> None:
        storage = tensor.untyped_storage()
        if id(storage) in self._met:
            return
        size = storage.nbytes()
        logits = size if tensor.is_floating_point() and tuple(tensor.shape) == self._logits else 0
        self._met.add(id(storage))
        self._change(size, logits)
        weakref.finalize(storage, self._lose, id(storage), size, logits)

    def _lose(self, number: int, size: int, logits: int) -> None:
        self._met.discard(number)
        self._change(-size, -logits)

    def _change(self, size: int, logits: int) -> None:
        self.now, self.now_logits = self.now + size, self.now_logits + logits
        self.most, self.most_logits = max(self.most, self.now), max(self.most_logits, self.now_logits)
