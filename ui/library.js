// How many papers there are, said wherever it stands: other windows and the command line add and remove them, too.
import { get } from "./net.js";

const listeners = [];
export const onChange = (run) => listeners.push(run);

export async function changed() {
  for (const run of listeners) run();
  const { papers, welcome } = await get("library").catch(() => ({}));
  if (!papers) return; // what is said stays
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
