/** The models that the page offers: a name in, a detector in a worker out. */

import { type Detector, openInWorker } from "dbd-mobile";
import detailUrl from "../../dbd_mobile/models/detail/model.tflite?url";
import liteUrl from "../../dbd_mobile/models/lite/model.tflite?url";
import nanoUrl from "../../dbd_mobile/models/nano/model.tflite?url";
import { models } from "../models.json";

declare global {
  /** Folder of LiteRT's WASM files, beside the page; it is named after their version. */
  const __RUNTIME__: string;
}

export const MODELS = {
  nano: { label: "Nano: quick, 0.9 MB", url: nanoUrl, sha256: sha256Of("nano") },
  lite: { label: "Lite: more exact, 3.4 MB", url: liteUrl, sha256: sha256Of("lite") },
} as const;
export type ModelId = keyof typeof MODELS;

export const PLACES = {
  wasm: "the processor",
  auto: "the GPU, where that is right and faster",
} as const;
export type PlaceId = keyof typeof PLACES;

/**
 * Load the model, which takes seconds on the first visit.
 *
 * @throws {DbdError} a file cannot be loaded or is damaged
 */
export function openDetector(id: ModelId, accelerator: PlaceId): Promise<Detector> {
  const { url, sha256 } = MODELS[id];
  return openInWorker({
    modelUrl: new URL(url, document.baseURI),
    modelSha256: sha256,
    detailUrl: new URL(detailUrl, document.baseURI),
    detailSha256: sha256Of("detail"),
    runtimeUrl: new URL(__RUNTIME__, document.baseURI),
    accelerator,
  });
}

function sha256Of(id: string): string {
  const model = models.find((model) => model.id === id);
  if (!model) throw new Error(`models.json has no ${id}.`);
  return model.sha256;
}
