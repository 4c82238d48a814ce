// What the page asks of its server: never anybody else.
const KEY = "citewell-person";
const KEPT_ALIVE = 20_000; // letters of a question that is sent to the end though its window closes; browsers set 64 KB

// A name that only this browser knows: where others use the page too, it tells whose conversations these are.
export function person() {
  let name = read(KEY);
  if (!name) {
    name = Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
    write(KEY, name);
  }
  return name;
}

export function read(key) {
  try {
    return localStorage.getItem(key) || "";
  } catch {
    return ""; // a browser that keeps nothing
  }
}

export function write(key, text) {
  try {
    if (text) localStorage.setItem(key, text);
    else localStorage.removeItem(key);
  } catch {
    // then it is not kept
  }
}

export class Unreachable extends Error {}

// Why something was refused: an error of the page's routes, or the line of the door before them.
async function told(answer) {
  if ((answer.headers.get("content-type") || "").startsWith("text/plain")) return (await answer.text()).trim();
  const said = await answer.json().catch(() => ({}));
  return typeof said.error === "string" ? said.error : "";
}

async function send(path, options) {
  let answer;
  try {
    answer = await fetch(`citewell/${path}`, {
      ...options,
      headers: {
        "content-type": options.body instanceof Blob ? "application/octet-stream" : "application/json",
        "x-citewell-person": person(),
      },
    });
  } catch {
    throw new Unreachable("Citewell cannot be reached; is it still running?");
  }
  if (answer.ok) return answer;
  throw new Error((await told(answer)) || `Citewell refused that (${answer.status}).`);
}

export const get = (path) => send(path, {}).then((answer) => answer.json());
export const follow = (path) => send(path, {});
export async function post(path, body = {}, as = "json") {
  const content = body instanceof Blob ? body : JSON.stringify(body);
  const answer = await send(path, { method: "POST", body: content });
  return as === "json" ? answer.json() : answer.blob();
}
export const stream = (path, body) => send(path, { method: "POST", body: JSON.stringify(body) });
export function ask(body) {
  const text = JSON.stringify(body);
  return send("ask", { method: "POST", body: text, keepalive: text.length < KEPT_ALIVE });
}

// Each line of an answer as it comes; Unreachable when the connection ends before a line that says `done`.
export async function lines(answer, each) {
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    let piece;
    try {
      piece = await reader.read();
    } catch {
      throw new Unreachable("The connection was lost.");
    }
    if (piece.done) throw new Unreachable("The connection was lost.");
    const whole = (rest + piece.value).split("\n");
    rest = whole.pop();
    for (const line of whole.filter((text) => text.trim())) {
      const read = JSON.parse(line);
      each(read);
      if (read.done) return;
    }
  }
}

export async function save(path, name) {
  offer(await (await send(path, {})).blob(), name);
}

export function offer(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

// An element with its class, text and attributes; text is never read as HTML.
export function element(tag, { text, ...attributes } = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  if (text !== undefined) made.textContent = text;
  made.append(...children);
  return made;
}

// Puts text into a field of Gradio's, which takes note of what is typed alone.
export function fillIn(area, text) {
  Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(area, text);
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

const SHOWN = 6000; // ms that a notice stays, longer while it is pointed at or holds the focus
let hiding;
export function untoast() {
  clearTimeout(hiding);
  document.getElementById("toast").replaceChildren();
}

export function toast(text, action, run) {
  const box = document.getElementById("toast");
  const button = action ? element("button", { type: "button", text: action }) : "";
  if (button) button.addEventListener("click", () => (untoast(), run()));
  box.replaceChildren(element("span", { text, dir: "auto" }), button);
  const hide = () => (box.matches(":hover, :focus-within") ? wait() : untoast());
  const wait = () => (hiding = setTimeout(hide, SHOWN));
  clearTimeout(hiding);
  wait();
}
