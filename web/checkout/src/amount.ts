// An amount as people of a language write it.

// With exactly the decimals of the text, which are those of what is charged (ISO 4217). The
// browser's own table has others for some currencies, and would round COP 129900.50. The text
// does not pass through binary fractions where the browser can do without.
export function writeAmount(amount: string, currency: string, locale: string): string {
  const decimals = amount.split('.')[1]?.length ?? 0;
  const format = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  });
  return format.format(amount as Intl.StringNumericLiteral);
}
