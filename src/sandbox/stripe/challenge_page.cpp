#include "sandbox/stripe/challenge_page.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "sandbox/common/html.h"
#include "sandbox/stripe/amounts.h"
#include "sandbox/stripe/collection.h"
#include "sandbox/stripe/confirmation.h"
#include "sandbox/stripe/setup_intents.h"
#include "sandbox/stripe/test_clocks.h"
#include "wire/form.h"

namespace cobro::sandbox::stripe {
namespace {

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

bool is_setup(const Document& intent) {
  return intent.text("object") == "setup_intent";
}

wire::Reply page(int status, std::string_view title, std::string_view content) {
  return html_page(
      status,
      {"TEST · 3-D SECURE", title, "Cobro’s Stripe sandbox plays your bank. No money moves."},
      content);
}

wire::Reply gone() {
  return page(404, "This confirmation is over",
              "<p>The payment has moved on, or was never here. You can close this page.</p>");
}

std::string return_address(const std::string& return_url, const Document& intent, bool went_well) {
  const auto hash = return_url.find('#');
  const std::string base = return_url.substr(0, hash);
  const std::string fragment = hash == std::string::npos ? "" : return_url.substr(hash);
  const auto kind = intent.text("object");
  return fmt::format("{0}{1}{2}={3}&{2}_client_secret={4}&redirect_status={5}{6}", base,
                     base.find('?') == std::string::npos ? '?' : '&', kind, intent.id(),
                     intent.text("client_secret"), went_well ? "succeeded" : "failed", fragment);
}

// "Visa ending in 4242".
std::string card_of(Account& account, const Document& intent) {
  const auto method = account.database.find("payment_method", intent.text("payment_method"));
  if (!method) return {};
  auto brand = method->body.string_at({"card", "brand"}).value_or("");
  brand = base::to_upper(brand.substr(0, 1)) + brand.substr(std::min<std::size_t>(brand.size(), 1));
  return fmt::format("{} ending in {}", brand,
                     method->body.string_at({"card", "last4"}).value_or(""));
}

wire::Reply show(Account& account, const Document& intent) {
  const bool setup = is_setup(intent);
  const auto price = display_amount(intent.number("amount"), intent.text("currency"));
  const auto amount = setup ? "" : fmt::format(fmt::runtime(kAmount), escape_html(price));
  const std::string_view question =
      setup ? "Your bank asks whether you want this card to be kept for later payments."
            : "Your bank asks whether this payment is yours.";
  return page(
      200, setup ? "Confirm your card" : "Confirm your payment",
      fmt::format(fmt::runtime(kForm), fmt::arg("question", question), fmt::arg("amount", amount),
                  fmt::arg("card", escape_html(card_of(account, intent))),
                  fmt::arg("intent", escape_html(intent.id()))));
}

wire::Reply decide(Account& account, Document& intent, bool approved) {
  const auto return_url = intent.inner.string_at({"return_url"}).value_or("");
  bool went_well = false;
  account.database.transaction([&] {
    const auto clock_scope = clock_scope_of(account, intent.text("customer"));
    went_well = is_setup(intent) ? finish_setup_challenge(account, intent, approved)
                                 : finish_challenge(account, intent, approved);
    account.database.update(intent);
    note_intent(account, {}, intent);
  });
  if (return_url.empty())
    return page(200, went_well ? "Confirmed" : "Not confirmed", "<p>You can close this page.</p>");
  return {303, {{"Location", return_address(return_url, intent, went_well)}}, {}};
}

}  // namespace

wire::Reply answer_challenge(Account& account, const wire::Request& request) {
  const auto pieces = base::split(request.path, '/');  // "", _sandbox, 3ds, intent, challenge
  if (pieces.size() != 5) return gone();
  auto intent = account.database.find("payment_intent", pieces[3]);
  if (!intent) intent = account.database.find("setup_intent", pieces[3]);
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

}  // namespace cobro::sandbox::stripe
