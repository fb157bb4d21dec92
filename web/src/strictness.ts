/** What a photo has to be like to be called sharp. */
export interface Strictness {
  /** The largest radius of blur that is sharp, in pixels as they are viewed, 1.3 or more; 1.85 by default. */
  readonly maxRadius?: number;
  /** The width in pixels that the photo is viewed at; by default its own, 100 %. */
  readonly atWidth?: number;
}

/** On a screen 1920 pixels wide. */
export const WEB: Strictness = { atWidth: 1920 };

/** On A4 paper: 3508 pixels wide, 300 dpi. */
export const PRINT: Strictness = { atWidth: 3508 };
