import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { DbdError } from "../../src/errors.js";
import { blurModelOf, readModel } from "../../src/model_file.js";
import { bytes } from "./golden.js";

interface Entry {
  readonly id: string;
  readonly kind: string;
  readonly version: string;
  readonly file: string;
  readonly sha256: string;
  readonly bytes: number;
}

const text = (path: string): string => new TextDecoder().decode(bytes(path));
const { models } = JSON.parse(text("web/models.json")) as { models: Entry[] };

function isModel(error: unknown): boolean {
  return error instanceof DbdError && error.kind === "model";
}

test("models.json describes the bundled models: run scripts/models.js", () => {
  for (const model of models) {
    const content = bytes(`dbd_mobile/models/${model.id}/model.tflite`);
    const card = JSON.parse(text(`dbd_mobile/models/${model.id}/card.json`));
    assert.equal(model.sha256, createHash("sha256").update(content).digest("hex"));
    assert.equal(model.bytes, content.length);
    assert.deepEqual([model.kind, model.version], [card.kind, card.version]);
  }
});

test("the package has the version of the Python library", () => {
  const { version } = JSON.parse(text("web/package.json"));
  assert.ok(text("dbd_mobile/version.py").includes(`"${version}"`));
});

test("a bundled model's sizes and steps are those of its card", () => {
  for (const { id } of models.filter((model) => model.kind === "blur-map")) {
    const model = blurModelOf(readModel(bytes(`dbd_mobile/models/${id}/model.tflite`), id));
    const { input, output } = JSON.parse(text(`dbd_mobile/models/${id}/card.json`));
    assert.deepEqual([model.inputWidth, model.inputHeight], [input.width, input.height]);
    assert.deepEqual([model.outputWidth, model.outputHeight], [output.width, output.height]);
    // 1/256, read as steps from 0 to 1 inclusive.
    assert.deepEqual(model.quantization, { scale: Math.fround(1 / 255), zeroPoint: 0 });
  }
});

test("a model that measures blur is no model that gives blur maps", () => {
  const file = readModel(bytes("dbd_mobile/models/detail/model.tflite"), "detail");
  assert.throws(() => blurModelOf(file), isModel);
});

test("what is no model, or is cut off, is refused", () => {
  const content = bytes("tests/runtime/data/tiny_int8.tflite");
  assert.throws(() => readModel(new TextEncoder().encode("<!doctype html>"), "page"), isModel);
  for (const length of [0, 4, 8, 40, 400]) {
    assert.throws(() => readModel(content.slice(0, length), "cut off"), isModel);
  }
});

test("damage to any byte is refused or reads as a model, and nothing else is thrown", () => {
  const content = bytes("tests/runtime/data/tiny_int8.tflite");
  for (let place = 0; place < content.length; place += 3) {
    const damaged = content.slice();
    damaged[place] ^= 0xff;
    try {
      blurModelOf(readModel(damaged, "damaged"));
    } catch (error) {
      assert.ok(isModel(error), `byte ${place}: ${error}`);
    }
  }
});
