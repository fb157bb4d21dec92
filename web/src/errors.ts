/**
 * What went wrong:
 *
 * - `argument`: a value that cannot be, e.g. a box outside of the photo
 * - `backend`: LiteRT, WebAssembly or the worker cannot be used, or failed
 * - `closed`: the detector was closed
 * - `image`: a photo that is damaged, empty, not ready or not of a kind that is handled
 * - `model`: a model that is missing, damaged or of another kind
 */
export type DbdErrorKind = "argument" | "backend" | "closed" | "image" | "model";

/** All that this package throws for what a caller can put right; each message is one sentence or two. */
export class DbdError extends Error {
  readonly kind: DbdErrorKind;

  constructor(kind: DbdErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "DbdError";
    this.kind = kind;
  }
}

/** What someone else's error says, as the end of a sentence. */
export function saidBy(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error);
  return said.replace(/\.?$/, ".");
}
