// Where one is: a place and a conversation, in the address, so that back, reload and a second window find it again.
const listeners = [];

export function where() {
  const asked = new URLSearchParams(location.search);
  return { place: asked.get("p") || "chat", talk: asked.get("c") || "", paper: asked.get("paper") || "", ids: asked.get("ids") || "" };
}

export function go(to, { replace = false } = {}) {
  const next = { place: "chat", talk: "", paper: "", ids: "", ...to };
  const kept = new URLSearchParams(location.search);
  for (const [name, value] of [["p", next.place === "chat" ? "" : next.place], ["c", next.talk], ["paper", next.paper], ["ids", next.ids]]) {
    if (value) kept.set(name, value);
    else kept.delete(name);
  }
  const address = `${location.pathname}${kept.size ? `?${kept}` : ""}`;
  keepScroll();
  if (address !== location.pathname + location.search) history[replace ? "replaceState" : "pushState"]({}, "", address);
  tell();
}

export function onMove(listener) {
  listeners.push(listener);
}

// Calls `run` with the element of a place, and whether it is the first time, whenever it is gone to.
export function appearing(name, run) {
  let isNew = true;
  onMove(({ place }) => {
    if (place !== name) return;
    run(document.querySelector(`#${name} .${name}`), isNew);
    isNew = false;
  });
}

// The ids of papers that the address names, `most` at most.
export function idsOf(text, most) {
  try {
    const ids = JSON.parse(text);
    return Array.isArray(ids) ? ids.filter((id) => typeof id === "string").slice(0, most) : [];
  } catch {
    return [];
  }
}

export function tell() {
  for (const listener of listeners) listener(where());
}

const scrollKey = () => `citewell-scroll ${location.search}`;
let left = scrollKey();
function keepScroll() {
  try {
    sessionStorage.setItem(left, String(scrollY));
  } catch {
    // then the place on the page is not kept
  }
}

export function restoreScroll() {
  left = scrollKey();
  let kept = null;
  try {
    kept = sessionStorage.getItem(left);
  } catch {
    return false;
  }
  if (kept === null) return false;
  scrollTo({ top: Number(kept), behavior: "instant" });
  return true;
}

export function start() {
  history.scrollRestoration = "manual";
  addEventListener("pagehide", keepScroll);
  addEventListener("popstate", () => (keepScroll(), tell()));
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-place]");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    document.body.classList.remove("rail-open");
    const here = where();
    go({ place: link.dataset.place, talk: link.dataset.talk ?? here.talk, paper: link.dataset.paper || "" });
  });
  onMove(({ place }) => {
    document.body.dataset.place = place;
    for (const one of document.querySelectorAll("#places > .a-place")) one.classList.toggle("here", one.id === `place-${place}`);
    for (const link of document.querySelectorAll("#rail .to-place")) {
      if (link.dataset.place === place) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  });
}
