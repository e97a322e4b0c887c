// A document of one's own: chosen or dropped on the page, sent to be read, and taken up by the conversation.
(function () {
  "use strict";
  const { words, send, say, make, acts } = window.policyAssistant;
  const chooser = make("input", { type: "file", id: "own-file-chooser", className: "hidden", accept: words.own_file_kinds });
  chooser.setAttribute("aria-label", words.own_file);
  chooser.tabIndex = -1;
  const isOffered = () => Boolean(document.querySelector("#hint .own-file"));

  // What is being done, in front of the page, to be cancelled; then why it was not taken, if it was not.
  async function bring(file) {
    const cancelled = new AbortController();
    const told = make("p", { textContent: words.own_file_reading.replace("{}", file.name) });
    told.setAttribute("role", "status");
    const close = make("button", { type: "button", textContent: words.cancel, onclick: () => dialog.close() });
    const dialog = make("dialog", { className: "ask", id: "own-file-reading" }, make("h2", { textContent: words.own_file }), told,
      make("p", { textContent: words.own_file_why, className: "why" }), make("p", { className: "buttons" }, close));
    dialog.setAttribute("aria-label", words.own_file);
    dialog.addEventListener("close", () => { cancelled.abort(); dialog.remove(); });
    document.body.append(dialog);
    dialog.showModal();
    try {
      const body = new FormData();
      body.append("file", file);
      const response = await fetch("/own-file", { method: "POST", body, signal: cancelled.signal });
      const found = await response.json();
      if (!response.ok) throw new Error(`${found.error.message}${words.language === "en" ? " " : ""}${found.error.hint}`);
      dialog.close();
      send("act", { act: "file", id: found.file });
      document.querySelector("#question textarea")?.focus();
    } catch (error) {
      if (error.name === "AbortError") return;
      const known = error.constructor === Error;  // else there was no answer, or one of a server in between
      told.textContent = known ? error.message : words.own_file_failed;
      close.textContent = words.close;
    }
  }

  acts.file = () => {
    if (!chooser.isConnected) document.body.append(chooser);
    chooser.click();
  };
  acts.no_file = () => send("act", { act: "no_file" });
  chooser.addEventListener("change", () => {
    const [file] = chooser.files;
    if (file) bring(file);
    chooser.value = "";  // the same one may be chosen again
  });
  const carriesFiles = (event) => isOffered() && event.dataTransfer?.types.includes("Files");
  addEventListener("dragover", (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault();
    document.body.classList.add("dropping");
  });
  addEventListener("dragleave", (event) => { if (!event.relatedTarget) document.body.classList.remove("dropping"); });
  addEventListener("drop", (event) => {
    document.body.classList.remove("dropping");
    if (!carriesFiles(event)) return;
    event.preventDefault();
    if (event.dataTransfer.files.length !== 1) return void say(words.own_file_one);
    bring(event.dataTransfer.files[0]);
  });
})();
