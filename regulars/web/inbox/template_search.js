// Finding templates by their words, in any script: every word that is typed stands somewhere in what a template says.
import { folded } from "../design/folding.js";

const plain = (text) => folded(text).replaceAll("_", " ");

/** Show the options that have all words; says how many there are. */
export function filterOptions(options, typed) {
  const words = plain(typed).split(/\s+/).filter(Boolean);
  let found = 0;
  for (const option of options) {
    const said = plain(`${option.textContent} ${option.dataset.words}`);
    option.hidden = !words.every((word) => said.includes(word));
    if (!option.hidden) found += 1;
  }
  return found;
}
