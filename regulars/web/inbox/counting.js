// How much of a text a reader sees: a flag, a family or a Thai letter with its marks is one character. The server counts
// the same (quick_replies/advice.py).
const EMOJI = /^(?:\p{Emoji_Presentation}|\p{Extended_Pictographic}\uFE0F|\p{Regional_Indicator}{2}|[0-9#*]\uFE0F?\u20E3)/u;
const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

export function countOf(text) {
  const characters = [...segmenter.segment(text.trim())].map(({ segment }) => segment);
  return { characters: characters.length, emoji: characters.filter((each) => EMOJI.test(each)).length };
}
