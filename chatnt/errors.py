"""Everything that chatnt raises on purpose."""


class ChatNTError(Exception):
    """Base of all errors of this package."""


class SequenceError(ChatNTError, ValueError):
    """A text is not a nucleotide sequence, or a sequence file cannot be read."""


class SequenceTooLongError(SequenceError):
    """A sequence is longer than the encoder reads."""


class PlaceholderError(ChatNTError, ValueError):
    """The placeholders of a question and its sequences do not match."""


class SlotError(ChatNTError, ValueError):
    """The slots of a prompt and the soft tokens do not match."""


class UnknownTaskError(ChatNTError, KeyError):
    """No task has this name."""

    def __str__(self) -> str:
        return str(self.args[0])  # KeyError would print the quoted repr


class TaskError(ChatNTError, ValueError):
    """A task, or the table or file that it is made of, is not as it should be."""


class OutOfScopeError(ChatNTError, ValueError):
    """A pair was asked for something that it was not trained on."""


class AnswerError(ChatNTError, ValueError):
    """An answer cannot be read as a label or a number."""


class DataError(ChatNTError, ValueError):
    """A table of sequences and labels is not as its task or its catalogue entry says."""


class DataNotFoundError(ChatNTError, FileNotFoundError):
    """Data are not where they should be, or cannot be fetched."""


class WritingError(ChatNTError, OSError):
    """A file cannot be written, for want of room or of permission."""


class CheckpointError(ChatNTError, OSError):
    """Weights are missing, left over, of another shape, or unreadable."""


class TrainingError(ChatNTError, ValueError):
    """A training plan cannot be carried out, or a folder holds another run."""


class DivergedError(ChatNTError, FloatingPointError):
    """A training's loss or gradient is not a finite number."""


class NotFittedError(ChatNTError, RuntimeError):
    """A calibration is used before it is fitted."""


class BusyError(ChatNTError, RuntimeError):
    """Something is asked of a widget that still does something else."""


class MissingExtraError(ChatNTError, ImportError):
    """An optional dependency is not installed."""
