"""The encoder under PyTorch: what the engines of serving are held against, and one of them where a deployer asks."""

from __future__ import annotations

from pathlib import Path

import torch

from riskguard.detectors.encoder.engine import Margins
from riskguard.detectors.encoder.spelling import Spelled
from riskguard.training.encoder.model import RiskEncoderForPosts


class TorchEngine:
    """The model in a folder, in bf16 on one thread."""

    name = "torch"

    def __init__(self, folder: Path) -> None:
        torch.set_num_threads(1)
        self._model = RiskEncoderForPosts.from_pretrained(folder, dtype=torch.float32).eval()

    def run(self, spelled: Spelled) -> Margins:
        """See riskguard.detectors.encoder.engine.Engine."""
        arrays = (spelled.chars, spelled.sounds, spelled.words)
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
            told = self._model(*map(torch.from_numpy, arrays))
        return Margins(told.margins.float().numpy(), told.tags.float().numpy())
