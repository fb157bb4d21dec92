// The thread behind openInWorker: one detector, and the page's calls of it.
import { BlurDetector } from "./blur_detector.js";
import { DbdError, saidBy } from "./errors.js";
import type { Answer, Call, Given } from "./worker_messages.js";

let detector: Promise<BlurDetector> | undefined;

self.addEventListener("message", async ({ data }: MessageEvent<Call>) => {
  try {
    const result = await done(data);
    const isMap = "bytes" in result;
    const moved = isMap ? [result.bytes.buffer, ...(result.photo === null ? [] : [result.photo.rgb.buffer])] : [];
    answer({ id: data.id, result }, moved);
  } catch (error) {
    const kind = error instanceof DbdError ? error.kind : "backend";
    answer({ id: data.id, error: { message: saidBy(error), kind } }, []);
  }
});

async function done(call: Call): Promise<Given[keyof Given]> {
  if (call.name === "open") {
    detector = BlurDetector.open(call.options);
    const { accelerator, acceleratorReason } = await detector;
    return { accelerator, acceleratorReason };
  }
  const opened = await detector!;
  try {
    return call.name === "detectBlur"
      ? (await opened.detectBlur(call.source)).parts
      : await opened.judge(call.source, call.region, call.strictness);
  } finally {
    // What was sent is the worker's.
    if (call.source instanceof ImageBitmap) {
      call.source.close();
    }
  }
}

function answer(message: Answer, transfer: ArrayBufferLike[]): void {
  self.postMessage(message, { transfer: transfer as ArrayBuffer[] });
}
