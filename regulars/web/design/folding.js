// How searches on the page compare texts, in any script.

/**
 * Case, width and accents make no difference; signs that belong to a letter (Thai vowels) stay. Hangul falls into its letters,
 * so that a syllable that is still being written finds what it may become.
 */
export const folded = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
