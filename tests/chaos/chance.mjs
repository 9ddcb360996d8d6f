// Chance that a seed decides: sfc32 over a hash of the seed's text.
function seeds(text) {
  let hash = 1779033703 ^ text.length;
  for (const char of text) {
    hash = Math.imul(hash ^ char.codePointAt(0), 3432918353);
    hash = (hash << 13) | (hash >>> 19);
  }
  return () => {
    hash = Math.imul(hash ^ (hash >>> 16), 2246822507);
    hash = Math.imul(hash ^ (hash >>> 13), 3266489909);
    return (hash ^= hash >>> 16) >>> 0;
  };
}

export class Chance {
  #state;

  constructor(...seed) {
    const next = seeds(seed.join('/'));
    this.#state = [next(), next(), next(), next()];
    for (let i = 0; i < 12; i += 1) this.next();
  }

  // In [0, 1).
  next() {
    const [a, b, c, d] = this.#state;
    const sum = (a + b + d) | 0;
    const rotated = (c << 21) | (c >>> 11);
    this.#state = [b ^ (b >>> 9), (c + (c << 3)) | 0, (rotated + sum) | 0, (d + 1) | 0];
    return (sum >>> 0) / 2 ** 32;
  }
  // A whole number, both ends included.
  between(least, most) {
    return least + Math.floor(this.next() * (most - least + 1));
  }
  roll(percent) {
    return this.next() * 100 < percent;
  }
  pick(list) {
    return list[this.between(0, list.length - 1)];
  }
}
