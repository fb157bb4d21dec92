/**
 * Judges regions and subjects of photos by what a model measures in their own pixels. It is loaded when
 * something is judged for the first time: who only needs blur maps does without.
 */
import type { BlurMap } from "../blur_map.js";
import type { DetectorOptions } from "../detector.js";
import { DbdError } from "../errors.js";
import type { Focus } from "../focus.js";
import { type Engine, openEngine } from "../litert.js";
import { isSigmoid, loadModel, type ModelFile, spoken } from "../model_file.js";
import type { Photo } from "../photo.js";
import type { Region } from "../region.js";
import type { Strictness } from "../strictness.js";
import { type Area, areaOf, cellsInside, wholeArea } from "./area.js";
import { glance, look } from "./coarse_to_fine.js";
import { CELL, MAX_SUBJECTS, QUANTILE, SMALLEST_SIDE, SUBJECT_QUANTILE } from "./constants.js";
import { isCrisp, sumUp } from "./region_statistic.js";
import { SubjectFinder } from "./subject_finder.js";
import { ModelMeter, type TileMeter } from "./tile_meter.js";
import type { Part } from "./tile_reader.js";
import { around, cellsOf, coarsestLevel, type TileSize } from "./tiles.js";
import { focusOf, type Limits, limitsOf } from "./verdict.js";

const NOTHING_SHARP = "nothing stands out as sharp, looked at the least blurred part: ";

/** A judge, and the engine that it measures by. */
export interface OpenedJudge {
  readonly judge: FocusJudge;
  readonly engine: Engine;
}

/**
 * Loads the model that measures blur; it runs on the processor, which for tiles of its size is as good.
 *
 * @throws DbdError it cannot be loaded, or does not measure blur
 */
export async function openJudge({ detailUrl, detailSha256 }: DetectorOptions, threads: number): Promise<OpenedJudge> {
  if (detailUrl === undefined) {
    throw new DbdError(
      "argument",
      "This detector was opened without a model that measures blur: open it with detailUrl, where detail.tflite is.",
    );
  }
  const file = await loadModel(detailUrl, detailSha256, undefined);
  const tile = tileOf(file);
  const engine = await openEngine(file, "wasm", threads);
  return { judge: new FocusJudge(new ModelMeter(engine, tile)), engine };
}

function tileOf({ name, input, output }: ModelFile): TileSize {
  const [, height, width] = input.shape;
  const [columns, rows] = [width / CELL, height / CELL];
  const hasCodes = output.isUint8 && isSigmoid(output.quantization);
  if (!hasCodes || output.shape.join() !== [1, rows, columns, 3].join()) {
    throw new DbdError(
      "model",
      `The model ${name} does not measure blur: expected one output [1, height / 16, width / 16, 3] of uint8 ` +
        `with scale 1/256 and zero point 0, got ${spoken(output)}.`,
    );
  }
  return { columns, rows };
}

export class FocusJudge {
  readonly #meter: TileMeter;

  constructor(meter: TileMeter) {
    this.#meter = meter;
  }

  /**
   * Judges a region.
   *
   * @throws DbdError the photo is too small, the region is not in it, or LiteRT failed
   */
  async judge(photo: Photo, region: Region, strictness: Strictness): Promise<Focus> {
    const limits = limitsOf(strictness);
    return this.#judge(photo, areaOf(region, photo.width, photo.height), limits, "", false);
  }

  /**
   * Judges the subject that a photo's map shows.
   *
   * @throws DbdError as there
   */
  async judgeSubject(photo: Photo, map: BlurMap, strictness: Strictness): Promise<Focus> {
    const limits = limitsOf(strictness);
    const finder = new SubjectFinder(map);
    const subjects = finder.subjects();
    const isFound = subjects.length > 0;
    const parts = isFound ? subjects.slice(0, MAX_SUBJECTS) : [finder.leastBlurred()];
    for (const part of parts) {
      const focus = await this.#judge(photo, part, limits, isFound ? "" : NOTHING_SHARP, true);
      if (focus.verdict !== "undecidable") {
        return focus;
      }
    }
    return this.#judge(photo, wholeArea(photo.width, photo.height), limits, "", true);
  }

  async #judge(photo: Photo, area: Area, limits: Limits, remark: string, isSubjectFound: boolean): Promise<Focus> {
    const { width, height } = photo;
    if (Math.min(width, height) < SMALLEST_SIDE) {
      throw new DbdError(
        "image",
        `A photo has sides of ${SMALLEST_SIDE} pixels at least to be judged, got ${width}x${height}.`,
      );
    }
    const coarsest = coarsestLevel(width, height);
    const part = partAround(area.bounds, width, height, coarsest, this.#meter.tile);
    const inside = cellsInside(area, part);
    const share = isSubjectFound ? SUBJECT_QUANTILE : QUANTILE;
    let seen = isSubjectFound ? await glance(this.#meter, photo, part, inside) : null;
    // Where so much is crisp as decides, nothing that the rest is like could change that.
    if (seen === null || !isCrisp(seen, share)) {
      seen = await look(this.#meter, photo, part, coarsest, inside);
    }
    const { left, top, right, bottom } = area.bounds;
    return focusOf(sumUp(seen, share), limits, {
      cells: inside.reduce((sum, isInside) => sum + isInside, 0),
      where: area.name,
      remark,
      box: { x: left, y: top, width: right - left, height: bottom - top },
      isSubjectFound,
      photoWidth: width,
      photoHeight: height,
    });
  }
}

/** The pixels that the coarsest level needs around a box, and so the others too. */
export function partAround(box: Part, width: number, height: number, coarsest: number, tile: TileSize): Part {
  const side = CELL * coarsest;
  const columns = cellsOf(Math.trunc(width / coarsest));
  const rows = cellsOf(Math.trunc(height / coarsest));
  const cells = {
    left: Math.min(Math.trunc(box.left / side), columns - 1),
    top: Math.min(Math.trunc(box.top / side), rows - 1),
    right: Math.min(Math.ceil(box.right / side), columns),
    bottom: Math.min(Math.ceil(box.bottom / side), rows),
  };
  const { left, top, right, bottom } = around(cells, { columns, rows }, tile);
  // The last cells have all that is left: an odd last row is on the finest level only.
  return {
    left: side * left,
    top: side * top,
    right: right === columns ? width : side * right,
    bottom: bottom === rows ? height : side * bottom,
  };
}
