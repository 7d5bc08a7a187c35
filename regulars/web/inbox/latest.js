// One piece of the screen that several questions bring anew, whose answers overtake each other: of two answers the older
// one is never shown in the place of the newer, it is asked for once more.
const SETTLE = 120; // many changes in a row ask once

export class Latest {
  /** `load` gives the piece as it is now, or null; `show` says whether it could be shown; `shownAt` since when it stands there. */
  constructor({ load, show, shownAt }) {
    Object.assign(this, { load, show, shownAt });
    this.isDue = false; // it changed, and what stands there is older
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), SETTLE);
  }

  async ask() {
    const asked = performance.now();
    const answer = await this.load();
    if (answer !== null) this.take(answer, asked);
  }

  /** An answer to what was `asked` then. */
  take(answer, asked) {
    if (this.shownAt() > asked) return this.soon();
    this.isDue = !this.show(answer);
  }

  /** What kept it from being shown is over. */
  goOn() {
    if (this.isDue) this.soon();
  }
}
