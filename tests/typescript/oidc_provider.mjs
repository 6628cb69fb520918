/* A real OpenID Connect provider (oidc-provider, certified) on loopback, for tests: who there is, which keys it has and
 * what it does wrong is set by POST /control. Prints its port when it listens. */
import { createServer } from "node:http";
import { SignJWT, exportJWK, generateKeyPair } from "jose";
import Provider from "oidc-provider";

const state = { accounts: {}, redirect: [], logout: [], wrong: null, key: null, listed: true };
let issuer;
let current;

async function newKey() {
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  return { ...(await exportJWK(privateKey)), kid: `key-${Date.now()}-${Math.random()}`, alg: "RS256", use: "sig" };
}

function body(request) {
  return new Promise((done) => {
    const parts = [];
    request.on("data", (part) => parts.push(part)).on("end", () => done(Buffer.concat(parts).toString()));
  });
}

/* An id token that this provider would not write: the claims changed, or signed with a key that nobody knows. */
async function spoiled(token, { claims = {}, unknown = false, none = false }) {
  const [head, payload] = token.split(".").slice(0, 2).map((part) => JSON.parse(Buffer.from(part, "base64url")));
  const changed = { ...payload, ...claims };
  for (const [name, value] of Object.entries(changed)) if (value === null) delete changed[name];
  if (none) return [{ alg: "none" }, changed].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".") + ".";
  const key = unknown ? (await generateKeyPair("RS256")).privateKey : await importKey();
  return new SignJWT(changed).setProtectedHeader({ alg: head.alg, kid: head.kid }).sign(key);
}

async function importKey() {
  const { importJWK } = await import("jose");
  return importJWK(state.key, "RS256");
}

function provider() {
  const made = new Provider(issuer, {
    clients: [{
      client_id: "labeler", client_secret: "s3cret+/:%&", redirect_uris: state.redirect, post_logout_redirect_uris: state.logout,
      grant_types: ["authorization_code"], response_types: ["code"],
    }],
    jwks: { keys: [state.key] },
    claims: { openid: ["sub", "groups"], email: ["email", "email_verified"], profile: ["name"] },
    features: { devInteractions: { enabled: false } },
    cookies: { keys: ["only for tests"] },
    pkce: { required: () => true },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_, id) => ({ accountId: id, claims: async () => ({ sub: id, ...state.accounts[id] }) }),
    loadExistingGrant: async (context) => {
      const grant = new context.oidc.provider.Grant({ clientId: "labeler", accountId: context.oidc.session.accountId });
      grant.addOIDCScope("openid email profile");
      await grant.save();
      return grant;
    },
  });
  made.use(async (context, next) => {
    await next();
    if (state.wrong && context.oidc?.route === "token" && context.body?.id_token) {
      context.body.id_token = await spoiled(context.body.id_token, state.wrong);
    }
  });
  return made;
}

const FORM = `<!doctype html><title>Provider</title><form method="post"><label>Who <input name="who"></label>
<button name="go" value="in">Continue</button> <button name="go" value="back">Cancel</button></form>`;

async function interaction(request, response) {
  if (request.method === "GET") {
    response.setHeader("content-type", "text/html");
    response.end(FORM);
    return;
  }
  const given = new URLSearchParams(await body(request));
  const result = given.get("go") === "back"
    ? { error: "access_denied", error_description: "cancelled" }
    : { login: { accountId: given.get("who") } };
  await current.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
}

const server = createServer(async (request, response) => {
  if (request.url === "/control") {
    const { rotate, ...given } = JSON.parse(await body(request));
    Object.assign(state, given);
    if (rotate) state.key = await newKey();
    current = provider();
    response.end("{}");
  } else if (request.url.startsWith("/interaction/")) {
    await interaction(request, response);
  } else {
    await current.callback()(request, response);
  }
});

server.listen(0, "127.0.0.1", async () => {
  issuer = `http://localhost:${server.address().port}`;
  state.key = await newKey();
  current = provider();
  console.log(server.address().port);
});
