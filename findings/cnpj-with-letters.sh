#!/usr/bin/env bash
# Brazilian company numbers with letters, and libraries that know them only when asked.
#
# Since July 2026 Brazil's tax office gives new companies a CNPJ whose first twelve places may hold
# letters; its own example is 12.ABC.345/01DE-35. Old numbers stay.
#
# @brazilian-utils/brazilian-utils 2.4.0 refuses such a number unless each call says version: 2, and
# its formatter, called as before, leaves the letters out without a word: what is printed or stored
# is another, shorter number. validator 13.15.35 takes the number bare, but none with its dots,
# slash and dash, not even an old one, while it takes a person's CPF both ways.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts \
  @brazilian-utils/brazilian-utils@2.4.0 validator@13.15.35
cat >look.cjs <<'JS'
const { formatCnpj, isValidCnpj } = require('@brazilian-utils/brazilian-utils');
const { isTaxID } = require('validator');

const fresh = '12ABC34501DE35';
console.log('valid', isValidCnpj(fresh), isValidCnpj(fresh, { version: 2 }));
console.log('formatted', formatCnpj(fresh), formatCnpj(fresh, { version: 2 }));
for (const number of [fresh, '12.ABC.345/01DE-35', '11.222.333/0001-81', '111.444.777-35'])
  console.log('tax id', number, isTaxID(number, 'pt-BR'));
JS
node look.cjs | tee seen
diff seen - <<'SEEN'
valid false true
formatted 12.345.013/5 12.ABC.345/01DE-35
tax id 12ABC34501DE35 true
tax id 12.ABC.345/01DE-35 false
tax id 11.222.333/0001-81 false
tax id 111.444.777-35 true
SEEN
