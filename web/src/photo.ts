import { DbdError, saidBy } from "./errors.js";

/** What can be looked at. */
export type Source =
  | ImageBitmap
  | HTMLCanvasElement
  | OffscreenCanvas
  | HTMLVideoElement
  | VideoFrame
  | HTMLImageElement
  | Blob
  | ImageData;

/** A decoded photo, upright, whose pixels are read where they are needed; closed by who opened it. */
export interface Photo {
  readonly width: number;
  readonly height: number;
  /** Reads a part that lies in the photo: 8-bit sRGB and 255, row by row; what was clear is white. */
  read(left: number, top: number, width: number, height: number): Uint8ClampedArray;
  close(): void;
}

/** What can be sent to a worker and opened as a photo there. */
export type Snapshot = ImageBitmap | ImageData | Blob;

/**
 * Takes what a source shows now. EXIF orientation is applied to blobs and images as browsers do it,
 * and colours become sRGB.
 *
 * @throws DbdError the source is empty, not ready, damaged or of another kind
 */
export async function snapshotOf(source: Source): Promise<Snapshot> {
  if (source instanceof ImageData || source instanceof Blob) {
    return source;
  }
  const image = drawable(source);
  try {
    return await createImageBitmap(image);
  } catch (error) {
    throw unreadable(error);
  }
}

/**
 * Opens a photo; who closes it leaves the source as it was.
 *
 * @throws DbdError the source is empty, not ready, damaged or of another kind
 */
export async function openPhoto(source: Source): Promise<Photo> {
  if (isOf(source, "ImageBitmap")) {
    drawable(source);
    return new DrawnPhoto(source, () => undefined);
  }
  const taken = await snapshotOf(source);
  if (taken instanceof ImageData) {
    // Other colours than 8-bit sRGB are converted by a canvas.
    const isPlain = taken.data instanceof Uint8ClampedArray && taken.colorSpace !== "display-p3";
    return isPlain ? new StoredPhoto(taken) : ownPhoto(await decoded(taken));
  }
  return ownPhoto(taken instanceof Blob ? await decoded(taken) : taken);
}

function ownPhoto(bitmap: ImageBitmap): Photo {
  return new DrawnPhoto(bitmap, () => bitmap.close());
}

async function decoded(content: Blob | ImageData): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(content, { imageOrientation: "from-image" });
  } catch (error) {
    throw unreadable(error);
  }
}

function unreadable(error: unknown): DbdError {
  return new DbdError("image", `The source cannot be read as a photo: ${saidBy(error)}`, { cause: error });
}

/** Checks that a source has a picture to draw; types that this thread lacks are none of them. */
function drawable(source: Exclude<Source, ImageData | Blob>): Exclude<Source, ImageData | Blob> {
  if (isOf(source, "HTMLImageElement")) {
    if (!source.complete || source.naturalWidth === 0) {
      throw new DbdError("image", "The image is not loaded: wait for its decode() first.");
    }
    return source;
  }
  if (isOf(source, "HTMLVideoElement")) {
    if (source.readyState < source.HAVE_CURRENT_DATA || source.videoWidth === 0) {
      throw new DbdError("image", "The video has no picture yet: wait for its loadeddata event first.");
    }
    return source;
  }
  if (isOf(source, "VideoFrame")) {
    if (source.format === null && source.codedWidth === 0) {
      throw new DbdError("image", "The video frame was closed: keep it open until it is looked at.");
    }
    return source;
  }
  if (isOf(source, "ImageBitmap") || isOf(source, "HTMLCanvasElement") || isOf(source, "OffscreenCanvas")) {
    if (source.width === 0 || source.height === 0) {
      throw new DbdError("image", `The source is empty: it has ${source.width}x${source.height} pixels.`);
    }
    return source;
  }
  throw new DbdError(
    "image",
    "A photo is a Blob, ImageData, ImageBitmap, VideoFrame, or an image, video or canvas element, got " +
      `${Object.prototype.toString.call(source).slice(8, -1)}.`,
  );
}

interface Kinds {
  HTMLImageElement: HTMLImageElement;
  HTMLVideoElement: HTMLVideoElement;
  HTMLCanvasElement: HTMLCanvasElement;
  OffscreenCanvas: OffscreenCanvas;
  ImageBitmap: ImageBitmap;
  VideoFrame: VideoFrame;
}

/** `instanceof` for classes that not every browser or worker has. */
function isOf<Name extends keyof Kinds>(source: unknown, name: Name): source is Kinds[Name] {
  const kind = (globalThis as Record<string, unknown>)[name];
  return typeof kind === "function" && source instanceof kind;
}

/** Whether a source is one picture of many, of which only the newest counts. */
export function isMoving(source: Source): boolean {
  return isOf(source, "HTMLVideoElement") || isOf(source, "VideoFrame");
}

/** Pixels in memory. */
class StoredPhoto implements Photo {
  readonly width: number;
  readonly height: number;
  readonly #rgba: Uint8ClampedArray;

  constructor(image: ImageData) {
    this.width = image.width;
    this.height = image.height;
    this.#rgba = image.data as Uint8ClampedArray;
  }

  read(left: number, top: number, width: number, height: number): Uint8ClampedArray {
    const part = new Uint8ClampedArray(width * height * 4);
    for (let row = 0; row < height; row++) {
      const start = 4 * ((top + row) * this.width + left);
      part.set(this.#rgba.subarray(start, start + 4 * width), 4 * row * width);
    }
    return overWhite(part);
  }

  close(): void {}
}

// Pixels are read through one canvas, used again from photo to photo: reading is never interrupted.
let canvas: OffscreenCanvas | undefined;
let context: OffscreenCanvasRenderingContext2D | null = null;

/** A bitmap. */
class DrawnPhoto implements Photo {
  readonly width: number;
  readonly height: number;
  readonly close: () => void;
  readonly #bitmap: ImageBitmap;

  constructor(bitmap: ImageBitmap, close: () => void) {
    this.close = close;
    this.width = bitmap.width;
    this.height = bitmap.height;
    this.#bitmap = bitmap;
  }

  read(left: number, top: number, width: number, height: number): Uint8ClampedArray {
    canvas ??= new OffscreenCanvas(width, height);
    if (canvas.width < width || canvas.height < height) {
      canvas.width = Math.max(canvas.width, width);
      canvas.height = Math.max(canvas.height, height);
    }
    context ??= canvas.getContext("2d", { willReadFrequently: true });
    if (context === null) {
      throw new DbdError("backend", "The browser has no memory left to read pixels: close other pages.");
    }
    context.imageSmoothingEnabled = false;
    context.globalCompositeOperation = "copy";
    context.drawImage(this.#bitmap, -left, -top);
    try {
      return overWhite(context.getImageData(0, 0, width, height).data);
    } catch (error) {
      // Pixels of another site that does not share them: nothing is read from this canvas any more.
      canvas = undefined;
      context = null;
      throw unreadable(error);
    }
  }
}

/** Lays pixels over white, in place. */
function overWhite(rgba: Uint8ClampedArray): Uint8ClampedArray {
  for (let i = 3; i < rgba.length; i += 4) {
    const alpha = rgba[i];
    if (alpha !== 255) {
      for (let at = i - 3; at < i; at++) {
        rgba[at] = Math.floor((rgba[at] * alpha + 255 * (255 - alpha) + 127) / 255);
      }
      rgba[i] = 255;
    }
  }
  return rgba;
}
