import inspect

import pytest

from chatnt import errors

BUILTINS = {
    "SequenceError": ValueError,
    "SequenceTooLongError": ValueError,
    "PlaceholderError": ValueError,
    "SlotError": ValueError,
    "UnknownTaskError": KeyError,
    "TaskError": ValueError,
    "OutOfScopeError": ValueError,
    "AnswerError": ValueError,
    "TrainingError": ValueError,
    "DivergedError": FloatingPointError,
    "DataError": ValueError,
    "DataNotFoundError": FileNotFoundError,
    "WritingError": OSError,
    "CheckpointError": OSError,
    "NotFittedError": RuntimeError,
    "BusyError": RuntimeError,
    "MissingExtraError": ImportError,
}
CLASSES = {name: cls for name, cls in inspect.getmembers(errors, inspect.isclass) if name != "ChatNTError"}


def test_every_error_is_listed_with_the_builtin_that_a_caller_would_catch():
    assert CLASSES.keys() == BUILTINS.keys()


@pytest.mark.parametrize("name", BUILTINS)
def test_an_error_is_caught_as_ours_and_as_the_builtin(name):
    for caught_as in (errors.ChatNTError, BUILTINS[name]):
        with pytest.raises(caught_as):
            raise CLASSES[name]("what was given")


@pytest.mark.parametrize("name", BUILTINS)
def test_the_message_is_printed_as_written(name):
    assert str(CLASSES[name]("No task 'tata'.\nDid you mean 'promoter_tata'?")) == (
        "No task 'tata'.\nDid you mean 'promoter_tata'?"
    )


@pytest.mark.parametrize("name", BUILTINS)
def test_every_error_says_what_it_is(name):
    assert inspect.getdoc(CLASSES[name]).endswith(".")


def test_too_long_is_a_kind_of_sequence_error():
    assert issubclass(errors.SequenceTooLongError, errors.SequenceError)
