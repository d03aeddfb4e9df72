/** spaCy's English pipeline, without a server. All offsets count UTF-16 units, as JavaScript's strings do. */

export interface Span {
  text: string;
  start: number;
  end: number;
  /** Of its first token, and behind its last. */
  tokenStart: number;
  tokenEnd: number;
}

export interface Entity extends Span {
  label: string;
  /** Of the pattern of an entity ruler, else "". */
  id: string;
  /** How sure the model is, 0 to 1; 1 of what a rule has found. */
  score: number;
}

export interface LabelledSpan extends Span {
  label: string;
  score?: number;
}

export interface Token {
  /** Its index. */
  i: number;
  text: string;
  start: number;
  end: number;
  /** The blank behind it, or "". */
  whitespace: string;
  /** null: nobody has said. */
  sentStart: boolean | null;
  /** Index of the token that it depends on; its own for a root. */
  head: number;
  tag: string;
  pos: string;
  morph: string;
  dep: string;
  lemma: string;
  norm: string;
}

/** What is known of a text. Lists are made when they are first asked for. */
export declare class Doc {
  readonly text: string;
  /** Number of tokens. */
  readonly length: number;
  readonly ents: Entity[];
  readonly sents: Span[];
  readonly tokens: Token[];
  readonly nounChunks: Span[];
  readonly cats: Record<string, number>;
  readonly spans: Record<string, LabelledSpan[]>;
  toJSON(): Pick<Doc, "text" | "ents" | "sents" | "tokens" | "cats" | "spans">;
  /** As displaCy's style "ent". */
  toHTML(options?: { ents?: string[]; colors?: Record<string, string> }): string;
}

/** code: ARGUMENT, MEMORY, IO, FORMAT, VERSION, CHECKSUM, UNSUPPORTED, TOO_LONG, TOO_COMPLEX or INTERRUPTED. */
export declare class TernError extends Error {
  readonly code: string;
}

export type Field =
  | "tokens" | "ents" | "sents" | "cats" | "spans" | "noun_chunks"
  | "dependencies" | "tags" | "pos" | "morphs" | "lemmas" | "norms";

export interface RunOptions {
  /** What is wanted; only the components for it run. Without it: everything. */
  fields?: Field[];
  /** Names of the components that may run. Without it: those of the pipeline. */
  components?: string[];
  /** Looked at before and while a text runs. */
  signal?: AbortSignal;
  /** Milliseconds that a text may take. */
  timeout?: number;
}

export interface Sentiment {
  sentiment: "POSITIVE" | "NEGATIVE" | "NEUTRAL" | "MIXED";
  confidence: number;
  scores: { positive: number; negative: number; neutral: number; mixed: number };
}

export interface Component {
  name: string;
  /** spaCy's factory that made it. */
  factory: string;
  /** Does it run unless another choice is made? */
  default: boolean;
}

export interface Pipeline {
  (text: string, options?: RunOptions): Doc;
  /** In the order of the texts; several short ones are run together. */
  pipe(texts: Iterable<string>, options?: RunOptions): IterableIterator<Doc>;
  pipe(texts: AsyncIterable<string>, options?: RunOptions): AsyncIterableIterator<Doc>;
  /** Needs load({ sentiment: true }), or a sentiment model. */
  sentiment(text: string, options?: Pick<RunOptions, "signal" | "timeout">): Sentiment;
  readonly components: Component[];
  /** The model's description. */
  readonly meta: Record<string, unknown>;
  /** Gives its memory back. */
  close(): void;
}

export interface LoadOptions {
  /** Of the package's models: float16 is half the size and rarely differs. Default: float32 in Node, float16 in browsers. */
  precision?: "float16" | "float32";
  /** Also load a sentiment model: true for the package's. */
  sentiment?: boolean | Source;
  onProgress?: (progress: { file: string; loaded: number; total: number }) => void;
  signal?: AbortSignal;
  /** false: not through the browser's Cache API. */
  cache?: boolean;
  /** The engine's module, where it cannot be read or compiled: Cloudflare Workers import it. */
  wasm?: WebAssembly.Module | Source;
}

/** A name of the package's models, a path (Node), a URL, or the bytes of a .tern file. */
export type Source = string | URL | Uint8Array | ArrayBuffer;

export declare function load(source?: Source, options?: LoadOptions): Promise<Pipeline>;
export declare function load(options: LoadOptions): Promise<Pipeline>;

/** The lines of a stream of text or bytes, without their ends. */
export declare function lines(stream: ReadableStream | AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>): AsyncGenerator<string>;
