// Calls to the server, and the stream of what is new.

// How long a call may take, in milliseconds: a network that has stalled is no better than none.
const CALL_MS = 30000;
// How long a stream may take to say its first word, and then to be silent, in milliseconds.
const FIRST_MS = 6000;
const SILENCE_MS = 40000;

// The server will not take it. `detail` is a sentence for the reader where `code` is too_many; `after` is in seconds.
export class RefusedError extends Error {
  constructor(code, detail, after) {
    super(code);
    this.code = code;
    this.detail = detail;
    this.after = after;
  }
}

// Something went wrong there, not on the way.
export class FaultError extends Error {}

// Something between here and the server holds the stream back.
export class HeldBackError extends Error {}

export class Server {
  #address;

  constructor(address) {
    this.#address = `${address}/api/v1`;
  }

  async call(method, path, { token, body } = {}) {
    const headers = {};
    if (token) headers.authorization = `Bearer ${token}`;
    if (body) headers["content-type"] = "application/json";
    const signal = AbortSignal.timeout?.(CALL_MS);
    const response = await fetch(this.#address + path, { method, headers, signal, body: body && JSON.stringify(body) });
    if (response.status === 204) return null;
    return this.#taken(response, await response.json().catch(() => ({})));
  }

  #taken(response, data) {
    const { status, ok, headers } = response;
    if (status >= 400 && status < 500) {
      throw new RefusedError(data.code ?? "refused", data.detail, Number(headers.get("retry-after")) || 60);
    }
    if (status === 500) throw new FaultError(data.code);
    if (!ok) throw new Error(data.code ?? "failed");
    return data;
  }

  texts(language) {
    return this.call("GET", language ? `/texts?language=${encodeURIComponent(language)}` : "/texts");
  }

  // Server-sent events as `{ event, data }`, until the server ends it or the signal stops it.
  async *listen(path, token, signal) {
    const stopped = new AbortController();
    const stop = () => stopped.abort();
    signal.addEventListener("abort", stop);
    let silent = setTimeout(stop, FIRST_MS);
    let heard = false;
    try {
      const headers = { authorization: `Bearer ${token}`, accept: "text/event-stream" };
      const response = await fetch(this.#address + path, { headers, signal: stopped.signal, cache: "no-store" });
      if (!response.ok) this.#taken(response, await response.json().catch(() => ({})));
      const reader = response.body.getReader();
      const decoder = new TextDecoder();
      let rest = "";
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        heard = true;
        clearTimeout(silent);
        silent = setTimeout(stop, SILENCE_MS);
        const parts = (rest + decoder.decode(value, { stream: true })).split("\n\n");
        rest = parts.pop();
        for (const part of parts) {
          const fields = Object.fromEntries(part.split("\n").map((line) => line.split(/: (.*)/s, 2)));
          if (fields.event) yield { event: fields.event, data: JSON.parse(fields.data) };
        }
      }
    } catch (error) {
      if (stopped.signal.aborted && !signal.aborted && !heard) throw new HeldBackError();
      throw error;
    } finally {
      clearTimeout(silent);
      signal.removeEventListener("abort", stop);
      stop();
    }
  }
}
