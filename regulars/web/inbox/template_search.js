// Finding templates by their words, in any script: every word that is typed stands somewhere in what a template says.

/** Case, width and accents make no difference; signs that belong to a letter (Thai vowels, Hangul) stay. */
export const plain = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").normalize("NFC").toLowerCase().replaceAll("_", " ");

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
