// A thread is read once it stands before somebody's eyes. That is said until it was heard, one call at a time: a page in
// a hidden tab waits until it is looked at, and what arrives meanwhile is said with the next call.
import { post } from "../design/page.js";

const SETTLE = 600; // who reads one line is there for the next
const RETRY = [500, 1000, 2000, 5000, 15_000];

export class Reading {
  constructor(screen) {
    this.screen = screen;
    this.failures = 0;
    document.addEventListener("visibilitychange", () => this.say());
  }

  /** The thread of the open conversation came onto the screen. */
  opened() {
    this.due = this.screen.shown;
    this.failures = 0;
    this.say();
  }

  /** Something arrived in it. */
  arrived() {
    this.due = this.screen.shown;
    this.sayIn(SETTLE);
  }

  sayIn(milliseconds) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.say(), milliseconds);
  }

  async say() {
    const { due, screen } = this;
    const isBeforeEyes = due && due === screen.conversation && due === screen.shown && document.visibilityState === "visible";
    if (!isBeforeEyes || this.isSaying) return;
    this.due = "";
    this.isSaying = true;
    const response = await post(`/conversations/${due}/reading`, { state: "read", seen: screen.newestSeen }).catch(() => null);
    this.isSaying = false;
    const wasHeard = response && response.status < 500 && response.status !== 429;
    this.failures = wasHeard ? 0 : this.failures + 1;
    if (wasHeard) return this.say(); // of what became due meanwhile
    this.due ||= due;
    this.sayIn(RETRY[Math.min(this.failures, RETRY.length) - 1]);
  }
}
