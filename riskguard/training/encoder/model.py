"""The small encoder as a `transformers` model: characters, their sounds, and the words that begin or end at each.

Importing this module registers it with the Auto classes, so that
`AutoModel.from_pretrained("models/risk-encoder")` works. Inputs are those of `riskguard.detectors.encoder.spelling`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import AutoConfig, AutoModel, AutoModelForSequenceClassification, PreTrainedConfig, PreTrainedModel

LONGEST_WORD = 4
_MASKS = 1 << 23
_ROUND = 512


class RiskEncoderConfig(PreTrainedConfig):
    """The shape of the encoder. The `words` rows of `word_size` bytes are looked up: they cost next to nothing."""

    model_type = "risk-encoder"

    def __init__(
        self,
        *,
        chars: int = 6144,
        sounds: int = 512,
        words: int = 65536,
        word_size: int = 64,
        hidden_size: int = 256,
        num_hidden_layers: int = 4,
        intermediate_size: int = 1024,
        head_size: int = 64,
        positions: int = 256,
        dropout: float = 0.1,
        heads: tuple[str, ...] = (),
        tags: tuple[str, ...] = (),
        **more: Any,
    ) -> None:
        self.chars = chars
        self.sounds = sounds
        self.words = words
        self.word_size = word_size
        self.hidden_size = hidden_size
        self.num_hidden_layers = num_hidden_layers
        self.intermediate_size = intermediate_size
        self.head_size = head_size
        self.positions = positions
        self.dropout = dropout
        self.heads = tuple(heads)
        self.tags = tuple(tags)
        super().__init__(**more)


class Dropout(nn.Module):
    """Dropout whose masks are pieces of one long mask: on CPUs, drawing each anew costs a seventh of a step."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share

    def forward(self, values: Tensor) -> Tensor:
        """The same shape, with a share of the values 0 and the others raised, while training."""
        if not (self.training and self.share):
            return values
        masks, size = _masks(self.share, values.device), values.numel()
        if size >= len(masks):
            return functional.dropout(values, self.share)
        start = int(torch.randint(len(masks) - size, ()))
        return values * masks[start : start + size].view(values.shape).to(values.dtype)


@lru_cache(maxsize=4)
def _masks(share: float, device: torch.device) -> Tensor:
    return functional.dropout(torch.ones(_MASKS, dtype=torch.bfloat16), share).to(device)


class Packing:
    """Places with text laid end to end: padding then costs attention alone, not the matrices of the layers.

    For CPUs: a GPU would have to wait until it is known how many places have text. A few places are repeated at the
    end, so that their number is one of few: kernels are made for each number anew.
    """

    def __init__(self, real: Tensor) -> None:
        self._texts, self._length = real.shape
        self._where = real.flatten().nonzero().squeeze(1)
        self._count = len(self._where)
        self._rounded = functional.pad(self._where, (0, -self._count % _ROUND))

    def packed(self, places: Tensor) -> Tensor:
        """(texts, places, size) -> (places with text, size)."""
        return places.flatten(0, 1).index_select(0, self._rounded)

    def laid_out(self, packed: Tensor) -> Tensor:
        """(places with text, size) -> (texts, places, size), 0 where there is no text."""
        empty = packed.new_zeros(self._texts * self._length, packed.shape[1])
        return empty.index_copy(0, self._where, packed[: self._count]).view(self._texts, self._length, -1)


class Norm(nn.LayerNorm):
    """A layer norm that keeps the 16 bits of its values on a GPU, where autocast would widen and narrow them again."""

    def forward(self, values: Tensor) -> Tensor:
        """The same shape."""
        if values.dtype != torch.bfloat16 or not values.is_cuda:
            return super().forward(values)
        with torch.autocast(values.device.type, enabled=False):
            scale, shift = self.weight.to(values.dtype), self.bias.to(values.dtype)
            return functional.layer_norm(values, self.normalized_shape, scale, shift, self.eps)


class Spelling(nn.Module):
    """Places of a text as vectors: character, sound and initial, and the words that begin and end there."""

    def __init__(self, config: RiskEncoderConfig) -> None:
        super().__init__()
        size = config.hidden_size
        self.char = nn.Embedding(config.chars, size, padding_idx=0)
        self.sound = nn.Embedding(config.sounds, size, padding_idx=0)
        self.position = nn.Embedding(config.positions, size)
        self.word: Tensor
        self.word_scale: Tensor
        self.register_buffer("word", torch.zeros(config.words, config.word_size, dtype=torch.int8))
        self.register_buffer("word_scale", torch.ones(1))
        self.begin = nn.Linear(config.word_size, size, bias=False)
        self.end = nn.Linear(config.word_size, size, bias=False)
        self.norm = Norm(size)
        self.dropout = Dropout(config.dropout)

    def forward(self, chars: Tensor, sounds: Tensor, words: Tensor) -> Tensor:
        """(texts, places) characters, (texts, places, 2) sounds, (texts, places, 3) words -> (texts, places, size)."""
        met = self.word[words].to(self.begin.weight.dtype) * self.word_scale
        begins = met.sum(2)
        ends = torch.zeros_like(begins)
        for back in range(1, LONGEST_WORD):
            ends = ends + functional.pad(met[:, :, back - 1], (0, 0, back, 0))[:, : met.shape[1]]
        places = torch.arange(chars.shape[1], device=chars.device)
        found = self.char(chars) + self.sound(sounds).sum(2) + self.position(places)
        found = found + self.begin(begins) + self.end(ends)
        vectors = self.dropout(self.norm(found))
        mixed: Tensor = vectors.bfloat16() if torch.is_autocast_enabled(vectors.device.type) else vectors
        return mixed


class Layer(nn.Module):
    """Attention and a feed-forward net, each behind its own norm (pre-norm).

    Attention is written out: on short texts the fused kernel of CPUs costs half of a training step more.
    """

    def __init__(self, config: RiskEncoderConfig) -> None:
        super().__init__()
        size = config.hidden_size
        self.heads = size // config.head_size
        self.before_attention = Norm(size)
        self.query_key_value = nn.Linear(size, 3 * size)
        self.attended = nn.Linear(size, size)
        self.before_wide = Norm(size)
        self.wide = nn.Linear(size, config.intermediate_size)
        self.narrow = nn.Linear(config.intermediate_size, size)
        self.dropout = Dropout(config.dropout)

    def forward(self, places: Tensor, shade: Tensor, packing: Packing | None = None) -> Tensor:
        """(texts, places, size), or packed (places with text, size) -> the same.

        `shade` is added to attention and is very low where there is no text.
        """
        joined = self.query_key_value(self.before_attention(places))
        if packing:
            joined = packing.laid_out(joined)
        texts, length, _ = joined.shape
        size = places.shape[-1]
        query, key, value = joined.view(texts, length, 3, self.heads, size // self.heads).permute(2, 0, 3, 1, 4)
        near = torch.matmul(query, key.transpose(2, 3)) * (size // self.heads) ** -0.5
        mixed = torch.matmul(torch.softmax(near + shade, dim=-1).to(value.dtype), value)
        mixed = mixed.transpose(1, 2).reshape(texts, length, size)
        if packing:
            mixed = packing.packed(mixed)
        places = places + self.dropout(self.attended(mixed))
        widened = functional.gelu(self.wide(self.before_wide(places)))
        return cast("Tensor", places + self.dropout(self.narrow(widened)))


class Encoded(NamedTuple):
    """`places` (texts, places, size) and `whole` (texts, 2 x size): the first place and the mean of all others."""

    places: Tensor
    whole: Tensor


class RiskEncoderPreTrainedModel(PreTrainedModel):
    """What the encoder with and without heads share."""

    config_class = RiskEncoderConfig
    base_model_prefix = "encoder"
    main_input_name = "chars"

    def _init_weights(self, module: nn.Module) -> None:
        if isinstance(module, nn.Linear | nn.Embedding):
            nn.init.normal_(module.weight, std=0.02)
            if isinstance(module, nn.Linear) and module.bias is not None:
                nn.init.zeros_(module.bias)
            if isinstance(module, nn.Embedding) and module.padding_idx is not None:
                with torch.no_grad():
                    module.weight[module.padding_idx].zero_()


class RiskEncoderModel(RiskEncoderPreTrainedModel):
    """The encoder without heads."""

    def __init__(self, config: RiskEncoderConfig) -> None:
        super().__init__(config)
        self.spelling = Spelling(config)
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.num_hidden_layers))
        self.norm = Norm(config.hidden_size)
        self.post_init()

    def forward(self, chars: Tensor, sounds: Tensor, words: Tensor) -> Encoded:
        """Place 0 of each text is the mark of its beginning; 0 is padding."""
        real = chars != 0
        places = self.spelling(chars, sounds, words)
        shade = torch.where(real, 0.0, -1e4)[:, None, None, :].to(places.dtype)
        packing = Packing(real) if self.training and places.device.type == "cpu" else None
        if packing:
            places = packing.packed(places)
        for layer in self.layers:
            places = layer(places, shade, packing)
        places = self.norm(places)
        if packing:
            places = packing.laid_out(places)
        counted = real.to(places.dtype).unsqueeze(2)
        mean = (places * counted).sum(1) / counted.sum(1)
        return Encoded(places, torch.cat([places[:, 0], mean], dim=1))


class Answered(NamedTuple):
    """`margins` (texts, heads) before calibration, and `tags` (texts, places, tags): what each place may be part of."""

    margins: Tensor
    tags: Tensor


class RiskEncoderForPosts(RiskEncoderPreTrainedModel):
    """The encoder with a head per question about a post, and one that tags names, addresses and organisations."""

    def __init__(self, config: RiskEncoderConfig) -> None:
        super().__init__(config)
        size = config.hidden_size
        self.encoder = RiskEncoderModel(config)
        self.dropout = Dropout(config.dropout)
        self.heads = nn.Linear(3 * size, len(config.heads))
        self.tags = nn.Linear(size, len(config.tags))
        self.post_init()

    def forward(self, chars: Tensor, sounds: Tensor, words: Tensor) -> Answered:
        """See `read` for what the heads look at."""
        whole, places = self.read(chars, sounds, words)
        return Answered(self.heads(self.dropout(whole)), self.tags(self.dropout(places)))

    def read(self, chars: Tensor, sounds: Tensor, words: Tensor) -> tuple[Tensor, Tensor]:
        """What heads look at: the first place, the mean and the highest value over all places; and what tags do."""
        encoded = self.encoder(chars, sounds, words)
        shade = torch.where(chars != 0, 0.0, -1e4).unsqueeze(2).to(encoded.places.dtype)
        highest = (encoded.places + shade).amax(1)
        return torch.cat([encoded.whole, highest], dim=1), encoded.places


AutoConfig.register("risk-encoder", RiskEncoderConfig, exist_ok=True)
AutoModel.register(RiskEncoderConfig, RiskEncoderModel, exist_ok=True)
AutoModelForSequenceClassification.register(RiskEncoderConfig, RiskEncoderForPosts, exist_ok=True)
