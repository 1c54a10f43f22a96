// Keys as in good readers. The pages work without this.
"use strict";
(() => {
  const off = () => { try { return localStorage.getItem("keys") === "off"; } catch { return false; } };
  const links = () => [...document.querySelectorAll(".stories a.headline")];
  const go = (rel) => document.querySelector(`a[rel=${rel}]`)?.click();
  const step = (by) => {
    const all = links();
    const at = all.indexOf(document.activeElement);
    all[Math.min(Math.max(at + by, 0), all.length - 1)]?.focus();
  };
  const help = () => {
    const dialog = document.createElement("dialog");
    const list = [["j, k", "next, previous story"], ["o", "open it"], ["v", "its versions"], ["h, l", "day or month before, after"], ["g", "front page"], ["/", "search"], ["?", "this list"]];
    const text = document.createElement("div");
    for (const [key, what] of list) {
      const line = document.createElement("p");
      line.textContent = `${key}: ${what}`;
      text.append(line);
    }
    const button = document.createElement("button");
    button.textContent = off() ? "Switch keys on" : "Switch keys off";
    button.onclick = () => { try { localStorage.setItem("keys", off() ? "on" : "off"); } catch {} dialog.close(); };
    const close = document.createElement("button");
    close.textContent = "Close";
    close.onclick = () => dialog.close();
    dialog.setAttribute("aria-label", "Keys");
    dialog.append(text, button, " ", close);
    dialog.onclose = () => dialog.remove();
    document.body.append(dialog);
    dialog.showModal();
  };
  document.addEventListener("keydown", (event) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "?") return help();
    if (off()) return;
    const does = { j: () => step(1), k: () => step(-1), o: () => document.activeElement?.click(), v: () => document.querySelector("a[href$='/versions']")?.click(), h: () => go("prev"), l: () => go("next"), g: () => location.assign("/"), "/": () => document.getElementById("q")?.focus() }[event.key];
    if (does) { event.preventDefault(); does(); }
  });
})();
