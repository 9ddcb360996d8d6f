// The page's course: it asks what the session is, shows that, pays, and asks again. What is
// shown always follows from Cobro's last answer.
import { h, webAddress } from './dom';
import type { Outcome } from './outcome';
import { ending, merchantOf, summary, waiting, type Ending } from './panels';
import { makePayForm, type PayForm } from './pay_form';
import { readSession, refreshSession, type Answer, type Session } from './session';
import { declineReason, language, words } from './speech';

const redirectPauseMs = 3000;
const pollPauseMs = 2000;
const pollsAtMost = 15;

document.documentElement.lang = language;
const page = document.querySelector<HTMLElement>('#page') ?? document.body;
const status = h('p', { role: 'status', class: 'unseen' });
const left = h('div', { class: 'left' });
const right = h('div', { class: 'right' });
page.replaceChildren(
  h('main', { class: 'columns' }, left, right),
  h('footer', {}, words.poweredBy),
  status,
);

let form: PayForm | null = null;
let formFor = ''; // what the form pays
let paying = false;
let settled = false; // an ending is shown that nothing will change
let last: Session | null = null;

function say(text: string): void {
  status.textContent = text;
}

// Puts a panel where the form is; its title is read out.
function place(panel: HTMLElement, title: string): void {
  const first = !right.firstChild;
  form = null;
  right.replaceChildren(panel);
  say(title);
  if (!first) right.querySelector<HTMLElement>('#panel-title')?.focus();
}

function end(what: Ending): void {
  document.title = what.title;
  place(ending(what, left.firstChild ? 'h2' : 'h1'), what.title);
}

// An ending of which nothing is known but itself.
function alone(what: Ending): void {
  left.replaceChildren();
  document.body.classList.add('without-summary');
  end(what);
}

// ---- endings --------------------------------------------------------------------------------

function showPaid(session: Session, fresh: boolean): void {
  settled = true;
  const merchant = merchantOf(session);
  const url = webAddress(session.success_url);
  const title = session.mode === 'subscription' ? words.subscribedTitle : words.paidTitle;
  end({
    icon: 'check',
    tone: 'good',
    title: fresh ? title : words.alreadyTitle,
    text: fresh ? words.paidText(merchant) : words.alreadyText,
    link: { url, label: words.backTo(merchant) },
  });
  if (!fresh || !url) return;
  right.querySelector('.panel')?.append(h('p', { class: 'fine' }, words.goingBack));
  setTimeout(() => location.assign(url), redirectPauseMs);
}

function showExpired(session: Session): void {
  settled = true;
  const merchant = merchantOf(session);
  end({
    icon: 'clock',
    tone: 'calm',
    title: words.expiredTitle,
    text: words.expiredText(merchant),
    link: { url: webAddress(session.cancel_url), label: words.backTo(merchant) },
  });
}

function showProcessing(session: Session, button: boolean): void {
  const check = { label: words.checkAgain, press: () => void follow(session) };
  end({
    icon: 'clock',
    tone: 'calm',
    title: words.processingTitle,
    text: words.processingText,
    ...(button ? { button: check } : {}),
  });
}

function showAway(after: boolean): void {
  const retry = (): void => {
    removeEventListener('online', retry);
    void (after ? pursue(true) : open(readSession));
  };
  addEventListener('online', retry, { once: true });
  const what: Ending = {
    icon: 'cloud',
    tone: 'calm',
    title: words.awayTitle,
    text: after ? words.awayAfterText : words.awayText,
    button: { label: after ? words.checkAgain : words.again, press: retry },
  };
  if (last) end(what);
  else alone(what);
}

function showUnknown(): void {
  settled = true;
  alone({ icon: 'question', tone: 'calm', title: words.unknownTitle, text: words.unknownText });
}

// ---- the form -------------------------------------------------------------------------------

function showForm(session: Session): void {
  const gateway = session.gateway;
  if (session.redirect_url) return location.replace(session.redirect_url);
  if (!gateway) return void prepare();
  const key = gateway.client_secret;
  if (form && formFor === key) return;
  formFor = key;
  const made = makePayForm(session, gateway, () => void pay(), say);
  document.title = words.title(merchantOf(session));
  right.replaceChildren(made.node);
  form = made;
  made.ready.catch(() => {
    if (form === made) showAway(false);
  });
}

// Shows what the session is. Fresh: it was this page that paid; notice: why it did not.
function show(session: Session, fresh: boolean, notice?: string): void {
  last = session;
  document.body.classList.remove('without-summary');
  left.replaceChildren(summary(session));
  if (session.status === 'complete' || session.payment_status === 'succeeded') return showPaid(session, fresh);
  if (session.status === 'expired' || session.payment_status === 'cancelled') return showExpired(session);
  if (session.payment_status === 'processing') return void follow(session);
  showForm(session);
  if (session.payment_status === 'failed' && session.decline) form?.refuse(declineReason(session.decline.code));
  else if (notice) form?.refuse(notice);
  else if (session.payment_status === 'requires_action') form?.refuse(words.unfinished);
}

const undecided = (session: Session): boolean =>
  session.status === 'open' && (session.payment_status === 'processing' || session.payment_status === 'pending');

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

// Asks until the gateway has made up its mind.
async function follow(session: Session): Promise<void> {
  showProcessing(session, false);
  for (let i = 0; i < pollsAtMost; i += 1) {
    await pause(pollPauseMs);
    const answer = await refreshSession();
    if (typeof answer !== 'string' && !undecided(answer)) return show(answer, true);
  }
  showProcessing(session, true);
}

// Asks until an open session can be paid: what it pays is still being made at the gateway.
async function prepare(): Promise<void> {
  place(waiting(words.loading), words.loading);
  for (let i = 0; i < pollsAtMost; i += 1) {
    await pause(pollPauseMs);
    const answer = await refreshSession();
    if (typeof answer !== 'string' && (answer.gateway || answer.redirect_url || answer.status !== 'open')) return show(answer, false);
  }
  showAway(false);
}

// Finds out what became of a payment that was sent off, and shows that.
async function pursue(fresh: boolean, notice?: string): Promise<void> {
  const answer = await refreshSession();
  if (answer === 'unknown') showUnknown();
  else if (answer === 'away') showAway(true);
  else show(answer, fresh, notice);
}

// ---- paying ---------------------------------------------------------------------------------

const returnUrl = (): string => location.origin + location.pathname;

// False when the form is to be used again.
async function act(outcome: Outcome, from: PayForm): Promise<boolean> {
  switch (outcome.kind) {
    case 'redirect':
      from.lock(true, words.toBank);
      say(words.toBank);
      location.assign(outcome.url);
      return true;
    case 'sent': {
      // Sent is sent, whether or not Cobro has heard of it yet.
      const answer = await refreshSession();
      const session = typeof answer === 'string' ? last : answer;
      if (!session) return false;
      if (session !== answer || undecided(session)) void follow(session);
      else show(session, true);
      return form !== from;
    }
    case 'moved_on':
      await pursue(false);
      return form !== from;
    case 'away':
      if (outcome.maybe) await pursue(true, words.noConnection);
      else from.refuse(words.noConnection);
      return form !== from;
    case 'declined':
      from.lock(false);
      from.decline(outcome.code);
      return false;
    case 'mistake':
      return false;
  }
}

async function pay(): Promise<void> {
  if (paying || !form) return;
  const from = form;
  paying = true;
  from.lock(true);
  say(words.paying);
  const gone = await act(await from.pay(returnUrl()), from);
  if (gone && form === from) return; // to the bank
  paying = false;
  say('');
  from.lock(false);
}

// ---- coming and coming back -----------------------------------------------------------------

async function open(ask: () => Promise<Answer>): Promise<void> {
  left.replaceChildren();
  document.body.classList.add('without-summary');
  right.replaceChildren();
  place(waiting(words.loading), words.loading);
  const answer = await ask();
  if (answer === 'unknown') showUnknown();
  else if (answer === 'away') showAway(false);
  else show(answer, false);
}

// Looks again, without disturbing who is typing.
async function lookAgain(): Promise<void> {
  if (paying || settled || !last) return;
  const answer = await readSession();
  if (paying || settled || typeof answer === 'string') return;
  if (answer.status !== 'open' || answer.payment_status === 'succeeded') show(answer, false);
}

addEventListener('pageshow', (event) => {
  if (!event.persisted) return;
  paying = false;
  form?.lock(false);
  void lookAgain();
});
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') void lookAgain();
});

function start(): void {
  const query = new URLSearchParams(location.search);
  const returned = query.get('redirect_status');
  if (location.search) history.replaceState(null, '', location.pathname);
  if (returned === null) return void open(readSession);
  document.body.classList.add('without-summary');
  place(waiting(words.loading), words.loading);
  void pursue(true, returned === 'failed' ? words.declines.authentication : undefined);
}

start();
