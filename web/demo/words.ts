/** What the page says. */

import type { Focus } from "dbd-mobile";
import type { OverlayKind } from "./overlay.js";

const SIGNS = { sharp: "✓", soft: "≈", blurred: "✗", undecidable: "?" } as const;
const ADJECTIVES = {
  sharp: "is sharp",
  soft: "is slightly soft",
  blurred: "is blurred",
  undecidable: "cannot be judged",
} as const;

export const LEGENDS: Record<OverlayKind, string> = {
  "heat-map": "The redder, the more likely blurred.",
  mask: "Dark where blurred: what is in focus is seen as it is.",
  peaking: "Green edges where in focus.",
};

export const NO_BOX = "Tap what should be sharp";

export const UNREADABLE =
  "This browser cannot read the photo: choose a JPEG, PNG or WebP file that is not damaged.";

/** e.g. "✓ The box is sharp" */
export function verdictWords(focus: Focus, isBox: boolean): string {
  const where = isBox ? "The box" : "The subject";
  return `${SIGNS[focus.verdict]} ${where} ${ADJECTIVES[focus.verdict]}`;
}

/** Why there is no camera and what to do, in a sentence; the file's way stays. */
export function cameraWords(error: unknown): string {
  switch (error instanceof DOMException ? error.name : "") {
    case "NotAllowedError":
    case "SecurityError":
      return "This page may not use the camera: allow it in the browser's settings for this page, or choose a photo.";
    case "NotFoundError":
    case "OverconstrainedError":
      return "This device has no camera that the browser can use: choose a photo.";
    case "NotReadableError":
    case "AbortError":
      return "The camera does not start: close other apps that use it and try again, or choose a photo.";
    case "NotSupportedError":
      return "The browser gives the camera to pages over HTTPS only: open this page so, or choose a photo.";
    default:
      return `The camera does not start, ${sentence(error)} Choose a photo.`;
  }
}

/** An error's own words. */
export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
