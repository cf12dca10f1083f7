(() => {
  "use strict";
  document.documentElement.classList.add("live");
  const table = document.getElementById("pairs");
  if (!table) return;
  const body = table.tBodies[0];
  const rows = Array.from(body.rows);
  const find = document.getElementById("find");
  const weak = document.getElementById("weak");
  const count = document.getElementById("count");
  const said = document.getElementById("said");
  const fold = (text) => text.normalize("NFKC").toLowerCase();
  let texts = null;

  function filter() {
    texts = texts || rows.map((row) => fold(row.textContent));
    const words = fold(find.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row, k) => {
      const keep = words.every((word) => texts[k].includes(word)) &&
        !(weak && weak.checked && !row.hasAttribute("data-weak"));
      row.hidden = !keep;
      shown += keep;
    });
    count.textContent = `Showing ${shown.toLocaleString("en")} of ${rows.length.toLocaleString("en")}`;
  }

  const collator = new Intl.Collator(undefined, { numeric: true });
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
    texts = null;
    body.append(...rows);
    for (const cell of head.parentNode.cells) cell.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", order);
    said.textContent = `Sorted by ${button.textContent}, ${order}`;
  }

  find.addEventListener("input", filter);
  if (weak) weak.addEventListener("change", filter);
  table.tHead.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) sort(button);
  });
})();
