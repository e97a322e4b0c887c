// What the chat page does in the browser beyond Gradio: buttons inside answers, the original beside the
// chat, dialogs, copying, the address of the open conversation, light and dark, and where the chat scrolls to.
(function () {
  "use strict";
  const words = JSON.parse(document.getElementById("words").textContent);
  // Gradio hears what is typed into a field: these two stand on the page unseen.
  function write(field, text) {
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  function send(way, data) {
    const field = document.querySelector(`#${way}s textarea, #${way}s input`);
    write(field, JSON.stringify({ ...data, at: String(performance.now()) }));  // never twice the same
  }
  const make = (tag, values = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), values);
    element.append(...children);
    return element;
  };
  const idOf = (element) => {
    const holder = element.closest('[class*="id-"]');
    return holder ? [...holder.classList].find((name) => name.startsWith("id-")).slice(3) : "";
  };

  // One sentence that appears for a moment, and is read out.
  let toast;
  function say(text) {
    toast ??= document.body.appendChild(make("div", { id: "toast", role: "status" }));
    toast.textContent = text;
    clearTimeout(toast.timer);
    toast.timer = setTimeout(() => { toast.textContent = ""; }, 3000);
  }

  // A small form in front of the page; resolves to its values, or to null.
  function ask(title, parts, confirm) {
    return new Promise((resolve) => {
      const form = make("form", { method: "dialog" }, make("h2", { textContent: title }), ...parts,
        make("p", { className: "buttons" },
          // No submit button: Enter would press the first of them.
          make("button", { type: "button", textContent: words.cancel, onclick: () => dialog.close("") }),
          make("button", { value: "ok", textContent: confirm, className: "primary" })));
      const dialog = make("dialog", { className: "ask" }, form);
      dialog.setAttribute("aria-label", title);
      dialog.addEventListener("close", () => {
        resolve(dialog.returnValue === "ok" ? Object.fromEntries(new FormData(form)) : null);
        dialog.remove();
      });
      document.body.append(dialog);
      dialog.showModal();
    });
  }

  function reasons() {
    const group = make("fieldset", {}, make("legend", { textContent: words.what_is_wrong, className: "hidden" }));
    for (const name of ["wrong", "wrong_source", "not_answered", "too_long", "other"]) {
      group.append(make("label", {}, make("input", { type: "radio", name: "reason", value: name, required: true }),
        " ", words[name]));
    }
    const more = make("textarea", { name: "text", rows: 3, maxLength: 2000 });
    return [group, make("label", {}, words.say_more, more)];
  }

  // The answer with the titles that it rests on; with all sources only where they are wanted.
  async function copy(answer, withSources) {
    const lines = (parts, ofLines = "innerText") => [...parts].map((part) => part[ofLines].trim());
    const said = lines(answer.querySelectorAll(".text > *, .badges > li")).join("\n");
    const marks = /\s*\[\d+\]/g;
    const titles = lines(answer.querySelectorAll(".sources .title"), "textContent").filter((title) => !said.includes(title));
    const sources = [...answer.querySelectorAll(".source")].map((card) => {
      const mark = card.querySelector("a");  // none where one's own document is gone
      const link = mark ? new URL(mark.href) : null;
      for (const name of ["cites", "lang"]) link?.searchParams.delete(name);
      if (link) link.hash = "";
      const title = card.closest(".sources").querySelector(".title").textContent;
      const where = !link || link.pathname.startsWith("/documents/own-") ? "" : `\n${link}`;  // one's own leads nobody there
      return `${title}\n${lines(card.children, "textContent").join("\n")}${where}`;
    });
    const whole = withSources ? [said, ...sources].join("\n\n") : [said.replace(marks, ""), ...titles].join("\n");
    await toClipboard(whole);
    say(withSources ? words.copied_sources : words.copied);
  }

  async function toClipboard(text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {  // no clipboard without https: an older way
      const area = document.body.appendChild(make("textarea", { value: text, className: "hidden" }));
      area.select();
      document.execCommand("copy");
      area.remove();
    }
  }

  // A link that opens this answer for anybody: by the telephone's own sheet where there is one, else copied.
  async function share(id, title) {
    try {
      const response = await fetch(`/a/${encodeURIComponent(id)}`, { method: "POST" });
      if (!response.ok) throw new Error(response.status);
      const { url } = await response.json();
      const link = new URL(`${url}${words.language === "en" ? "?lang=en" : ""}`, location.href).href;
      if (matchMedia("(pointer: coarse)").matches && navigator.share) return void await navigator.share({ title, url: link });
      await toClipboard(link);
      say(words.shared);
    } catch (error) {
      if (error.name !== "AbortError") say(words.not_shared);  // else the sheet was closed
    }
  }

  // Where the person teaches: chosen once, kept by the browser, sent along with every question.
  const placeKey = "place";
  async function choosePlace() {
    let names = [];
    try {
      names = await (await fetch("/places")).json();
    } catch {}  // then any name is taken
    const list = make("datalist", { id: "places" }, ...names.map((value) => make("option", { value })));
    const field = make("input", { name: "place", value: localStorage.getItem(placeKey) ?? "", maxLength: 60 });
    field.setAttribute("list", "places");
    field.setAttribute("aria-label", words.place);
    const remove = make("button", { type: "button", className: "remove", textContent: words.place_none,
      onclick: () => { field.value = ""; field.form.querySelector(".primary").click(); } });
    const why = make("p", { textContent: words.place_why });
    const values = await ask(words.place, [why, field, list, ...(field.value ? [make("p", {}, remove)] : [])], words.save);
    if (!values) return;
    const typed = values.place.trim();
    const found = typed && (names.find((one) => one === typed) ?? names.find((one) => one.endsWith(typed)));
    if (typed && names.length && !found) return void say(words.place_unknown);
    localStorage.setItem(placeKey, found || typed);
    showPlace();
  }
  function showPlace() {
    const place = localStorage.getItem(placeKey) ?? "";
    const field = document.querySelector("#near textarea, #near input");
    if (field && field.value !== place) write(field, place);
    const short = place.match(/[^省市区县旗盟州]+(?:自治)?[省市区县旗盟州]$/)?.[0] ?? place;
    for (const button of document.querySelectorAll(".act-place")) {
      if (button.textContent !== (short || words.place)) button.textContent = short || words.place;
      button.title = words.place;
    }
  }

  const acts = {
    ask: (button) => send("ask", { text: button.title || button.textContent }),
    retry: (button) => send("ask", { id: idOf(button) }),
    copy: (button) => copy(button.closest(".answer"), false),
    copy_sources: (button) => copy(button.closest(".answer"), true),
    share: (button) => {
      const asked = [...document.querySelectorAll("#chat .asked")].find((one) => idOf(one) === idOf(button));
      share(idOf(button), asked?.querySelector("p").innerText ?? document.title);
    },
    edit: (button) => { send("act", { act: "edit", id: idOf(button) }); box().focus(); },
    cancel: () => send("act", { act: "cancel" }),
    up: (button) => send("act", { act: "up", id: idOf(button) }),
    down: async (button) => {
      const values = await ask(words.what_is_wrong, reasons(), words.save);
      if (!values) return;
      send("act", { act: "down", id: idOf(button), ...values });
      say(words.thanks);
    },
    open: (button) => { closeDrawer(); send("act", { act: "open", id: idOf(button) }); },
    new: () => { closeDrawer(); send("act", { act: "new" }); if (!isNarrow()) box().focus(); },
    rename: async (button) => {
      const title = button.closest("li").querySelector(".act-open").title;
      button.closest("details").open = false;
      const field = make("input", { name: "text", value: title, required: true, maxLength: 60 });
      field.setAttribute("aria-label", words.rename);
      const values = await ask(words.rename, [field], words.save);
      if (values) send("act", { act: "rename", id: idOf(button), ...values });
    },
    delete: async (button) => {
      button.closest("details").open = false;
      const sure = await ask(words.delete, [make("p", { textContent: words.sure })], words.delete);
      if (sure) send("act", { act: "delete", id: idOf(button) });
    },
    delete_all: async () => {
      const sure = await ask(words.delete_all, [make("p", { textContent: words.sure })], words.delete_all);
      if (sure) send("act", { act: "delete_all" });
    },
    scope: () => document.querySelector("#scope button").click(),
    place: choosePlace,
    theme: () => shade(document.body.classList.contains("dark") ? "light" : "dark"),
  };
  window.policyAssistant = { words, send, say, make, acts };  // for what else acts on this page
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.(".act");
    const name = button && [...button.classList].find((one) => one.startsWith("act-"))?.slice(4);
    if (name && acts[name]) return void acts[name](button);
    const link = event.target.closest?.("#chat a[href^='/documents/']");
    const plain = link && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
    if (plain) { event.preventDefault(); show(link); }
  });

  // The list of conversations: on a phone it covers the chat, so it closes on choosing, and by "back".
  const isNarrow = () => matchMedia("(max-width: 48rem)").matches;
  const drawer = () => document.querySelector("#conversations");
  const isOpen = () => Boolean(drawer()?.classList.contains("open"));
  function closeDrawer() {
    if (isNarrow() && isOpen()) history.back();
  }
  function tendDrawer() {
    if (isNarrow() && isOpen() && !history.state?.drawer) history.pushState({ drawer: true }, "");
    document.body.classList.toggle("listing", isOpen());
  }
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("#conversations .toggle-button") && isNarrow() && isOpen() && history.state?.drawer) {
      event.stopPropagation();  // "back" closes it, once
      history.back();
    }
    for (const menu of document.querySelectorAll("#shelf .more[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  }, true);
  addEventListener("popstate", () => {
    if (isNarrow() && isOpen() && !history.state?.drawer) drawer().querySelector(".toggle-button").click();
  });

  // The original beside the chat, or over it where there is no room.
  let panel, opener;
  const isDark = () => document.body.classList.contains("dark");
  function show(link) {
    opener = link;
    if (!panel) {
      const close = make("button", { type: "button", textContent: words.close, onclick: () => history.back() });
      const tab = make("a", { target: "_blank", rel: "noopener", textContent: words.new_tab });
      panel = make("aside", { id: "original" }, make("header", {}, make("h2", { textContent: words.reader }), tab, close),
        make("iframe", { title: words.reader }));
      panel.setAttribute("aria-label", words.reader);
      document.body.append(panel);
    }
    const url = new URL(link.href);
    panel.querySelector("a").href = link.href;
    url.searchParams.set("embed", "1");
    url.searchParams.set("theme", isDark() ? "dark" : "light");
    url.hash = "";  // it would move the chat as well
    panel.querySelector("iframe").contentWindow.location.replace(url);
    if (!isNarrow() && isOpen()) drawer().querySelector(".toggle-button").click();  // no room for three
    if (!document.body.classList.contains("reading")) history.pushState({ reading: true }, "");
    document.body.classList.add("reading");
    panel.querySelector("button").focus({ preventScroll: true });
  }
  // A phone's own "back" closes it too.
  addEventListener("popstate", () => {
    if (!document.body.classList.contains("reading")) return;
    document.body.classList.remove("reading");
    opener?.focus?.({ preventScroll: true });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && document.body.classList.contains("reading")) history.back();
  });

  // Light and dark: the system's, until the button is used.
  function shade(theme) {
    document.body.classList.toggle("dark", theme === "dark");
    try { localStorage.setItem("policy-assistant-theme", theme); } catch { /* a browser that keeps nothing */ }
  }
  // Gradio sets the system's theme when it is ready, whatever was chosen.
  function keepShade() {
    let kept = null;
    try { kept = localStorage.getItem("policy-assistant-theme"); } catch { /* as above */ }
    if (kept && isDark() !== (kept === "dark")) document.body.classList.toggle("dark", kept === "dark");
  }
  const watchShade = () => {
    keepShade();
    new MutationObserver(keepShade).observe(document.body, { attributes: true, attributeFilter: ["class"] });
  };
  if (document.body) watchShade(); else addEventListener("DOMContentLoaded", watchShade);

  // After a lost connection Gradio's session is gone, and what was under way went on without us: begin anew,
  // with what stood in the box.
  const box = () => document.querySelector("#question textarea");
  addEventListener("online", () => {
    try { sessionStorage.setItem("policy-assistant-draft", box()?.value ?? ""); } catch { /* as above */ }
    location.reload();
  });
  function restoreDraft() {
    let draft = "";
    try {
      draft = sessionStorage.getItem("policy-assistant-draft") ?? "";
      sessionStorage.removeItem("policy-assistant-draft");
    } catch { /* as above */ }
    if (draft) write(box(), draft);
  }

  // What Gradio puts on the page: the address follows the open conversation, buttons say whether they are on.
  let current = null, begun = false;
  function name(selector, attribute, value) {
    const element = document.querySelector(selector);
    if (element && element.getAttribute(attribute) !== value) element.setAttribute(attribute, value);
  }
  function tend() {
    const shelf = document.querySelector("#shelf .shelf");
    const open = shelf && [...shelf.classList].find((name) => name.startsWith("current-")).slice(8);
    if (shelf && open !== current) {
      current = open;
      history.replaceState(history.state, "", current ? `#${current}` : location.pathname + location.search);
    }
    for (const button of document.querySelectorAll("#chat .act-up, #chat .act-down")) {
      const on = String(button.classList.contains("on"));
      if (button.getAttribute("aria-pressed") !== on) button.setAttribute("aria-pressed", on);
    }
    for (const named of document.querySelectorAll("#shelf [title]:not([aria-label])")) {
      named.setAttribute("aria-label", named.title);
      if (named.classList.contains("on")) named.setAttribute("aria-current", "true");
    }
    tendDrawer();
    showPlace();
    name("#banner .act-theme", "aria-label", words.theme);
    for (const [who, label] of [["user", words.question], ["bot", words.answer]]) {
      for (const message of document.querySelectorAll(`#chat [data-testid=${who}]:not([aria-label="${label}"])`)) {
        message.setAttribute("aria-label", label);
      }
    }
    name("#question .submit-button", "aria-label", words.send);
    name("#question .stop-button", "aria-label", words.stop);
    name("#conversations .toggle-button", "aria-label", words.conversations);
    name("#chat .examples", "role", "group");
    name("#chat [role=log]", "aria-label", words.conversation);
    for (const link of document.querySelectorAll("#banner a[target]")) link.removeAttribute("target");
    if (!begun && document.querySelector("#asks textarea, #asks input")) {
      begun = true;
      restoreDraft();
      send("ask", { act: "load", id: location.hash.slice(1) });
    }
  }
  new MutationObserver(tend).observe(document.documentElement, { childList: true, subtree: true });
  (function watchDrawer() {
    if (!drawer()) return void setTimeout(watchDrawer, 200);
    new MutationObserver(tendDrawer).observe(drawer(), { attributes: true, attributeFilter: ["class"] });
  })();

  // Keeps the question that was asked last at the top while its answer grows, until the reader scrolls.
  // Gradio's own scrolling goes to the end, which is the last source and not the answer.
  (function watch() {
    const log = document.querySelector("#chat [role=log]");
    if (!log) return void setTimeout(watch, 200);
    let asked = 0, following = false;
    for (const event of ["wheel", "touchmove", "keydown"]) log.addEventListener(event, () => { following = false; });
    new MutationObserver(() => {
      const questions = log.querySelectorAll(".user-row");
      if (questions.length !== asked) following = questions.length > asked;
      asked = questions.length;
      if (following) log.scrollTop += questions[asked - 1].getBoundingClientRect().top - log.getBoundingClientRect().top - 8;
    }).observe(log, { childList: true, subtree: true, characterData: true });
  })();
})();
