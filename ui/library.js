// How many papers there are, said wherever it stands: other windows and the command line add and remove them, too.
import { get } from "./net.js";

const listeners = [];
export const onChange = (run) => listeners.push(run);

export async function changed() {
  const { papers, welcome } = await get("library").catch(() => ({}));
  if (papers) tell(papers, welcome); // else what is said stays
  for (const run of listeners) run();
}

function tell(papers, welcome) {
  document.querySelector(".about-library .size").textContent = papers;
  const holder = document.createElement("template");
  holder.innerHTML = welcome; // made by the server, everything foreign in it escaped
  const [old, made] = [document.querySelector(".welcome"), holder.content.firstElementChild];
  if (old.textContent !== made.textContent) old.replaceWith(made);
}

export function start() {
  changed();
  document.addEventListener("visibilitychange", () => document.hidden || changed());
}
