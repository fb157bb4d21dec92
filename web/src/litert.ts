import {
  type CompiledModel,
  getGlobalLiteRtPromise,
  getWebGpuDevice,
  loadAndCompile,
  loadLiteRt,
  supportsFeature,
  Tensor,
} from "@litertjs/core";

import { DbdError, saidBy } from "./errors.js";
import type { ModelFile } from "./model_file.js";

/** A model that is ready to run, one input at a time. */
export interface Engine {
  /** Gives the output's bytes. */
  run(input: Uint8Array): Promise<Uint8Array>;
  close(): void;
}

/** What LiteRT's script takes its settings from while it starts. */
const starting = globalThis as { Module?: object };

/** Until LiteRT's own promise is there. */
let pending: Promise<unknown> | undefined;

/** Whether LiteRT was started so that it can wait for the GPU. */
let canWait = false;

/**
 * Loads LiteRT once for this page or worker; who loaded it before has chosen its files and threads.
 *
 * @param threads more than one need a page that is cross-origin isolated
 * @param forGpu takes the build that can use WebGPU; it has one thread
 * @throws DbdError its files are not there, or the browser cannot run them
 */
export async function loadRuntime(folder: string | URL, threads: number, forGpu: boolean): Promise<void> {
  const base = String(folder).replace(/\/*$/, "/");
  try {
    await (getGlobalLiteRtPromise() ?? (pending ??= start(base, threads > 1, forGpu)));
  } catch (error) {
    // Where a page's script is not there, an event is thrown that says nothing.
    const said = error instanceof Error ? saidBy(error) : "its script cannot be loaded.";
    throw new DbdError(
      "backend",
      `LiteRT cannot be started from ${base}: ${said} Its files are those of node_modules/@litertjs/core/wasm.`,
      { cause: error },
    );
  } finally {
    pending = undefined;
    delete starting.Module;
  }
}

async function start(base: string, isThreaded: boolean, forGpu: boolean): Promise<unknown> {
  // Only the build that can wait for the GPU brings its results back; that one has no threads.
  canWait = forGpu && (await supportsFeature("jspi"));
  // In a worker LiteRT would look for its files beside the worker's own.
  starting.Module = {
    locateFile: (name: string) => base + name,
    ...(isThreaded ? { mainScriptUrlOrBlob: `${base}litert_wasm_threaded_internal.js` } : {}),
  };
  return loadLiteRt(base, canWait ? { jspi: true } : { threads: isThreaded });
}

/** Why no model can be run on the GPU; null where that may be tried. LiteRT has to be loaded. */
export function whyNoGpu(): string | null {
  if (getWebGpuDevice() === null) {
    return "The browser has no WebGPU, or no GPU for it.";
  }
  return canWait ? null : "LiteRT cannot wait for the GPU here: this needs JavaScript Promise Integration (JSPI).";
}

/**
 * Makes a model ready; LiteRT has to be loaded.
 *
 * @throws DbdError LiteRT refuses it
 */
export async function openEngine(file: ModelFile, accelerator: "wasm" | "webgpu", threads: number): Promise<Engine> {
  let model: CompiledModel;
  try {
    model = await loadAndCompile(file.bytes, {
      accelerator,
      cpuOptions: { numThreads: threads },
      gpuOptions: { precision: "fp32" },
    });
  } catch (error) {
    throw new DbdError("model", `LiteRT cannot run the model ${file.name}: ${saidBy(error)}`, { cause: error });
  }
  return {
    run: (input) => run(model, file, input),
    close: () => model.delete(),
  };
}

async function run(model: CompiledModel, file: ModelFile, input: Uint8Array): Promise<Uint8Array> {
  const tensors: Tensor[] = [];
  try {
    const given = new Tensor(input as Uint8Array<ArrayBuffer>, [...file.input.shape]);
    tensors.push(given);
    tensors.push(...(await model.run(given)));
    return (await tensors[1].data()) as Uint8Array;
  } catch (error) {
    throw new DbdError("backend", `LiteRT failed on the model ${file.name}: ${saidBy(error)}`, { cause: error });
  } finally {
    for (const tensor of tensors) {
      tensor.delete();
    }
  }
}
