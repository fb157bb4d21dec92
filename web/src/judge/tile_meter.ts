import type { Engine } from "../litert.js";
import type { Photo } from "../photo.js";
import { readTile, type Part } from "./tile_reader.js";
import type { Cells, TileSize } from "./tiles.js";

/** Measures blur in tiles of a photo's levels. */
export interface TileMeter {
  readonly tile: TileSize;

  /**
   * Looks at one tile of a level of a part of a photo.
   *
   * @returns three codes for each of the tile's cells, row by row; a row has as many as a whole tile's
   */
  measure(photo: Photo, part: Part, level: number, cells: Cells): Promise<Uint8Array>;
}

/** By a model that measures blur. */
export class ModelMeter implements TileMeter {
  readonly tile: TileSize;
  readonly #engine: Engine;

  constructor(engine: Engine, tile: TileSize) {
    this.#engine = engine;
    this.tile = tile;
  }

  measure(photo: Photo, part: Part, level: number, cells: Cells): Promise<Uint8Array> {
    return this.#engine.run(readTile(photo, part, level, cells, this.tile));
  }
}
