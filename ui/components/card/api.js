/* Talking to /api/v1 with the session cookie. Nothing here holds a token. */
import { said, t } from "../words.js";

export class Problem extends Error {
  constructor(status, body, retryAfter) {
    super(said(body.detail || body.title) || t("The service could not do that."));
    this.status = status;
    this.type = body.type || "";
    this.body = body;
    this.retryAfter = retryAfter;
  }

  /* Worth sending again later, unchanged. Status 0: the network, not the service, refused. */
  get passing() {
    return this.status === 0 || this.status >= 500 || [408, 425, 429].includes(this.status);
  }

  /* Nothing is lent until a manager says so. */
  get stops() { return this.status === 409 && /(?:^|\/)(?:training-not-passed|labeler-paused)$/.test(this.type); }

  get needsAcknowledgement() {
    return this.status === 409 && this.type.endsWith("guideline-not-acknowledged");
  }
}

export class Api {
  constructor(base, slug, csrf) {
    this.base = base;
    this.project = `${base}/projects/${encodeURIComponent(slug)}`;
    this.csrf = csrf;
  }

  /* The page is left: nobody waits for an answer. */
  leave(path, body) {
    const headers = { "Content-Type": "application/json", "X-CSRF-Token": this.csrf || "" };
    fetch(this.project + path, { method: "POST", headers, credentials: "same-origin", keepalive: true, body: JSON.stringify(body) })
      .catch(() => { /* the leases run out */ });
  }

  async call(method, path, body, seconds = 20) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), seconds * 1000);
    const headers = { Accept: "application/json" };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (method !== "GET" && this.csrf) headers["X-CSRF-Token"] = this.csrf;
    let answer;
    let text;
    try {
      answer = await fetch(this.project + path, {
        method, headers, credentials: "same-origin", signal: stop.signal,
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      text = await answer.text();
    } catch (error) {
      throw new Problem(0, { title: t("No connection"), detail: t("The service can't be reached.") }, 0);
    } finally {
      clearTimeout(timer);
    }
    let parsed = {};
    try {
      parsed = text ? JSON.parse(text) : {};
    } catch (error) {
      if (answer.ok) throw new Problem(502, { detail: t("The answer was cut off in transit.") }, 0);
    }
    if (!answer.ok) {
      throw new Problem(answer.status, parsed, Number(answer.headers.get("Retry-After")) || 0);
    }
    return parsed;
  }
}

/* crypto.randomUUID exists on https and localhost only; a team may run plain http inside its network. */
export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
