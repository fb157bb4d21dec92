import type { BlurMap } from "./blur_map.js";
import type { Focus } from "./focus.js";
import type { Source } from "./photo.js";
import type { Region } from "./region.js";
import type { Strictness } from "./strictness.js";

/** How a detector is opened. */
export interface DetectorOptions {
  /** Where the model is that gives blur maps. */
  readonly modelUrl: string | URL;
  /** Its SHA-256, 64 hexadecimal digits, as in models.json; the file is checked where it is given. */
  readonly modelSha256?: string;
  /** Where the model is that measures blur; it is loaded when something is judged for the first time. */
  readonly detailUrl?: string | URL;
  readonly detailSha256?: string;
  /** The folder of LiteRT's files, those of node_modules/@litertjs/core/wasm. */
  readonly runtimeUrl: string | URL;
  /**
   * `"wasm"`, the default, is the processor. `"auto"` is the GPU where WebGPU gives the same maps and
   * is faster, which is tried when the detector is opened. `"webgpu"` is the GPU or an error.
   */
  readonly accelerator?: "wasm" | "webgpu" | "auto";
  /**
   * Threads of the processor. More than one need a page that is cross-origin isolated; elsewhere there
   * is one. By default one a core, at most 4.
   */
  readonly threads?: number;
  /** Ends the opening. */
  readonly signal?: AbortSignal;
}

/** Finds which parts of photos are out of focus, and judges how sharp a subject is. */
export interface Detector {
  /** What the model that gives blur maps runs on. */
  readonly accelerator: "wasm" | "webgpu";
  /** Why that is not the GPU where `"auto"` was asked for; null where it is as it was asked. */
  readonly acceleratorReason: string | null;

  /**
   * Finds which parts of a photo are out of focus.
   *
   * @throws DbdError the source cannot be read, LiteRT failed, or the detector was closed
   */
  detectBlur(source: Source): Promise<BlurMap>;

  /**
   * Says how sharp a region of a photo is, or, without one, its subject: what is in focus and near the
   * middle by its blur map. The blur is measured in the photo's own pixels, so that a focus that is
   * slightly off shows; give the largest picture that there is.
   *
   * @param strictness what counts as sharp, and at which width; by default at 100 %
   * @throws DbdError the source cannot be read or has less than 64 pixels a side, the region is not in
   *     it, the detector has no `detailUrl` or was closed, or LiteRT failed
   */
  judge(source: Source, region?: Region, strictness?: Strictness): Promise<Focus>;

  /** Lets go of the models and their memory; may be repeated. */
  close(): void;
}
