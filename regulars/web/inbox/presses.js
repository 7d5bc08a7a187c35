// A button or a key that is pressed twice in a hurry was meant once, even where the second press would take the first back.
const HURRY = 500; // milliseconds after the answer: a double click, and a hand that did not see it yet

export class Presses {
  constructor() {
    this.under = new Set();
  }

  /** Do what was pressed, and let nothing of the same name follow until a moment after it is done. */
  async once(name, act) {
    if (this.under.has(name)) return;
    this.under.add(name);
    try {
      await act();
    } finally {
      setTimeout(() => this.under.delete(name), HURRY);
    }
  }
}
