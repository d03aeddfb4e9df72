"""Language: a pipeline. Components of a .tern file run in the engine, those that users add run in Python between them."""

from __future__ import annotations

from . import util
from .components import DisabledPipes as DisabledPipes
from .components import names_in
from .engine import BATCH, Engine, EngineTokenizer
from .factories import Factory as FactoryMeta  # noqa: F401 - spaCy's name
from .lang import _data, _defaults
from .running import Running
from .vocab import Vocab

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path
    from typing import Any, ClassVar

MAX_LENGTH = 10**6


class BaseDefaults:
    """What a language says of itself; subclasses of Language may have more."""

    locals().update(_defaults.lazy_attributes(_data.BASE))
    config: ClassVar[dict[str, Any]] = {}


class Language(Running):
    """A text-processing pipeline: a tokenizer and components. Made by tern_nlp.load or blank."""

    Defaults: ClassVar[Any] = BaseDefaults
    lang: ClassVar[str | None] = None
    default_error_handler = staticmethod(util.raise_error)

    def __init__(
        self,
        vocab: Vocab | bool = True,
        *,
        max_length: int = MAX_LENGTH,
        meta: dict[str, Any] | None = None,
        create_tokenizer: Callable[[Language], Any] | None = None,
        batch_size: int = BATCH,
        **kwargs: Any,
    ) -> None:
        if vocab is not True and not isinstance(vocab, Vocab):
            raise ValueError(f"[E918] Language wants a Vocab, or True for a new one. Got: {vocab!r} ({type(vocab)})")
        self.vocab: Vocab = self._new_vocab() if vocab is True else vocab
        self.max_length = max_length
        self.batch_size = batch_size
        self._meta = dict(meta or {})
        self._components: list[tuple[str, Any]] = []
        self._factories: dict[str, str] = {}
        self._configs: dict[str, dict[str, Any]] = {}
        self._disabled: set[str] = set()
        self._initialize: dict[str, Any] = {}
        self._path: str | None = None
        self._engine: Engine | None = None
        self.default_error_handler = util.raise_error
        self.tokenizer: Any = create_tokenizer(self) if create_tokenizer is not None else self._new_tokenizer()

    def _new_vocab(self) -> Vocab:
        return _defaults.new_vocab(self.lang, self.Defaults)

    def _new_tokenizer(self) -> Any:
        return _defaults.new_tokenizer(self.vocab, self.lang, self.Defaults)

    # ---- what it says of itself

    @property
    def path(self) -> Path | None:
        """The file that it was loaded from."""
        from pathlib import Path

        return None if self._path is None else Path(self._path)

    @property
    def meta(self) -> dict[str, Any]:
        """Name, language, version, labels …"""
        self._meta.setdefault("lang", self.vocab.lang or self.lang or "")
        self._meta.setdefault("name", "pipeline")
        self._meta.setdefault("version", "0.0.0")
        self._meta["pipeline"] = list(self.pipe_names)
        self._meta["components"] = list(self.component_names)
        self._meta["disabled"] = list(self.disabled)
        self._meta["vectors"] = self.vocab._vector_facts()
        self._meta["labels"] = {name: list(labels) for name, labels in self.pipe_labels.items()}
        return self._meta

    @meta.setter
    def meta(self, value: dict[str, Any]) -> None:
        self._meta = value

    @property
    def config(self) -> Any:
        """The pipeline's parts, as far as they are of spaCy's configuration: a Config, which is a dict."""
        from .config import Config

        components = {name: {"factory": self._factories[name], **self._configs[name]} for name in self.component_names}
        nlp = {
            "lang": self.vocab.lang or self.lang,
            "pipeline": list(self.component_names),
            "disabled": list(self.disabled),
            **dict.fromkeys(("before_creation", "after_creation", "after_pipeline_creation")),
            "batch_size": self.batch_size,
            "tokenizer": {"@tokenizers": "spacy.Tokenizer.v1"},
        }
        return Config({"nlp": nlp, "components": components, "initialize": {"components": {}, **self._initialize}})

    @config.setter
    def config(self, value: Any) -> None:
        self._initialize = dict(value.get("initialize", {}))

    @classmethod
    def from_config(
        cls,
        config: Any = None,
        *,
        vocab: Vocab | bool = True,
        disable: str | Iterable[str] = (),
        enable: str | Iterable[str] = (),
        exclude: str | Iterable[str] = (),
        meta: dict[str, Any] | None = None,
        auto_fill: bool = True,
        validate: bool = True,
    ) -> Language:
        """A pipeline of the components that a configuration names; trained ones come with a file alone."""
        from .language_saving import of_config

        disabled, enabled, excluded = (names_in(names) for names in (disable, enable, exclude))
        return of_config(cls, config or {}, vocab, disabled, enabled, excluded, meta)

    # ---- saving

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """A folder, for tern_nlp.load; without components of a .tern file for spacy.load, too."""
        from .language_saving import to_disk

        to_disk(self, path, exclude)

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = (), overrides: Any = None) -> Language:
        """Takes vocabulary, tokenizer and components from such a folder."""
        from .language_saving import from_disk

        return from_disk(self, path, exclude)

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """The same as bytes, without the .tern file."""
        from .language_saving import to_bytes

        return to_bytes(self, exclude)

    def from_bytes(self, bytes_data: bytes, *, exclude: Iterable[str] = ()) -> Language:
        """Takes vocabulary, tokenizer and components from such bytes."""
        from .language_saving import from_bytes

        return from_bytes(self, bytes_data, exclude)

    # ---- measuring

    def evaluate(
        self,
        examples: Iterable[Any],
        *,
        batch_size: int | None = None,
        scorer: Any = None,
        component_cfg: dict[str, dict[str, Any]] | None = None,
        scorer_cfg: dict[str, Any] | None = None,
        per_component: bool = False,
    ) -> dict[str, Any]:
        """Runs the pipeline on the examples' texts and compares with their references: spaCy's figures."""
        from .measuring import evaluate

        return evaluate(self, examples, batch_size, scorer, component_cfg, scorer_cfg, per_component)

    def initialize(self, get_examples: Any = None, *, sgd: Any = None) -> Any:
        """Gives components what the configuration's [initialize] has for them. Components of a .tern file are trained already."""
        from .measuring import initialize

        return initialize(self, get_examples)

    begin_training = initialize

    # ---- what is spaCy's alone

    def _refuse(self, *args: Any, **kwargs: Any) -> Any:
        """Of training, which is spaCy's alone: NotImplementedError."""
        raise NotImplementedError(
            "tern_nlp does not train: train the pipeline with spaCy and convert it, or run it by tern_nlp.spacy.load"
        )

    update = rehearse = resume_training = distill = create_optimizer = replace_listeners = use_params = _refuse

    def __reduce__(self) -> Any:
        """By the file's path; components that Python runs go along."""
        state = {name: value for name, value in self.__dict__.items() if name != "tokenizer"}
        tokenizer = None if self._is_engines() and self.tokenizer._own is None else self.tokenizer
        return (_unpickle, (type(self), state, tokenizer))


def _unpickle(cls: Any, state: dict[str, Any], tokenizer: Any) -> Language:
    nlp = cls.__new__(cls)
    nlp.__dict__.update(state)
    if nlp._engine is not None and nlp.vocab._compute.word is None:
        nlp.vocab._compute.word = word_source(nlp.vocab.lang, nlp._engine)
    nlp.tokenizer = EngineTokenizer(nlp._engine) if tokenizer is None and nlp._engine is not None else tokenizer
    return nlp


def word_source(code: str, engine: Engine) -> Callable[[str], tuple[Any, ...]]:
    """What tells of words: the file of the language alone, which knows its stop words, numbers and addresses; where the package has
    none, the pipeline's own."""
    model = _data.model(code) if code in _data.codes() else engine.model
    return model.lexeme


def __getattr__(name: str) -> Any:
    """Says where the rest of spaCy's is."""
    from .elsewhere import missing

    raise missing(__name__, name)
