// The start page and the way back from the issuer: what to show, and in which words.

import { call, finish, LoginError, prepare, signIn, signOut, wasSignedIn } from "./oidc.js";

const WORDS = {
  access_denied: "Вход отменён: сервер входа не дал разрешения.",
  invalid_grant: "Код входа устарел или уже использован, он действует пять минут. Войдите ещё раз.",
  login_required: "Сеанс закончился. Войдите снова.",
  network: "Нет связи с сервером. Проверьте интернет и попробуйте снова.",
  server_error: "На сервере входа ошибка. Попробуйте через несколько минут.",
  session: "Сеанс закончился. Войдите снова.",
  state: "Этот вход начали в другом окне, или страницу открыли второй раз. Начните вход сначала.",
  temporarily_unavailable: "Сервер сейчас занят. Попробуйте через несколько минут.",
};
const CALLBACK = "/login/callback";

const find = (id) => document.getElementById(id);

function show(id) {
  for (const section of find("state").querySelectorAll("section")) section.hidden = section.id !== id;
}

function tell(error) {
  const code = error instanceof LoginError ? error.code : "server_error";
  const named = /^[a-z_]{1,40}$/.test(code) ? ` Код ошибки: ${code}.` : "";
  find("why").textContent = WORDS[code] ?? `Сервер входа ответил отказом.${named}`;
  show("failed");
  find("state").focus();
}

function greet(note) {
  find("note").textContent = note ?? "";
  find("note").hidden = !note;
  show("guest");
}

async function meet() {
  const answer = await call("GET", "/intake/accounts/me");
  if (answer.status === 404) return show("unknown");
  if (!answer.ok) throw new LoginError("temporarily_unavailable");
  const account = await answer.json();
  find("name").textContent = account.name ?? "Ваша учётная запись";
  find("duty").textContent = account.position ?? "";
  const places = account.organisations.map(({ title }) => Object.assign(document.createElement("li"), { textContent: title }));
  find("places").replaceChildren(...places);
  document.documentElement.classList.toggle("large", account.low_vision);
  show("known");
}

const DOES = {
  "sign-in": () => signIn(),
  create: () => signIn("create"),
  "sign-out": signOut,
  register: async () => {
    const answer = await call("POST", "/intake/accounts");
    if (!answer.ok) throw new LoginError("temporarily_unavailable");
    await meet();
  },
};

async function comeBack(answer) {
  try {
    await finish(answer);
  } catch (error) {
    // nobody is signed in any more: no failure, the start page
    if (error.code === "login_required") return greet(WORDS.login_required);
    throw error;
  }
  await meet();
  find("state").focus();
}

async function start() {
  const answer = new URLSearchParams(location.search);
  const back = location.pathname === CALLBACK && (answer.has("code") || answer.has("error"));
  // the code leaves the address, and with it the history
  history.replaceState(null, "", "/");
  if (!back && answer.get("state") === "signed-out") return greet("Вы вышли.");
  if (!back && !wasSignedIn()) return greet();
  show("busy");
  await prepare();
  return back ? comeBack(answer) : signIn("none");
}

for (const button of document.querySelectorAll("[data-does]")) {
  button.addEventListener("click", async () => {
    try {
      await prepare();
      await DOES[button.dataset.does]();
    } catch (error) {
      tell(error);
    }
  });
}

start().catch(tell);
