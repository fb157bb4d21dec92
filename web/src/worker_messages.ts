import type { BlurMapParts } from "./blur_map.js";
import type { DetectorOptions } from "./detector.js";
import type { DbdErrorKind } from "./errors.js";
import type { Focus } from "./focus.js";
import type { Snapshot } from "./photo.js";
import type { Region } from "./region.js";
import type { Strictness } from "./strictness.js";

/** What a page asks of its worker, by the name of what it asks. */
export interface Asked {
  open: { readonly options: DetectorOptions };
  detectBlur: { readonly source: Snapshot };
  judge: {
    readonly source: Snapshot;
    readonly region: Region | undefined;
    readonly strictness: Strictness | undefined;
  };
}

/** What the worker gives. */
export interface Given {
  open: { readonly accelerator: "wasm" | "webgpu"; readonly acceleratorReason: string | null };
  detectBlur: BlurMapParts;
  judge: Focus;
}

export type Call = { [Name in keyof Asked]: { readonly id: number; readonly name: Name } & Asked[Name] }[keyof Asked];

export type Answer =
  | { readonly id: number; readonly result: Given[keyof Given] }
  | { readonly id: number; readonly error: { readonly message: string; readonly kind: DbdErrorKind } };
