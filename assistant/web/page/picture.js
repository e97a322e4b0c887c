// One answer as a picture, to keep or to forward in a chat: the question, the answer, the titles that it rests
// on, who says so and when. Drawn here, so that no picture of what was asked leaves the browser by itself.
(function () {
  "use strict";
  const { words, say, make, acts } = window.policyAssistant;
  const WIDTH = 1080, MARGIN = 72, ROOM = WIDTH - 2 * MARGIN;  // pixels
  const HIGHEST = 8000;  // pixels: higher ones an iPhone does not draw
  const FONT = "system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif";
  const STYLES = {
    question: { size: 48, weight: 650, color: "#1d2733", before: 0 },
    text: { size: 42, weight: 400, color: "#1d2733", before: 24 },
    name: { size: 42, weight: 650, color: "#1d2733", before: 32 },
    notice: { size: 34, weight: 400, color: "#7a5200", before: 24 },
    quiet: { size: 34, weight: 400, color: "#4d5966", before: 20 },
  };
  const UNIT = /[\x21-\x7e\u00c0-\u024f]+\s*|\s+|./gu;  // a word or a figure, or one Chinese character
  const NOT_FIRST = /^[，。、；：？！）》〉】〕」』”’…—·％,.;:?!)\]}%]/u;
  const NOT_LAST = /[（《〈【〔「『“‘([{]$/u;

  const said = (element) => element.innerText.trim();

  // What stands in the picture, from top to bottom, as [style, text].
  function* parts(answer, question) {
    yield ["question", question];
    for (const element of answer.querySelectorAll(".text > *")) {
      if (element.matches(".row-card")) {
        yield ["name", said(element.querySelector(".name"))];
        for (const column of element.querySelectorAll("dt")) {
          yield ["text", `${said(column)}：${said(column.nextElementSibling)}`];
        }
      } else if (element.matches("ul")) {
        for (const item of element.children) yield ["text", `· ${said(item)}`];
      } else if (!element.matches(".whose")) {  // the titles stand below
        yield ["text", said(element)];
      }
    }
    for (const notice of answer.querySelectorAll(".badges > li")) yield ["notice", said(notice)];
    for (const line of answer.querySelectorAll(":scope > p.quiet, .nearest > li")) yield ["quiet", said(line)];
    for (const source of answer.querySelectorAll(".sources")) {
      const marks = [...source.querySelectorAll(".source > p")].map((one) => one.textContent.match(/\[\d+\]/)?.[0] ?? "");
      const counted = source.querySelector(".counted")?.textContent ?? "";
      yield ["quiet", `${words.source}${source.querySelector(".title").textContent}${counted} ${marks.join("")}`];
    }
  }

  // Units that may not be parted are one: no line begins with a comma or ends with an opening bracket.
  function unitsOf(text) {
    const units = [];
    for (const unit of text.match(UNIT) ?? []) {
      const last = units.at(-1);
      if (last && (NOT_FIRST.test(unit) || NOT_LAST.test(last))) units[units.length - 1] += unit;
      else units.push(unit);
    }
    return units;
  }

  function linesOf(pen, text) {
    const lines = [];
    for (const paragraph of text.split("\n")) {
      let line = "";
      for (const unit of unitsOf(paragraph)) {
        const fits = (more) => pen.measureText(line + more.trimEnd()).width <= ROOM;
        if (fits(unit)) { line += unit; continue; }
        if (line) { lines.push(line); line = ""; }
        if (fits(unit)) { line = unit.trimStart(); continue; }
        for (const letter of unit) {  // an address that is longer than a line
          if (!fits(letter)) { lines.push(line); line = ""; }
          line += letter;
        }
      }
      lines.push(line);
    }
    return lines;
  }

  const put = (pen, style) => { pen.font = `${style.weight} ${style.size}px ${FONT}`; pen.fillStyle = style.color; };

  // All lines with their places; what goes beyond `highest` is left out, and said to be.
  function laidOut(pen, all, highest) {
    const placed = [];
    let y = MARGIN;
    for (const [name, text] of all) {
      const style = STYLES[name];
      put(pen, style);
      y += placed.length ? style.before : 0;
      for (const line of linesOf(pen, text)) {
        const height = Math.round(style.size * 1.6);
        if (y + height > highest) return { placed, y, cut: true };
        placed.push({ style, line, y: y + Math.round(height * 0.75) });
        y += height;
      }
    }
    return { placed, y, cut: false };
  }

  function draw(answer, question) {
    const canvas = make("canvas", { width: WIDTH, height: 1 });
    const pen = canvas.getContext("2d");
    const locale = words.language === "en" ? "en-GB" : "zh-CN";
    const date = new Date().toLocaleDateString(locale, { dateStyle: "long" });
    const all = [...parts(answer, question)];
    const answered = all.filter(([name]) => name !== "quiet"), quiet = all.filter(([name]) => name === "quiet");
    const foot = (cut) => [...(cut ? [["notice", words.picture_more]] : []), ...quiet,
      ["quiet", words.picture_from.replace("{}", words.title).replace("{}", date)]];
    const below = laidOut(pen, foot(true), HIGHEST / 2);  // sources are not what gives way, unless there are very many
    const above = laidOut(pen, answered, HIGHEST - below.y - MARGIN);
    const end = above.cut ? below : laidOut(pen, foot(false), HIGHEST / 2);
    canvas.height = above.y + end.y + MARGIN;  // also clears it
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, WIDTH, canvas.height);
    pen.fillStyle = "#d5dce4";
    pen.fillRect(MARGIN, above.y + MARGIN / 2, ROOM, 2);
    for (const [{ placed }, down] of [[above, 0], [end, above.y]]) {
      for (const { style, line, y } of placed) { put(pen, style); pen.fillText(line, MARGIN, y + down); }
    }
    return new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  }

  function download(url, name) {
    make("a", { href: url, download: name }).click();
    say(words.picture_saved);
  }

  // Where a page may neither share nor save, as in WeChat, a picture is kept by pressing it for long.
  function present(url, name) {
    const close = make("button", { type: "button", textContent: words.close, onclick: () => dialog.close() });
    const keep = make("button", { type: "button", textContent: words.picture_keep, onclick: () => download(url, name) });
    const dialog = make("dialog", { className: "ask picture" }, make("p", { textContent: words.picture_press }),
      make("img", { src: url, alt: words.picture }), make("p", { className: "buttons" }, keep, close));
    dialog.setAttribute("aria-label", words.picture);
    dialog.addEventListener("close", () => { dialog.remove(); URL.revokeObjectURL(url); });
    document.body.append(dialog);
    dialog.showModal();
  }

  async function give(blob) {
    const name = `${words.title} ${new Date().toISOString().slice(0, 10)}.png`;
    const file = new File([blob], name, { type: "image/png" });
    const onPhone = matchMedia("(pointer: coarse)").matches;
    if (onPhone && navigator.canShare?.({ files: [file] })) {
      try {
        return void await navigator.share({ files: [file] });
      } catch (error) {
        if (error.name === "AbortError") return;  // the sheet was closed
      }
    }
    const url = URL.createObjectURL(blob);
    if (onPhone) return void present(url, name);
    download(url, name);
    setTimeout(() => URL.revokeObjectURL(url), 60_000);  // the browser reads it after the click
  }

  acts.picture = async (button) => {
    const answer = button.closest(".answer");
    const asked = answer.closest("[role=log]").querySelectorAll(".asked, .answer");
    const before = [...asked].slice(0, [...asked].indexOf(answer)).filter((one) => one.matches(".asked")).at(-1);
    const blob = await draw(answer, before ? said(before.querySelector("p")) : document.title);
    if (!blob) return void say(words.picture_failed);
    await give(blob);
  };
})();
