const WIDE = 1040; // where the outline stands beside the text, as in the style sheet
const cited = document.getElementById("cited");
const outline = document.getElementById("outline");
const copy = document.getElementById("copy");

if (outline && outline.dataset.open && innerWidth >= WIDE) {
  outline.open = true;
  const here = outline.querySelector("a[aria-current]"), column = outline.parentElement;
  const below = here ? here.getBoundingClientRect().top - column.getBoundingClientRect().top : 0;
  column.scrollTop = below - column.clientHeight / 3;
}

// Where its table is wider than what is seen, a cited row is also told as a card, column by column. The card
// stands below the table and keeps to the lower edge: over a long table it would be far above the row.
const row = cited?.closest("tbody tr");
const names = row ? [...row.closest("table").querySelectorAll("thead th, thead td")].map((one) => one.textContent) : [];
if (names.length > 2 && row.children.length === names.length) {
  const card = document.createElement("details"), columns = document.createElement("dl");
  card.className = "card";
  card.open = true;
  card.append(Object.assign(document.createElement("summary"), { textContent: document.getElementById("text").dataset.row }), columns);
  [...row.children].forEach((cell, at) => {
    if (!cell.textContent.trim() || !names[at].trim()) return;
    const name = document.createElement("dt"), value = document.createElement("dd");
    name.textContent = names[at];
    value.textContent = cell.textContent;
    columns.append(name, value);
  });
  const table = row.closest(".scroll");
  const fit = () => { card.hidden = table.scrollWidth <= table.clientWidth; };
  table.after(card);
  fit();
  addEventListener("resize", fit);
}

if (cited && ["", "#cited"].includes(location.hash)) {
  // Not scrollIntoView and focus alone: in a side panel they would move the page around it as well.
  const box = cited.getBoundingClientRect(), table = cited.closest(".scroll");
  const seen = innerHeight - (document.querySelector(".card:not([hidden])")?.offsetHeight ?? 0);
  scrollBy(0, box.top - Math.max(64, (seen - box.height) / 2));
  if (table && box.right > table.getBoundingClientRect().right) table.scrollLeft += box.left - table.clientWidth / 3;
  if (parent === self) cited.focus({ preventScroll: true });
}

if (copy) {
  const field = document.getElementById("link");
  const said = document.getElementById("said");
  field.value = new URL(copy.dataset.link, location.href).href;
  copy.hidden = false;
  copy.onclick = async () => {
    said.textContent = "";
    try {
      await navigator.clipboard.writeText(field.value);
      said.textContent = copy.dataset.done;
    } catch { // over plain HTTP there is no clipboard, but on localhost
      field.hidden = false;
      field.focus();
      field.select();
      said.textContent = copy.dataset.byHand;
    }
  };
}
