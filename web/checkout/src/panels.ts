// What stands beside the form or in its place: what is bought, and how it ended.
import { h, icon, webAddress, type Icon } from './dom';
import type { Session } from './session';
import { clockTime, money, words } from './speech';

// The site that the person came from, by its name on the web.
export function merchantOf(session: Session): string {
  const site = webAddress(session.success_url) ?? webAddress(session.cancel_url);
  return site ? site.hostname.replace(/^www\./, '') : '';
}

export function summary(session: Session): HTMLElement {
  const merchant = merchantOf(session);
  const cancel = session.status === 'open' ? webAddress(session.cancel_url) : null;
  const fallback = session.mode === 'subscription' ? words.yourSubscription : words.yourPurchase;
  const amount = money(session.amount, session.currency);
  const interval = session.mode === 'subscription' && session.interval;
  const expires = new Date(session.expires_at);
  const payable = session.status === 'open' && session.payment_status !== 'succeeded' && !Number.isNaN(expires.getTime());
  return h('section', { class: 'summary', 'aria-labelledby': 'bought' },
    h('div', { class: 'merchant' },
      cancel ? h('a', { class: 'back', href: cancel.href, 'aria-label': words.cancel, title: words.cancel }, icon('back')) : null,
      h('span', { class: 'monogram', 'aria-hidden': 'true' }, (merchant[0] ?? 'C').toUpperCase()),
      merchant ? h('span', { class: 'site' }, merchant) : null),
    h('h1', { id: 'bought' }, session.description || fallback),
    h('p', { class: 'amount' },
      h('span', { class: amount.length > 15 ? 'figure long' : 'figure' }, amount),
      interval ? ' ' : null,
      interval ? h('span', { class: 'interval' }, words.per[interval]) : null),
    payable ? h('p', { class: 'fine expires' }, words.expires(clockTime(expires, new Date()))) : null,
    cancel ? h('p', { class: 'leave' }, h('a', { href: cancel.href }, words.cancel)) : null);
}

export interface Ending {
  icon: Icon;
  tone: 'good' | 'calm' | 'bad';
  title: string;
  text: string;
  link?: { url: URL | null; label: string };
  button?: { label: string; press: () => void };
}

export function ending(end: Ending, heading: 'h1' | 'h2'): HTMLElement {
  const link = end.link?.url ? h('a', { class: 'action', href: end.link.url.href }, end.link.label) : null;
  const button = end.button
    ? h('button', { type: 'button', class: 'action', click: end.button.press }, end.button.label)
    : null;
  return h('section', { class: `panel ending ${end.tone}`, 'aria-labelledby': 'panel-title' },
    h('div', { class: 'medal' }, icon(end.icon)),
    h(heading, { id: 'panel-title', tabindex: '-1' }, end.title),
    h('p', {}, end.text),
    button, link);
}

export function waiting(text: string): HTMLElement {
  return h('section', { class: 'panel waiting', 'aria-busy': 'true' },
    h('div', { class: 'spinner' }), h('p', {}, text));
}
