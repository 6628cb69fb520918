/* Log in, or accept an invitation. The password goes straight to the API; Python never sees it. */
import { colors } from "../card/colors.js";
import { mark, said, t } from "../words.js";

const SHORTEST = 10;

/* What an invitation says, by what the account may do. */
const INVITED = {
  admin: mark("This is an administrator's account. Choose a password to start."),
  manager: mark("You were invited to lead projects. Choose a password to start."),
  labeler: mark("You were invited to label. Choose a password to start."),
  reader: mark("You were invited to look at projects. Choose a password to start."),
};

/* Why the provider, or the service, did not let somebody in who came back from there. */
const REFUSED = {
  cancelled: mark("The log-in was cancelled."),
  unavailable: mark("The log-in service of your organization did not answer, or not as it should. Try again in a minute. If it goes on, tell an admin."),
  expired: mark("This log-in took too long, was used already, or began in another window. Try again."),
  invalid: mark("The answer of the log-in service could not be verified. Try again. If it goes on, tell an admin."),
  locked: mark("Too many failed log-ins. Wait a few minutes and try again."),
  domain: mark("Addresses of this domain can't log in here."),
  group: mark("You are in none of the groups that can log in here. Ask an administrator."),
  "groups-unreadable": mark("You are in too many groups for the log-in service to name them. Tell an admin."),
  "not-invited": mark("There is no account for you here. Ask an administrator for an invitation."),
  deactivated: mark("Your account is deactivated. Ask an administrator to activate it again."),
  "no-email": mark("The log-in service did not say your email address. Tell an admin."),
  unverified: mark("Your email address is not verified at the log-in service. Verify it there, or ask an administrator for an invitation link."),
  taken: mark("There is an account with your email address that belongs to another log-in. Ask an administrator."),
  invitation: mark("This invitation was used, has expired, or was replaced. Ask an administrator for a new link."),
  "other-account": mark("You have an account here already, and this invitation is for another one. Log in without it."),
};

async function post(path, body) {
  let answer;
  try {
    answer = await fetch(path, {
      method: "POST", credentials: "same-origin", body: JSON.stringify(body),
      headers: { "Content-Type": "application/json", Accept: "application/json" },
    });
  } catch (error) {
    throw new Error(t("The service can't be reached. Check the connection and try again."));
  }
  const parsed = await answer.json().catch(() => ({}));
  if (answer.ok) return parsed;
  const fields = (parsed.errors || []).map((entry) => said(entry.detail)).filter(Boolean);
  throw new Error([said(parsed.detail || parsed.title) || t("That did not work."), ...fields].join(" "));
}

function strength(password) {
  if (password.length < SHORTEST) return ["weak", t("At least {count} characters. A few words in a row are easy to remember.", { count: SHORTEST })];
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z\d]/].filter((one) => one.test(password)).length;
  const various = new Set(password).size;
  if (various < 6) return ["weak", t("Too repetitive. Use a few different words.")];
  if (password.length >= 16 || (password.length >= 12 && kinds >= 3)) return ["good", t("Good password.")];
  return ["fair", t("Fair. A longer one is safer.")];
}

class Login {
  constructor(root, data) {
    this.root = root;
    this.data = data;
    this.refs = {};
    root.querySelectorAll("[data-ref]").forEach((node) => { this.refs[node.dataset.ref] = node; });
    this.form = this.refs.form;
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.submit(); });
    this.fields = this.form.elements;
    this.offerProvider();
    this.sayRefused();
    if (data.mode === "invitation") this.invitation();
    else if (data.password) this.fields.email.focus();
    else this.showPassword(false);
  }

  /* The button comes first: where there is a provider, most come through it. */
  offerProvider() {
    const { provider, or, submit } = this.refs;
    if (!this.data.provider) return;
    provider.textContent = t("Log in with {name}", { name: this.data.provider });
    provider.hidden = or.hidden = false;
    submit.classList.add("second");
    provider.addEventListener("click", () => this.goToProvider());
  }

  showPassword(shown) {
    const { emailField, nameField, passwordField, repeatField, submit, or, below } = this.refs;
    for (const part of [emailField, nameField, passwordField, repeatField, submit]) part.hidden = !shown;
    or.hidden = !shown || !this.data.provider;
    if (!shown && this.data.mode === "login") below.textContent = t("No account yet? Ask an administrator for an invitation link.");
  }

  /* Why one is here again stands behind the #, and only until one has read it. */
  sayRefused() {
    const [, reason] = /^#refused=([a-z-]+)$/.exec(window.location.hash) || [];
    if (!reason) return;
    this.refs.refused.hidden = false;
    this.refs.refused.textContent = t(REFUSED[reason] || REFUSED.invalid);
    window.history.replaceState(window.history.state, "", window.location.pathname + window.location.search);
  }

  async goToProvider() {
    const { provider, refused } = this.refs;
    const { pathname, search } = window.location;
    this.wrong("");
    refused.hidden = provider.disabled = true;
    try {
      const body = this.token ? { invitation: this.token } : { back: pathname + search };
      window.location.assign((await post(`${this.data.api}/oidc/begin`, body)).url);
    } catch (error) {
      refused.hidden = false;
      refused.textContent = error.message;
      provider.disabled = false;
    }
  }

  wrong(words) {
    this.refs.wrong.hidden = !words;
    this.refs.wrong.textContent = words;
  }

  async invitation() {
    const { title, lead, passwordLabel, submit, below, emailField, nameField, repeatField } = this.refs;
    this.token = window.location.hash.slice(1);
    title.textContent = t("Welcome");
    below.hidden = true;
    submit.textContent = t("Set the password and start");
    passwordLabel.textContent = t("Choose a password");
    this.fields.password.autocomplete = "new-password";
    nameField.hidden = false;
    repeatField.hidden = false;
    this.fields.email.readOnly = true;
    submit.disabled = true;
    if (!this.token) {
      this.refs.provider.hidden = this.refs.or.hidden = true;
      this.wrong(t("This link is not complete. Open the complete link that you received."));
      return;
    }
    try {
      const { email, name, role, again, password } = await post(`${this.data.api}/invitation/check`, { token: this.token });
      this.fields.email.value = email;
      this.fields.name.value = name || "";
      lead.textContent = this.data.provider
        ? t("You were invited as {email}.", { email })
        : again ? t("Choose a new password for your account.") : t(INVITED[role] || INVITED.labeler);
      if (again) {
        title.textContent = t("A new password");
        submit.textContent = t("Set the password and log in");
      }
      if (!password) { this.showPassword(false); return; }
      submit.disabled = false;
      this.refs.strength.hidden = false;
      this.fields.password.addEventListener("input", () => this.weigh());
      this.weigh();
      if (!this.form.contains(this.root.getRootNode().activeElement)) this.fields.password.focus(); // nobody is moved while typing
    } catch (error) {
      this.form.querySelectorAll(".field").forEach((field) => { field.hidden = true; });
      this.refs.provider.hidden = this.refs.or.hidden = true;
      title.textContent = t("This link does not work any more");
      lead.textContent = t("Have you chosen your password already? Then log in with it.");
      this.wrong(error.message);
      const login = document.createElement("a");
      login.href = this.data.home;
      login.className = "onward";
      login.textContent = t("Log in");
      submit.replaceWith(login);
    }
  }

  /* Where one's work is: the project that one was invited to, where there is just one. */
  async first() {
    try {
      const answer = await fetch(`${this.data.api}/me`, { credentials: "same-origin", headers: { Accept: "application/json" } });
      const { projects, user } = await answer.json();
      const [only] = projects;
      if (projects.length !== 1 || user.role === "admin") return this.data.home;
      return `${this.data.home}${only.role === "labeler" ? "label" : "progress"}?project=${encodeURIComponent(only.slug)}`;
    } catch (error) {
      return this.data.home;
    }
  }

  weigh() {
    const [grade, words] = strength(this.fields.password.value);
    this.refs.strength.dataset.grade = grade;
    this.refs.strength.textContent = words;
    return grade;
  }

  async submit() {
    const { email, password, repeat, name } = this.fields;
    const invited = this.data.mode === "invitation";
    if (invited && this.weigh() === "weak") {
      const { length } = password.value;
      const short = t("This has {n} characters: at least {count} are needed.", { n: length, count: SHORTEST });
      this.wrong(length < SHORTEST ? short : this.refs.strength.textContent);
      password.focus();
      return;
    }
    if (invited && password.value !== repeat.value) { this.wrong(t("The two passwords differ.")); repeat.focus(); return; }
    if (!invited && (!email.value.trim() || !password.value)) { this.wrong(t("Enter your email address and your password.")); (email.value ? password : email).focus(); return; }
    this.wrong("");
    this.refs.submit.disabled = true;
    try {
      if (invited) {
        await post(`${this.data.api}/invitation`, { token: this.token, password: password.value, name: name.value.trim() || undefined });
        window.location.replace(await this.first());
      } else {
        await post(`${this.data.api}/session`, { email: email.value.trim(), password: password.value });
        window.location.reload();
      }
    } catch (error) {
      this.wrong(error.message);
      this.refs.submit.disabled = false;
      password.select();
    }
  }
}

const logins = new WeakMap();

export default function mount(component) {
  const root = component.parentElement.querySelector(".lb");
  colors(root);
  if (!logins.has(root)) logins.set(root, new Login(root, component.data));
}
