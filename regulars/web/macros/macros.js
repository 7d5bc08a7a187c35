// <macro-steps>: the steps of a macro as rows that are added, moved and dropped. The form sends them in the order that they stand in.

class MacroSteps extends HTMLElement {
  connectedCallback() {
    this.list = this.querySelector("ol");
    this.addEventListener("click", (event) => this.onClick(event.target.closest("[data-step]")));
  }

  onClick(button) {
    if (!button) return;
    const { step } = button.dataset;
    if (step === "add") return this.add();
    const row = button.closest("li");
    if (step === "up") row.previousElementSibling?.before(row);
    else if (step === "down") row.nextElementSibling?.after(row);
    else return this.drop(row);
    button.focus();
  }

  add() {
    const kind = this.querySelector("select[data-kind]").value;
    this.list.append(this.querySelector(`template[data-kind="${kind}"]`).content.cloneNode(true));
    const controls = "input:not([type=hidden]), select, textarea, button";
    this.list.lastElementChild.querySelector(controls).focus();
  }

  drop(row) {
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    (next?.querySelector("[data-step=drop]") ?? this.querySelector("[data-step=add]")).focus();
  }
}

customElements.define("macro-steps", MacroSteps);
