import { DbdError, saidBy } from "./errors.js";
import type { Quantization } from "./quantization.js";

/** One tensor that goes into a model or comes out of it. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly isUint8: boolean;
  /** Null where it has none, or more than one. */
  readonly quantization: Quantization | null;
}

/** A model file that was read and checked. */
export interface ModelFile {
  /** What to call it in messages. */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly input: Tensor;
  readonly output: Tensor;
}

const UINT8 = 3;
const INPUT_SCALE = 1 / 128;
const INPUT_ZERO_POINT = 127;
const SIGMOID_SCALE = 1 / 256;
const MAX_SIDE = 4096;

/**
 * Loads a model file and checks that it takes one photo and gives one tensor.
 *
 * @param sha256 64 hexadecimal digits; undefined where it is not known
 * @throws DbdError it cannot be loaded, is another file, is damaged, or does not take one
 *     [1, height, width, 3] uint8 photo
 * @throws the signal's reason, once it says so
 */
export async function loadModel(
  url: string | URL,
  sha256: string | undefined,
  signal: AbortSignal | undefined,
): Promise<ModelFile> {
  const name = String(url);
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/.test(sha256)) {
    throw new DbdError("argument", `A SHA-256 has 64 digits from 0-9 and a-f, got "${sha256}".`);
  }
  const bytes = await load(name, signal);
  if (sha256 !== undefined) {
    await check(bytes, sha256, name);
  }
  return readModel(bytes, name);
}

async function load(name: string, signal: AbortSignal | undefined): Promise<Uint8Array> {
  try {
    const response = await fetch(name, { signal: signal ?? null });
    if (!response.ok) {
      throw new DbdError("model", `The model ${name} cannot be loaded: the server says ${response.status}.`);
    }
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof DbdError) {
      throw error;
    }
    throw new DbdError("model", `The model ${name} cannot be loaded: ${saidBy(error)}`, { cause: error });
  }
}

async function check(bytes: Uint8Array, sha256: string, name: string): Promise<void> {
  if (globalThis.crypto?.subtle === undefined) {
    throw new DbdError(
      "backend",
      `The model ${name} cannot be checked: browsers compute a SHA-256 for pages of https and localhost only.`,
    );
  }
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>));
  const found = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (found !== sha256) {
    throw new DbdError("model", `The model ${name} is not the file that was expected: its SHA-256 is ${found}.`);
  }
}

/**
 * Reads what a model takes and gives.
 *
 * @throws DbdError the file is damaged or does not take a photo
 */
export function readModel(bytes: Uint8Array, name: string): ModelFile {
  const { inputs, outputs } = readTensors(bytes, name);
  const photo =
    `The model ${name} does not take a photo: expected one input [1, height, width, 3] of uint8 with ` +
    "scale 1/128 and zero point 127, got";
  const [input, output] = [inputs[0], outputs[0]];
  if (inputs.length !== 1 || input === undefined || outputs.length !== 1 || output === undefined) {
    throw new DbdError("model", `${photo} ${inputs.length} inputs and ${outputs.length} outputs.`);
  }
  if (!isPhoto(input)) {
    throw new DbdError("model", `${photo} ${spoken(input)}.`);
  }
  return { name, bytes, input, output };
}

/** A model that gives blur maps, and what they mean. */
export interface BlurModel extends ModelFile {
  readonly inputWidth: number;
  readonly inputHeight: number;
  readonly outputWidth: number;
  readonly outputHeight: number;
  readonly quantization: Quantization;
}

/**
 * Checks that a model gives a blur map.
 *
 * @throws DbdError it does not
 */
export function blurModelOf(file: ModelFile): BlurModel {
  const { shape, isUint8, quantization } = file.output;
  // A probability may leave 0..1 by a hundredth through the rounding of a quantised model.
  const isProbability =
    quantization !== null &&
    -quantization.zeroPoint * quantization.scale >= -0.01 &&
    (255 - quantization.zeroPoint) * quantization.scale <= 1.01;
  const isMap = (shape.length === 3 || (shape.length === 4 && shape[3] === 1)) && shape[0] === 1 && hasSides(shape);
  if (!isMap || !isUint8 || !isProbability) {
    throw new DbdError(
      "model",
      `The model ${file.name} does not give a blur map: expected one output [1, height, width, 1] of uint8 ` +
        `probabilities, got ${spoken(file.output)}.`,
    );
  }
  return {
    ...file,
    inputWidth: file.input.shape[2],
    inputHeight: file.input.shape[1],
    outputWidth: shape[2],
    outputHeight: shape[1],
    // TFLite fixes the steps of an int8 sigmoid at 1/256; the last one, 255/256, stands for all that is
    // above it. They are read as those from 0 to 1 inclusive, as the Python library does.
    quantization: isSigmoid(quantization) ? { scale: Math.fround(1 / 255), zeroPoint: 0 } : quantization,
  };
}

/** Whether that is the quantisation that TFLite fixes for a sigmoid. */
export function isSigmoid(quantization: Quantization | null): boolean {
  return quantization !== null && quantization.zeroPoint === 0 && isClose(quantization.scale, SIGMOID_SCALE);
}

function isPhoto({ shape, isUint8, quantization }: Tensor): boolean {
  return (
    shape.length === 4 &&
    shape[0] === 1 &&
    shape[3] === 3 &&
    hasSides(shape) &&
    isUint8 &&
    quantization !== null &&
    isClose(quantization.scale, INPUT_SCALE) &&
    quantization.zeroPoint === INPUT_ZERO_POINT
  );
}

function hasSides(shape: readonly number[]): boolean {
  return [shape[1], shape[2]].every((side) => side >= 1 && side <= MAX_SIDE);
}

function isClose(scale: number, expected: number): boolean {
  return Math.abs(scale - expected) <= 1e-6 * expected;
}

export function spoken({ shape, isUint8, quantization }: Tensor): string {
  const type = isUint8 ? "uint8" : "another type";
  const steps = quantization && ` with scale ${quantization.scale} and zero point ${quantization.zeroPoint}`;
  return `[${shape.join(", ")}] of ${type}${steps ?? ""}`;
}

function readTensors(bytes: Uint8Array, name: string): { inputs: Tensor[]; outputs: Tensor[] } {
  const memory = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    if (String.fromCharCode(...bytes.subarray(4, 8)) !== "TFL3") {
      throw new RangeError("it does not start as one");
    }
    const model = new Table(memory, memory.getUint32(0, true));
    const graph = model.tables(2)[0];
    if (graph === undefined) {
      throw new RangeError("it has no graph");
    }
    const tensors = graph.tables(0);
    const named = (field: number): Tensor[] => graph.numbers(field, 4).map((place) => tensorOf(tensors[place]));
    return { inputs: named(1), outputs: named(2) };
  } catch (error) {
    if (error instanceof RangeError) {
      throw new DbdError("model", `The model ${name} is no intact TFLite file: ${saidBy(error)}`, { cause: error });
    }
    throw error;
  }
}

function tensorOf(table: Table | undefined): Tensor {
  if (table === undefined) {
    throw new RangeError("it names a tensor that it does not have");
  }
  const steps = table.table(4);
  const scales = steps?.numbers(2, 4, true) ?? [];
  const zeroPoints = steps?.numbers(3, 8) ?? [];
  const isOne = scales.length === 1 && zeroPoints.length === 1 && scales[0] > 0;
  return {
    shape: table.numbers(0, 4),
    isUint8: table.byte(1) === UINT8,
    quantization: isOne ? { scale: scales[0], zeroPoint: zeroPoints[0] } : null,
  };
}

/** A table of a FlatBuffers file. What lies outside of the file throws a RangeError. */
class Table {
  readonly #memory: DataView;
  readonly #start: number;

  constructor(memory: DataView, start: number) {
    this.#memory = memory;
    this.#start = start;
  }

  /** Where a field's value is; 0 where it has the default. */
  #field(number: number): number {
    const fields = this.#start - this.#memory.getInt32(this.#start, true);
    const at = 4 + 2 * number;
    const offset = at < this.#memory.getUint16(fields, true) ? this.#memory.getUint16(fields + at, true) : 0;
    return offset === 0 ? 0 : this.#start + offset;
  }

  byte(number: number): number {
    const at = this.#field(number);
    return at === 0 ? 0 : this.#memory.getUint8(at);
  }

  table(number: number): Table | null {
    const at = this.#field(number);
    return at === 0 ? null : new Table(this.#memory, at + this.#memory.getUint32(at, true));
  }

  tables(number: number): Table[] {
    return this.#places(number, 4).map((at) => new Table(this.#memory, at + this.#memory.getUint32(at, true)));
  }

  /** A vector of numbers: floats, or integers of 4 or 8 bytes. */
  numbers(number: number, bytes: 4 | 8, isFloat = false): number[] {
    const memory = this.#memory;
    return this.#places(number, bytes).map((at) => {
      if (isFloat) {
        return memory.getFloat32(at, true);
      }
      return bytes === 4 ? memory.getInt32(at, true) : Number(memory.getBigInt64(at, true));
    });
  }

  /** Where the elements of a vector are. */
  #places(number: number, bytes: number): number[] {
    const at = this.#field(number);
    if (at === 0) {
      return [];
    }
    const vector = at + this.#memory.getUint32(at, true);
    const count = this.#memory.getUint32(vector, true);
    if (vector + 4 + count * bytes > this.#memory.byteLength) {
      throw new RangeError("a list ends outside of it");
    }
    return Array.from({ length: count }, (_, i) => vector + 4 + i * bytes);
  }
}
