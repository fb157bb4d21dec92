/** A blur map in, what is laid over the picture out. */

import type { BlurMap } from "dbd-mobile";

export type OverlayKind = "heat-map" | "mask" | "peaking";

// As in the Android app: so dark that what is in focus stands out.
const MASKED = [16, 16, 20, 208] as const;

/** Draw the map, or none, at its own size; the browser stretches the canvas over the picture. */
export function drawOverlay(canvas: HTMLCanvasElement, map: BlurMap | null, kind: OverlayKind): void {
  const context = canvas.getContext("2d");
  if (!context) throw new Error("This browser cannot draw the map: it has no 2D canvas.");
  if (!map) {
    context.clearRect(0, 0, canvas.width, canvas.height);
    return;
  }
  const image = overlayOf(map, kind);
  if (canvas.width !== image.width || canvas.height !== image.height) {
    canvas.width = image.width;
    canvas.height = image.height;
  }
  context.putImageData(image, 0, 0);
}

function overlayOf(map: BlurMap, kind: OverlayKind): ImageData {
  switch (kind) {
    case "heat-map":
      return map.heatMap();
    case "mask":
      return darkened(map);
    case "peaking":
      return map.focusPeaking();
  }
}

function darkened(map: BlurMap): ImageData {
  const image = new ImageData(map.width, map.height);
  map.mask().forEach((isBlurred, i) => {
    if (isBlurred) image.data.set(MASKED, 4 * i);
  });
  return image;
}
