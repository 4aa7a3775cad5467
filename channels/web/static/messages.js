// The conversation with the server: started when needed, kept over reloads, every message counted once.

const KEY = "kalauz-conversation";
const GONE = ["unknown_conversation", "wrong_token"];

// `detail` is a sentence for the reader where `code` is too_many; the message may be sent again later.
export class RefusedError extends Error {
  constructor(code, detail) {
    super(code);
    this.code = code;
    this.detail = detail;
  }
}

async function call(method, path, { token, body } = {}) {
  const headers = {};
  if (token) headers.authorization = `Bearer ${token}`;
  if (body) headers["content-type"] = "application/json";
  const response = await fetch(`/api/v1${path}`, { method, headers, body: body && JSON.stringify(body) });
  if (response.status === 204) return null;
  const data = await response.json().catch(() => ({}));
  if (response.status >= 400 && response.status < 500) throw new RefusedError(data.code ?? "refused", data.detail);
  if (!response.ok) throw new Error(data.code ?? "failed");
  return data;
}

export function texts(language) {
  return call("GET", language ? `/texts?language=${encodeURIComponent(language)}` : "/texts");
}

export class Conversation {
  #kept = this.#read();

  #read() {
    try {
      return JSON.parse(localStorage.getItem(KEY)) ?? {};
    } catch {
      return {};
    }
  }

  #keep(change) {
    this.#kept = { ...this.#kept, ...change };
    try {
      localStorage.setItem(KEY, JSON.stringify(this.#kept));
    } catch {
      // Storage may be forbidden; the conversation then lasts as long as the page.
    }
  }

  get unsent() {
    return this.#kept.unsent ?? [];
  }

  // Messages so far: of the kept conversation, or the greeting of a new one.
  async open(language) {
    if (this.#kept.id) {
      try {
        const path = `/conversations/${this.#kept.id}/messages?after=0`;
        return (await call("GET", path, { token: this.#kept.token })).messages;
      } catch (error) {
        if (!(error instanceof RefusedError)) throw error;
        this.#kept = { unsent: this.unsent };
      }
    }
    const started = await call("POST", "/conversations", { body: language ? { language } : {} });
    this.#keep({ id: started.id, token: started.token });
    return started.messages;
  }

  // The server has deleted it all.
  forget() {
    this.#kept = {};
    this.#keep({ id: undefined });
  }

  compose(text, shown, quiet = false) {
    const message = { text, shown, quiet, client_id: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`.replace(".", "") };
    this.#keep({ unsent: [...this.unsent, message] });
    return message;
  }

  // Send or send again; the message is forgotten here once the server has taken or refused it.
  // A conversation that was erased meanwhile, in another tab say, is begun anew.
  async send(message, language) {
    if (!this.#kept.id) await this.open(language);
    try {
      return await this.#post(message);
    } catch (error) {
      if (!(error instanceof RefusedError) || !GONE.includes(error.code)) throw error;
      this.#kept = { unsent: [...this.unsent.filter((kept) => kept.client_id !== message.client_id), message] };
      await this.open(language);
      return this.#post(message);
    }
  }

  async #post({ text, client_id }) {
    const path = `/conversations/${this.#kept.id}/messages`;
    const forget = () => this.#keep({ unsent: this.unsent.filter((kept) => kept.client_id !== client_id) });
    try {
      const answer = await call("POST", path, { token: this.#kept.token, body: { text, client_id } });
      forget();
      return answer.messages;
    } catch (error) {
      if (error instanceof RefusedError && error.code !== "too_many") forget();
      throw error;
    }
  }

  async erase() {
    if (this.#kept.id) await call("DELETE", `/conversations/${this.#kept.id}`, { token: this.#kept.token });
    this.forget();
  }
}
