#include "sandbox/challenge_page.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "sandbox/amounts.h"
#include "sandbox/collection.h"
#include "sandbox/confirmation.h"
#include "sandbox/setup_intents.h"
#include "sandbox/test_clocks.h"
#include "wire/form.h"

namespace cobro::sandbox {
namespace {

constexpr std::string_view kPage = R"html(<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
:root{{--ground:#eef1f6;--card:#fff;--text:#1b2130;--quiet:#586074;--line:#8b93a7;
--rule:#dfe3ec;--blue:#1a4fc4}}
@media (prefers-color-scheme:dark){{:root{{--ground:#12151c;--card:#1d222d;--text:#eef1f6;
--quiet:#a9b1c3;--line:#6d7589;--rule:#343b4a;--blue:#3d6fe0}}}}
*{{box-sizing:border-box}}
body{{font:1rem/1.5 system-ui,sans-serif;background:var(--ground);color:var(--text);margin:0;
display:grid;place-items:center;min-height:100vh;padding:1rem}}
main{{background:var(--card);border-radius:1rem;padding:1.75rem;width:100%;max-width:25rem;
box-shadow:0 .25rem 1.5rem #0002}}
.badge{{display:inline-block;font-size:.75rem;font-weight:600;letter-spacing:.04em;
border:1px solid var(--line);border-radius:1rem;padding:.1rem .65rem;color:var(--quiet)}}
h1{{font-size:1.375rem;line-height:1.25;margin:.9rem 0 .35rem;text-wrap:balance}}
p{{margin:.35rem 0;text-wrap:pretty}}
dl{{margin:1.25rem 0;border-top:1px solid var(--rule)}}
dl div{{display:flex;justify-content:space-between;align-items:baseline;gap:1rem;
padding:.6rem 0;border-bottom:1px solid var(--rule)}}
dt{{color:var(--quiet)}}dd{{margin:0;text-align:right;overflow-wrap:anywhere}}
.amount dd{{font-size:1.5rem;line-height:1.2;font-weight:650}}
.id{{flex-wrap:wrap;column-gap:1rem;row-gap:0}}.id dd{{font:.8125rem/1.8 ui-monospace,monospace}}
form{{display:grid;gap:.75rem}}
button{{font:inherit;font-weight:600;min-height:3rem;border-radius:.6rem;cursor:pointer;
border:1px solid var(--line);background:transparent;color:var(--text)}}
button.approve{{background:var(--blue);border-color:var(--blue);color:#fff}}
button:hover{{filter:brightness(1.1)}}
button:focus-visible{{outline:3px solid var(--blue);outline-offset:3px}}
.note{{color:var(--quiet);font-size:.875rem;margin:1.25rem 0 0}}
</style></head><body><main>
<span class="badge">TEST · 3-D SECURE</span>
<h1>{title}</h1>
{content}
<p class="note">Cobro’s Stripe sandbox plays your bank. No money moves.</p>
</main></body></html>
)html";

constexpr std::string_view kForm = R"html(<p>{question}</p>
<dl>{amount}<div><dt>Card</dt><dd>{card}</dd></div>
<div class="id"><dt>Reference</dt><dd>{intent}</dd></div></dl>
<form method="post">
<button class="approve" name="outcome" value="approve">Approve</button>
<button name="outcome" value="refuse">Refuse</button>
</form>)html";

constexpr std::string_view kAmount =
    R"html(<div class="amount"><dt>Amount</dt><dd>{}</dd></div>
)html";

bool is_setup(const Document &intent) {
  return intent.text("object") == "setup_intent";
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text)
    switch (c) {
    case '&':
      out += "&amp;";
      break;
    case '<':
      out += "&lt;";
      break;
    case '>':
      out += "&gt;";
      break;
    case '"':
      out += "&quot;";
      break;
    default:
      out += c;
    }
  return out;
}

wire::Reply page(int status, std::string_view title, std::string_view content) {
  wire::Reply reply{status,
                    {{"Content-Type", "text/html; charset=utf-8"},
                     {"Cache-Control", "no-store"},
                     {"Content-Security-Policy",
                      "default-src 'none'; style-src 'unsafe-inline'"}},
                    {}};
  reply.body = fmt::format(fmt::runtime(kPage), fmt::arg("title", title),
                           fmt::arg("content", content));
  return reply;
}

wire::Reply gone() {
  return page(404, "This confirmation is over",
              "<p>The payment has moved on, or was never here. You can close "
              "this page.</p>");
}

std::string return_address(const std::string &return_url,
                           const Document &intent, bool went_well) {
  const auto hash = return_url.find('#');
  const std::string base = return_url.substr(0, hash);
  const std::string fragment =
      hash == std::string::npos ? "" : return_url.substr(hash);
  const auto kind = intent.text("object");
  return fmt::format(
      "{0}{1}{2}={3}&{2}_client_secret={4}&redirect_status={5}{6}", base,
      base.find('?') == std::string::npos ? '?' : '&', kind, intent.id(),
      intent.text("client_secret"), went_well ? "succeeded" : "failed",
      fragment);
}

// "Visa ending in 4242".
std::string card_of(Account &account, const Document &intent) {
  const auto method =
      account.database.find("payment_method", intent.text("payment_method"));
  if (!method)
    return {};
  auto brand = method->body.string_at({"card", "brand"}).value_or("");
  brand = base::to_upper(brand.substr(0, 1)) +
          brand.substr(std::min<std::size_t>(brand.size(), 1));
  return fmt::format("{} ending in {}", brand,
                     method->body.string_at({"card", "last4"}).value_or(""));
}

wire::Reply show(Account &account, const Document &intent) {
  const bool setup = is_setup(intent);
  const auto price =
      display_amount(intent.number("amount"), intent.text("currency"));
  const auto amount =
      setup ? "" : fmt::format(fmt::runtime(kAmount), escaped(price));
  const std::string_view question =
      setup ? "Your bank asks whether you want this card to be kept for later "
              "payments."
            : "Your bank asks whether this payment is yours.";
  return page(200, setup ? "Confirm your card" : "Confirm your payment",
              fmt::format(fmt::runtime(kForm), fmt::arg("question", question),
                          fmt::arg("amount", amount),
                          fmt::arg("card", escaped(card_of(account, intent))),
                          fmt::arg("intent", escaped(intent.id()))));
}

wire::Reply decide(Account &account, Document &intent, bool approved) {
  const auto return_url = intent.inner.string_at({"return_url"}).value_or("");
  bool went_well = false;
  account.database.transaction([&] {
    const auto story = story_of(account, intent.text("customer"));
    went_well = is_setup(intent)
                    ? finish_setup_challenge(account, intent, approved)
                    : finish_challenge(account, intent, approved);
    account.database.update(intent);
    note_intent(account, {}, intent);
  });
  if (return_url.empty())
    return page(200, went_well ? "Confirmed" : "Not confirmed",
                "<p>You can close this page.</p>");
  return {
      303, {{"Location", return_address(return_url, intent, went_well)}}, {}};
}

} // namespace

wire::Reply answer_challenge(Account &account, const wire::Request &request) {
  const auto pieces =
      base::split(request.path, '/'); // "", _sandbox, 3ds, intent, challenge
  if (pieces.size() != 5)
    return gone();
  auto intent = account.database.find("payment_intent", pieces[3]);
  if (!intent)
    intent = account.database.find("setup_intent", pieces[3]);
  const bool open = intent && intent->text("status") == "requires_action" &&
                    intent->inner.string_at({"challenge"}) == pieces[4];
  if (!open)
    return gone();
  if (request.method == "GET")
    return show(account, *intent);
  if (request.method != "POST")
    return {405, {{"Allow", "GET, POST"}}, {}};
  std::string outcome;
  for (const auto &[name, value] :
       wire::parse_form(request.body).value_or(wire::FormFields{}))
    if (name == "outcome")
      outcome = value;
  if (outcome != "approve" && outcome != "refuse")
    return show(account, *intent);
  return decide(account, *intent, outcome == "approve");
}

} // namespace cobro::sandbox
