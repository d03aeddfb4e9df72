"""Scorer: figures of a pipeline's annotations beside a reference's, spaCy's (spacy/scorer.py)."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from .errors import Errors

if TYPE_CHECKING:
    from .language import Language
    from .tokens import Doc
    from .training import Example

DEFAULT_PIPELINE = ("senter", "tagger", "morphologizer", "parser", "ner", "textcat")
"""What a Scorer without a pipeline counts."""
MISSING_VALUES = frozenset([None, 0, ""])
"""Values of the reference that say nothing."""
_TINY = 1e-100


class PRFScore:
    """Precision, recall and F of what was found (tp, fp) and missed (fn)."""

    def __init__(self, *, tp: int = 0, fp: int = 0, fn: int = 0) -> None:
        self.tp, self.fp, self.fn = tp, fp, fn

    def __len__(self) -> int:
        return self.tp + self.fp + self.fn

    def __iadd__(self, other: PRFScore) -> PRFScore:
        self.tp, self.fp, self.fn = self.tp + other.tp, self.fp + other.fp, self.fn + other.fn
        return self

    def __add__(self, other: PRFScore) -> PRFScore:
        return PRFScore(tp=self.tp + other.tp, fp=self.fp + other.fp, fn=self.fn + other.fn)

    def score_set(self, cand: set[Any], gold: set[Any]) -> None:
        self.tp += len(cand & gold)
        self.fp += len(cand - gold)
        self.fn += len(gold - cand)

    @property
    def precision(self) -> float:
        return self.tp / (self.tp + self.fp + _TINY)

    @property
    def recall(self) -> float:
        return self.tp / (self.tp + self.fn + _TINY)

    @property
    def fscore(self) -> float:
        p, r = self.precision, self.recall
        return 2 * ((p * r) / (p + r + _TINY))

    def to_dict(self) -> dict[str, float]:
        return {"p": self.precision, "r": self.recall, "f": self.fscore}

    def under(self, name: str) -> dict[str, float | None]:
        """NAME_p, NAME_r, NAME_f; None without anything to compare."""
        return {f"{name}_{key}": value if len(self) else None for key, value in self.to_dict().items()}


def _by_name(scores: dict[Any, PRFScore]) -> dict[Any, dict[str, float]]:
    return {name: score.to_dict() for name, score in scores.items()}


class ROCAUCScore:
    """The area under the curve of true over false positives; of two kinds of reference values only."""

    def __init__(self) -> None:
        self.golds: list[Any] = []
        self.cands: list[Any] = []

    def score_set(self, cand: float, gold: float) -> None:
        self.cands.append(cand)
        self.golds.append(gold)

    def is_binary(self) -> bool:
        return len(set(self.golds)) == 2

    @property
    def score(self) -> float:
        if not self.is_binary():
            raise ValueError(Errors.E165.format(label=set(self.golds)))
        pairs = sorted(zip(self.cands, self.golds), key=lambda pair: pair[0], reverse=True)
        positives = sum(gold == 1.0 for gold in self.golds)
        negatives = len(pairs) - positives
        area = found = 0.0
        for _, equal in itertools.groupby(pairs, key=lambda pair: pair[0]):
            kinds = [gold == 1.0 for _, gold in equal]
            area += kinds.count(False) * (2 * found + kinds.count(True)) / 2
            found += kinds.count(True)
        return area / positives / negatives if positives and negatives else float("nan")


def _gold_places(example: Example) -> list[int | None]:
    """For each predicted token the one of the reference, if it is one."""
    x2y = example.alignment.x2y
    return [int(x2y.data[start]) if length == 1 else None for start, length in zip(x2y.starts, x2y.lengths)]


def _is_blank(token: Any) -> bool:
    return bool(token.orth_.isspace())


class Scorer:
    """Figures of a pipeline: what its components say of themselves."""

    def __init__(
        self,
        nlp: Language | None = None,
        default_lang: str = "xx",
        default_pipeline: Iterable[str] = DEFAULT_PIPELINE,
        **cfg: Any,
    ) -> None:
        from .pipeline.scorers import SCORERS
        from .util import get_lang_class

        self.nlp = get_lang_class(default_lang)() if nlp is None else nlp
        self.cfg = cfg
        self._parts: dict[str, Any] = {} if nlp is not None else {name: SCORERS[name] for name in default_pipeline}

    def score(self, examples: Iterable[Example], *, per_component: bool = False) -> dict[str, Any]:
        """All figures; per_component: by the component's name."""
        examples = list(examples)
        found: dict[str, Any] = {}
        for name, proc in [("tokenizer", self.nlp.tokenizer), *self.nlp.pipeline]:
            if hasattr(proc, "score"):
                scores = proc.score(examples, **self.cfg)
                found.update({name: scores} if per_component else scores)
        for name, score in self._parts.items():
            scores = score(examples, **{"labels": (), **self.cfg})
            found.update({name: scores} if per_component else scores)
        return found

    @staticmethod
    def score_tokenization(examples: Iterable[Example], **cfg: Any) -> dict[str, Any]:
        """token_acc: share of the tokens that are the reference's; token_p/r/f of their places."""
        accuracy, places = PRFScore(), PRFScore()
        for example in examples:
            gold, pred = example.reference, example.predicted
            if gold.has_unknown_spaces:
                continue
            for token, place in zip(pred, _gold_places(example)):
                if not _is_blank(token):
                    accuracy.tp += place is not None
                    accuracy.fp += place is None
            spans = [{(t.idx, t.idx + len(t)) for t in doc if not _is_blank(t)} for doc in (pred, gold)]
            places.score_set(*spans)
        if not len(accuracy):
            return dict.fromkeys(("token_acc", "token_p", "token_r", "token_f"))
        return {"token_acc": accuracy.precision, **places.under("token")}

    @staticmethod
    def score_token_attr(
        examples: Iterable[Example],
        attr: str,
        *,
        getter: Callable[[Any, str], Any] = getattr,
        missing_values: Any = MISSING_VALUES,
        **cfg: Any,
    ) -> dict[str, Any]:
        """ATTR_acc: how often an attribute is the reference's, where that has one."""
        score = PRFScore()
        for example in examples:
            gold = {i: getter(token, attr) for i, token in enumerate(example.reference)}
            gold = {i: value for i, value in gold.items() if value not in missing_values}
            pairs = zip(example.predicted, _gold_places(example))
            pred = {(i, getter(t, attr)) for t, i in pairs if not _is_blank(t) and i in gold}
            score.score_set(pred, set(gold.items()))
        return {f"{attr}_acc": score.fscore if len(score) else None}

    @staticmethod
    def score_token_attr_per_feat(
        examples: Iterable[Example],
        attr: str,
        *,
        getter: Callable[[Any, str], Any] = getattr,
        missing_values: Any = MISSING_VALUES,
        **cfg: Any,
    ) -> dict[str, Any]:
        """ATTR_micro_p/r/f of the features of a morphology, ATTR_per_feat of each."""
        micro = PRFScore()
        per_feature: dict[str, PRFScore] = {}

        def features(doc: Doc, token: Any) -> list[str]:
            value = getter(token, attr)
            text = doc.vocab.strings[value] if value not in missing_values else "_"
            return [] if text == "_" else text.split("|")

        def add(found: dict[str, set[Any]], place: int, feature: str) -> None:
            field = feature.partition("=")[0]
            per_feature.setdefault(field, PRFScore())
            found.setdefault(field, set()).add((place, feature))

        for example in examples:
            gold: dict[str, set[Any]] = {}
            pred: dict[str, set[Any]] = {}
            said = {i: features(example.reference, token) for i, token in enumerate(example.reference)}
            for i, listed in said.items():
                for feature in listed:
                    add(gold, i, feature)
            for token, place in zip(example.predicted, _gold_places(example)):
                if place is not None and said[place] and not _is_blank(token):
                    for feature in features(example.predicted, token):
                        add(pred, place, feature)
            for field, score in per_feature.items():
                for one in (micro, score):
                    one.score_set(pred.get(field, set()), gold.get(field, set()))
        per_type = _by_name(per_feature) if len(micro) else None
        return {**micro.under(f"{attr}_micro"), f"{attr}_per_feat": per_type}

    @staticmethod
    def score_spans(
        examples: Iterable[Example],
        attr: str,
        *,
        getter: Callable[[Any, str], Any] = getattr,
        has_annotation: Callable[[Any], bool] | None = None,
        labeled: bool = True,
        allow_overlap: bool = False,
        **cfg: Any,
    ) -> dict[str, Any]:
        """ATTR_p/r/f of spans, and ATTR_per_type of each label. has_annotation: does a document count?"""
        score = PRFScore()
        per_type: dict[str, PRFScore] = {}

        def sets(spans: Iterable[Any], labels: set[str]) -> dict[str, set[Any]]:
            found: dict[str, set[Any]] = {label: set() for label in labels}
            for span in spans:
                place = (span.start, span.end - 1)
                found[span.label_].add((span.label_, *place) if labeled else place)
            return found

        for example in examples:
            gold_doc, pred_doc = example.reference, example.predicted
            if has_annotation is not None and not has_annotation(gold_doc):
                continue
            is_said = has_annotation is None or has_annotation(pred_doc)
            gold_spans = list(getter(gold_doc, attr))
            pred_spans = list(getter(pred_doc, attr)) if is_said else []
            labels = {span.label_ for span in (*gold_spans, *pred_spans)}
            for label in labels:
                per_type.setdefault(label, PRFScore())
            gold = sets(gold_spans, labels)
            pred = sets(example.get_aligned_spans_x2y(pred_spans, allow_overlap), labels)
            for label in labels if labeled else ():
                per_type[label].score_set(pred[label], gold[label])
            score.score_set(set().union(*pred.values()), set().union(*gold.values()))
        found: dict[str, Any] = score.under(attr)
        if labeled:
            found[f"{attr}_per_type"] = _by_name(per_type) if len(score) else None
        return found

    @staticmethod
    def score_cats(
        examples: Iterable[Example],
        attr: str,
        *,
        getter: Callable[[Any, str], Any] = getattr,
        labels: Iterable[str] = (),
        multi_label: bool = True,
        positive_label: str | None = None,
        threshold: float | None = None,
        **cfg: Any,
    ) -> dict[str, Any]:
        """Figures of categories, over all (micro) and as means of the labels (macro)."""
        least = (0.5 if threshold is None else threshold) if multi_label else 0.0
        scores = {label: PRFScore() for label in labels}
        areas = {label: ROCAUCScore() for label in scores}
        for example in examples:
            pred, gold = (
                {label: value for label, value in getter(doc, attr).items() if label in scores}
                for doc in (example.predicted, example.reference)
            )
            for label in scores:
                value = gold.get(label)
                if not value and not multi_label:
                    value = 0.0
                if value is not None:
                    areas[label].score_set(pred.get(label, 0.0), value)
            if multi_label:
                _score_each(scores, pred, gold, least)
            else:
                _score_best(scores, pred, gold)
        found = _cat_figures(attr, scores, areas)
        if len(scores) == 2 and not multi_label and positive_label:
            best, of_what = found[f"{attr}_f_per_type"][positive_label]["f"], f"F ({positive_label})"
        elif not multi_label:
            best, of_what = found[f"{attr}_macro_f"], "macro F"
        else:
            best, of_what = found[f"{attr}_macro_auc"], "macro AUC"
        return {**found, f"{attr}_score": best, f"{attr}_score_desc": of_what}

    @staticmethod
    def score_links(examples: Iterable[Example], *, negative_labels: Iterable[str], **cfg: Any) -> dict[str, Any]:
        """Figures of the entities' links, of those entities that both documents have."""
        nothing = set(negative_labels)
        scores: dict[str, PRFScore] = {}
        for example in examples:
            gold_ents = {(ent.start_char, ent.end_char): ent for ent in example.reference.ents}
            for ent in example.predicted.ents:
                right = gold_ents.get((ent.start_char, ent.end_char))
                if right is None:
                    continue
                score = scores.setdefault(right.label_, PRFScore())
                gold, pred = right.kb_id_, ent.kb_id_
                if gold == pred:
                    score.tp += gold not in nothing
                elif not (gold in nothing and pred in nothing):
                    score.fp += pred not in nothing
                    score.fn += gold not in nothing
        micro, macro = _micro(scores.values()), _macro(list(scores.values()))
        return {
            "nel_score": micro.fscore,
            "nel_score_desc": "micro F",
            **{f"nel_micro_{key}": value for key, value in micro.to_dict().items()},
            **{f"nel_macro_{key}": value for key, value in macro.items()},
            "nel_f_per_type": _by_name(scores),
        }

    @staticmethod
    def score_deps(
        examples: Iterable[Example],
        attr: str,
        *,
        getter: Callable[[Any, str], Any] = getattr,
        head_attr: str = "head",
        head_getter: Callable[[Any, str], Any] = getattr,
        ignore_labels: Iterable[str] = (),
        missing_values: Any = MISSING_VALUES,
        **cfg: Any,
    ) -> dict[str, Any]:
        """ATTR_uas and ATTR_las: F of the heads, and of the heads with their labels; ATTR_las_per_type of each label."""
        unlabelled, labelled = PRFScore(), PRFScore()
        per_dep: dict[Any, PRFScore] = {}
        missing: set[int | None] = set()  # of all examples before, too: as spaCy counts
        ignored = set(ignore_labels)

        def of(arcs: set[Any], dep: Any) -> set[Any]:
            return {arc for arc in arcs if arc[2] == dep}

        for example in examples:
            places = _gold_places(example)
            gold: set[Any] = set()
            pred: set[Any] = set()
            for i, token in enumerate(example.reference):
                dep = getter(token, attr)
                if dep in missing_values:
                    missing.add(i)
                elif dep not in ignored:
                    gold.add((i, head_getter(token, head_attr).i, dep))
            for token, place in zip(example.predicted, places):
                dep = getter(token, attr)
                if _is_blank(token) or not token.orth_ or place in missing or dep in ignored:
                    continue
                head = places[head_getter(token, head_attr).i]
                if place is None or head is None:
                    unlabelled.fp += 1
                    labelled.fp += 1
                else:
                    pred.add((place, head, dep))
            labelled.score_set(pred, gold)
            for dep in {arc[2] for arc in gold | pred}:
                per_dep.setdefault(dep, PRFScore()).score_set(of(pred, dep), of(gold, dep))
            unlabelled.score_set({arc[:2] for arc in pred}, {arc[:2] for arc in gold})
        if not len(unlabelled):
            return dict.fromkeys((f"{attr}_uas", f"{attr}_las", f"{attr}_las_per_type"))
        return {
            f"{attr}_uas": unlabelled.fscore,
            f"{attr}_las": labelled.fscore,
            f"{attr}_las_per_type": _by_name(per_dep),
        }


def _score_each(scores: dict[str, PRFScore], pred: dict[str, float], gold: dict[str, float], least: float) -> None:
    for label, score in scores.items():
        is_found, value = pred.get(label, 0.0) >= least, gold.get(label)
        if value is not None:
            score.tp += is_found and value > 0
            score.fp += is_found and value == 0
            score.fn += not is_found and value > 0


def _score_best(scores: dict[str, PRFScore], pred: dict[str, float], gold: dict[str, float]) -> None:
    best_pred, best_gold = (max(cats, key=cats.__getitem__) if cats else None for cats in (pred, gold))
    if best_pred is not None and best_pred == best_gold:
        scores[best_pred].tp += 1
        return
    if best_gold is not None and (best_pred is not None or gold[best_gold] > 0):
        scores[best_gold].fn += 1
    if best_pred is not None:
        scores[best_pred].fp += 1


def _micro(scores: Iterable[PRFScore]) -> PRFScore:
    total = PRFScore()
    for score in scores:
        total += score
    return total


def _macro(scores: Sequence[PRFScore]) -> dict[str, float]:
    count = len(scores) + _TINY
    return {key: sum(score.to_dict()[key] for score in scores) / count for key in "prf"}


def _cat_figures(attr: str, scores: dict[str, PRFScore], areas: dict[str, ROCAUCScore]) -> dict[str, Any]:
    micro, macro = _micro(scores.values()), _macro(list(scores.values()))
    of_labels = {label: area.score if area.is_binary() else None for label, area in areas.items()}
    return {
        f"{attr}_score": None,
        f"{attr}_score_desc": None,
        **{f"{attr}_micro_{key}": value for key, value in micro.to_dict().items()},
        **{f"{attr}_macro_{key}": value for key, value in macro.items()},
        f"{attr}_macro_auc": sum(area or 0.0 for area in of_labels.values()) / (len(scores) + _TINY),
        f"{attr}_f_per_type": _by_name(scores),
        f"{attr}_auc_per_type": of_labels,
    }


def get_ner_prf(examples: Iterable[Example], **kwargs: Any) -> dict[str, Any]:
    """ents_p/r/f and ents_per_type. Entities where the reference says nothing do not count."""
    scores: dict[str, PRFScore] = {}
    for example in examples:
        gold_doc = example.reference
        if not gold_doc.has_annotation("ENT_IOB"):
            continue
        golds = {(ent.label_, ent.start, ent.end) for ent in gold_doc.ents}
        x2y = example.alignment.x2y
        for ent in example.predicted.ents:
            score = scores.setdefault(ent.label_, PRFScore())
            places = x2y[ent.start : ent.end].tolist()
            if not places or any(token.ent_iob == 0 for token in gold_doc[places[0] : places[-1] + 1]):
                continue
            key = (ent.label_, places[0], places[-1] + 1)
            score.tp += key in golds
            score.fp += key not in golds
            golds.discard(key)
        for label, _, _ in golds:
            scores.setdefault(label, PRFScore()).fn += 1
    total = _micro(scores.values())
    return {**total.under("ents"), "ents_per_type": _by_name(scores) if len(total) else None}
