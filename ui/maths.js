// Maths set with KaTeX, which is loaded once there is any. What it cannot read stays the text it was.
const MATHS = /(\$\$?)(?=\S)([^$\n]*?\S)\1(?!\d)|\\\(([^\n]*?)\\\)/g;
const OPTIONS = { throwOnError: true, trust: false, strict: "ignore", maxSize: 20, maxExpand: 200, output: "htmlAndMathml" };
let loading;

function katex() {
  loading ??= new Promise((done, fail) => {
    const style = Object.assign(document.createElement("link"), { rel: "stylesheet", href: "citewell/files/katex/katex.min.css" });
    const script = Object.assign(document.createElement("script"), { src: "citewell/files/katex/katex.min.js" });
    script.onload = () => done(window.katex);
    script.onerror = fail;
    document.head.append(style, script);
  });
  return loading;
}

const bare = (text) => text.replace(/^\$\$?|\$\$?$/g, "");

function set(place, maths, reader) {
  try {
    reader.render(maths, place, OPTIONS);
    place.classList.add("set");
    place.dir = "ltr";
  } catch {
    // not maths after all, as in "from $5 to $7"
  }
}

// The maths that the server marked in an answer.
export function typeset(root) {
  const places = [...root.querySelectorAll(".maths:not(.set)")];
  if (places.length) katex().then((reader) => places.forEach((place) => set(place, bare(place.textContent), reader)), () => {});
}

// The maths in the text of an element without children.
export function typesetText(holder) {
  const text = holder.textContent;
  const found = [...text.matchAll(MATHS)];
  if (!found.length) return;
  katex().then((reader) => {
    if (holder.textContent !== text) return; // drawn anew meanwhile
    const pieces = [];
    let at = 0;
    for (const match of found) {
      const place = document.createElement("span");
      place.className = "maths";
      place.textContent = match[0];
      set(place, match[2] ?? match[3], reader);
      pieces.push(text.slice(at, match.index), place);
      at = match.index + match[0].length;
    }
    holder.replaceChildren(...pieces, text.slice(at));
  }, () => {});
}
