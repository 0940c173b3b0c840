"""How to train: a plan as plain data, with two that have names."""

import dataclasses
import json
import math
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, get_args

from chatnt.errors import TrainingError

PARTS = ("encoder", "resampler", "decoder")
"""The parts of a pair, in reading order."""

Optimizer = Literal["adam", "adamw"]
Schedule = Literal["constant", "linear", "cosine"]

_RUNNING = ("checkpoint_every", "keep", "tensorboard")  # these change no result


@dataclasses.dataclass(frozen=True)
class LoRA:
    """Say how a part learns through low-rank adapters beside its frozen weights.

    Parameters
    ----------
    rank
        Of the two small matrices beside each large one.
    alpha
        The adapters' output is multiplied by ``alpha / rank``.
    dropout
        Share of the adapters' input dropped while training.
    layers
        Names of the linear layers that get one, or ``"all-linear"``.

    References
    ----------
    Hu et al. (2022), LoRA: Low-Rank Adaptation of Large Language Models, section 4.
    """

    rank: int = 8
    alpha: float = 16.0
    dropout: float = 0.0
    layers: str | tuple[str, ...] = "all-linear"


@dataclasses.dataclass(frozen=True)
class TrainingPlan:
    """Say what is trained, how, and for how long. The defaults are the plan ``"laptop"``.

    Parameters
    ----------
    steps
        Optimizer steps in all.
    trained
        What learns: parts of the pair, or beginnings of names of parameters such as
        ``"encoder.blocks"``. All else is frozen.
    lora
        For some parts, adapters that learn instead of the weights themselves.
    starts
        For some parts, the step at which they begin to learn; frozen before.
    optimizer, betas, epsilon, weight_decay
        Of Adam or AdamW. The decay is on matrices only.
    learning_rate
        At its peak.
    rates
        Peaks of the parts that have another.
    warmup, schedule
        The rate rises for `warmup` steps; then it is ``"constant"``, or falls to zero
        as a line (``"linear"``) or as half a ``"cosine"`` of the whole run.
    clip
        Largest norm of the gradient; 0 for none.
    averaging
        Decay of the moving average of the weights, which is what is kept; 0 for none.
    rows
        Rows of a step, of all processes together, taken in turn from the batches of the source.
        `None` takes one batch a step.
    tokens
        Instead of `rows`: as many rows a step as have at most so many tokens of English, slots included.
    micro_rows, micro_tokens
        Most rows, and most tokens (of DNA and English, padding included), that go through
        the model at once; a step is accumulated over as many passes as it needs.
    padding
        Largest share of the DNA positions of a pass that may be padding. Rows are sorted by
        length first.
    bf16
        Compute matrix products in bfloat16. The weights stay as they are.
    gradient_checkpointing
        Compute activations twice instead of keeping them, where the parts can.
    validate_every, checkpoint_every
        In steps; 0 validates only at the end. Both are also done after the last step.
    keep
        Checkpoints to keep.
    metric, patience
        Which number of the validation is the one to raise (``"mean"``: that of all), and
        after how many validations without a better one training stops; `None`: it does not.
    best
        Whether the pair ends with the weights of the best validation instead of the last.
    tensorboard
        Also write the log for TensorBoard.
    seed
        With the number of a step, decides all that is random.

    Raises
    ------
    TrainingError
        If a number is out of range, or a name is unknown.

    Examples
    --------
    >>> plan = TrainingPlan.named("paper")
    >>> plan.optimizer, plan.learning_rate, plan.rows, plan.trained
    ('adam', 3e-05, 256, ('encoder', 'resampler'))
    >>> [round(TrainingPlan(steps=100, warmup=10).rate(step), 6) for step in (0, 50, 99)]
    [7e-05, 0.00035, 0.0]
    """

    steps: int = 6000
    trained: tuple[str, ...] = ("encoder", "resampler")
    lora: Mapping[str, LoRA] = dataclasses.field(default_factory=dict)
    starts: Mapping[str, int] = dataclasses.field(default_factory=dict)
    optimizer: Optimizer = "adamw"
    betas: tuple[float, float] = (0.9, 0.98)
    epsilon: float = 1e-8
    weight_decay: float = 0.05
    learning_rate: float = 7e-4
    rates: Mapping[str, float] = dataclasses.field(default_factory=dict)
    warmup: int = 100
    schedule: Schedule = "cosine"
    clip: float = 1.0
    averaging: float = 0.998
    rows: int | None = None
    tokens: int | None = None
    micro_rows: int | None = None
    micro_tokens: int | None = None
    padding: float = 0.25
    bf16: bool = False
    gradient_checkpointing: bool = False
    validate_every: int = 750
    checkpoint_every: int = 100
    keep: int = 1
    metric: str = "mean"
    patience: int | None = None
    best: bool = False
    tensorboard: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        problems = [*self._out_of_range(), *self._unknown()]
        if problems:
            raise TrainingError(f"This plan cannot be carried out: {'; '.join(problems)}.")

    def _out_of_range(self) -> list[str]:
        at_least = {
            "steps": 1, "keep": 1, "rows": 1, "tokens": 1, "micro_rows": 1, "micro_tokens": 1, "patience": 1,
            "warmup": 0, "validate_every": 0, "checkpoint_every": 1, "learning_rate": 0, "weight_decay": 0,
            "clip": 0, "averaging": 0, "padding": 0, "epsilon": 0, "seed": 0,
        }  # fmt: skip
        values = {name: getattr(self, name) for name in at_least}
        problems = [
            f"{name} is {value}, expected at least {at_least[name]}"
            for name, value in values.items()
            if value is not None and not (math.isfinite(value) and value >= at_least[name])
        ]
        below_one = {"averaging": self.averaging, "padding": self.padding}
        return problems + [f"{n} is {v}, expected less than 1" for n, v in below_one.items() if v >= 1]

    def _unknown(self) -> list[str]:
        problems = []
        for name, allowed in (("optimizer", get_args(Optimizer)), ("schedule", get_args(Schedule))):
            if getattr(self, name) not in allowed:
                problems.append(f"{name} is {getattr(self, name)!r}, expected {' or '.join(allowed)}")
        if not self.trained and not self.lora:
            problems.append("nothing is trained; name a part, or give one LoRA")
        for name in ("lora", "rates", "starts"):
            foreign = sorted(set(getattr(self, name)) - set(PARTS))
            if foreign:
                problems.append(f"{name} names {', '.join(foreign)}, expected {', '.join(PARTS)}")
        if self.rows is not None and self.tokens is not None:
            problems.append("a step has a number of rows or of tokens, not both")
        learning = [name.partition(".")[0] for name in (*self.trained, *self.lora)]
        if learning and min(self.starts.get(part, 0) for part in learning):
            problems.append("nothing learns from the first step on; let one part start at 0")
        both = sorted(set(self.lora) & {name.partition(".")[0] for name in self.trained})
        if both:
            problems.append(f"{', '.join(both)}: either trained or with LoRA, not both")
        return problems

    @classmethod
    def named(cls, name: str) -> "TrainingPlan":
        """Return a plan that has a name; change it with `dataclasses.replace`.

        Parameters
        ----------
        name
            ``"paper"``, the recipe of the ChatNT paper, or ``"laptop"``, that of the bundled pair.

        Raises
        ------
        TrainingError
            If there is no such plan.

        References
        ----------
        de Almeida, Richard et al. (2025), Nature Machine Intelligence, Methods and Supplementary
        Table 3: Adam, 3e-5, clipped at 1, 256 samples (65,536 tokens) a step, 2 billion tokens,
        encoder and resampler trained in float32. The paper names no schedule and no decay.
        """
        if name not in _PLANS:
            raise TrainingError(f"There is no plan {name!r}; there are {', '.join(_PLANS)}.")
        return _PLANS[name]

    @classmethod
    def of(cls, settings: Mapping[str, object]) -> "TrainingPlan":
        """Make a plan of plain settings, such as a table of a TOML file.

        Parameters
        ----------
        settings
            Names and values of the fields; those of the plan ``recipe`` (default ``"laptop"``) hold
            where nothing is given.

        Raises
        ------
        TrainingError
            If a setting is unknown or has a wrong type.

        Examples
        --------
        >>> plan = TrainingPlan.of({"recipe": "paper", "steps": 10, "lora": {"decoder": {"rank": 4}}})
        >>> plan.steps, plan.lora["decoder"]
        (10, LoRA(rank=4, alpha=16.0, dropout=0.0, layers='all-linear'))
        """
        given = dict(settings)
        base = cls.named(str(given.pop("recipe", "laptop")))
        return dataclasses.replace(base, **_checked(cls, given))

    @classmethod
    def read(cls, path: str | Path) -> "TrainingPlan":
        """Read a plan from the table ``[plan]`` of a TOML file, see `of`.

        Raises
        ------
        TrainingError
            If the file is not TOML, has no such table, or its plan cannot be carried out.
        """
        try:
            content = tomllib.loads(Path(path).read_text(encoding="utf-8"))
        except tomllib.TOMLDecodeError as error:
            raise TrainingError(f"{path} is not TOML: {error}") from error
        if "plan" not in content:
            raise TrainingError(f"{path} has no table [plan]; write the settings below such a line.")
        return cls.of(content["plan"])

    def to_dict(self) -> dict:
        """Return the plan as JSON has it."""
        lora = {part: dataclasses.asdict(lora) for part, lora in self.lora.items()}
        fields = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        plain = fields | {"lora": lora, "rates": dict(self.rates), "starts": dict(self.starts)}
        return json.loads(json.dumps(plain))

    def differences(self, other: Mapping[str, object]) -> dict[str, tuple]:
        """Return what another plan, from `to_dict`, has different that would change the result.

        Returns
        -------
        dict
            Names of the fields, each with the value there and the value here.
        """
        here = {name: value for name, value in self.to_dict().items() if name not in _RUNNING}
        names = [n for n in here.keys() | other.keys() if n not in _RUNNING and here.get(n) != other.get(n)]
        return {name: (other.get(name), here.get(name)) for name in sorted(names)}

    def rate(self, step: int, part: str = "") -> float:
        """Return the learning rate of a step, counted from 0, of a part."""
        return self.rates.get(part, self.learning_rate) * self.share_of_rate(step)

    def share_of_rate(self, step: int) -> float:
        """Return what the peak rate is multiplied by in a step, from 0 to 1."""
        rising = min(1.0, (step + 1) / self.warmup) if self.warmup else 1.0
        done = step / self.steps
        falling = {"constant": 1.0, "linear": 1 - done, "cosine": (1 + math.cos(math.pi * done)) / 2}
        return rising * falling[self.schedule]


_PLANS = {
    "paper": TrainingPlan(
        steps=30_518,  # 2 billion tokens in steps of 65,536
        optimizer="adam",
        betas=(0.9, 0.999),
        weight_decay=0.0,
        learning_rate=3e-5,
        warmup=0,
        schedule="constant",
        averaging=0.0,
        rows=256,
    ),
    "laptop": TrainingPlan(),
}


def _checked(cls: type[TrainingPlan], given: dict) -> dict:
    known = {field.name: field for field in dataclasses.fields(cls)}
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise TrainingError(
            f"A plan has no setting {', '.join(unknown)}; it has {', '.join(['recipe', *known])}."
        )
    made = {}
    for name, value in given.items():
        default = getattr(_PLANS["laptop"], name)
        made[name] = _converted(name, value, default)
    return made


_OPTIONAL = ("rows", "tokens", "micro_rows", "micro_tokens", "patience")


def _converted(name: str, value: object, default: object) -> object:
    """Return a value of TOML or JSON as the field wants it."""
    expected: type | tuple[type, ...] = type(default)
    if name in _OPTIONAL:
        expected = (int, type(None))
    elif isinstance(default, float):
        expected = (int, float)
    elif isinstance(default, Mapping):
        expected = Mapping
    elif isinstance(default, tuple):
        expected = (list, tuple)
    wrong_bool = isinstance(value, bool) and not isinstance(default, bool)
    if wrong_bool or not isinstance(value, expected):
        raise TrainingError(f"The setting {name} is {value!r}; expected one like {default!r}.")
    if name == "lora":
        return {part: _lora(part, one) for part, one in dict(value).items()}  # type: ignore[call-overload]
    return tuple(value) if isinstance(value, list) else value


def _lora(part: str, settings: "Mapping | LoRA") -> LoRA:
    if isinstance(settings, LoRA):
        return settings
    known = [field.name for field in dataclasses.fields(LoRA)]
    unknown = sorted(set(settings) - set(known))
    if unknown:
        raise TrainingError(
            f"The LoRA of {part} has no setting {', '.join(unknown)}; it has {', '.join(known)}."
        )
    given: dict = {n: tuple(v) if isinstance(v, list) else v for n, v in settings.items()}
    return LoRA(**given)
