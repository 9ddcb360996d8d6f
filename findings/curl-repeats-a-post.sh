#!/usr/bin/env bash
# A POST that curl sends twice, though nobody asked it to try again.
#
# When a kept connection closes after the server has worked and before the first byte of its answer,
# curl (Debian's 7.88.1, command and library) takes the connection for one that had died before, and
# sends the request once more on a new one, a POST too, without --retry. Its exit code is 0; only the
# verbose log tells. Whoever takes the answer for that of the first send takes a refusal of the
# second one (429, 401) for proof that nothing was done. The first request on a connection is not
# repeated. undici 7.16.0, asked the same way, fails with UND_ERR_SOCKET and sends nothing again.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"; [[ ! ${server-} ]] || kill "$server" 2>/dev/null' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts undici@7.16.0
# Does what it is asked, and hangs up instead of answering the second request to each client.
cat >shop.cjs <<'JS'
const { appendFileSync, writeFileSync } = require('node:fs');
let done = 0;
const server = require('node:http').createServer((request, response) => {
  let body = '';
  request.on('data', (bytes) => { body += bytes; }).on('end', () => {
    appendFileSync('work', `${body}\n`);
    if (++done === 2) request.socket.destroy();
    else response.end('ok\n');
  });
});
server.listen(0, '127.0.0.1', () => writeFileSync('port', String(server.address().port)));
JS
cat >ask.mjs <<'JS'
import { Agent, request } from 'undici';
const dispatcher = new Agent({ connections: 1 });
for (const body of ['first', 'second']) {
  try {
    const answer = await request(process.argv[2], { method: 'POST', body, dispatcher });
    console.log(body, answer.statusCode, (await answer.body.text()).trim());
  } catch (error) {
    console.log(body, error.code);
  }
}
JS
serve() {
  rm -f port work
  node shop.cjs &
  server=$!
  until [[ -s port ]]; do sleep 0.1; done
  url=http://127.0.0.1:$(<port)/
}
stop() {
  kill "$server"
  wait "$server" 2>/dev/null || true
  server=
}
{
  curl --version | awk 'NR == 1 { print $1, $2 }'
  serve
  curl -s -d first "$url" --next -s -d second "$url"
  echo "curl ends with $?; work done: $(tr '\n' ' ' <work)"
  stop
  serve
  node ask.mjs "$url"
  echo "undici; work done: $(tr '\n' ' ' <work)"
  stop
} | tee seen
diff seen - <<'SEEN'
curl 7.88.1
ok
ok
curl ends with 0; work done: first second second 
first 200 ok
second UND_ERR_SOCKET
undici; work done: first second 
SEEN
