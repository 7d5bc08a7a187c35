// Every string of the scripts goes through the catalogue that /strings/<language>.js laid down.
const catalogue = globalThis.django ?? {};

export const gettext = (text) => (catalogue.gettext ? catalogue.gettext(text) : text);

export const ngettext = (one, many, count) =>
  catalogue.ngettext ? catalogue.ngettext(one, many, count) : count === 1 ? one : many;

/** Put named values into a translated text: `interpolate("%(count)s new", {count: 3})`. */
export const interpolate = (text, values) => text.replace(/%\((\w+)\)[sd]/g, (_, name) => String(values[name]));
