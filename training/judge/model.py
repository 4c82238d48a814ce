"""The judge in torch, and its training: MiniLM as a cross-encoder, its word vectors kept as they are."""

import random
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy
from transformers import AutoTokenizer, BertModel

from rag.verifying.judge import CLASSES, KINDS, LONGEST
from store.encoders.weights import DEFAULT, find_folder
from training.judge.rows import Pair

INNER = 256
FAULT_SHARE = 0.3  # of the loss: telling the kind of fault
SMOOTHING = 0.05
WARM_UP = 0.06
SORTED = 32  # batches among which pairs are sorted by length


class TorchJudge(nn.Module):
    """Claim and text to the logits of the classes and of the kinds of fault."""

    def __init__(self) -> None:
        super().__init__()
        folder = str(find_folder(DEFAULT))
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        # Eager attention without dropout of its own is twice as fast on processors.
        self.bert = BertModel.from_pretrained(folder, add_pooling_layer=False, attn_implementation="eager")
        for layer in self.bert.encoder.layer:
            layer.attention.self.dropout.p = 0.0
        self.bert.embeddings.word_embeddings.weight.requires_grad = False
        size = self.bert.config.hidden_size
        self.head = nn.Sequential(nn.Linear(3 * size, INNER), nn.GELU(), nn.Linear(INNER, len(CLASSES)))
        self.kind = nn.Linear(INNER, len(KINDS))

    def forward(self, pairs: Sequence[Pair]) -> tuple[torch.Tensor, torch.Tensor]:
        """Logits, shapes (pairs, classes) and (pairs, kinds)."""
        tokens = self.tokenizer(
            [p.claim for p in pairs],
            [p.premise for p in pairs],
            truncation="only_second",
            max_length=LONGEST,
            padding=True,
            return_tensors="pt",
        )
        hidden = self.bert(**tokens).last_hidden_state.float()
        of_claim = (tokens["attention_mask"].bool() & ~tokens["token_type_ids"].bool())[..., None]
        mean = (hidden * of_claim).sum(1) / of_claim.sum(1)
        most = hidden.masked_fill(~of_claim, -1e4).amax(1)
        inner = self.head[1](self.head[0](torch.cat([hidden[:, 0], mean, most], -1)))
        return self.head[2](inner), self.kind(inner)

    def save(self, file: Path) -> None:
        """Write all but the word vectors in half precision, as rag/verifying/judge.py reads it."""
        from safetensors.numpy import save_file

        state = {name.removeprefix("bert."): value for name, value in self.state_dict().items()}
        kept = {n: v.numpy().astype(np.float16) for n, v in state.items() if "word_embeddings" not in n}
        save_file({n: v for n, v in kept.items() if "position_ids" not in n}, file)


def train(
    judge: TorchJudge,
    pairs: Sequence[Pair],
    epochs: float,
    rate: float,
    batch: int = 16,
    seed: int = 3,
    report: Callable[[int, int, float], None] = lambda step, steps, loss: None,
) -> None:
    """Train on `pairs`: AdamW, a rate that warms up and falls, bfloat16 where the processor has it."""
    torch.manual_seed(seed)
    steps = int(epochs * len(pairs) / batch)
    heads = [*judge.head.parameters(), *judge.kind.parameters()]
    body = [p for p in judge.bert.parameters() if p.requires_grad]
    groups = [{"params": body, "lr": rate}, {"params": heads, "lr": 4 * rate}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1, (step + 1) / (steps * WARM_UP)) * max(0.02, 1 - step / steps)
    )
    judge.train()
    for step, some in zip(range(steps), _batches(pairs, batch, random.Random(seed)), strict=False):
        loss = _loss(judge, some)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_([*body, *heads], 1.0)
        optimizer.step()
        schedule.step()
        report(step, steps, float(loss))
    judge.eval()


def _loss(judge: TorchJudge, pairs: Sequence[Pair]) -> torch.Tensor:
    # Where the processor has no bfloat16, torch emulates it twenty times slower than float32.
    with torch.autocast("cpu", torch.bfloat16, enabled=torch.ops.mkldnn._is_mkldnn_bf16_supported()):
        classes, kinds = judge(pairs)
    labels = torch.tensor([p.label for p in pairs])
    faults = torch.tensor([KINDS.index(p.kind) if p.label and p.kind in KINDS else -1 for p in pairs])
    loss = cross_entropy(classes.float(), labels, label_smoothing=SMOOTHING)
    if (faults >= 0).any():
        loss = loss + FAULT_SHARE * cross_entropy(kinds.float(), faults, ignore_index=-1)
    return loss


def _batches(pairs: Sequence[Pair], batch: int, rng: random.Random) -> Iterator[list[Pair]]:
    """Endless batches of pairs of like length."""
    while True:
        order = list(pairs)
        rng.shuffle(order)
        for start in range(0, len(order), batch * SORTED):
            some = sorted(order[start : start + batch * SORTED], key=lambda p: len(p.claim) + len(p.premise))
            cut = [some[i : i + batch] for i in range(0, len(some), batch)]
            rng.shuffle(cut)
            yield from cut
