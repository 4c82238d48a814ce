// The draft's text is brought into view as it begins, and a line of the plan that cannot be read is shown where it stands.
const area = () => document.querySelector("#plan textarea");
let awaited = false;

function lookAtText() {
  const text = document.querySelector("#draft-text .exchange");
  if (!awaited || !text) return;
  awaited = false;
  text.scrollIntoView({ block: "start", behavior: "smooth" });
}

function showLine() {
  const failure = document.querySelector("#draft-text .failure");
  const line = Number(/\bplan:(\d+)/.exec(failure?.textContent || "")?.[1]);
  if (!line || failure.dataset.shown || !area()) return;
  failure.dataset.shown = "yes";
  const lines = area().value.split("\n");
  const start = lines.slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
  area().focus();
  area().setSelectionRange(start, start + (lines[line - 1] || "").length);
  area().scrollTop = (area().scrollHeight / lines.length) * Math.max(0, line - 4);
}

export function start() {
  document.addEventListener("click", (event) => {
    if (event.target.closest("#write")) awaited = true;
  });
  new MutationObserver(() => (lookAtText(), showLine())).observe(document.getElementById("places"), { childList: true, subtree: true });
}
