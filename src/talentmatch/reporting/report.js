(() => {
  "use strict";
  const root = document.documentElement;
  root.classList.add("live");
  const lang = root.lang;
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);

  // Sheets: open the one that was asked for; print the open ones, or one alone.
  const sheetOf = (hash) => {
    const place = hash.length > 1 && document.getElementById(hash.slice(1));
    return place && place.closest("details.sheet");
  };
  const reveal = () => {
    const sheet = sheetOf(location.hash);
    if (sheet) { sheet.open = true; sheet.scrollIntoView(); }
  };
  addEventListener("hashchange", reveal);
  reveal();
  addEventListener("afterprint", () => {
    root.classList.remove("alone");
    document.querySelector(".sheet.only")?.classList.remove("only");
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-do]");
    if (!button) return;
    if (button.dataset.do === "print") {
      button.closest(".sheet").classList.add("only");
      root.classList.add("alone");
      window.print();
      return;
    }
    const open = button.dataset.do === "open";
    for (const sheet of document.querySelectorAll("details.sheet")) sheet.open = open;
  });

  const table = document.getElementById("pairs");
  if (!table) return;
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const find = document.getElementById("find");
  const weak = document.getElementById("weak");
  const count = document.getElementById("count");
  const said = document.getElementById("said");
  const none = document.getElementById("none");
  const fold = (text) => text.normalize("NFKC").toLowerCase();
  const words = (cell) => Array.from(cell.children)
    .filter((part) => part.localName !== "details").map((part) => part.textContent).join(" ");
  let texts = null;

  function filter() {
    // What a closed fold hides is not searched: a row that matches shows why it does.
    texts = texts || new Map(rows.map((row) => [row, fold(Array.from(row.cells, words).join(" "))]));
    const asked = fold(find.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const keep = asked.every((word) => texts.get(row).includes(word)) &&
        !(weak && weak.checked && !row.hasAttribute("data-weak"));
      row.hidden = !keep;
      shown += keep;
    }
    none.hidden = shown > 0;
    count.textContent = fill(count.dataset.said, {
      shown: shown.toLocaleString("en"), all: rows.length.toLocaleString("en"),
    });
  }

  const collator = new Intl.Collator(lang, { numeric: true });
  function sort(button) {
    const head = button.closest("th");
    const column = head.cellIndex;
    const first = head.dataset.first || "ascending";
    const other = first === "ascending" ? "descending" : "ascending";
    const order = head.getAttribute("aria-sort") === first ? other : first;
    const sign = order === "ascending" ? 1 : -1;
    const keys = new Map(rows.map((row) => {
      const cell = row.cells[column];
      return [row, cell.hasAttribute("data-v") ? Number(cell.dataset.v) : cell.textContent];
    }));
    rows.sort((a, b) => {
      const x = keys.get(a), y = keys.get(b);
      return sign * (typeof x === "number" ? x - y : collator.compare(x, y));
    });
    body.append(...rows);
    for (const cell of head.parentNode.cells) cell.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", order);
    said.textContent = fill(said.dataset[order], { column: button.textContent });
  }

  find.addEventListener("input", filter);
  if (weak) weak.addEventListener("change", filter);
  table.tHead.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) sort(button);
  });
  filter(); // a page that is shown again may keep what was typed
})();
