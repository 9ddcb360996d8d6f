// What a test made is undone in reverse order: the program ends before its database goes.
const stacks = new WeakMap();

export function afterwards(t, undo) {
  if (!stacks.has(t)) {
    const stack = [];
    stacks.set(t, stack);
    t.after(async () => {
      const errors = [];
      for (const step of stack.reverse()) await Promise.resolve().then(step).catch((e) => errors.push(e));
      if (errors.length) throw errors[0];
    });
  }
  stacks.get(t).push(undo);
}
