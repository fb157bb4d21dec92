import { BlurMap } from "./blur_map.js";
import type { Detector, DetectorOptions } from "./detector.js";
import { DbdError, saidBy } from "./errors.js";
import type { Focus } from "./focus.js";
import { isMoving, type Snapshot, snapshotOf, type Source } from "./photo.js";
import type { Region } from "./region.js";
import type { Strictness } from "./strictness.js";
import type { Answer, Asked, Given } from "./worker_messages.js";

/**
 * Opens a detector in a worker of its own, so that the page never waits. Of a video's pictures the
 * newest wins: one that waits while another is looked at is dropped when a newer one comes, and its
 * call gets the newer one's map.
 *
 * @throws DbdError something cannot be loaded or used
 * @throws the signal's reason, once it says so
 */
export async function openInWorker(options: DetectorOptions): Promise<Detector> {
  const { signal, ...rest } = options;
  signal?.throwIfAborted();
  const thread = new WorkerThread(new Worker(new URL("./worker.js", import.meta.url)));
  const onAbort = (): void => thread.end(signal?.reason);
  signal?.addEventListener("abort", onAbort);
  try {
    const opened = await thread.ask("open", { options: forWorker(rest) }, []);
    return new WorkerDetector(thread, opened.accelerator, opened.acceleratorReason);
  } catch (error) {
    thread.end(error);
    throw error;
  } finally {
    signal?.removeEventListener("abort", onAbort);
  }
}

/** A worker would look for relative addresses beside its own file. */
function forWorker(options: DetectorOptions): DetectorOptions {
  const absolute = (url: string | URL): string => new URL(url, document.baseURI).href;
  const { detailUrl } = options;
  return {
    ...options,
    modelUrl: absolute(options.modelUrl),
    runtimeUrl: absolute(options.runtimeUrl),
    ...(detailUrl === undefined ? {} : { detailUrl: absolute(detailUrl) }),
  };
}

/** Calls of a worker that were not answered yet. */
class WorkerThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, { resolve: (result: never) => void; reject: (error: unknown) => void }>();
  #calls = 0;
  #endedBy: { readonly error: unknown } | null = null;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.addEventListener("message", ({ data }: MessageEvent<Answer>) => this.#take(data));
    worker.addEventListener("error", (event) => {
      const said = event.message || "its file worker.js cannot be loaded";
      this.end(new DbdError("backend", `The detector's worker failed: ${said}.`));
    });
  }

  ask<Name extends keyof Asked>(name: Name, asked: Asked[Name], transfer: Transferable[]): Promise<Given[Name]> {
    if (this.#endedBy !== null) {
      return Promise.reject(this.#endedBy.error);
    }
    const id = this.#calls++;
    return new Promise<Given[Name]>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      try {
        this.#worker.postMessage({ id, name, ...asked }, { transfer });
      } catch (error) {
        // Pixels of another site that does not share them, most likely.
        this.#waiting.delete(id);
        const message = `The picture cannot be given to the detector's worker: ${saidBy(error)}`;
        reject(new DbdError("image", message, { cause: error }));
      }
    });
  }

  /** Ends the worker; what it was asked fails, now and later. */
  end(error: unknown): void {
    if (this.#endedBy === null) {
      this.#endedBy = { error };
      this.#worker.terminate();
      for (const { reject } of this.#waiting.values()) {
        reject(error);
      }
      this.#waiting.clear();
    }
  }

  #take(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ("error" in answer) {
      waiting?.reject(new DbdError(answer.error.kind, answer.error.message));
    } else {
      waiting?.resolve(answer.result as never);
    }
  }
}

class WorkerDetector implements Detector {
  readonly accelerator: "wasm" | "webgpu";
  readonly acceleratorReason: string | null;
  readonly #thread: WorkerThread;
  /** The moving picture that is looked at, and the newest one after it. */
  #current: Promise<unknown> | null = null;
  #next: { picture: Snapshot; readonly map: Promise<BlurMap> } | null = null;

  constructor(thread: WorkerThread, accelerator: "wasm" | "webgpu", reason: string | null) {
    this.#thread = thread;
    this.accelerator = accelerator;
    this.acceleratorReason = reason;
  }

  async detectBlur(source: Source): Promise<BlurMap> {
    const picture = await snapshotOf(source);
    return isMoving(source) ? this.#newest(picture) : this.#map(picture);
  }

  async judge(source: Source, region?: Region, strictness?: Strictness): Promise<Focus> {
    const picture = await snapshotOf(source);
    return this.#thread.ask("judge", { source: picture, region, strictness }, moved(picture));
  }

  close(): void {
    this.#thread.end(new DbdError("closed", "This detector was closed: open a new one."));
  }

  async #map(picture: Snapshot): Promise<BlurMap> {
    return new BlurMap(await this.#thread.ask("detectBlur", { source: picture }, moved(picture)));
  }

  #newest(picture: Snapshot): Promise<BlurMap> {
    if (this.#current === null) {
      const map = this.#map(picture);
      this.#current = map.catch(() => undefined).then(() => (this.#current = null));
      return map;
    }
    if (this.#next !== null) {
      for (const dropped of moved(this.#next.picture)) {
        dropped.close();
      }
      this.#next.picture = picture;
      return this.#next.map;
    }
    const map = this.#current.then(() => {
      const newest = this.#next!.picture;
      this.#next = null;
      return this.#newest(newest);
    });
    this.#next = { picture, map };
    return map;
  }
}

/** What is the worker's once it is sent: a bitmap is always a copy of our own. */
function moved(picture: Snapshot): ImageBitmap[] {
  return picture instanceof ImageBitmap ? [picture] : [];
}
