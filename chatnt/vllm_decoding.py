"""Large decoders: vLLM writes the answers, from prompts that a pair has embedded."""

import importlib
import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from torch import Tensor
from transformers import AutoConfig

from chatnt.errors import CheckpointError, MissingExtraError, SlotError

FORBIDDEN = -100.0
"""Added to the logit of a token that is not to be written."""


class VLLMDecoder:
    """Write answers with vLLM, which batches and schedules them itself.

    The pair's encoder and resampler make the soft tokens and put them among the decoder's word
    embeddings; vLLM reads the result as prompt embeddings [1]_ and decodes greedily. Given to an
    engine (``chat.engine.writer``), it writes whatever `ask`, `annotate` and `evaluate` have
    written; labels and probabilities are the pair's own, because vLLM gives no likelihoods of
    prompt embeddings [2]_.

    Parameters
    ----------
    folder
        What `chatnt.Assistant.save_decoder` wrote.
    settings
        Further arguments of ``vllm.LLM``, such as ``{"tensor_parallel_size": 2}``. Default
        precision: that of the folder, where vLLM's own is half precision.

    Raises
    ------
    CheckpointError
        If the folder is not there.
    MissingExtraError
        If vLLM is not installed.

    References
    ----------
    .. [1] vLLM, "Prompt Embedding Inputs", https://docs.vllm.ai/en/stable/features/prompt_embeds/
    .. [2] vLLM, "Compatibility Matrix", https://docs.vllm.ai/en/stable/features/

    Examples
    --------
    >>> chat.save_decoder("decoder")  # doctest: +SKIP
    >>> chat.engine.writer = chatnt.VLLMDecoder("decoder")  # doctest: +SKIP
    >>> chat.annotate("regions.fa.gz", "promoter_tata", batch_size=512)  # doctest: +SKIP
    """

    def __init__(self, folder: str | Path, settings: Mapping[str, Any] | None = None) -> None:
        if not (Path(folder) / "config.json").is_file():
            raise CheckpointError(
                f"{folder} holds no decoder; write one there with chat.save_decoder({str(folder)!r})."
            )
        self.folder = str(folder)
        self._vllm = _vllm()
        stored = AutoConfig.from_pretrained(folder).dtype
        # The text is made of the tokens here, so that vLLM needs no tokenizer.
        usual = {
            "dtype": str(stored).removeprefix("torch.") if stored else "auto",
            "skip_tokenizer_init": True,
        }
        needed = {"model": self.folder, "enable_prompt_embeds": True}
        self._llm = self._vllm.LLM(**(usual | dict(settings or {}) | needed))
        self._config = self._llm.llm_engine.model_config

    def __repr__(self) -> str:
        return f"VLLMDecoder({self.folder!r}, {self._config.dtype})"

    def write(
        self, prompts: Sequence[Tensor], *, max_new_tokens: int, end: int, never: Sequence[int] = ()
    ) -> list[list[int]]:
        """Continue each prompt by its likeliest tokens, see `chatnt.writers.Writer`.

        Raises
        ------
        CheckpointError
            If the prompts are of another dimension than the decoder's.
        SlotError
            If a prompt with its answer is longer than vLLM was told to read.
        """
        if not prompts:
            return []
        self._check(prompts, max_new_tokens)
        settings = self._vllm.SamplingParams(
            temperature=0.0,
            max_tokens=max_new_tokens,
            stop_token_ids=[end],
            ignore_eos=True,  # or further end marks of the decoder's own settings would count
            detokenize=False,
            logit_bias=dict.fromkeys(never, FORBIDDEN) or None,
        )
        given = [{"prompt_embeds": prompt.detach().to("cpu", self._config.dtype)} for prompt in prompts]
        outputs = self._llm.generate(given, settings, use_tqdm=False)
        written = [output.outputs[0].token_ids for output in outputs]
        return [list(itertools.takewhile(lambda token: token != end, ids)) for ids in written]

    def _check(self, prompts: Sequence[Tensor], max_new_tokens: int) -> None:
        # vLLM would crash for another dimension, and cut an answer for which there is no room.
        dim, longest = self._config.get_hidden_size(), max(map(len, prompts))
        wrong = {prompt.shape[-1] for prompt in prompts} - {dim}
        if wrong:
            raise CheckpointError(
                f"The decoder in {self.folder} reads vectors of {dim:,}, but these prompts are of "
                f"{', '.join(map(str, sorted(wrong)))}; write this pair's own with chat.save_decoder(folder)."
            )
        if longest + max_new_tokens > self._config.max_model_len:
            raise SlotError(
                f"The longest prompt has {longest:,} tokens and its answer needs up to {max_new_tokens:,}, "
                f"but vLLM was told to read {self._config.max_model_len:,}; shorten the question, or give a "
                "larger max_model_len in the settings if the decoder reads more."
            )


def _vllm() -> ModuleType:
    try:
        return importlib.import_module("vllm")
    except ImportError as error:
        raise MissingExtraError(
            f'This needs vLLM, which cannot be imported ({error}): pip install "chatnt[vllm]". '
            "Without it the pair writes its answers itself."
        ) from error
