"""A stand-in for vLLM, for machines without it: its names, arguments and results, one prompt at a time.

After vLLM 0.30. It refuses whatever vLLM does not know, would crash on, or would take in another way
than `chatnt.VLLMDecoder` means it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

MADE: list["LLM"] = []
"""Every `LLM` that was made, so that a test sees what it was given."""


@dataclass(kw_only=True)
class SamplingParams:
    """Those of the real ones that matter to greedy decoding, with its defaults."""

    temperature: float = 1.0
    max_tokens: int | None = 16
    stop_token_ids: list[int] | None = None
    ignore_eos: bool = False
    detokenize: bool = True
    logit_bias: dict[int, float] | None = None

    def __post_init__(self):
        if self.temperature != 0:
            raise NotImplementedError("this stand-in is greedy")
        if self.max_tokens is None or self.max_tokens < 1:
            raise ValueError(f"max_tokens must be at least 1, got {self.max_tokens}.")
        if not all(isinstance(i, int) for i in self.stop_token_ids or ()):
            raise ValueError("stop_token_ids must contain only integers")


@dataclass
class CompletionOutput:
    index: int
    text: str
    token_ids: list[int]
    cumulative_logprob: float | None = None
    logprobs: list | None = None
    finish_reason: str | None = None
    stop_reason: int | str | None = None


@dataclass
class RequestOutput:
    request_id: str
    prompt: str | None
    prompt_token_ids: list[int]
    outputs: list[CompletionOutput]
    finished: bool = True
    prompt_logprobs: list | None = None


@dataclass
class ModelConfig:
    dtype: torch.dtype
    max_model_len: int
    enable_prompt_embeds: bool
    hidden_size: int = field(repr=False)
    vocab_size: int = field(repr=False)

    def get_hidden_size(self) -> int:
        return self.hidden_size

    def get_vocab_size(self) -> int:
        return self.vocab_size


class LLM:
    def __init__(
        self,
        model: str,
        *,
        dtype: str = "auto",
        skip_tokenizer_init: bool = False,
        enable_prompt_embeds: bool = False,
        max_model_len: int | None = None,
        tensor_parallel_size: int = 1,
        gpu_memory_utilization: float = 0.92,
        enforce_eager: bool = False,
    ):
        assert isinstance(model, str)
        assert Path(model).is_dir()
        if dtype == "auto":  # which means half precision for float32 weights
            raise NotImplementedError("say the precision")
        self._decoder = AutoModelForCausalLM.from_pretrained(model, dtype=getattr(torch, dtype)).eval()
        self._tokenizer = None if skip_tokenizer_init else AutoTokenizer.from_pretrained(model)
        sizes = self._decoder.config
        length = max_model_len or sizes.max_position_embeddings
        words = (sizes.hidden_size, sizes.vocab_size)
        config = ModelConfig(self._decoder.dtype, length, enable_prompt_embeds, *words)
        self.llm_engine = SimpleNamespace(model_config=config)
        self.seen: list[tuple[list[int], SamplingParams]] = []
        MADE.append(self)

    def generate(
        self,
        prompts: Sequence[dict],
        sampling_params: SamplingParams,
        *,
        use_tqdm: bool = True,
    ) -> list[RequestOutput]:
        config = self.llm_engine.model_config
        if not config.enable_prompt_embeds:
            raise ValueError("You must set `--enable-prompt-embeds` to input `prompt_embeds`.")
        for token in [*(sampling_params.logit_bias or {}), *(sampling_params.stop_token_ids or [])]:
            if not 0 <= token < config.get_vocab_size():
                raise ValueError(f"{token} is out of vocabulary")
        if sampling_params.detokenize and self._tokenizer is None:
            raise ValueError("there is no tokenizer")
        self.seen.append(([len(prompt["prompt_embeds"]) for prompt in prompts], sampling_params))
        return [self._answer(str(i), prompt, sampling_params) for i, prompt in enumerate(prompts)]

    def _answer(self, name: str, prompt: dict, params: SamplingParams) -> RequestOutput:
        config = self.llm_engine.model_config
        assert set(prompt) == {"prompt_embeds"}
        vectors = prompt["prompt_embeds"]
        if vectors.ndim != 2:
            raise ValueError("prompt_embeds must be of shape (seq_len, hidden_size).")
        # These the real one would take and crash on, or convert.
        assert (vectors.device.type, vectors.dtype) == ("cpu", config.dtype)
        assert vectors.shape[1] == config.get_hidden_size()
        assert not vectors.requires_grad
        if len(vectors) >= config.max_model_len:
            raise ValueError("The decoder prompt is longer than the maximum model length")
        ids, reason, stop = self._written(vectors, params)
        text = self._tokenizer.decode(ids) if params.detokenize else ""
        output = CompletionOutput(0, text, ids, finish_reason=reason, stop_reason=stop)
        return RequestOutput(name, None, [0] * len(vectors), [output])

    @torch.no_grad()
    def _written(self, vectors, params) -> tuple[list[int], str, int | None]:
        config, ids = self.llm_engine.model_config, []
        words = self._decoder.get_input_embeddings()
        while len(ids) < params.max_tokens and len(vectors) < config.max_model_len:
            logits = self._decoder(inputs_embeds=vectors[None], use_cache=False).logits[0, -1].float()
            for token, bias in (params.logit_bias or {}).items():
                logits[token] += bias
            ids.append(int(logits.argmax()))
            if ids[-1] in (params.stop_token_ids or ()):
                return ids, "stop", ids[-1]
            if not params.ignore_eos and ids[-1] == self._decoder.config.eos_token_id:
                return ids, "stop", None
            vectors = torch.cat([vectors, words(torch.tensor(ids[-1:]))])
        return ids, "length", None
