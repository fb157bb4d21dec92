// A photo in, by hand; what the server finds in it, on the photo and in words, out.
//
// Plain JavaScript, so that the package is built without another tool; its types are checked.

/**
 * Left, top, right and bottom in the photo's pixels.
 * @typedef {[number, number, number, number]} Box
 *
 * What POST /judge answers, as far as it is used here.
 * @typedef {object} Verdict
 * @property {"sharp" | "soft" | "blurred" | "undecidable"} verdict
 * @property {string} reason
 * @property {number | null} blur_radius_px
 * @property {number | null} sharp_width_px
 * @property {number | null} score
 * @property {number} confidence
 * @property {Box} box_xyxy
 * @property {boolean} found_subject
 *
 * What POST /detect answers, likewise.
 * @typedef {object} MapFacts
 * @property {number} width
 * @property {number} height
 * @property {number} blurred_fraction
 * @property {string} map_png
 */

const SIGNS = { sharp: "✓", soft: "≈", blurred: "✗", undecidable: "?" };
const SIDES = ["left", "top", "right", "bottom"];
// So many steps of the keyboard are the photo's longer side.
const STEPS = 40;
// A shorter stroke, in pixels of the screen, is no box.
const SHORTEST_STROKE = 4;
const PAUSE_MS = 300;

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
function element(id, type) {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new Error(`The page has no ${id}.`);
  return found;
}

const page = {
  file: element("file", HTMLInputElement),
  drop: element("drop", HTMLLabelElement),
  strictness: element("strictness", HTMLSelectElement),
  error: element("error", HTMLParagraphElement),
  result: element("result", HTMLElement),
  verdict: element("verdict", HTMLDivElement),
  word: element("word", HTMLParagraphElement),
  reason: element("reason", HTMLParagraphElement),
  stage: element("stage", HTMLDivElement),
  photo: element("photo", HTMLImageElement),
  map: element("map", HTMLCanvasElement),
  subject: element("subject", HTMLDivElement),
  box: element("box", HTMLDivElement),
  opacity: element("opacity", HTMLInputElement),
  palette: element("palette", HTMLSelectElement),
  clear: element("clear", HTMLButtonElement),
  facts: element("facts", HTMLDListElement),
  download: element("download", HTMLAnchorElement),
  sides: SIDES.map((side) => element(side, HTMLInputElement)),
};

/** @type {File | null} */
let file = null;
/**
 * The photo's size in its own pixels, once it is known.
 * @type {[number, number] | null}
 */
let sizeWh = null;
/**
 * The box that was drawn.
 * @type {Box | null}
 */
let box = null;
/**
 * The map's grey values.
 * @type {ImageData | null}
 */
let grays = null;
/** @type {Verdict | null} */
let verdict = null;
/** @type {MapFacts | null} */
let mapFacts = null;
let looking = new AbortController();
let judging = new AbortController();
let pause = 0;

/**
 * Send the photo; an answer that is no success is an error with the server's sentence.
 * @param {string} path
 * @param {AbortSignal} signal
 * @returns {Promise<any>}
 */
async function ask(path, signal) {
  const body = new FormData();
  if (file) body.append("photo", file, file.name);
  const token = sessionStorage.getItem("token");
  const headers = token ? { Authorization: `Bearer ${token}` } : undefined;
  let response;
  try {
    response = await fetch(path, { method: "POST", body, headers, signal });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new Error("The server does not answer: is dbd-mobile serve still running?");
  }
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

/**
 * Show what went wrong, unless it was given up for something newer.
 * @param {unknown} error
 * @param {AbortSignal} signal
 */
function complain(error, signal) {
  if (signal.aborted) return;
  page.error.textContent = error instanceof Error ? error.message : String(error);
}

/** @param {File} chosen */
async function look(chosen) {
  looking.abort();
  looking = new AbortController();
  const { signal } = looking;
  file = chosen;
  sizeWh = box = grays = mapFacts = null;
  page.error.textContent = "";
  page.result.hidden = true;
  URL.revokeObjectURL(page.photo.src);
  page.photo.hidden = false;
  page.photo.src = URL.createObjectURL(chosen);
  page.photo.alt = `The photo ${chosen.name}`;
  page.palette.value = "tint";
  const judged = judge();
  try {
    /** @type {MapFacts} */
    const found = await ask("/detect", signal);
    const bitmap = await bitmapOf(found.map_png);
    const isShown = await isSeen();
    if (signal.aborted) return;
    mapFacts = found;
    sizeWh = [found.width, found.height];
    grays = graysOf(bitmap);
    // HEIC and the like, which this browser does not read: the map stands for the photo.
    page.photo.hidden = !isShown;
    if (!isShown) page.palette.value = "gray";
    const [width, height] = sizeWh;
    page.stage.style.aspectRatio = `${width} / ${height}`;
    page.stage.style.width = `min(100%, ${(70 * width) / height}vh)`;
    page.result.hidden = false;
    drawMap();
    showBox();
    showVerdict();
  } catch (error) {
    complain(error, signal);
  }
  await judged;
}

/** Judge the box, or else the subject; an older question is given up. */
async function judge() {
  clearTimeout(pause);
  judging.abort();
  judging = new AbortController();
  const { signal } = judging;
  verdict = null;
  showVerdict();
  const query = new URLSearchParams({ strictness: page.strictness.value });
  if (box) query.set("box", box.join(","));
  try {
    const found = await ask(`/judge?${query}`, signal);
    if (signal.aborted) return;
    verdict = found;
    page.error.textContent = "";
    showVerdict();
  } catch (error) {
    complain(error, signal);
    if (!signal.aborted) page.word.textContent = "–";
  }
}

/** Judge when no key has been pressed for a moment. */
function judgeSoon() {
  clearTimeout(pause);
  pause = setTimeout(judge, PAUSE_MS);
}

/**
 * @param {string} base64
 * @returns {Promise<ImageBitmap>}
 */
function bitmapOf(base64) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return createImageBitmap(new Blob([bytes], { type: "image/png" }));
}

/** @returns {Promise<boolean>} */
async function isSeen() {
  try {
    await page.photo.decode();
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {ImageBitmap} bitmap
 * @returns {ImageData}
 */
function graysOf(bitmap) {
  const context = contextOf(bitmap.width, bitmap.height);
  context.drawImage(bitmap, 0, 0);
  return context.getImageData(0, 0, bitmap.width, bitmap.height);
}

/**
 * Give the map's canvas a size, and its context.
 * @param {number} width
 * @param {number} height
 */
function contextOf(width, height) {
  page.map.width = width;
  page.map.height = height;
  const context = page.map.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("This browser cannot draw the map.");
  return context;
}

/** Draw the map at its own size; the browser stretches it over the photo. */
function drawMap() {
  if (!grays) return;
  const { width, height, data } = grays;
  const drawn = new ImageData(width, height);
  const isTint = page.palette.value === "tint";
  for (let i = 0; i < data.length; i += 4) {
    const gray = data[i];
    drawn.data.set(isTint ? [255, 48, 0, gray] : [gray, gray, gray, 255], i);
  }
  contextOf(width, height).putImageData(drawn, 0, 0);
  page.map.style.opacity = page.photo.hidden ? "1" : String(Number(page.opacity.value) / 100);
}

/**
 * Lay an outline over the photo.
 * @param {HTMLElement} outline
 * @param {Box | null} at
 */
function place(outline, at) {
  outline.hidden = !at || !sizeWh;
  if (!at || !sizeWh) return;
  const [width, height] = sizeWh;
  const [left, top, right, bottom] = at;
  outline.style.left = `${(100 * left) / width}%`;
  outline.style.top = `${(100 * top) / height}%`;
  outline.style.width = `${(100 * (right - left)) / width}%`;
  outline.style.height = `${(100 * (bottom - top)) / height}%`;
}

function showBox() {
  place(page.box, box);
  page.sides.forEach((input, i) => {
    input.value = box ? String(box[i]) : "";
  });
  page.clear.disabled = !box;
  if (!sizeWh) return;
  const where = box ? `the box is ${box.join(", ")}` : "no box is drawn";
  page.stage.ariaLabel = `The photo, ${sizeWh[0]} by ${sizeWh[1]} pixels; ${where}`;
}

function showVerdict() {
  place(page.subject, verdict && verdict.found_subject ? verdict.box_xyxy : null);
  page.verdict.dataset.verdict = verdict ? verdict.verdict : "";
  page.verdict.ariaBusy = String(!verdict);
  page.facts.replaceChildren();
  page.download.hidden = !verdict;
  if (!verdict) {
    page.word.textContent = "…";
    page.reason.textContent = "";
    return;
  }
  const where = verdict.found_subject ? "The subject" : "The box";
  page.word.textContent = `${SIGNS[verdict.verdict]} ${where} is ${verdict.verdict}`;
  page.reason.textContent = verdict.reason;
  if (verdict.blur_radius_px !== null) {
    showFact("Radius of blur", `${verdict.blur_radius_px.toFixed(1)} pixels`);
  }
  if (verdict.sharp_width_px !== null) {
    showFact("Looks sharp up to", `${verdict.sharp_width_px} pixels wide`);
  }
  if (verdict.score !== null) showFact("Score", verdict.score.toFixed(2));
  showFact("Confidence", verdict.confidence.toFixed(2));
  if (mapFacts) showFact("Blurred share", `${(100 * mapFacts.blurred_fraction).toFixed(0)} %`);
  URL.revokeObjectURL(page.download.href);
  const json = new Blob([`${JSON.stringify(verdict, null, 2)}\n`], { type: "application/json" });
  page.download.href = URL.createObjectURL(json);
  page.download.download = `${file ? file.name.replace(/\.[^.]*$/, "") : "photo"}.focus.json`;
}

/**
 * @param {string} name
 * @param {string} value
 */
function showFact(name, value) {
  const row = document.createElement("div");
  const term = document.createElement("dt");
  const said = document.createElement("dd");
  term.textContent = name;
  said.textContent = value;
  row.append(term, said);
  page.facts.append(row);
}

/**
 * Take a box, or none, cut to the photo.
 * @param {Box | null} wanted
 */
function setBox(wanted) {
  if (wanted && sizeWh) {
    const [width, height] = sizeWh;
    const limits = [width, height, width, height];
    const cut = wanted.map((side, i) => Math.min(Math.max(Math.round(side), 0), limits[i]));
    box = [cut[0], cut[1], cut[2], cut[3]];
  } else {
    box = null;
  }
  showBox();
}

/** @returns {Box} */
function middle() {
  const [width, height] = sizeWh || [0, 0];
  return [width / 4, height / 4, (3 * width) / 4, (3 * height) / 4];
}

/**
 * Move the box, or its right and lower sides, within the photo.
 * @param {number} across
 * @param {number} down
 * @param {boolean} isResize
 */
function nudge(across, down, isResize) {
  if (!sizeWh) return;
  if (!box) {
    setBox(middle());
    return;
  }
  const [width, height] = sizeWh;
  const step = Math.max(1, Math.round(Math.max(width, height) / STEPS));
  const [left, top, right, bottom] = box;
  if (isResize) {
    const [wider, higher] = [right + across * step, bottom + down * step];
    setBox([left, top, Math.max(wider, left + 1), Math.max(higher, top + 1)]);
  } else {
    const dx = Math.min(Math.max(across * step, -left), width - right);
    const dy = Math.min(Math.max(down * step, -top), height - bottom);
    setBox([left + dx, top + dy, right + dx, bottom + dy]);
  }
}

/**
 * Where on the photo a pointer is, in its pixels.
 * @param {PointerEvent} event
 * @returns {[number, number]}
 */
function placeOf(event) {
  const [width, height] = sizeWh || [0, 0];
  const { left, top, width: shownWidth, height: shownHeight } = page.stage.getBoundingClientRect();
  return [
    ((event.clientX - left) / shownWidth) * width,
    ((event.clientY - top) / shownHeight) * height,
  ];
}

/** @type {{ pointer: number, from: [number, number], screen: [number, number], before: Box | null } | null} */
let stroke = null;

page.stage.addEventListener("pointerdown", (event) => {
  if (stroke || event.button !== 0 || !sizeWh) return;
  event.preventDefault();
  page.stage.focus({ preventScroll: true });
  page.stage.setPointerCapture(event.pointerId);
  stroke = {
    pointer: event.pointerId,
    from: placeOf(event),
    screen: [event.clientX, event.clientY],
    before: box,
  };
});

page.stage.addEventListener("pointermove", (event) => {
  if (event.pointerId !== stroke?.pointer) return;
  const [x, y] = placeOf(event);
  const [fromX, fromY] = stroke.from;
  setBox([Math.min(x, fromX), Math.min(y, fromY), Math.max(x, fromX), Math.max(y, fromY)]);
});

page.stage.addEventListener("pointerup", (event) => {
  if (event.pointerId !== stroke?.pointer) return;
  const [x, y] = stroke.screen;
  const shortest = Math.min(Math.abs(event.clientX - x), Math.abs(event.clientY - y));
  const { before } = stroke;
  stroke = null;
  if (shortest < SHORTEST_STROKE) setBox(before);
  else judge();
});

page.stage.addEventListener("pointercancel", (event) => {
  if (event.pointerId !== stroke?.pointer) return;
  setBox(stroke.before);
  stroke = null;
});

/** @type {Record<string, [number, number]>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

page.stage.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const arrow = ARROWS[event.key];
  if (arrow) nudge(arrow[0], arrow[1], event.shiftKey);
  else if (event.key === "Delete" || event.key === "Backspace") setBox(null);
  else return;
  event.preventDefault();
  judgeSoon();
});

for (const input of page.sides) {
  input.addEventListener("change", () => {
    const [left, top, right, bottom] = page.sides.map((side) => side.valueAsNumber);
    if ([left, top, right, bottom].some(Number.isNaN)) return;
    if (left < right && top < bottom) {
      setBox([left, top, right, bottom]);
      judgeSoon();
    } else {
      page.error.textContent = "Left is less than right, and top less than bottom.";
    }
  });
}

page.clear.addEventListener("click", () => {
  setBox(null);
  page.stage.focus({ preventScroll: true });
  judge();
});

page.strictness.addEventListener("change", () => {
  if (file) judge();
});
page.opacity.addEventListener("input", drawMap);
page.palette.addEventListener("change", drawMap);

page.file.addEventListener("change", () => {
  if (page.file.files?.length) look(page.file.files[0]);
});

document.addEventListener("dragover", (event) => {
  event.preventDefault();
  page.drop.classList.add("over");
});
document.addEventListener("dragleave", () => page.drop.classList.remove("over"));
document.addEventListener("drop", (event) => {
  event.preventDefault();
  page.drop.classList.remove("over");
  take(event.dataTransfer);
});
document.addEventListener("paste", (event) => take(event.clipboardData));

/** @param {DataTransfer | null} brought */
function take(brought) {
  if (brought?.files.length) look(brought.files[0]);
}

/** Keep the token that the link brought for as long as the tab is open, and out of sight. */
function keepToken() {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (!token) return;
  sessionStorage.setItem("token", token);
  history.replaceState(null, "", location.pathname);
}

window.addEventListener("hashchange", keepToken);
keepToken();
