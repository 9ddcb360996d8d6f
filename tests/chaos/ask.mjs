// One thing that a client wants, and everything that was answered to it: the witness's log.

// What a client makes of an answer:
//   kept     2xx or 402: a promise, which must hold for good
//   refused  a refusal: nothing was done, and nothing is promised
//   later    not now, or nobody knows yet: to be asked again under the same key
const notYet = ['idempotency_in_progress', 'payment_in_progress', 'refund_in_progress'];

export function meaning({ status, text }) {
  if ((status >= 200 && status < 300) || status === 402) return 'kept';
  if (status >= 500) return 'later';
  return status === 409 && notYet.includes(JSON.parse(text).error.code) ? 'later' : 'refused';
}

export class Ask {
  answers = []; // {at, name, id, status, text, replayed}, or {at, name, id, cut} when none came

  // kind: order, payment, process, capture, refund, cancel_payment, cancel_order, look.
  // subject: the id of the object that it is about; minor: the amount, in minor units.
  constructor({ kind, who, method = 'POST', path, body, key, tag, subject, minor }) {
    Object.assign(this, { kind, who, method, path, key, tag, subject, minor });
    this.body = body === undefined ? undefined : JSON.stringify(body);
  }

  note(answer) {
    this.answers.push(answer);
    return answer;
  }
  // Every answer that promised something; all must be the same bytes under a key.
  get promises() {
    return this.answers.filter((answer) => !answer.cut && meaning(answer) === 'kept');
  }
  get data() {
    return this.promises.length ? JSON.parse(this.promises[0].text).data : undefined;
  }
  // Whether it may have been done without anybody having said so.
  get isOpen() {
    return this.answers.length > 0 && (this.answers.at(-1).cut || meaning(this.answers.at(-1)) === 'later');
  }

  *lines() {
    for (const { at, name, id, status, cut, text } of this.answers) {
      const outcome = cut ? `no answer (${cut})` : `${status} ${text.trim()}`;
      const key = this.key ? ` key ${this.key}` : '';
      const asked = `${this.method} ${this.path} ${this.body ?? ''}${key}`;
      yield `${at} ${this.who} -> ${name} ${asked} request ${id}: ${outcome}`;
    }
  }
}
