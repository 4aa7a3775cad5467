// The conversation with the server: started when needed, kept over reloads and shared by tabs, every message counted
// once, nothing that was written lost.

import { Kept } from "./kept.js";
import { FaultError, HeldBackError, RefusedError, Server } from "./server.js";

const GONE = ["unknown_conversation", "wrong_token"];
// The first wait after a failure, the longest, and the time between looks where no stream comes through.
const RETRY_MS = 1000;
const LONGEST_MS = 30000;
const LOOK_MS = 4000;
// How many looks there are before a stream is tried again.
const LOOKS = 30;
// How often a person is told that something is being typed.
const TELL_MS = 3000;

const isGone = (error) => error instanceof RefusedError && GONE.includes(error.code);

function pause(ms, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

// Half of it by chance, so that not everybody comes back at the same moment.
const backoff = (failures) => Math.min(LONGEST_MS, RETRY_MS * 2 ** failures) * (0.5 + Math.random() / 2);

// `view` is told: show(message, isNew), pend(message), state(message, name, code), keepOnly(client ids), clear(),
// erased(), trouble(error), calm() and typing(name). `view.pending` are the client ids on the screen that are no
// messages yet, `view.language()` is the language to start a conversation in.
export class Conversation {
  #server;
  #kept;
  #view;
  // The conversation that is on the screen.
  #id;
  #numbers = new Set();
  #cursor = 0;
  // The messages that wait for a person's word, or for their time.
  #held = new Set();
  #failures = 0;
  #sending = false;
  #again = false;
  #retry;
  #listener;
  // Whether a person has written or typed last, and not the bot.
  #withPerson = false;
  #told = 0;

  constructor(server, view) {
    this.#server = new Server(server);
    this.#kept = new Kept(server, () => this.#changedElsewhere());
    this.#view = view;
    addEventListener("online", () => {
      this.#failures = 0;
      this.#send();
      this.#listen();
    });
    document.addEventListener("visibilitychange", () => this.#listen());
  }

  get kept() {
    return this.#kept;
  }

  texts(language) {
    return this.#patiently(() => this.#server.texts(language));
  }

  // Everything so far: of the kept conversation, or the greeting of a new one. Then whatever comes.
  async open() {
    this.#kept.unsent.forEach((message) => this.#view.pend(message));
    this.#id = this.#kept.value.id;
    await this.#patiently(() => this.#catchUp());
    this.#view.calm();
    this.#send();
    this.#listen();
  }

  write(text, shown, quiet = false) {
    const id = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`.replace(".", "");
    const message = { text, shown, quiet, client_id: id };
    this.#kept.add(message);
    this.#view.pend(message);
    this.#send();
  }

  // Said only to a person, and only now and then.
  types() {
    if (!this.#withPerson || Date.now() - this.#told < TELL_MS) return;
    this.#told = Date.now();
    const { id, token } = this.#kept.value;
    this.#server.call("POST", `/conversations/${id}/typing`, { token }).catch(() => {});
  }

  retry() {
    this.#held.clear();
    this.#send();
  }

  // Delete it on the server and here. Throws where the server could not be reached.
  async erase() {
    const { id, token } = this.#kept.value;
    this.#listener?.abort();
    try {
      if (id) await this.#server.call("DELETE", `/conversations/${id}`, { token });
    } catch (error) {
      if (!isGone(error)) {
        this.#listen();
        throw error;
      }
    }
    this.#kept.change({ unsent: [], draft: "" });
    this.#gone();
  }

  async #patiently(attempt) {
    for (let failures = 0; ; failures++) {
      try {
        return await attempt();
      } catch (error) {
        if (error instanceof RefusedError && error.code !== "too_many") throw error;
        this.#view.trouble(error);
        await pause(backoff(failures));
      }
    }
  }

  async #catchUp() {
    if (!this.#kept.value.id) return this.#start();
    try {
      await this.#look();
    } catch (error) {
      if (!isGone(error)) throw error;
      this.#forget();
      await this.#start();
    }
  }

  // One tab starts a conversation; the others find it.
  #start() {
    return this.#kept.alone("start", async () => {
      if (this.#kept.value.id) return;
      const language = this.#view.language();
      const started = await this.#server.call("POST", "/conversations", { body: language ? { language } : {} });
      this.#kept.change({ id: started.id, token: started.token });
      this.#id = started.id;
      // Who has written already is not greeted.
      if (this.#kept.unsent.length) started.messages.forEach((message) => this.#numbers.add(message.number));
      this.#take(started.messages);
    });
  }

  async #look() {
    const { id, token } = this.#kept.value;
    const path = `/conversations/${id}/messages?after=${this.#cursor}`;
    const { messages, cursor } = await this.#server.call("GET", path, { token });
    if (id !== this.#id) return;
    this.#take(messages, this.#numbers.size > 0);
    this.#cursor = Math.max(cursor, this.#cursor);
  }

  #take(messages, isNew = false) {
    for (const message of messages) {
      if (this.#numbers.has(message.number)) continue;
      this.#numbers.add(message.number);
      if (message.client_id && this.#kept.drop(message.client_id)) this.#view.calm();
      if (message.sender !== "migrant") this.#withPerson = message.sender === "person";
      if (message.reply?.ended) {
        this.#forget();
        this.#view.clear();
      }
      this.#view.show(message, isNew);
    }
  }

  // It is no more, on the server: what is unsent stays.
  #forget() {
    this.#listener?.abort();
    if (this.#kept.value.id === this.#id) this.#kept.change({ id: undefined, token: undefined });
    this.#leave();
  }

  #leave() {
    this.#id = undefined;
    this.#numbers.clear();
    this.#cursor = 0;
    this.#withPerson = false;
  }

  #gone() {
    if (!this.#id) return;
    this.#forget();
    this.#view.erased();
  }

  // Send what is unsent, in order, until nothing is left or the network fails.
  async #send() {
    this.#again = true;
    if (this.#sending) return;
    this.#sending = true;
    clearTimeout(this.#retry);
    while (this.#again) {
      this.#again = false;
      await this.#kept.alone("send", () => this.#sendAll());
    }
    this.#sending = false;
  }

  async #sendAll() {
    for (;;) {
      const message = this.#kept.unsent.find(({ client_id }) => !this.#held.has(client_id));
      if (!message) return;
      this.#view.state(message, "sending");
      try {
        await this.#post(message);
        this.#failures = 0;
      } catch (error) {
        // Erased meanwhile, in another tab say: it is begun anew.
        if (isGone(error)) this.#id ? this.#gone() : this.#kept.change({ id: undefined, token: undefined });
        else if (error instanceof RefusedError && error.code === "too_many") this.#hold(message, error);
        else if (error instanceof RefusedError) {
          this.#kept.drop(message.client_id);
          this.#view.state(message, "refused", error.code);
        } else if (error instanceof FaultError) this.#hold(message, error);
        // It may have come through all the same, and be a message already.
        else if (this.#kept.unsent.length) {
          for (const waiting of this.#kept.unsent) this.#view.state(waiting, "failed");
          this.#view.trouble(error);
          this.#retry = setTimeout(() => this.#send(), backoff(this.#failures++));
          return;
        }
      }
    }
  }

  #hold(message, error) {
    this.#held.add(message.client_id);
    this.#view.state(message, "failed");
    this.#view.trouble(error);
    if (!error.after) return;
    setTimeout(() => {
      this.#held.delete(message.client_id);
      this.#send();
    }, error.after * 1000);
  }

  async #post({ text, client_id }) {
    if (!this.#kept.value.id) {
      await this.#start();
      this.#listen();
    }
    const { id, token } = this.#kept.value;
    const answer = await this.#server.call("POST", `/conversations/${id}/messages`, { token, body: { text, client_id } });
    // The cursor stays: something else may have come in between.
    this.#take(answer.messages, true);
    this.#kept.drop(client_id);
    this.#view.calm();
  }

  // Hear what is new for as long as somebody looks; a browser opens only few connections to one server.
  async #listen() {
    this.#listener?.abort();
    const { id, token } = this.#kept.value;
    if (!id || id !== this.#id || document.hidden) return;
    const { signal } = (this.#listener = new AbortController());
    let failures = 0;
    let looks = 0;
    while (!signal.aborted) {
      try {
        if (looks > 0) {
          looks--;
          await this.#look();
        } else {
          const path = `/conversations/${id}/stream?after=${this.#cursor}`;
          for await (const { event, data } of this.#server.listen(path, token, signal)) {
            failures = 0;
            if (signal.aborted) return;
            this.#hear(event, data);
          }
        }
      } catch (error) {
        if (signal.aborted) return;
        if (isGone(error)) return this.#gone();
        if (looks === 0) looks = error instanceof HeldBackError || failures > 2 ? LOOKS : 1;
      }
      await pause(Math.min(backoff(failures++), looks ? LOOK_MS : LONGEST_MS), signal);
    }
  }

  #hear(event, data) {
    if (event === "message") {
      this.#take([data], true);
      this.#cursor = Math.max(data.number, this.#cursor);
      // To look from there on says that it has come through.
      if (data.sender === "person") this.#look().catch(() => {});
    } else if (event === "typing") {
      this.#withPerson = true;
      this.#view.typing(data.name);
    } else if (event === "erased" && !this.#sending) this.#gone();
  }

  // Another tab has written, or begun or erased the conversation.
  async #changedElsewhere() {
    const { id } = this.#kept.value;
    if (id !== this.#id) {
      this.#listener?.abort();
      if (this.#id) this.#view.erased();
      this.#leave();
      this.#id = id;
      if (!id) return;
      this.#view.clear();
      await this.#look().catch(() => {});
      this.#listen();
    }
    const unsent = this.#kept.unsent;
    unsent.forEach((message) => this.#view.pend(message));
    const waiting = new Set(unsent.map((message) => message.client_id));
    if (!this.#view.pending.some((clientId) => !waiting.has(clientId))) return;
    // Sent from there: it is a message now, or was refused.
    await this.#look().catch(() => {});
    this.#view.keepOnly(waiting);
  }
}
