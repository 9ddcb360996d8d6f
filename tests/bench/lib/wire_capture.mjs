// A relay in front of PostgreSQL that reads what passes: which statements, with which values, in
// which round trips, and how many rows each gave or changed. It reads the extended protocol in
// pipeline mode as libpq speaks it (https://www.postgresql.org/docs/15/protocol-message-formats.html);
// encryption must be off.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

// Cuts a stream into messages: (type, payload). The client's first has no type.
class Messages {
  #bytes = Buffer.alloc(0);
  #typed;
  #take;

  constructor(typed, take) {
    this.#typed = typed;
    this.#take = take;
  }

  feed(chunk) {
    this.#bytes = this.#bytes.length ? Buffer.concat([this.#bytes, chunk]) : chunk;
    for (;;) {
      const head = this.#typed ? 1 : 0;
      if (this.#bytes.length < head + 4) return;
      const end = head + this.#bytes.readInt32BE(head);
      if (this.#bytes.length < end) return;
      const type = this.#typed ? String.fromCharCode(this.#bytes[0]) : '';
      this.#typed = true;
      this.#take(type, this.#bytes.subarray(head + 4, end));
      this.#bytes = this.#bytes.subarray(end);
    }
  }
}

class Reader {
  #at = 0;
  constructor(bytes) {
    this.bytes = bytes;
  }
  text() {
    const end = this.bytes.indexOf(0, this.#at);
    const text = this.bytes.toString('utf8', this.#at, end);
    this.#at = end + 1;
    return text;
  }
  int16() {
    this.#at += 2;
    return this.bytes.readInt16BE(this.#at - 2);
  }
  value() {
    const length = this.bytes.readInt32BE(this.#at);
    this.#at += 4;
    if (length < 0) return null;
    this.#at += length;
    return this.bytes.toString('utf8', this.#at - length, this.#at);
  }
}

// One connection, both ways.
class Conversation {
  #texts = new Map(); // prepared statements by name
  #pipeline = [];
  #unanswered = [];
  #bound;

  constructor(capture) {
    this.fromClient = new Messages(false, (type, payload) => this.#ask(type, new Reader(payload)));
    this.fromServer = new Messages(true, (type, payload) => this.#answer(type, new Reader(payload)));
    this.capture = capture;
  }

  #ask(type, message) {
    if (type === 'P') this.#texts.set(message.text(), message.text());
    if (type === 'B') this.#bound = this.#bind(message);
    if (type === 'E') this.#pipeline.push(this.#bound);
    if (type === 'E') this.#unanswered.push(this.#bound);
    if (type !== 'S' && type !== 'Q') return;
    this.capture.pipelines.push(this.#pipeline);
    this.#pipeline = [];
  }

  #bind(message) {
    message.text(); // the portal
    const sql = this.#texts.get(message.text());
    for (let formats = message.int16(); formats > 0; --formats) message.int16();
    const values = [];
    for (let count = message.int16(); count > 0; --count) values.push(message.value());
    return { sql, values, tag: undefined };
  }

  #answer(type, message) {
    if (type === 'C') {
      const statement = this.#unanswered.shift();
      if (statement) statement.tag = message.text();
    }
    if (type === 'Z') this.#unanswered = []; // after an error the rest has no answers
  }
}

class WireCapture {
  pipelines = []; // each an array of {sql, values, tag}; one round trip each
  lastActivity = 0;

  // Takes what has passed since the last call.
  take() {
    const taken = this.pipelines;
    this.pipelines = [];
    return taken;
  }

  converse(client, target) {
    const server = connect({ host: target.hostname, port: Number(target.port) });
    const conversation = new Conversation(this);
    for (const socket of [client, server]) socket.setNoDelay(true).on('error', () => {});
    this.#pass(client, server, (chunk) => conversation.fromClient.feed(chunk));
    this.#pass(server, client, (chunk) => conversation.fromServer.feed(chunk));
  }

  #pass(from, to, read) {
    from.on('data', (chunk) => {
      this.lastActivity = performance.now();
      read(chunk);
      to.write(chunk);
    });
    from.on('close', () => to.destroy());
  }
}

// A relay to the database of a URL; `url` is how to reach it through the relay.
export async function captureWire(scope, databaseUrl) {
  const capture = new WireCapture();
  const target = new URL(databaseUrl);
  const sockets = new Set();
  const server = createServer((client) => {
    sockets.add(client.once('close', () => sockets.delete(client)));
    capture.converse(client, target);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  scope.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const url = new URL(databaseUrl);
  url.port = String(server.address().port);
  url.search = '?sslmode=disable&gssencmode=disable';
  capture.url = url.href;
  return capture;
}
