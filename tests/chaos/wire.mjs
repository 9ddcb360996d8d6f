// One HTTP request on a connection that is kept; whoever is killed cuts it off.
import { Agent, request } from 'node:http';

const agent = new Agent({ keepAlive: true });
const limitMs = 40_000;

// The answer: {status, headers, text}. Fails with the socket's error: code ECONNREFUSED when
// nobody listens, anything else when the request may have been received.
export function call(url, method, headers, body) {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, agent, timeout: limitMs }, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk)).on('error', reject);
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        if (!answer.complete) return reject(new Error('the answer was cut off'));
        resolve({ status: answer.statusCode, headers: answer.headers, text });
      });
    });
    sent.on('timeout', () => sent.destroy(new Error(`no answer in ${limitMs} ms`)));
    sent.on('error', reject);
    sent.end(body);
  });
}
