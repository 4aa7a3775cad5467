// What the browser keeps: one value, shared by all tabs of an origin.

export class Kept {
  #key;
  // Storage may be forbidden: then it lasts as long as the page.
  #memory = null;

  constructor(server, changedElsewhere) {
    this.#key = server === location.origin ? "kalauz-conversation" : `kalauz-conversation ${server}`;
    addEventListener("storage", ({ key }) => {
      if (key === this.#key || key === null) changedElsewhere();
    });
  }

  // { id, token, unsent: messages, draft, size }, each of them only where there is one.
  get value() {
    try {
      return this.#memory ?? JSON.parse(localStorage.getItem(this.#key)) ?? {};
    } catch {
      return {};
    }
  }

  change(patch) {
    const value = { ...this.value, ...patch };
    try {
      localStorage.setItem(this.#key, JSON.stringify(value));
      this.#memory = null;
    } catch {
      this.#memory = value;
    }
  }

  get unsent() {
    return this.value.unsent ?? [];
  }

  add(message) {
    this.change({ unsent: [...this.unsent, message] });
  }

  // Whether it was there.
  drop(clientId) {
    const rest = this.unsent.filter((message) => message.client_id !== clientId);
    const found = rest.length < this.unsent.length;
    if (found) this.change({ unsent: rest });
    return found;
  }

  // One tab at a time, where the browser can see to that; a message's id makes it count once anyhow.
  alone(work, act) {
    return navigator.locks ? navigator.locks.request(`${this.#key} ${work}`, act) : act();
  }
}
