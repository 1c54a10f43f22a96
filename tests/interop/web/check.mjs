// Looks at every page of `tearsheet serve` in Chromium: no error, no request elsewhere, nothing that axe finds against WCAG 2.2 AA,
// the same with JavaScript switched off, and a way through it by keyboard alone.
//
//     node check.mjs http://127.0.0.1:8765 [CHROMIUM]
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";

const [base, executablePath = "/usr/bin/chromium"] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const failures = [];
const fail = (what) => failures.push(what);
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });

const RAW_MAX = 2;

// The kind of a page: two of a kind are looked at by axe, all are loaded.
const kind = (path) => path.split("?")[0].replace(/\/[^/]+(?=\/|$)/g, (part, at) => (at === 0 ? part : "/*"));

async function watch(context) {
  const page = await context.newPage();
  page.setDefaultTimeout(90_000);
  // A page as it was wants scripts and pictures, and gets none: that is said, and is as it should be.
  const isBlocked = (text) => /^Blocked script execution|violates the following Content Security Policy/.test(text);
  page.on("console", (message) => message.type() === "error" && !isBlocked(message.text()) && fail(`${page.url()}: console: ${message.text()}`));
  page.on("pageerror", (error) => fail(`${page.url()}: ${error}`));
  // What the policy blocks is announced and never sent: who answered counts.
  page.on("response", (response) => response.url().startsWith(base) || response.url().startsWith("data:") || fail(`${page.url()} asked ${response.url()}`));
  return page;
}

async function crawl() {
  const context = await browser.newContext({ viewport: { width: 320, height: 800 } });
  const page = await watch(context);
  const todo = ["/"];
  const seen = new Set(todo);
  const looked = new Map();
  while (todo.length > 0) {
    const path = todo.shift();
    const answer = await page.request.get(base + path, { maxRedirects: 0 });
    if (answer.status() !== 200) fail(`${path}: ${answer.status()}`);
    if (!answer.headers()["content-type"].startsWith("text/html") || path.endsWith("/page")) continue;
    // A page as it was takes long to block; a few of them show it.
    const isRaw = kind(path) === "/raw/*";
    if (isRaw && RAW_MAX <= (looked.get("/raw/*") ?? 0)) continue;
    await page.goto(base + path);
    const links = await page.$$eval("a[href], iframe[src]", (all) => all.map((it) => it.getAttribute("href") ?? it.getAttribute("src")));
    for (const link of links.filter((it) => it.startsWith("/") && !seen.has(it))) {
      seen.add(link);
      todo.push(link);
    }
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
    if (wide) fail(`${path} is wider than 320 pixels`);
    const times = looked.get(kind(path)) ?? 0;
    if (times < 2) {
      looked.set(kind(path), times + 1);
      for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme });
        // Our pages let no script in but ours: axe is put in beside them.
        const found = await page.evaluate(`${axe}; axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"], iframes: false })`);
        for (const it of found.violations) fail(`${path} (${colorScheme}): ${it.id}: ${it.nodes.map((node) => node.target).slice(0, 3).join(", ")}`);
      }
    }
  }
  await context.close();
  return { paths: [...seen], kinds: [...looked.keys()] };
}

// One page of each kind, without JavaScript: nothing is asked of it that a script would have to answer.
async function withoutScripts(paths, kinds) {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await watch(context);
  for (const it of kinds) {
    const answer = await page.goto(base + paths.find((path) => kind(path) === it));
    if (!answer.ok()) fail(`${it} without JavaScript: ${answer.status()}`);
  }
  await context.close();
}

async function byKeyboard() {
  const context = await browser.newContext();
  const page = await watch(context);
  const press = (key) => page.keyboard.press(key);
  await page.goto(base + "/changes");
  await press("j");
  await press("o");
  await page.waitForURL("**/article/*");
  await press("v");
  await page.waitForURL("**/versions");
  await page.goBack();
  await press("/");
  await page.keyboard.type("rupee");
  await press("Enter");
  await page.waitForURL("**/search?q=rupee");
  await page.locator("h1").click();
  await press("?");
  await page.getByRole("dialog").waitFor();
  await press("Escape");
  await press("g");
  await page.waitForURL(base + "/");
  await context.close();
}

const { paths, kinds } = await crawl();
await withoutScripts(paths, kinds);
await byKeyboard();
await browser.close();
for (const it of failures) console.error(it);
console.log(`web: ${paths.length} addresses, ${kinds.length} kinds of page, ${failures.length} failures`);
process.exit(failures.length === 0 ? 0 : 1);
