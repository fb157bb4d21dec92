import { chooseEngine } from "./accelerator_trial.js";
import { BlurMap } from "./blur_map.js";
import type { Detector, DetectorOptions } from "./detector.js";
import { DbdError } from "./errors.js";
import type { Focus } from "./focus.js";
import { type Engine, loadRuntime } from "./litert.js";
import type { OpenedJudge } from "./judge/focus_judge.js";
import { type BlurModel, blurModelOf, loadModel } from "./model_file.js";
import { openPhoto, type Photo, type Source } from "./photo.js";
import type { Region } from "./region.js";
import { squash } from "./squash.js";
import type { Strictness } from "./strictness.js";

const MAX_THREADS = 64;

/**
 * A detector on the thread that opens it, which waits while a model runs; {@link openInWorker} gives one
 * that leaves the page free. Calls take turns.
 */
export class BlurDetector implements Detector {
  readonly accelerator: "wasm" | "webgpu";
  readonly acceleratorReason: string | null;
  readonly #model: BlurModel;
  readonly #options: DetectorOptions;
  readonly #threads: number;
  #engine: Engine | null;
  /** Made when something is judged for the first time. */
  #judge: Promise<OpenedJudge> | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(
    model: BlurModel,
    options: DetectorOptions,
    threads: number,
    chosen: Awaited<ReturnType<typeof chooseEngine>>,
  ) {
    this.#model = model;
    this.#options = options;
    this.#threads = threads;
    this.#engine = chosen.engine;
    this.accelerator = chosen.accelerator;
    this.acceleratorReason = chosen.reason;
  }

  /**
   * Loads a model and LiteRT, and makes them ready.
   *
   * @throws DbdError something cannot be loaded or used
   * @throws the signal's reason, once it says so
   */
  static async open(options: DetectorOptions): Promise<BlurDetector> {
    const { signal } = options;
    signal?.throwIfAborted();
    const threads = threadsOf(options);
    const [file] = await Promise.all([
      loadModel(options.modelUrl, options.modelSha256, signal),
      loadRuntime(options.runtimeUrl, threads, (options.accelerator ?? "wasm") !== "wasm"),
    ]);
    const model = blurModelOf(file);
    signal?.throwIfAborted();
    const chosen = await chooseEngine(model, options.accelerator ?? "wasm", threads);
    if (signal?.aborted) {
      chosen.engine.close();
      throw signal.reason;
    }
    return new BlurDetector(model, options, threads, chosen);
  }

  async detectBlur(source: Source): Promise<BlurMap> {
    return this.#look(source, (photo, engine) => this.#map(photo, engine));
  }

  async judge(source: Source, region?: Region, strictness: Strictness = {}): Promise<Focus> {
    return this.#look(source, async (photo, engine) => {
      const { judge } = await this.#openJudge();
      return region === undefined
        ? judge.judgeSubject(photo, await this.#map(photo, engine), strictness)
        : judge.judge(photo, region, strictness);
    });
  }

  close(): void {
    const engine = this.#engine;
    const judge = this.#judge;
    this.#engine = null;
    this.#judge = null;
    // After a run that is under way.
    void this.#turn.finally(() => engine?.close());
    const closeJudge = ({ engine }: OpenedJudge): void => void this.#turn.finally(() => engine.close());
    judge?.then(closeJudge, () => undefined);
  }

  /** Who never judges does not load the code for it. */
  async #openJudge(): Promise<OpenedJudge> {
    this.#judge ??= import("./judge/focus_judge.js").then(({ openJudge }) => openJudge(this.#options, this.#threads));
    try {
      return await this.#judge;
    } catch (error) {
      // The next call tries again: the network may be back.
      this.#judge = null;
      throw error;
    }
  }

  async #map(photo: Photo, engine: Engine): Promise<BlurMap> {
    const model = this.#model;
    const small = squash(photo, model.inputWidth, model.inputHeight);
    const isAsLarge = model.inputWidth === model.outputWidth && model.inputHeight === model.outputHeight;
    return new BlurMap({
      width: model.outputWidth,
      height: model.outputHeight,
      photoWidth: photo.width,
      photoHeight: photo.height,
      bytes: await engine.run(small.rgb),
      quantization: model.quantization,
      photo: isAsLarge ? small : null,
    });
  }

  /** Takes the source's picture at once, and looks at it when those before it are done. */
  async #look<Result>(source: Source, look: (photo: Photo, engine: Engine) => Promise<Result>): Promise<Result> {
    this.#openEngine();
    const photo = await openPhoto(source);
    const result = this.#turn.then(() => look(photo, this.#openEngine()));
    this.#turn = result.catch(() => undefined).then(() => photo.close());
    return result;
  }

  #openEngine(): Engine {
    if (this.#engine === null) {
      throw new DbdError("closed", "This detector was closed: open a new one.");
    }
    return this.#engine;
  }
}

function threadsOf(options: DetectorOptions): number {
  const { threads } = options;
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= MAX_THREADS)) {
    throw new DbdError("argument", `threads is a whole number from 1 to ${MAX_THREADS}, got ${threads}.`);
  }
  return globalThis.crossOriginIsolated ? (threads ?? Math.min(4, navigator.hardwareConcurrency)) : 1;
}
