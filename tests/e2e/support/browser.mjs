// Debian's Chromium, one for all tests of a file: pages of any language and width, and what
// each of them did wrong.
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';

import axe from 'axe-core';
import { chromium } from 'playwright-core';

const artefacts = path.resolve(import.meta.dirname, '../../../build/artefacts/checkout');
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
export const desktop = { width: 1280, height: 800 };
export const phone = { width: 390, height: 844 };
export const narrow = { width: 320, height: 640 };

// Starts it; to be closed after the file's tests.
export function openBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
  });
}

// A page that has been paid goes on to the shop after a moment; here it stays, however long it
// is looked at.
function stay() {
  navigation.addEventListener('navigate', (event) => {
    if (new URL(event.destination.url).host === 'escuela.example') event.preventDefault();
  });
}

// A person with a browser of their own, closed when the test ends. Scripts that failed and
// breaches of the policy are in `faults`; every request in `requests`. With `leaves` a page may
// go on to the shop.
export async function visitor(t, browser, { locale = 'es-PE', viewport = desktop, leaves = false, ...more } = {}) {
  const context = await browser.newContext({ locale, viewport, timezoneId: 'America/Lima', ...more });
  t.after(() => context.close());
  context.setDefaultTimeout(20_000);
  const person = { context, faults: [], requests: [] };
  await context.route('https://escuela.example/**', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<title>the shop</title>' }),
  );
  if (!leaves) await context.addInitScript(stay);
  context.on('console', (message) => {
    const known = /Failed to load resource|net::ERR/;
    if (['error', 'warning'].includes(message.type()) && !known.test(message.text())) person.faults.push(message.text());
  });
  context.on('weberror', (error) => person.faults.push(String(error.error())));
  context.on('request', (request) => person.requests.push(request));
  return person;
}

export async function assertAccessible(page) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate((tags) => globalThis.axe.run(document, { runOnly: tags }), rules);
  const told = violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.html).join(' ')}`);
  assert.deepEqual(told, []);
}

// Nothing is cut off, and nothing scrolls sideways.
export async function assertFits(page) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `${wide} pixels too wide`);
}

// What can be pressed is at least 44 pixels high and wide, unless it is part of a sentence.
export async function assertTargets(page) {
  const small = await page.evaluate(() =>
    [...document.querySelectorAll('a, button, input')]
      .map((element) => [element.outerHTML.slice(0, 80), element.getBoundingClientRect()])
      .filter(([, box]) => box.width > 0 && (box.width < 44 || box.height < 44))
      .map(([html, box]) => `${html}: ${box.width} by ${box.height}`),
  );
  assert.deepEqual(small, []);
}

export async function photograph(page, name) {
  await mkdir(artefacts, { recursive: true });
  await page.screenshot({ path: path.join(artefacts, `${name}.png`), fullPage: true, animations: 'disabled' });
}

// Bytes that the page's own host sent, headers included.
export async function transferred(person) {
  const sizes = await Promise.all(person.requests.map((request) => request.sizes().catch(() => null)));
  return sizes.reduce((sum, size) => sum + (size ? size.responseBodySize + size.responseHeadersSize : 0), 0);
}
