// The page's own behaviour begins here, once Gradio has put its elements in place.
import * as chat from "./chat.js";
import * as check from "./check.js";
import * as compare from "./compare.js";
import * as draft from "./draft.js";
import * as library from "./library.js";
import * as map from "./map.js";
import * as papers from "./papers.js";
import * as places from "./places.js";
import * as scope from "./scope.js";
import * as settings from "./settings.js";
import * as sources from "./sources.js";
import * as talks from "./talks.js";

const PARTS = [places, sources, talks, papers, map, compare, draft, check, settings, scope, chat, library];

const NEEDED = ["#conversation .log", "#question textarea", "#scope .scope", "#papers .papers", "#map .map", "#compare .compare", "#check .check", "#settings .settings"];

window.citewell = {}; // what Gradio's own components call

function begin() {
  if (!NEEDED.every((one) => document.querySelector(one))) return false;
  for (const part of PARTS) part.start();
  places.tell();
  document.body.classList.add("ready");
  return true;
}

if (!begin()) {
  const waiting = new MutationObserver(() => {
    if (begin()) waiting.disconnect();
  });
  waiting.observe(document.documentElement, { childList: true, subtree: true });
}
