/** Pages in a real browser: Chromium where this machine has one, else the test says that it was skipped. */
import { existsSync } from "node:fs";
import type { TestContext } from "node:test";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { findFaults } from "./in-page/layout.js";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const executablePath = process.env["HEDDLE_TEST_CHROMIUM"] ?? places.find((path) => existsSync(path));

export const noBrowser = executablePath === undefined ? "no Chromium here: apt-get install chromium" : false;

export const phone = { width: 390, height: 844 };
export const desktop = { width: 1280, height: 900 };

let running: Promise<Browser> | undefined;

/** One browser for a test file. */
function browser(): Promise<Browser> {
  running ??= chromium.launch({
    executablePath: executablePath ?? "",
    args: [
      ...["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
      ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
    ],
  });
  return running;
}

export async function closeBrowser(): Promise<void> {
  await (await running)?.close();
  running = undefined;
}

export interface Watched {
  readonly page: Page;
  /** Errors and warnings of the console, errors of scripts, and requests for anything but the page itself. */
  readonly complaints: string[];
}

/** A page that is watched: what it logs, throws and asks for. */
export async function open(t: TestContext, address: string, options: BrowserContextOptions = {}): Promise<Watched> {
  const context = await (await browser()).newContext({ viewport: desktop, ...options });
  t.after(() => context.close());
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(`${error.name}: ${error.message}`));
  page.on("request", (request) => {
    const url = request.url();
    if (url !== page.url() && url !== address && !url.startsWith("data:")) complaints.push(`request: ${url}`);
  });
  await page.goto(address);
  return { page, complaints };
}

/** The same for a file. */
export const openFile = (t: TestContext, path: string, options?: BrowserContextOptions): Promise<Watched> =>
  open(t, pathToFileURL(path).href, options);

/** What is wrong with where things lie on the page: nothing. */
export const layoutFaults = (page: Page): Promise<string[]> => page.evaluate(findFaults);
