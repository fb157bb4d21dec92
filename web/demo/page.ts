/** The page: what a person does in, what the library finds out. */

import type { BlurMap, Box, Detector, Focus } from "dbd-mobile";
import exampleUrl from "../../docs/scene.jpg?url";
import type { Size } from "./box.js";
import { Camera } from "./camera.js";
import { Latency } from "./latency.js";
import { MODELS, type ModelId, openDetector, type PlaceId, PLACES } from "./models.js";
import { untilKept } from "./offline.js";
import { drawOverlay, type OverlayKind } from "./overlay.js";
import { Stage } from "./stage.js";
import { cameraWords, LEGENDS, NO_BOX, sentence, UNREADABLE, verdictWords } from "./words.js";

// After the last of several keys or moves.
const PAUSE_MS = 300;
// Between verdicts on the camera's picture: often enough, and slow enough to be heard.
const LIVE_VERDICT_MS = 600;

function element<T extends HTMLElement>(id: string, type: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`The page has no ${id}.`);
  return found;
}

const page = {
  file: element("file", HTMLInputElement),
  camera: element("camera", HTMLButtonElement),
  still: element("still", HTMLButtonElement),
  example: element("example", HTMLButtonElement),
  error: element("error", HTMLParagraphElement),
  progress: element("progress", HTMLParagraphElement),
  result: element("result", HTMLDivElement),
  photo: element("photo", HTMLImageElement),
  video: element("video", HTMLVideoElement),
  overlay: element("overlay", HTMLCanvasElement),
  verdict: element("verdict", HTMLDivElement),
  word: element("word", HTMLParagraphElement),
  reason: element("reason", HTMLParagraphElement),
  overlayKinds: [...document.querySelectorAll<HTMLInputElement>("input[name=overlay]")],
  legend: element("legend", HTMLParagraphElement),
  clear: element("clear", HTMLButtonElement),
  facts: element("facts", HTMLDListElement),
  model: element("model", HTMLSelectElement),
  place: element("place", HTMLSelectElement),
  placeReason: element("place-reason", HTMLParagraphElement),
};

const stage = new Stage(
  {
    stage: element("stage", HTMLDivElement),
    overlay: page.overlay,
    divider: element("divider", HTMLDivElement),
    divide: element("divide", HTMLInputElement),
    box: element("box", HTMLDivElement),
    subject: element("subject", HTMLDivElement),
  },
  boxChanged,
);
const camera = new Camera(page.video, () => {
  stopLooking();
  page.error.textContent = "The camera was unplugged or taken away: use it again, or choose a photo.";
});
const latency = new Latency();
const facts = new Map<string, HTMLElement>();

let opening: Promise<Detector> | null = null;
let map: BlurMap | null = null;
/** The photo that is shown; null while the camera is on or nothing was chosen. */
let photo: Blob | null = null;
let photoName = "";
/** Ends when another picture takes this one's place. */
let looking = new AbortController();
/** Ends when another box takes this one's place. */
let judging = new AbortController();
let pause = 0;

/** The chosen model's detector. */
function detector(): Promise<Detector> {
  if (opening) return opening;
  page.progress.textContent = "Loading the model…";
  const loading = untilKept().then(() =>
    openDetector(page.model.value as ModelId, page.place.value as PlaceId),
  );
  opening = loading;
  loading.then(
    ({ accelerator, acceleratorReason }) => {
      if (opening !== loading) return;
      page.progress.textContent = "";
      showFact("Runs on", accelerator === "webgpu" ? "GPU (WebGPU)" : "CPU (WASM)");
      page.placeReason.textContent = acceleratorReason ?? "";
    },
    () => {
      if (opening !== loading) return;
      page.progress.textContent = "";
      // The next picture tries again, perhaps with a network.
      opening = null;
    },
  );
  return loading;
}

/** Load the detector before it is asked for; what goes wrong is said then. */
function prepare(): void {
  detector().catch(() => {});
}

/** Leave the last picture and what it was asked for. */
function stopLooking(): AbortSignal {
  looking.abort();
  judging.abort();
  clearTimeout(pause);
  looking = new AbortController();
  camera.stop();
  page.camera.ariaPressed = "false";
  page.camera.textContent = "Use the camera";
  page.still.hidden = true;
  page.error.textContent = "";
  return looking.signal;
}

async function lookAtPhoto(chosen: Blob, name: string, box: Box | null = null): Promise<void> {
  const signal = stopLooking();
  photo = chosen;
  photoName = name;
  showVerdict(null, "…");
  URL.revokeObjectURL(page.photo.src);
  page.photo.src = URL.createObjectURL(chosen);
  page.photo.alt = `The photo ${name}`;
  try {
    await page.photo.decode();
  } catch {
    if (signal.aborted) return;
    photo = null;
    page.result.hidden = true;
    page.error.textContent = UNREADABLE;
    return;
  }
  if (signal.aborted) return;
  page.photo.hidden = false;
  page.video.hidden = true;
  makeRoom({ width: page.photo.naturalWidth, height: page.photo.naturalHeight }, box);
  try {
    await findBlur(await detector(), chosen, signal);
    await judge();
  } catch (error) {
    complain(error, signal);
  }
}

async function lookThroughCamera(): Promise<void> {
  const signal = stopLooking();
  photo = null;
  page.camera.ariaPressed = "true";
  page.camera.textContent = "Stop the camera";
  try {
    await camera.start(signal);
  } catch (error) {
    if (signal.aborted) return;
    stopLooking();
    page.error.textContent = cameraWords(error);
    return;
  }
  page.photo.hidden = true;
  page.video.hidden = false;
  page.still.hidden = false;
  makeRoom(videoSize(), null);
  showVerdict(null, NO_BOX);
  try {
    const opened = await detector();
    let judgedAt = 0;
    // One frame at a time, and always the newest: what came meanwhile is never looked at.
    for (;;) {
      await camera.nextFrame(signal);
      // A phone that is turned.
      if (!stage.isOf(videoSize())) {
        makeRoom(videoSize(), null);
        showVerdict(null, NO_BOX);
      }
      await findBlur(opened, page.video, signal);
      const { box } = stage;
      if (box && performance.now() - judgedAt > LIVE_VERDICT_MS) {
        const focus = await opened.judge(page.video, box);
        if (!signal.aborted && stage.box === box) showVerdict(focus);
        judgedAt = performance.now();
      }
    }
  } catch (error) {
    if (signal.aborted) return;
    stopLooking();
    page.error.textContent = sentence(error);
  }
}

/** Give a picture its room, without a map until one is found. */
function makeRoom(size: Size, box: Box | null): void {
  map = null;
  drawMap();
  stage.resize(size);
  placeBox(box);
  page.result.hidden = false;
}

function videoSize(): Size {
  return { width: page.video.videoWidth, height: page.video.videoHeight };
}

/** Find the map and draw it; nothing is drawn for a picture that is gone. */
async function findBlur(
  opened: Detector,
  source: Blob | HTMLVideoElement,
  signal: AbortSignal,
): Promise<void> {
  const start = performance.now();
  const found = await opened.detectBlur(source);
  if (signal.aborted) return;
  map = found;
  drawMap();
  latency.add(performance.now() - start);
  showFact("Blurred share", `${Math.round(100 * found.blurredShare())} %`);
  showFact("Half take (p50)", `≤ ${latency.percentile(0.5).toFixed(0)} ms`);
  showFact("90 % take (p90)", `≤ ${latency.percentile(0.9).toFixed(0)} ms`);
  showFact("Of so many pictures", String(latency.count));
}

/** Judge the photo's box, or else its subject; an older question is given up. */
async function judge(): Promise<void> {
  clearTimeout(pause);
  judging.abort();
  judging = new AbortController();
  const signal = AbortSignal.any([judging.signal, looking.signal]);
  if (!photo) return;
  const { box } = stage;
  page.verdict.ariaBusy = "true";
  try {
    const opened = await detector();
    const focus = await opened.judge(photo, box ?? undefined);
    if (signal.aborted) return;
    showVerdict(focus);
    stage.showSubject(box ? null : focus.box);
  } catch (error) {
    complain(error, signal);
    if (!signal.aborted) showVerdict(null, "–");
  }
}

function placeBox(box: Box | null): void {
  stage.box = box;
  stage.showSubject(null);
  page.clear.disabled = !box;
}

function boxChanged(isSettled: boolean): void {
  page.clear.disabled = !stage.box;
  stage.showSubject(null);
  clearTimeout(pause);
  if (photo) {
    if (isSettled) judge();
    else pause = window.setTimeout(judge, PAUSE_MS);
  } else {
    showVerdict(null, stage.box ? "…" : NO_BOX);
  }
}

/** Show what went wrong, unless it was given up for something newer. */
function complain(error: unknown, signal: AbortSignal): void {
  if (signal.aborted) return;
  page.error.textContent = sentence(error);
}

function overlayKind(): OverlayKind {
  return page.overlayKinds.find((kind) => kind.checked)?.value as OverlayKind;
}

function drawMap(): void {
  page.legend.textContent = LEGENDS[overlayKind()];
  drawOverlay(page.overlay, map, overlayKind());
}

function showVerdict(focus: Focus | null, words = ""): void {
  page.verdict.dataset.verdict = focus?.verdict ?? "";
  page.verdict.ariaBusy = String(!focus);
  const said = focus ? verdictWords(focus, stage.box !== null) : words;
  // Said anew where it changes only, by whoever reads the page aloud.
  if (page.word.textContent !== said) page.word.textContent = said;
  page.reason.textContent = focus?.reason ?? "";
}

function showFact(name: string, value: string): void {
  let said = facts.get(name);
  if (!said) {
    const row = document.createElement("div");
    const term = document.createElement("dt");
    term.textContent = name;
    said = document.createElement("dd");
    row.append(term, said);
    page.facts.append(row);
    facts.set(name, said);
  }
  if (said.textContent !== value) said.textContent = value;
}

async function takeStill(): Promise<void> {
  const { box } = stage;
  await lookAtPhoto(await camera.still(), "from the camera", box);
}

async function showExample(): Promise<void> {
  try {
    const response = await fetch(new URL(exampleUrl, document.baseURI));
    if (!response.ok) throw new Error(String(response.status));
    await lookAtPhoto(await response.blob(), "of the example");
  } catch {
    page.error.textContent = "The example cannot be loaded without a network: choose a photo.";
  }
}

/** Another model, or another place to run it, for the picture that is shown. */
function changeDetector(): void {
  const before = opening;
  opening = null;
  latency.clear();
  if (camera.isOn) lookThroughCamera();
  else if (photo) lookAtPhoto(photo, photoName, stage.box);
  else prepare();
  before?.then(
    (opened) => opened.close(),
    () => {},
  );
}

for (const [id, { label }] of Object.entries(MODELS)) page.model.add(new Option(label, id));
for (const [id, label] of Object.entries(PLACES)) page.place.add(new Option(label, id));
page.model.addEventListener("change", changeDetector);
page.place.addEventListener("change", changeDetector);
for (const kind of page.overlayKinds) kind.addEventListener("change", drawMap);
page.clear.addEventListener("click", () => stage.takeAway());
page.still.addEventListener("click", takeStill);
page.example.addEventListener("click", showExample);
page.camera.addEventListener("click", () => {
  if (page.camera.ariaPressed === "true") stopLooking();
  else lookThroughCamera();
});
page.file.addEventListener("change", () => take(page.file.files));

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") stage.takeAway();
});
document.addEventListener("dragover", (event) => {
  event.preventDefault();
  document.body.classList.add("over");
});
document.addEventListener("dragleave", () => document.body.classList.remove("over"));
document.addEventListener("drop", (event) => {
  event.preventDefault();
  document.body.classList.remove("over");
  take(event.dataTransfer?.files);
});
document.addEventListener("paste", (event) => take(event.clipboardData?.files));

function take(files: FileList | null | undefined): void {
  const [first] = files ?? [];
  if (first) lookAtPhoto(first, first.name);
}

drawMap();
// So that the first picture does not wait, and the next visit needs no network.
prepare();
