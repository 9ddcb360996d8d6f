#include "sandbox/challenge_page.h"

#include <fmt/format.h>

#include "base/text.h"
#include "sandbox/amounts.h"
#include "sandbox/confirmation.h"
#include "wire/form.h"

namespace cobro::sandbox {
namespace {

constexpr std::string_view kPage = R"html(<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
body{{font:16px/1.5 system-ui,sans-serif;background:#f4f5f7;color:#1f2430;margin:0;
display:grid;place-items:center;min-height:100vh}}
main{{background:#fff;border-radius:12px;box-shadow:0 2px 16px #0002;padding:2rem;
max-width:24rem;width:calc(100% - 4rem)}}
h1{{font-size:1.25rem;margin:0 0 .5rem}}
.amount{{font-size:2rem;font-weight:600;margin:.5rem 0}}
.note{{color:#5b6270;font-size:.9rem}}
form{{display:flex;gap:.75rem;margin-top:1.5rem}}
button{{flex:1;font:inherit;padding:.7rem;border-radius:8px;border:1px solid #c9ced8;
background:#fff;cursor:pointer}}
button.approve{{background:#1a56db;border-color:#1a56db;color:#fff}}
</style></head><body><main>
<h1>{title}</h1>
{content}
<p class="note">Cobro's Stripe sandbox. No money moves here.</p>
</main></body></html>
)html";

constexpr std::string_view kForm = R"html(<p>Your bank asks whether this payment is yours.</p>
<p class="amount">{amount}</p>
<p class="note">Card ending in {last4} · {intent}</p>
<form method="post">
<button class="approve" name="outcome" value="approve">Approve</button>
<button name="outcome" value="refuse">Refuse</button>
</form>)html";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) switch (c) {
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
                     {"Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"}},
                    {}};
  reply.body =
      fmt::format(fmt::runtime(kPage), fmt::arg("title", title), fmt::arg("content", content));
  return reply;
}

wire::Reply gone() {
  return page(404, "This confirmation is over",
              "<p>The payment has moved on, or was never here. You can close this page.</p>");
}

std::string return_address(const std::string& return_url, const Document& intent, bool went_well) {
  const auto hash = return_url.find('#');
  const std::string base = return_url.substr(0, hash);
  const std::string fragment = hash == std::string::npos ? "" : return_url.substr(hash);
  return fmt::format("{}{}payment_intent={}&payment_intent_client_secret={}&redirect_status={}{}",
                     base, base.find('?') == std::string::npos ? '?' : '&', intent.id(),
                     intent.text("client_secret"), went_well ? "succeeded" : "failed", fragment);
}

wire::Reply show(Account& account, const Document& intent) {
  const auto method = account.database.find("payment_method", intent.text("payment_method"));
  const auto last4 = method ? method->body.string_at({"card", "last4"}).value_or("") : "";
  const auto amount = display_amount(intent.number("amount"), intent.text("currency"));
  return page(
      200, "Confirm your payment",
      fmt::format(fmt::runtime(kForm), fmt::arg("amount", escaped(amount)),
                  fmt::arg("last4", escaped(last4)), fmt::arg("intent", escaped(intent.id()))));
}

wire::Reply decide(Account& account, Document& intent, bool approved) {
  const auto return_url = intent.inner.string_at({"return_url"}).value_or("");
  bool went_well = false;
  account.database.transaction([&] {
    went_well = finish_challenge(account, intent, approved);
    account.database.update(intent);
  });
  if (return_url.empty())
    return page(200, went_well ? "Payment confirmed" : "Payment not confirmed",
                "<p>You can close this page.</p>");
  return {303, {{"Location", return_address(return_url, intent, went_well)}}, {}};
}

}  // namespace

wire::Reply answer_challenge(Account& account, const wire::Request& request) {
  const auto pieces = base::split(request.path, '/');  // "", _sandbox, 3ds, intent, challenge
  if (pieces.size() != 5) return gone();
  auto intent = account.database.find("payment_intent", pieces[3]);
  const bool open = intent && intent->text("status") == "requires_action" &&
                    intent->inner.string_at({"challenge"}) == pieces[4];
  if (!open) return gone();
  if (request.method == "GET") return show(account, *intent);
  if (request.method != "POST") return {405, {{"Allow", "GET, POST"}}, {}};
  std::string outcome;
  for (const auto& [name, value] : wire::parse_form(request.body).value_or(wire::FormFields{}))
    if (name == "outcome") outcome = value;
  if (outcome != "approve" && outcome != "refuse") return show(account, *intent);
  return decide(account, *intent, outcome == "approve");
}

}  // namespace cobro::sandbox
