"""The compact single-nucleotide convolutional encoder (``nucleotide_cnn``)."""

import torch
from torch import Tensor, nn
from transformers import PreTrainedConfig, PreTrainedModel, initialization
from transformers.modeling_outputs import BaseModelOutput

from chatnt.model.glimpses import Glimpses
from chatnt.model.summaries import Centre, Composition, Recall, Variants, Words
from chatnt.sequence import IUPAC_BASES, NUCLEOTIDES

PAD = 0
"""Id of the padding; the letters of ``NUCLEOTIDES`` follow from 1."""


class NucleotideCNNConfig(PreTrainedConfig):
    """Hold the sizes of a `NucleotideCNN`.

    Parameters
    ----------
    stem_dim, stem_width
        Channels and width (in bases) of the first convolution.
    stride
        Bases per output position.
    dim
        Channels of the residual blocks and of the output.
    width
        Width of the blocks' convolutions, in output positions.
    dilations
        One residual block per entry.
    max_length
        Longest sequence read, in bases.
    dropout
        Share of channels dropped inside each block while training.
    motifs, motif_width
        Number and width (in bases) of the motifs whose mean strength over the whole
        sequence is added to every output position; 0 for none.
    word_length
        Length (in bases) of the longest words whose counts are added, too; 0 for none. See `Words`.
    references, reference_length
        Sequences of which variants are known, and the length of the longest in bases; 0 for
        none. See `Variants`.
    recalled_words, recalled_facts
        Words that are remembered from the training sequences, and facts per word; 0 for
        none. See `Recall`.
    summary_positions
        Whether each summary (motifs, words, variants, recalled facts, centre) is also an output
        position of its own, behind all others, so that whoever attends can leave the places aside.
    glimpses
        Learned queries to all positions, each of which gives one more output position, behind
        all others; 0 for none. See `Glimpses`.
    glimpse_said
        How many numbers each query says of what it finds.
    place_positions
        Whether the places of a sequence are output positions. Without them whoever attends sees
        summaries and glimpses alone, as many of a long sequence as of a short one.
    centre
        Bases on either side of the centre that are also read each at its place; 0 for none.
        See `Centre`.
    """

    model_type = "nucleotide_cnn"

    stem_dim: int = 96
    stem_width: int = 13
    stride: int = 4
    dim: int = 128
    width: int = 7
    dilations: list[int] | tuple[int, ...] = (1, 2, 4, 8, 1, 2)
    max_length: int = 1024
    dropout: float = 0.1
    motifs: int = 0
    motif_width: int = 7
    word_length: int = 0
    references: int = 0
    reference_length: int = 0
    recalled_words: int = 0
    recalled_facts: int = 0
    summary_positions: bool = False
    glimpses: int = 0
    glimpse_said: int = 32
    centre: int = 0
    place_positions: bool = True
    layer_norm_eps: float = 1e-5

    @property
    def hidden_size(self) -> int:
        """Channels of the output, under the name that transformers uses."""
        return self.dim


class ResidualBlock(nn.Module):
    """Add a normalised dilated convolution and a pointwise mix to the input."""

    def __init__(self, config: NucleotideCNNConfig, dilation: int) -> None:
        super().__init__()
        dim, width = config.dim, config.width
        self.norm = nn.LayerNorm(dim, eps=config.layer_norm_eps)
        self.conv = nn.Conv1d(dim, dim, width, dilation=dilation, padding=dilation * (width - 1) // 2)
        self.mix = nn.Linear(dim, dim)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        h = self.norm(x) * mask  # zeros beyond the end, as beyond the start
        h = nn.functional.gelu(self.conv(h.transpose(1, 2)).transpose(1, 2))
        return x + self.mix(self.dropout(h))


class NucleotideCNN(PreTrainedModel):
    """Read DNA base by base and give one vector per few bases.

    One-hot bases (ambiguity codes as equal shares) pass a wide first
    convolution, are pooled by `stride`, get an embedding of their distance
    from the centre of the sequence, and pass pre-norm residual blocks of
    dilated convolutions. Padding is masked before every convolution, so a
    sequence gives the same vectors alone and in a batch.
    """

    config_class = NucleotideCNNConfig
    base_model_prefix = "nucleotide_cnn"
    main_input_name = "input_ids"
    supports_gradient_checkpointing = False

    def __init__(self, config: NucleotideCNNConfig) -> None:
        super().__init__(config)
        if config.stem_width % 2 == 0 or config.width % 2 == 0:
            raise ValueError(
                f"stem_width={config.stem_width} and width={config.width} must be odd, "
                "so that a convolution has a centre"
            )
        if not (config.place_positions or config.summary_positions or config.glimpses):
            raise ValueError(
                "Without places, summaries and glimpses nothing is handed over; leave one of them."
            )
        self.stem = nn.Conv1d(4, config.stem_dim, config.stem_width, padding=config.stem_width // 2)
        self.pool = nn.Conv1d(config.stem_dim, config.dim, config.stride, stride=config.stride)
        # Distances from the centre, in output positions, counted from 0 at the far left.
        self.positions = nn.Embedding(config.max_length // config.stride + 2, config.dim)
        self.blocks = nn.ModuleList(ResidualBlock(config, d) for d in config.dilations)
        self.norm = nn.LayerNorm(config.dim, eps=config.layer_norm_eps)
        # Added again at the end, so that whoever attends can address a distance directly.
        self.addresses = nn.Embedding(self.positions.num_embeddings, config.dim)
        self.composition = Composition(config) if config.motifs else None
        self.words = Words(config) if config.word_length else None
        self.variants = Variants(config) if config.references else None
        self.recall = Recall(config) if config.recalled_words else None
        self.centre = Centre(config) if config.centre else None
        self.glimpses = Glimpses(config) if config.glimpses else None
        self.motifs_alone: float | Tensor = 0.0
        """Share of the sequences seen through their summaries alone while training, or that for each."""
        # Stored with the weights: models are created without memory and then filled.
        self.bases: Tensor
        self.register_buffer("bases", base_table())
        self.post_init()

    @torch.no_grad()
    def _init_weights(self, module: nn.Module) -> None:
        super()._init_weights(module)
        # Bases and positions must both be heard from the start. With the usual 0.02 a task
        # that hangs on one position (a splice site) would not be learned for long; with
        # loud positions and 0.02 for the convolutions the bases would be a fortieth of them.
        if isinstance(module, nn.Embedding):
            initialization.normal_(module.weight, std=0.5)
        elif isinstance(module, nn.Conv1d | nn.Linear):
            initialization.normal_(module.weight, std=module.weight[0].numel() ** -0.5)

    def forward(self, input_ids: Tensor, attention_mask: Tensor | None = None) -> BaseModelOutput:
        """Encode sequences.

        Parameters
        ----------
        input_ids
            Tensor of shape (batch, bases), letters as their index in
            ``NUCLEOTIDES`` plus one, padded on the right with 0.
        attention_mask
            Tensor of shape (batch, bases), true where there is a base.
            Default: wherever `input_ids` is not padding.

        Returns
        -------
        BaseModelOutput
            `last_hidden_state` of shape (batch, positions, dim), positions as
            in `output_mask`.
        """
        if attention_mask is None:
            attention_mask = input_ids != PAD
        return self.encode_bases(self.bases[input_ids], attention_mask)

    def encode_bases(self, bases: Tensor, mask: Tensor) -> BaseModelOutput:
        """Encode shares of A, C, G, T, of shape (batch, bases, 4)."""
        bases, mask = self._to_whole_cells(bases, mask.bool())
        summaries = self._summaries(bases, mask)
        x = self._whole(bases, mask, summaries)
        parts = [x] if self.config.place_positions else []
        if self.config.summary_positions:
            parts += [summary[:, None] for summary in summaries]
        if self.glimpses is not None:
            parts.append(self.glimpses(x, self._cells(mask)))
        return BaseModelOutput(last_hidden_state=torch.cat(parts, dim=1))

    def balance_glimpses(self, input_ids: Tensor, which: range) -> None:
        """Turn some glimpses down, after labels were learned; see `Glimpses.balance`.

        Parameters
        ----------
        input_ids
            Tensor of shape (batch, bases): some hundred sequences that they are about.
        which
            Their numbers.

        Raises
        ------
        ValueError
            If the encoder has no glimpses.
        """
        if self.glimpses is None:
            raise ValueError("This encoder has no glimpses; make it with glimpses=... in its configuration.")
        bases, mask = self._to_whole_cells(self.bases[input_ids], input_ids != PAD)
        with torch.no_grad():
            x = self._whole(bases, mask, self._summaries(bases, mask))
        self.glimpses.balance(x, self._cells(mask), which)

    def _whole(self, bases: Tensor, mask: Tensor, summaries: list[Tensor]) -> Tensor:
        """Return places with summaries added: Tensor of shape (batch, positions, dim)."""
        alone = self.motifs_alone
        if not self.training or not summaries or not (alone.any() if isinstance(alone, Tensor) else alone):
            x = self._places(bases, mask)
        else:
            # Else places, which fit any training sequence, leave the summaries nothing to learn.
            seen = torch.rand(len(bases), device=bases.device) >= self.motifs_alone
            cells = mask.shape[1] // self.config.stride
            places = self._places(bases[seen], mask[seen])
            x = places.new_zeros(len(bases), cells, self.config.dim)
            x[seen] = places
        return x + sum(summaries[1:], summaries[0])[:, None] if summaries else x

    def _places(self, bases: Tensor, mask: Tensor) -> Tensor:
        """Return what stands at each place: Tensor of shape (batch, positions, dim)."""
        x = nn.functional.gelu(self.stem(bases.transpose(1, 2))) * mask[:, None]
        x = self.pool(x).transpose(1, 2)
        cells = self._cells(mask)[..., None]
        distances = self._distances(mask)
        x = x + self.positions(distances)
        for block in self.blocks:
            x = block(x, cells)
        return self.norm(x) + self.addresses(distances)

    def _summaries(self, bases: Tensor, mask: Tensor) -> list[Tensor]:
        """Return what is known of each sequence as a whole: Tensors of shape (batch, dim)."""
        return [part(bases, mask) for part in self._summarising()]

    @property
    def summaries(self) -> int:
        """Number of summaries."""
        return len(self._summarising())

    def _summarising(self) -> list[nn.Module]:
        parts = (self.composition, self.words, self.variants, self.recall, self.centre)
        return [part for part in parts if part is not None]

    def standardise(self, input_ids: Tensor, kinds: Tensor | None = None) -> None:
        """Scale motifs and counts of words to some sequences, once, before training; nothing without them.

        Parameters
        ----------
        input_ids
            Tensor of shape (batch, bases), as in `forward`; a few hundred of the sequences
            to train on are enough.
        kinds
            Tensor of shape (batch,), integers: which sequences are of one kind, such as the
            windows of one genome; at least two of each. Default: all are.

        Raises
        ------
        ValueError
            If there is a kind with one sequence.

        References
        ----------
        Kingma and Dhariwal (2018), Glow, section 3.1: data-dependent initialisation.
        """
        kinds = input_ids.new_zeros(len(input_ids)) if kinds is None else kinds
        for part in (self.composition, self.words):
            if part is not None:
                part.standardise(self.bases[input_ids], input_ids != PAD, kinds)

    def output_mask(self, mask: Tensor) -> Tensor:
        """Tell which output positions hold at least one base.

        Parameters
        ----------
        mask
            Tensor of shape (batch, bases), true where there is a base.

        Returns
        -------
        Tensor
            Of shape (batch, positions), bool: ceil(bases / stride) places if these are
            positions, with `summary_positions` one more for each summary, and one for each
            glimpse. The last two are always real.
        """
        cells = self._cells(mask)
        cells = cells if self.config.place_positions else cells[:, :0]
        more = self.config.glimpses
        if self.config.summary_positions:
            more += self.summaries
        return torch.cat([cells, cells.new_ones(len(cells), more)], dim=1)

    def _cells(self, mask: Tensor) -> Tensor:
        return mask[:, :: self.config.stride].bool()

    def _to_whole_cells(self, bases: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        extra = -bases.shape[1] % self.config.stride
        pad = nn.functional.pad
        return pad(bases, (0, 0, 0, extra)), pad(mask, (0, extra))

    def _distances(self, mask: Tensor) -> Tensor:
        stride, rows = self.config.stride, self.positions.num_embeddings
        starts = torch.arange(0, mask.shape[1], stride, device=mask.device)
        centres = mask.sum(1, keepdim=True) // 2
        cells = torch.div(starts - centres, stride, rounding_mode="floor") + rows // 2
        return cells.clamp(0, rows - 1)


def base_table() -> Tensor:
    """Return the shares of A, C, G, T behind each id, of shape (16, 4)."""
    table = torch.zeros(len(NUCLEOTIDES) + 1, 4)
    for row, letter in enumerate(NUCLEOTIDES, start=1):
        for base in IUPAC_BASES[letter]:
            table[row, "ACGT".index(base)] = 1 / len(IUPAC_BASES[letter])
    return table
