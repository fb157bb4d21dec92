import type { DetectorOptions } from "./detector.js";
import { DbdError, saidBy } from "./errors.js";
import { type Engine, openEngine, whyNoGpu } from "./litert.js";
import type { ModelFile } from "./model_file.js";

/** The most that a byte of the GPU's map may differ from the processor's. */
const TOLERANCE = 2;

/** A model that is ready on what it shall run on. */
export interface Choice {
  readonly engine: Engine;
  readonly accelerator: "wasm" | "webgpu";
  readonly reason: string | null;
}

/**
 * Makes a model ready on the processor, or on the GPU where that is asked for and gives the same maps.
 *
 * @throws DbdError LiteRT refuses the model, or the GPU was asked for and cannot be used
 */
export async function chooseEngine(
  file: ModelFile,
  wanted: NonNullable<DetectorOptions["accelerator"]>,
  threads: number,
): Promise<Choice> {
  const onProcessor = await openEngine(file, "wasm", threads);
  if (wanted === "wasm") {
    return { engine: onProcessor, accelerator: "wasm", reason: null };
  }
  let onGpu: Engine | null = null;
  let reason = whyNoGpu();
  try {
    if (reason === null) {
      onGpu = await openEngine(file, "webgpu", threads);
      reason = await faultOf(onGpu, onProcessor, file, wanted === "auto");
    }
  } catch (error) {
    reason = saidBy(error);
  }
  if (onGpu !== null && reason === null) {
    onProcessor.close();
    return { engine: onGpu, accelerator: "webgpu", reason };
  }
  onGpu?.close();
  if (wanted === "webgpu") {
    onProcessor.close();
    throw new DbdError("backend", `The GPU cannot be used: ${reason}`);
  }
  return { engine: onProcessor, accelerator: "wasm", reason };
}

/**
 * Why the GPU is not to be used; null where it is. Several photos in turn, since WebGPU was seen to be
 * right on the first one only.
 *
 * @param isRace whether it also has to be faster than the processor
 */
export async function faultOf(
  gpu: Engine,
  processor: Engine,
  { input }: Pick<ModelFile, "input">,
  isRace: boolean,
): Promise<string | null> {
  let [gpuMs, processorMs] = [0, 0];
  for (const [number, name] of ["first", "second", "third"].entries()) {
    const photo = testPhoto(input.shape[2], input.shape[1], number);
    const begin = performance.now();
    const expected = await processor.run(photo);
    const between = performance.now();
    const got = await gpu.run(photo);
    // The first photo also pays for what is made ready on it: the last one's times are compared.
    [processorMs, gpuMs] = [between - begin, performance.now() - between];
    const difference = largestDifference(got, expected);
    if (difference > TOLERANCE) {
      return `WebGPU gives another map than the processor, ${difference} of 255 off, for its ${name} photo.`;
    }
  }
  return isRace && gpuMs >= processorMs
    ? `The processor is as fast: ${processorMs.toFixed(0)} ms a photo, WebGPU ${gpuMs.toFixed(0)} ms.`
    : null;
}

function largestDifference(one: Uint8Array, other: Uint8Array): number {
  if (one.length !== other.length) {
    return 255;
  }
  return one.reduce((most, byte, i) => Math.max(most, Math.abs(byte - other[i])), 0);
}

/** Soft waves on one side, fine texture on the other; another one for each number. */
function testPhoto(width: number, height: number, number: number): Uint8Array {
  const photo = new Uint8Array(width * height * 3);
  let random = 1 + number;
  for (let i = 0; i < photo.length; i++) {
    const column = Math.trunc(i / 3) % width;
    random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
    const isSharp = (column * 2 < width) === (number % 2 === 0);
    photo[i] = isSharp ? random >>> 24 : 128 + 100 * Math.sin((column + 40 * number) / 25);
  }
  return photo;
}
