// Times are written in the browser: the server's fragments are the same for every reader.
import { gettext, interpolate, ngettext } from "../strings.js";

const root = document.documentElement;
const language = root.lang || "en";
const timeZone = root.dataset.timeZone || undefined;

const formatter = (options, write = (made, date) => made.format(date), spoken = language) => {
  let made;
  return (date) => write((made ??= new Intl.DateTimeFormat(spoken, { timeZone, ...options })), date);
};

const asTime = formatter({ hour: "numeric", minute: "2-digit" });
const asSecond = formatter({ timeStyle: "medium" });
const asZone = formatter({ timeZoneName: "short" }, (made, date) => made.formatToParts(date).find((part) => part.type === "timeZoneName").value);
const asFullDate = formatter({ dateStyle: "full", timeStyle: "medium" });
const asMediumDate = formatter({ dateStyle: "medium", timeStyle: "medium" });
const asFull = (date) => `${asFullDate(date)} ${asZone(date)}`;
const asExact = (date) => `${asMediumDate(date)} ${asZone(date)}`;
const whole = { hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" };
const namedParts = (made, date) => Object.fromEntries(made.formatToParts(date).map(({ type, value }) => [type, value]));
const asParts = formatter(whole, namedParts, "en-u-ca-iso8601");
const asWeekday = formatter({ weekday: "long" });
const asEnglishWeekday = formatter({ weekday: "long" }, (made, date) => made.format(date), "en");
const asShortWeekday = formatter({ weekday: "short" });
const asDate = formatter({ day: "numeric", month: "short" });
const asLongDate = formatter({ weekday: "long", day: "numeric", month: "long" });
const asComing = formatter({ weekday: "short", day: "numeric", month: "short", hour: "numeric", minute: "2-digit" });
const asDateWithYear = formatter({ dateStyle: "medium" });

export const DAY = 86_400_000;

/** The moment at which a calendar day (``2026-11-30``) begins for the reader, also where the clock changes that day. */
export function startOfDay(day) {
  const wanted = Date.parse(`${day}T00:00:00Z`);
  let moment = wanted;
  for (let turn = 0; turn < 2; turn += 1) moment = wanted - offsetAt(new Date(moment));
  return new Date(dateOf(new Date(moment)) < day ? moment + 3_600_000 : moment); // some zones skip the hour after midnight
}

/** How far the reader's clock is ahead of UTC, in milliseconds. */
function offsetAt(date) {
  const { year, month, day, hour, minute, second } = asParts(date);
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(date / 1000) * 1000;
}

/** The reader's calendar day of a moment, as a date field writes it, and to compare days by. */
export function dateOf(date) {
  const { year, month, day } = asParts(date);
  return `${year}-${month}-${day}`;
}

export const timeOf = (date) => asTime(date);
/** In the reader's zone, or in `zone`. */
export const fullTime = (date, zone = "") => (zone ? inZone(date, zone) : asFull(date));

/** The moment that a field of local date and time (``2026-12-01T09:00``) names for the reader. */
export function momentOf(local) {
  const wanted = Date.parse(`${local}Z`);
  const near = wanted - offsetAt(new Date(wanted));
  return new Date(wanted - offsetAt(new Date(near)));
}

const inZone = (date, zone) => new Intl.DateTimeFormat(language, { timeZone: zone, weekday: "short", day: "numeric", month: "short", hour: "numeric", minute: "2-digit", timeZoneName: "short" }).format(date);

const isYesterday = (date, now) => dateOf(date) === dateOf(new Date(now.getTime() - DAY));

/** As a heading begins: many languages write the names of days small inside a sentence. */
const asHeading = (text) => text.charAt(0).toLocaleUpperCase(language) + text.slice(1);

/** The heading of a day in a thread: Today, Yesterday, Tuesday, 3 March, 3 Mar 2025. */
export function dayHeading(date, now = new Date()) {
  if (dateOf(date) === dateOf(now)) return gettext("Today");
  if (isYesterday(date, now)) return gettext("Yesterday");
  if (Math.abs(now - date) < 6 * DAY) return asHeading(asWeekday(date));
  return date.getFullYear() === now.getFullYear() ? asHeading(asLongDate(date)) : asDateWithYear(date);
}

/** The shortest stamp that still tells: 14:02 today, Tue this week, 3 Mar, 3 Mar 2025. */
export function stampOf(date, now = new Date()) {
  if (dateOf(date) === dateOf(now)) return asTime(date);
  if (isYesterday(date, now)) return gettext("Yesterday");
  if (Math.abs(now - date) < 6 * DAY) return asShortWeekday(date);
  return date.getFullYear() === now.getFullYear() ? asDate(date) : asDateWithYear(date);
}

/** A length of time in its two largest units: 45 s, 3 min, 3 h 12 min, 2 d 4 h. */
export function spanOf(milliseconds, { seconds = false } = {}) {
  const total = Math.max(0, Math.floor(milliseconds / 1000));
  const days = Math.floor(total / 86400);
  const hours = Math.floor((total % 86400) / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  if (days) return interpolate(gettext("%(days)s d %(hours)s h"), { days, hours });
  if (hours) return interpolate(gettext("%(hours)s h %(minutes)s min"), { hours, minutes });
  if (minutes || !seconds) return interpolate(gettext("%(minutes)s min"), { minutes });
  return interpolate(gettext("%(seconds)s s"), { seconds: total });
}

/** One unit only, for narrow places: 3 min, 5 h, 2 d. */
export function shortSpanOf(milliseconds) {
  const minutes = Math.max(0, Math.floor(milliseconds / 60000));
  if (minutes < 60) return interpolate(gettext("%(minutes)s min"), { minutes });
  if (minutes < 1440) return interpolate(gettext("%(hours)s h"), { hours: Math.floor(minutes / 60) });
  return interpolate(gettext("%(days)s d"), { days: Math.floor(minutes / 1440) });
}

/** Days of the week as a sentence needs them: a language may want a preposition and a case (Russian: "в среду"). */
const onWeekday = {
  Monday: () => gettext("on Monday"),
  Tuesday: () => gettext("on Tuesday"),
  Wednesday: () => gettext("on Wednesday"),
  Thursday: () => gettext("on Thursday"),
  Friday: () => gettext("on Friday"),
  Saturday: () => gettext("on Saturday"),
  Sunday: () => gettext("on Sunday"),
};

/** How long ago, as words that may stand inside a sentence: 5 minutes ago, 3 hours ago, yesterday, on Friday, 3 Mar. */
export function agoOf(date, now = new Date()) {
  const minutes = Math.floor((now - date) / 60000);
  if (minutes < 1) return gettext("just now");
  if (minutes < 60) return interpolate(ngettext("%(count)s minute ago", "%(count)s minutes ago", minutes), { count: minutes });
  const hours = Math.floor(minutes / 60);
  if (dateOf(date) === dateOf(now)) return interpolate(ngettext("%(count)s hour ago", "%(count)s hours ago", hours), { count: hours });
  if (isYesterday(date, now)) return gettext("yesterday");
  return now - date < 6 * DAY ? onWeekday[asEnglishWeekday(date)]() : stampOf(date, now);
}

/** A time that names its day when it is not today's. */
const withDay = (date, write) => (dateOf(date) === dateOf(new Date()) ? write(date) : `${stampOf(date)}, ${write(date)}`);

const forms = {
  time: timeOf,
  stamp: stampOf,
  day: dayHeading,
  ago: agoOf,
  waited: (date) => shortSpanOf(Date.now() - date),
  full: (date) => withDay(date, timeOf),
  second: (date) => withDay(date, asSecond),
  exact: asExact,
  coming: (date) => (dateOf(date) === dateOf(new Date()) ? asTime(date) : asComing(date)),
  date: (date) => asDateWithYear(date),
};

/** Write every <time data-form> under `scope` for this reader. */
export function writeTimes(scope = document) {
  for (const time of scope.querySelectorAll("time[data-form]")) {
    const date = new Date(time.dateTime);
    const text = (forms[time.dataset.form] ?? timeOf)(date);
    if (time.textContent !== text) time.textContent = text;
    if (!time.title) time.title = asFull(date);
  }
  for (const time of scope.querySelectorAll("time[data-in-zone]")) time.textContent = inZone(new Date(time.dateTime), time.dataset.inZone);
  for (const clock of scope.querySelectorAll("[data-zone]")) {
    clock.textContent = new Intl.DateTimeFormat(language, {
      timeZone: clock.dataset.zone, hour: "numeric", minute: "2-digit", weekday: "short",
    }).format(new Date());
  }
}

setInterval(() => writeTimes(), 30_000);
