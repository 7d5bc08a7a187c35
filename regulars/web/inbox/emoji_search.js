// Emoji found by what they are called.
import { folded } from "../design/folding.js";

const MOST_FOUND = 120;

/** The emoji whose words all begin or contain what was typed; those called so come first. */
export function findEmoji(groups, typed) {
  const wanted = folded(typed).split(/\s+/).filter(Boolean);
  const all = groups.flatMap(({ emoji }) => emoji).filter(([, , words]) => wanted.every((word) => folded(words).includes(word)));
  const isCalled = ([, name]) => folded(name).startsWith(wanted[0]);
  return [...all.filter(isCalled), ...all.filter((each) => !isCalled(each))].slice(0, MOST_FOUND);
}
