// What a page writes: it is compiled against the package's types as they are shipped, as strictly as can be.
import { BlurDetector, DbdError, openInWorker, PRINT, WEB } from "../../dist/index.js";
import type { BlurMap, Detector, Focus } from "../../dist/index.js";

const options = {
  modelUrl: "lite.tflite",
  detailUrl: new URL("https://example.org/detail.tflite"),
  runtimeUrl: "litert",
};

export async function look(
  file: File,
  video: HTMLVideoElement,
  context: CanvasRenderingContext2D,
): Promise<Focus | null> {
  const detector: Detector = await openInWorker({ ...options, threads: 2, signal: AbortSignal.timeout(1000) });
  const map: BlurMap = await detector.detectBlur(video);
  context.putImageData(map.heatMap(), 0, 0);
  context.putImageData(map.focusPeaking(30), 0, 0);
  const isSharp: boolean = map.isInFocus({ x: 0, y: 0, width: 10, height: 10 }) && map.blurredShare(0.3) < 0.5;
  const mask: Uint8Array = map.mask();
  try {
    return isSharp && mask.length > 0 ? await detector.judge(file, { points: [[4, 5]] }, PRINT) : null;
  } catch (error) {
    if (error instanceof DbdError && error.kind === "image") {
      return null;
    }
    throw error;
  } finally {
    detector.close();
  }
}

export const own: Promise<Focus> = BlurDetector.open(options).then((detector) =>
  detector.judge(new Blob(), undefined, WEB),
);

// @ts-expect-error: a detector needs a model.
void openInWorker({ runtimeUrl: "litert" });
// @ts-expect-error: a path is no photo.
void BlurDetector.open(options).then((detector) => detector.detectBlur("photo.jpg"));
