"""Ask in English about DNA: encoder-decoder pairs in the manner of ChatNT."""

import importlib
from typing import TYPE_CHECKING

from chatnt import errors, plots, widgets
from chatnt.conversation import Answer, Question
from chatnt.sequence import DNA, read_fasta

if TYPE_CHECKING:
    from chatnt import figures
    from chatnt.aggregate import AttributionStudy
    from chatnt.aggregating import attribution_study
    from chatnt.annotations import read_annotations
    from chatnt.arrays import attribution_arrays
    from chatnt.assistant import Assistant
    from chatnt.attributing import attribute
    from chatnt.attributing_parts import attribute_latents, attribute_regions
    from chatnt.attributing_words import attribute_words
    from chatnt.attribution import Attribution
    from chatnt.attribution_parts import PartAttribution
    from chatnt.calibrating import calibrate
    from chatnt.calibration import Calibration
    from chatnt.comparison import Comparison
    from chatnt.elements import find_elements
    from chatnt.evaluating import evaluate
    from chatnt.evaluation_result import Evaluation
    from chatnt.faithfulness_result import Faithfulness
    from chatnt.literature import published_numbers
    from chatnt.loading import load, pair
    from chatnt.model import ChatNTConfig, ChatNTModel
    from chatnt.motif_files import find_motifs
    from chatnt.outcomes import Scores, TrainingLog
    from chatnt.pair_results import PairResults, results
    from chatnt.pair_settings import hyper_parameters
    from chatnt.peaks import call_peaks
    from chatnt.processor import ChatNTProcessor
    from chatnt.proving import faithfulness
    from chatnt.ray_annotating import annotate_dataset
    from chatnt.record_summary import per_record
    from chatnt.recovering import recovery
    from chatnt.recovery_result import Recovery
    from chatnt.robustness import wording_robustness
    from chatnt.sanity_checking import sanity
    from chatnt.sanity_result import Sanity
    from chatnt.shuffled_attributions import attribute_shuffled
    from chatnt.standings import compare_means, compare_models, compare_tasks
    from chatnt.tasks import get_task, register_task
    from chatnt.tasks.catalogue import list_tasks
    from chatnt.tasks.dataset import InstructionDataset
    from chatnt.tasks.mixture import Mixture
    from chatnt.tasks.own import task_from_table
    from chatnt.tasks.simulation import simulate
    from chatnt.tasks.statistics import describe_data
    from chatnt.tasks.task_file import read_task
    from chatnt.token_counts import count_tokens
    from chatnt.training.memory import Pass, training_memory
    from chatnt.training.plan import TrainingPlan
    from chatnt.training.run import train
    from chatnt.variant import Variant
    from chatnt.variant_literature import known_variants
    from chatnt.vllm_decoding import VLLMDecoder

__version__ = "0.1.0"

__all__ = [
    "DNA",
    "Answer",
    "Assistant",
    "Attribution",
    "AttributionStudy",
    "Calibration",
    "ChatNTConfig",
    "ChatNTModel",
    "ChatNTProcessor",
    "Comparison",
    "Evaluation",
    "Faithfulness",
    "InstructionDataset",
    "Mixture",
    "PairResults",
    "PartAttribution",
    "Pass",
    "Question",
    "Recovery",
    "Sanity",
    "Scores",
    "TrainingLog",
    "TrainingPlan",
    "VLLMDecoder",
    "Variant",
    "annotate_dataset",
    "attribute",
    "attribute_latents",
    "attribute_regions",
    "attribute_shuffled",
    "attribute_words",
    "attribution_arrays",
    "attribution_study",
    "calibrate",
    "call_peaks",
    "compare_means",
    "compare_models",
    "compare_tasks",
    "count_tokens",
    "describe_data",
    "errors",
    "evaluate",
    "faithfulness",
    "figures",
    "find_elements",
    "find_motifs",
    "get_task",
    "hyper_parameters",
    "known_variants",
    "list_tasks",
    "load",
    "pair",
    "per_record",
    "plots",
    "published_numbers",
    "read_annotations",
    "read_fasta",
    "read_task",
    "recovery",
    "register_task",
    "results",
    "sanity",
    "simulate",
    "task_from_table",
    "train",
    "training_memory",
    "widgets",
    "wording_robustness",
]

# No module may have the name of one of these: importing it would put it in the name's place.
_HEAVY = {
    "Assistant": "chatnt.assistant",
    "Attribution": "chatnt.attribution",
    "AttributionStudy": "chatnt.aggregate",
    "Calibration": "chatnt.calibration",
    "ChatNTConfig": "chatnt.model",
    "ChatNTModel": "chatnt.model",
    "ChatNTProcessor": "chatnt.processor",
    "Comparison": "chatnt.comparison",
    "Evaluation": "chatnt.evaluation_result",
    "Faithfulness": "chatnt.faithfulness_result",
    "InstructionDataset": "chatnt.tasks.dataset",
    "Mixture": "chatnt.tasks.mixture",
    "PairResults": "chatnt.pair_results",
    "PartAttribution": "chatnt.attribution_parts",
    "Pass": "chatnt.training.memory",
    "Recovery": "chatnt.recovery_result",
    "Sanity": "chatnt.sanity_result",
    "Scores": "chatnt.outcomes",
    "TrainingLog": "chatnt.outcomes",
    "TrainingPlan": "chatnt.training.plan",
    "VLLMDecoder": "chatnt.vllm_decoding",
    "Variant": "chatnt.variant",
    "annotate_dataset": "chatnt.ray_annotating",
    "attribute": "chatnt.attributing",
    "attribute_shuffled": "chatnt.shuffled_attributions",
    "attribution_arrays": "chatnt.arrays",
    "attribution_study": "chatnt.aggregating",
    "attribute_latents": "chatnt.attributing_parts",
    "attribute_regions": "chatnt.attributing_parts",
    "attribute_words": "chatnt.attributing_words",
    "calibrate": "chatnt.calibrating",
    "call_peaks": "chatnt.peaks",
    "count_tokens": "chatnt.token_counts",
    "describe_data": "chatnt.tasks.statistics",
    "evaluate": "chatnt.evaluating",
    "faithfulness": "chatnt.proving",
    "find_elements": "chatnt.elements",
    "find_motifs": "chatnt.motif_files",
    "get_task": "chatnt.tasks",
    "hyper_parameters": "chatnt.pair_settings",
    "known_variants": "chatnt.variant_literature",
    "list_tasks": "chatnt.tasks.catalogue",
    "compare_means": "chatnt.standings",
    "compare_models": "chatnt.standings",
    "compare_tasks": "chatnt.standings",
    "load": "chatnt.loading",
    "pair": "chatnt.loading",
    "per_record": "chatnt.record_summary",
    "published_numbers": "chatnt.literature",
    "read_annotations": "chatnt.annotations",
    "read_task": "chatnt.tasks.task_file",
    "recovery": "chatnt.recovering",
    "register_task": "chatnt.tasks",
    "results": "chatnt.pair_results",
    "sanity": "chatnt.sanity_checking",
    "simulate": "chatnt.tasks.simulation",
    "task_from_table": "chatnt.tasks.own",
    "train": "chatnt.training.run",
    "training_memory": "chatnt.training.memory",
    "wording_robustness": "chatnt.robustness",
}
"""Names that need torch or tables; imported on first use, so that ``import chatnt`` is light."""


def __getattr__(name: str) -> object:
    if name == "figures":
        return importlib.import_module("chatnt.figures")
    if name not in _HEAVY:
        raise AttributeError(f"module 'chatnt' has no attribute {name!r}")
    module, _, its_name = _HEAVY[name].partition(":")
    value = getattr(importlib.import_module(module), its_name or name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
