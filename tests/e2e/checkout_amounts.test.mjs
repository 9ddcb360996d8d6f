// What the page shows is what is charged, to the digit: every currency in every language.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { openBrowser, visitor } from './support/browser.mjs';
import { startMock } from './support/checkout_mock.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const locales = [
  'es', 'es-419', 'es-AR', 'es-BO', 'es-CL', 'es-CO', 'es-CR', 'es-DO', 'es-EC', 'es-ES', 'es-GT', 'es-HN', 'es-MX',
  'es-NI', 'es-PA', 'es-PE', 'es-PR', 'es-PY', 'es-SV', 'es-US', 'es-UY', 'es-VE',
  'en', 'en-AU', 'en-CA', 'en-GB', 'en-IE', 'en-IN', 'en-NZ', 'en-US', 'en-ZA', 'pt', 'pt-AO', 'pt-BR', 'pt-MZ', 'pt-PT',
];

let browser;
before(async () => (browser = await openBrowser()));
after(() => browser.close());

// The currencies of the domain with their decimals: by these it is charged.
async function currencies() {
  const source = await readFile(path.join(root, 'src/domain/currency.cpp'), 'utf8');
  return [...source.matchAll(/Entry\{"([A-Z]{3})", (\d)\}/g)].map(([, code, decimals]) => [code, Number(decimals)]);
}

// An integer of minor units as the service writes it.
function decimalText(minor, decimals) {
  const digits = minor.padStart(decimals + 1, '0');
  return decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

// The page's own way of writing an amount, as a module of its own.
async function pageModule() {
  const vite = await import(path.join(root, 'web/checkout/node_modules/vite/dist/node/index.js'));
  const [{ output }] = await vite.build({
    configFile: false,
    logLevel: 'silent',
    build: { write: false, lib: { entry: path.join(root, 'web/checkout/src/amount.ts'), formats: ['es'] } },
  });
  return output[0].code;
}

// Minor units as a person reads them: the digits, of which so many stand behind a mark.
function read(shown) {
  const [, number] = shown.match(/(\d[\d.,\s\u00a0\u202f\u2019']*\d|\d)/) ?? [];
  const behind = number?.match(/[.,](\d+)$/)?.[1].length ?? 0;
  return { minor: number?.replaceAll(/\D/g, '').replace(/^0+(?=\d)/, ''), behind };
}

test('every currency is written with its own decimals, none rounded away, in every language', async (t) => {
  const all = await currencies();
  assert.ok(all.length > 150, `${all.length} currencies`);
  const minors = ['12990050', '1', '999999999999', '100'];
  const rows = locales.flatMap((locale) =>
    all.flatMap(([code, decimals]) => minors.map((minor) => ({ locale, code, decimals, minor, amount: decimalText(minor, decimals) }))),
  );
  const page = await (await browser.newContext()).newPage();
  t.after(() => page.context().close());
  const shown = await page.evaluate(
    async ([code, asked]) => {
      const { writeAmount } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
      return asked.map(({ amount, code: currency, locale }) => writeAmount(amount, currency, locale));
    },
    [await pageModule(), rows],
  );
  const wrong = rows.flatMap(({ locale, code, decimals, minor, amount }, at) => {
    const seen = read(shown[at]);
    // A group of three behind a comma is no fraction: only a currency that has some is asked.
    const fits = seen.minor === minor && (decimals === 0 || seen.behind === decimals);
    return fits ? [] : [`${locale} ${code} ${amount}: ${shown[at]}`];
  });
  assert.deepEqual(wrong.slice(0, 20), [], `${wrong.length} of ${rows.length}`);
});

test('the page shows what it charges where the browser would round', async (t) => {
  const mock = await startMock();
  t.after(() => mock.stop());
  const rows = [
    ['es-CO', 'COP', '129900.50', '129.900,50'],
    ['en-US', 'HUF', '1299.05', '1,299.05'],
    ['es-MX', 'IDR', '129900.50', '129,900.50'],
    ['pt-BR', 'KWD', '1299.005', '1.299,005'],
    ['en-GB', 'JPY', '1299', '1,299'],
    ['es-CL', 'CLF', '1299.0050', '1.299,0050'],
  ];
  for (const [locale, currency, amount, figure] of rows) {
    const person = await visitor(t, browser, { locale });
    const page = await person.context.newPage();
    await page.goto(mock.add({ amount, currency }).url);
    const shown = await page.locator('.figure').textContent();
    assert.ok(shown.includes(figure) && !/\d/.test(shown.replace(figure, '')), `${locale} ${currency} ${amount}: ${shown}`);
    const button = await page.locator('button.pay').textContent();
    assert.ok(button.includes(figure), `${locale} ${currency} ${amount}: ${button}`);
    assert.deepEqual(person.faults, []);
  }
});
