"""The public names."""

import importlib
import pkgutil
import subprocess
import sys

import pytest

import chatnt

NAMES = {
    "DNA", "read_fasta", "load", "pair", "Assistant", "Answer", "Question", "ChatNTConfig", "ChatNTModel",
    "ChatNTProcessor", "get_task", "register_task", "list_tasks", "TrainingPlan", "TrainingLog",
    "train", "Scores", "PairResults", "results", "errors",
    "InstructionDataset", "Mixture", "plots", "figures", "count_tokens", "describe_data", "read_task",
    "task_from_table", "simulate", "training_memory", "Calibration",
    "calibrate", "evaluate", "Evaluation", "published_numbers", "wording_robustness", "read_annotations",
    "per_record", "annotate_dataset",
    "Attribution", "attribute", "Faithfulness", "faithfulness", "Sanity", "sanity", "Recovery", "recovery",
    "Comparison", "Variant", "known_variants",
    "attribute_shuffled", "attribution_arrays", "call_peaks", "find_elements",
    "find_motifs",
    "AttributionStudy", "attribution_study",
    "PartAttribution", "Pass", "attribute_latents", "attribute_regions",
    "attribute_words", "widgets",
    "VLLMDecoder", "compare_means", "compare_models", "compare_tasks", "hyper_parameters",
}  # fmt: skip
MODULES = {"errors", "figures", "plots", "widgets"}


def test_the_public_names_are_these():
    assert set(chatnt.__all__) == NAMES
    assert dir(chatnt) == sorted({*NAMES, "__version__"})


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_public_name_is_what_it_says(name):
    value = getattr(chatnt, name)
    assert value.__name__.rpartition(".")[2] == name
    assert name in MODULES or value.__module__.startswith("chatnt.")
    assert value.__doc__


def test_no_module_can_take_the_place_of_a_public_name():
    modules = {module.name for module in pkgutil.iter_modules(chatnt.__path__)}
    assert modules & NAMES == MODULES  # which are these modules


def test_importing_every_module_leaves_the_names_as_they_are():
    code = (
        "import importlib, pkgutil, chatnt\n"
        "for module in pkgutil.iter_modules(chatnt.__path__):\n"
        "    if module.name not in ('figures', 'widgets', 'plots', '__main__'):\n"
        "        importlib.import_module('chatnt.' + module.name)\n"
        "assert callable(chatnt.load) and callable(chatnt.pair) and callable(chatnt.get_task)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'laod'"):
        _ = importlib.import_module("chatnt").laod
