"""Deliberately broken copies: of the model file, and of the engine's sources. The parity tests must notice each of them."""

from __future__ import annotations

import functools
import os
import platform
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from model_bytes import ModelBytes

ROOT = Path(__file__).resolve().parent.parent.parent
ENGINE, RUNTIME = ROOT / "engine", ROOT / "runtime"
NO_STRING = 0xFFFFFFFF


def overwrite(model: ModelBytes, section: str, content: bytes) -> None:
    """New content of the same size."""
    begin, size = model.offset(section), model.size(section)
    assert len(content) == size
    model.data[begin : begin + size] = content


def fill(model: ModelBytes, section: str, byte: int) -> None:
    overwrite(model, section, bytes([byte]) * model.size(section))


def mutate_model(source: Path, target: Path, change: Callable[[ModelBytes], None]) -> Path:
    """A copy of the model file that the engine opens without complaint, but for the change."""
    model = ModelBytes(source.read_bytes())
    before = bytes(model.data)
    change(model)
    assert bytes(model.data) != before, "the mutation changed nothing"
    target.write_bytes(model.seal().data)
    return target


@dataclass
class ModelMutant:
    name: str
    change: Callable[[ModelBytes], None]
    noticed_in: tuple[str, ...]  # stages, one of which must be the first to differ


def _next_seed(model: ModelBytes) -> None:
    model.set_number("ner/tok2vec/seeds", 1, model.number("ner/tok2vec/seeds", 1) + 1)


def _no_overrides(model: ModelBytes) -> None:
    """Tokenizer exceptions lose their NORM."""
    for i in range(2, model.dims("tokenizer/rule_pieces")[0] * 3, 3):
        model.set_number("tokenizer/rule_pieces", i, NO_STRING)


def _ascii_shapes(model: ModelBytes) -> None:
    """Letters beyond ASCII are not letters any more."""

    def class_of(code_point: int) -> int:
        block = model.number("chars/block", code_point >> 7)
        return model.number("chars/class", block * 128 + (code_point & 127))

    ascii_classes = {class_of(c) for c in range(128)}
    for i in range(model.dims("chars/flags")[0]):
        if i not in ascii_classes:
            model.set_number("chars/flags", i, model.number("chars/flags", i) & ~1)


def _swap_two_labels(model: ModelBytes) -> None:
    """U-DATE and U-PERSON."""
    a, b = (model.number("ner/moves", 2 * cls + 1) for cls in (55, 56))
    model.set_number("ner/moves", 2 * 55 + 1, b)
    model.set_number("ner/moves", 2 * 56 + 1, a)


def _one_weight(model: ModelBytes) -> None:
    model.set_number("ner/tok2vec/conv/3/W", 17, model.number("ner/tok2vec/conv/3/W", 17) + 0.01)


def _no_senter_bias(model: ModelBytes) -> None:
    """The first PANEL numbers of the only panel."""
    for column in range(16):
        model.set_number("senter/W", column, 0.0)


def _swap_two_tags(model: ModelBytes) -> None:
    """NN and NNP."""
    a, b = (model.number("tagger/labels", cls) for cls in (22, 23))
    model.set_number("tagger/labels", 22, b)
    model.set_number("tagger/labels", 23, a)


def _leave_lifted_arcs(model: ModelBytes) -> None:
    """Labels X||Y become X alone."""
    for i in range(2, model.dims("parser/moves")[0] * 3, 3):
        model.set_number("parser/moves", i, NO_STRING)


def _change_first_token(model: ModelBytes) -> None:
    """Rules of two tokens change the first, never the second."""
    for i in range(2, model.dims("attribute_ruler/rules")[0] * 8, 8):
        model.set_number("attribute_ruler/rules", i, 0)


def _no_index_words(model: ModelBytes) -> None:
    for i in range(3, model.dims("lemmatizer/parts")[0] * 4, 4):
        model.set_number("lemmatizer/parts", i, NO_STRING)


MODEL_MUTANTS = [
    ModelMutant("a hash seed is one too large", _next_seed, ("entities",)),
    ModelMutant(
        "padding vectors of the lower layer are zero", lambda m: fill(m, "ner/lower/pad", 0), ("entities", "decision")
    ),
    ModelMutant("no NORM tables, lower case only", lambda m: fill(m, "norms", 0xFF), ("norm",)),
    ModelMutant("no NORM from tokenizer exceptions", _no_overrides, ("norm",)),
    ModelMutant(
        "reserved symbols are hashed like other strings",
        lambda m: fill(m, "symbols", 0xFF),
        ("NORM", "PREFIX", "SUFFIX", "SHAPE"),
    ),
    ModelMutant("SHAPE knows ASCII letters only", _ascii_shapes, ("SHAPE",)),
    ModelMutant(
        "the tokenizer has no second pass", lambda m: fill(m, "tokenizer/phrases", 0xFF), ("start", "end", "sent_start")
    ),
    ModelMutant("lower casing is off", lambda m: fill(m, "chars/lower", 0), ("norm",)),
    ModelMutant("two labels are swapped", _swap_two_labels, ("entities",)),
    ModelMutant("one weight of the last convolution is off by 0.01", _one_weight, ("layer 4 of ner", "entities")),
    ModelMutant("padding vectors of the parser are zero", lambda m: fill(m, "parser/lower/pad", 0), ("head", "dep")),
    ModelMutant("two tags are swapped", _swap_two_tags, ("tag",)),
    ModelMutant("lifted arcs stay lifted", _leave_lifted_arcs, ("head",)),
    ModelMutant("the senter's bias is zero", _no_senter_bias, ("sent_start", "scores of senter")),
    ModelMutant("rules change the first of two tokens", _change_first_token, ("pos", "lemma")),
    ModelMutant("no tag chooses rules", lambda m: fill(m, "attribute_ruler/by_tag", 0xFF), ("pos", "morph")),
    ModelMutant("no lemma is in the index", _no_index_words, ("lemma",)),
    ModelMutant("the lemmatizer has no exceptions", lambda m: fill(m, "lemmatizer/exceptions", 0xFF), ("lemma",)),
]


@dataclass(frozen=True)
class EngineMutant:
    name: str
    file: str
    old: str
    new: str
    noticed_in: tuple[str, ...]
    times: int = 1  # that old must occur; all are changed


# How a lifted arc's head is looked for makes no difference on any text that was tried: tests/unit/test_dependency.c tests
# it on random trees.
ENGINE_MUTANTS = [
    EngineMutant(
        "coordinated nouns make no chunk",
        "noun_chunks.c",
        "c->note[i] = has(c, i, ROLE_CONJ) && head < i ? c->note[head] : i;",
        "c->note[i] = head;",
        ("noun_chunks",),
    ),
    EngineMutant(
        "noun chunks may be nested",
        "noun_chunks.c",
        "if (!has(c, i, ROLE_POS_NOMINAL) || c->left_edge[i] < free) continue;",
        "if (!has(c, i, ROLE_POS_NOMINAL)) continue;",
        ("noun_chunks",),
    ),
    # the machinery that all networks share
    EngineMutant("layer norm's epsilon is 1e-5", "kernels_simd.h", "+ LAYER_NORM_EPSILON", "+ 1e-5f", ("layer",)),
    EngineMutant(
        "padding is zero again at every layer",
        "tok2vec.c",
        "if (w->cuts_edges) cut_edges(w, doc, begin, end, reach - w->window",
        "cut_edges(w, doc, begin, end, reach - w->window",
        ("entities", "layer"),
    ),
    EngineMutant(
        "the taps at -Q are those at Q",
        "kernels_window.h",
        "ends - z * middle",
        "ends + z * middle",
        ("entities", "layer"),
    ),
    EngineMutant(
        "the last of four rows lacks the product at infinity",
        "kernels_window.h",
        "(Q * QQ * odd_q + s->at[POINT_INFINITY][k][v])",
        "(Q * QQ * odd_q)",
        ("entities", "layer"),
    ),
    EngineMutant(
        "the bias is left out",
        "kernels_simd.h",
        "vec bias = load(panel + (size_t)v * next_panel);",
        "vec bias = {0};",
        ("layer", "entities", "tag", "head"),
    ),
    EngineMutant(
        "the last of three pieces is left out",
        "kernels_simd.h",
        "larger(larger(sum[r][0], sum[r][1]), sum[r][2])",
        "larger(sum[r][0], sum[r][1])",
        ("layer", "entities"),
    ),
    EngineMutant(
        "the last piece of a state's sums is left out",
        "kernels_simd.h",
        "for (size_t p = 1; p < w->nP; p++) best = larger(best, load(",
        "for (size_t p = 2; p < w->nP; p++) best = larger(best, load(",
        ("decision", "entities", "head"),
    ),
    EngineMutant(
        "the residual is that of the row before",
        "tok2vec.c",
        "layer_norm(x, x + w->window * width, s->delta.data, layer->G, layer->beta, chunk,",
        "layer_norm(x, x, s->delta.data, layer->G, layer->beta, chunk,",
        ("layer", "entities"),
    ),
    EngineMutant(
        "the memo of embeddings knows one feature too few",
        "embedding.c",
        "k < memo_keys(w); k++)",
        "k + 1 < memo_keys(w); k++)",
        ("sent_start", "layer", "entities", "tag"),
        times=3,
    ),
    EngineMutant(
        "the memo of embeddings takes any token for the one it knows",
        "embedding.c",
        "if (place[1 + k] != memo_key(w, doc, token, k)) return 0;",
        "(void)doc, (void)token;",
        ("layer", "entities", "tag"),
    ),
    EngineMutant(
        "the memo of embeddings does not know whose they are",
        "embedding.c",
        "if (memo->owner == w->mix.layer.panels) return 0;",
        "if (memo->owner) return 0;",
        ("layer", "entities", "sent_start", "scores"),
    ),
    EngineMutant(
        "a lone state has the pads of the slots before its own",
        "transition.c",
        "? r->w->lower_pad + slot * width",
        "? r->w->lower_pad + (slot - 1) * width",
        ("decision", "entities"),
    ),
    EngineMutant(
        "a state with a second token counts as a lone one",
        "transition.c",
        "if (slot_token[slot] != TRANSITION_MISSING) return 0;",
        "(void)slot;",
        ("decision", "entities"),
    ),
    EngineMutant(
        "the last of equal scores wins",
        "transition.c",
        "scores[c] > scores[best]",
        "scores[c] >= scores[best]",
        ("entities", "head"),
    ),
    EngineMutant(
        "of eight classes the last two are never the best",
        "transition.c",
        "even = larger(scores[6], even), odd = larger(scores[7], odd);",
        "",
        ("entities", "head", "decision"),
    ),
    EngineMutant(
        "a short document's products are those of the one before",
        "transition.c",
        "memset(r->product_of + slot * (size_t)CACHED, 0, rows * sizeof *r->product_of);",
        "(void)rows, (void)slot;",
        ("entities", "head", "decision"),
    ),
    # features
    EngineMutant(
        "SHAPE is LONG from 101 code points on", "lexeme.c", "SHAPE_LONG_FROM 100", "SHAPE_LONG_FROM 101", ("SHAPE",)
    ),
    EngineMutant(
        "there is no final sigma",
        "unicode.c",
        "is_final_sigma(t, in, n, i) ? FINAL_SIGMA",
        "0 ? FINAL_SIGMA",
        ("norm",),
    ),
    # entities
    EngineMutant(
        "white space may begin an entity",
        "biluo.h",
        "if (doc->is_space[v.token]) return 1u << NER_OUT;",
        "",
        ("entities", "decision"),
    ),
    EngineMutant(
        "an entity goes on as one of another label",
        "ner.c",
        "if (s->moves[2 * c + 1] == entity.label)",
        "",
        ("entities", "decision"),
    ),
    EngineMutant("entities cross sentence starts", "biluo.h", "&& doc->sent_start[next] != 1", "", ("entities",)),
    EngineMutant(
        "an open entity looks at the current token twice",
        "biluo.h",
        "(int32_t)v.token - 1",
        "(int32_t)v.token",
        ("entities", "decision"),
    ),
    # arcs
    EngineMutant(
        "a token without a head is not put back",
        "parser.c",
        "if (has_head(s, s0) || s->stack_depth == 1)",
        "if (1)",
        ("head",),
    ),
    EngineMutant(
        "what was put back stays unshiftable",
        "parser.c",
        "s->flags[b0] &= (unsigned char)~TOKEN_UNSHIFTABLE;",
        "",
        ("head", "decision"),
    ),
    EngineMutant(
        "arcs cross a break",
        "arc_eager.h",
        "v->b0 != TRANSITION_MISSING && !arc_starts_sentence(v, v->b0, v->b0_flags)",
        "v->b0 != TRANSITION_MISSING",
        ("head", "decision"),
    ),
    EngineMutant(
        "a break may come before a token that is not the next",
        "arc_eager.h",
        "v->b1 == v->b0 + 1 && ",
        "",
        ("head", "decision"),
    ),
    EngineMutant(
        "a token that cannot start a sentence may",
        "arc_eager.h",
        "v->sent_start[token] == -1",
        "0",
        ("head", "sent_start", "decision"),
    ),
    EngineMutant(
        "a preset start does not part the arcs",
        "arc_eager.h",
        "v->sent_start[token] == 1 || ",
        "",
        ("head", "sent_start"),
    ),
    EngineMutant(
        "the right child of the stack's top is its left",
        "parser.c",
        "of_token(s->right, slot_token[SLOT_S0])",
        "of_token(s->left, slot_token[SLOT_S0])",
        ("head",),
    ),
    EngineMutant(
        "an arc that is replaced stays in the child list",
        "parser.c",
        "if (has_head(s, child)) s->right[s->doc->head[child]] = s->next_sibling[child];",
        "",
        ("head", "decision"),
    ),
    EngineMutant(
        "a subtree is as wide as its root",
        "dependency.c",
        "left_edge[head] = f->left_edge[token]",
        "left_edge[head]",
        ("sent_start",),
    ),
    # tags and sentence starts
    EngineMutant(
        "the last of equal tags wins", "tagger.c", "scores[c] > scores[best]", "scores[c] >= scores[best]", ("tag",)
    ),
    EngineMutant(
        "the senter writes over preset starts", "tagger.c", "!*start || senter->overwrite", "1", ("sent_start",)
    ),
    EngineMutant(
        "the first token makes sentences known",
        "doc.c",
        "size_t i = 1; i < doc->token_count; i++)\n        if",
        "size_t i = 0; i < doc->token_count; i++)\n        if",
        ("sents", "annotations"),
    ),
    # rules
    EngineMutant("the first rule wins", "attribute_ruler.c", "changes[s] <= number", "!changes[s]", ("pos", "morph")),
    EngineMutant(
        "what is not among the values is", "attribute_ruler.c", "== (int)test[TEST_NEGATED]", "== 0", ("pos", "dep")
    ),
    # lemmas
    EngineMutant(
        "the first exception wins",
        "lemma_rules.c",
        "!is_repeated(w->model, forms, i) && !is_rule_form",
        "!i && !is_repeated(w->model, forms, i) && !is_rule_form",
        ("lemma",),
    ),
    EngineMutant(
        "the first listed form wins",
        "lemma_rules.c",
        "(best && kind != LISTED && kind >= best_kind)",
        "(best && kind >= best_kind)",
        ("lemma",),
    ),
    EngineMutant(
        "base forms take rules",
        "lemma_rules.c",
        'return has_feature(morph, "VerbForm", "Inf")',
        'return 0 && has_feature(morph, "VerbForm", "Inf")',
        ("lemma",),
    ),
    EngineMutant("singular nouns take rules", "lemma_rules.c", '!strcmp(pos, "NOUN") && ', "0 && ", ("lemma",)),
    EngineMutant("proper nouns lose their capitals", "lemma_rules.c", '!strcmp(s.pos, "PROPN")', "0", ("lemma",)),
    # what runs
    EngineMutant(
        "entities alone do without the parser",
        "wanted.c",
        "want & (TERN_ENTITIES | TERN_SENTENCES)",
        "want & TERN_SENTENCES",
        ("sent_start", "entities"),
    ),
    EngineMutant(
        "tags do without the ruler",
        "wanted.c",
        "TERN_PARSER | TERN_ATTRIBUTE_RULER",
        "(want & TERN_POS ? TERN_ATTRIBUTE_RULER : 0u) | TERN_PARSER",
        ("tag", "dep"),
    ),
]


SCORE_MUTANTS = [
    EngineMutant(
        "the score is that of the last move", "ner.c", "s->score *= share_of(", "s->score = share_of(", ("score",)
    ),
    EngineMutant("all moves have a share", "ner.c", "if (valid[c]) sum +=", "sum +=", ("score",)),
    EngineMutant(
        "the temperature is left out", "ner.c", ".sharpness = 1 / ner->temperature", ".sharpness = 1", ("score",)
    ),
]

BEAM_MUTANTS = [
    EngineMutant(
        "of equal scores the earlier slot wins",
        "beam.c",
        "a->slot > b->slot",
        "a->slot < b->slot",
        ("head", "entities"),
    ),
    EngineMutant(
        "of equal scores the lower class wins", "beam.c", "a->cls > b->cls", "a->cls < b->cls", ("head", "entities")
    ),
    EngineMutant(
        "the score of a state that is done stays", "beam.c", "score + score / (float)b->step", "score", ("head", "dep")
    ),
    EngineMutant("density counts for nothing", "beam.c", "if (density <= 0) return;", "return;", ("head", "entities")),
    EngineMutant(
        "a layer of one piece is not rectified",
        "transition.c",
        "w->lower.nP == 1 && i < count",
        "0 && i < count",
        ("head", "entities"),
    ),
    EngineMutant(
        "what was put back stays unshiftable in a beam",
        "parser_beam.c",
        "s->b0.flags &= ~(uint32_t)TOKEN_UNSHIFTABLE;",
        "",
        ("head", "dep"),
    ),
    EngineMutant(
        "an arc that is replaced in a beam stays the youngest",
        "parser_beam.c",
        "s->s0.right = child.sibling;",
        "",
        ("head", "dep"),
    ),
    EngineMutant(
        "a break in a beam is forgotten",
        "parser_beam.c",
        "s->b0.flags = s->next_flags;",
        "s->b0.flags = 0;",
        ("head", "sent_start", "dep"),
    ),
    EngineMutant(
        "in a beam entities cross sentence starts", "biluo.h", "doc->sent_start[next] != 1 && ", "", ("entities",)
    ),
    EngineMutant(
        "in a beam an entity goes on as one of another label",
        "ner_beam.c",
        "s->is_open ? label == s->open_label : ",
        "",
        ("entities",),
    ),
]
"""Noticed in pipelines that search (test_beam_mutants.py). That a slot stays done, tests/unit/test_beam.c notices: hardly a text
depends on it."""


KERNEL_SETS = {"kernels_portable.c": [], "kernels_avx2.c": ["-mavx2", "-mfma"], "kernels_avx512.c": ["-mavx512f"]}
"""What CMakeLists.txt compiles them with; OpenBLAS has no part in the mutants."""
KERNELS = ("native", "avx2", "portable")
"""What mutants of the arithmetic are run with (TERN_GEMM); native is the best of this CPU."""
RUNTIME_FOLDERS = ("base", "pii", "answer")


def by_name(folder: Path) -> dict[str, Path]:
    """C files in the folder and those below it, by their names, which are unique."""
    found = sorted(folder.rglob("*.[ch]"))
    files = {path.name: path for path in found}
    assert len(files) == len(found), f"two files of one name in {folder}"
    return files


def replaced(source: str, old: str, new: str) -> tuple[str, int]:
    """The source with each `old` replaced, and how many there were. White space and line breaks make no difference."""
    pattern = r"\s*".join(map(re.escape, "".join(old.split())))
    return re.subn(pattern, lambda _: new.strip(), source)


class EngineBuild:
    """Compiles the engine with the stages program outside the build tree; a mutant recompiles the file that it changes, or
    those that include it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.compiler = shlex.split(os.environ.get("CC", "cc"))
        self.engine, runtime = by_name(ENGINE), by_name(RUNTIME)
        includes = sorted({path.parent for path in [*self.engine.values(), *runtime.values()]})
        self.flags = [
            "-std=c11",
            "-O1",
            "-ffp-contract=off",
            *(f"-I{path}" for path in includes),
            *self._pkg_config("--cflags"),
        ]
        self.libraries = [*self._pkg_config("--libs"), "-lz", "-lm"]
        left_out = {"kernels_openblas.c"} | (
            {"kernels_avx2.c", "kernels_avx512.c"} if platform.machine() != "x86_64" else set()
        )
        sources = [path for name, path in self.engine.items() if path.suffix == ".c" and name not in left_out]
        sources += [path for name in RUNTIME_FOLDERS for path in sorted((ROOT / "runtime" / name).glob("*.c"))]
        sources += [ROOT / "tests" / "parity" / name for name in ("stages.c", "stages_inside.c")]
        self.built: EngineMutant | None = None
        self.objects = {source.name: self._compile(source, folder / f"{source.stem}.o") for source in sources}

    @staticmethod
    def _pkg_config(what: str) -> list[str]:
        done = subprocess.run(["pkg-config", what, "libcjson"], stdout=subprocess.PIPE, check=True)
        return shlex.split(done.stdout.decode())

    def _compile(self, source: Path, target: Path) -> Path:
        kernels = ["-O2", "-ffp-contract=fast", *KERNEL_SETS[source.name]] if source.name in KERNEL_SETS else []
        subprocess.run([*self.compiler, *self.flags, *kernels, "-c", str(source), "-o", str(target)], check=True)
        return target

    def _link(self, objects: Iterable[Path], name: str) -> Path:
        program = self.folder / name
        subprocess.run([*self.compiler, *map(str, objects), *self.libraries, "-o", str(program)], check=True)
        return program

    @functools.cached_property
    def program(self) -> Path:
        return self._link(self.objects.values(), "stages")

    def source(self, mutant: EngineMutant) -> str:
        """Text of the changed file."""
        source, found = replaced(self.engine[mutant.file].read_text(encoding="utf-8"), mutant.old, mutant.new)
        assert found == mutant.times, (
            f"{mutant.old!r} occurs {found} times in {mutant.file}: adapt the mutant {mutant.name!r}"
        )
        return source

    def mutant(self, mutant: EngineMutant) -> Path:
        """Its program, which stays until the next."""
        if self.built != mutant:
            self._build(mutant)
            self.built = mutant
        return self.folder / "stages-mutant"

    def _build(self, mutant: EngineMutant) -> None:
        folder = self.folder / "mutant"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        (folder / mutant.file).write_text(self.source(mutant), encoding="utf-8")
        changed = [mutant.file] if mutant.file.endswith(".c") else self._includers(mutant.file)
        for name in changed:
            if name != mutant.file:
                shutil.copy(self.engine[name], folder)
        objects = {**self.objects, **{name: self._compile(folder / name, folder / f"{name}.o") for name in changed}}
        self._link(objects.values(), "stages-mutant")

    def _includers(self, header: str) -> list[str]:
        """Sources of the build that include the header themselves."""
        line = f'#include "{header}"'
        found = [
            name
            for name in self.objects
            if name in self.engine and line in self.engine[name].read_text(encoding="utf-8")
        ]
        assert found, f"nothing includes {header}"
        return found
