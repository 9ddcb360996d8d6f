#include "sandbox/stripe/checkout_page.h"

#include <fmt/format.h>

#include <map>

#include "base/text.h"
#include "sandbox/common/html.h"
#include "sandbox/stripe/amounts.h"
#include "sandbox/stripe/checkout_payment.h"
#include "sandbox/stripe/test_clocks.h"
#include "wire/form.h"

namespace cobro::sandbox::stripe {
namespace {

using wire::Json;
using Form = std::map<std::string, std::string, std::less<>>;

constexpr std::string_view kPath = "/_sandbox/checkout/";

constexpr std::string_view kForm = R"html({error}<dl>{lines}
<div class="amount"><dt>Total</dt><dd>{total}</dd></div></dl>
<form method="post">
<label>Email <input name="email" type="email" autocomplete="email" value="{email}"></label>
<label>Card number <input name="number" inputmode="numeric" autocomplete="cc-number" required
 placeholder="4242 4242 4242 4242"></label>
<div class="pair"><label>Expiry <input name="expiry" inputmode="numeric" autocomplete="cc-exp"
 placeholder="12 / 34" required></label>
<label>CVC <input name="cvc" inputmode="numeric" autocomplete="cc-csc" placeholder="123"
 required></label></div>
<label>Name on card <input name="name" autocomplete="cc-name" value="{name}"></label>
<button class="approve">{verb}</button>
</form>{cancel})html";

wire::Reply page(int status, std::string_view title, std::string_view content) {
  return html_page(status,
                   {"TEST · CHECKOUT", title,
                    "Cobro’s Stripe sandbox plays Stripe’s page. Use a test card; no money "
                    "moves."},
                   content);
}

std::string line_of(const Json& line) {
  return fmt::format("<div><dt>{} × {}</dt><dd>{}</dd></div>\n",
                     line.int_at({"quantity"}).value_or(1),
                     escape_html(line.string_at({"description"}).value_or("")),
                     escape_html(display_amount(line.int_at({"amount_total"}).value_or(0),
                                                line.string_at({"currency"}).value_or(""))));
}

std::string_view verb_of(std::string_view mode) {
  if (mode == "setup") return "Save card";
  return mode == "subscription" ? "Subscribe" : "Pay";
}

wire::Reply show(const Document& session, std::string_view error, const Form& typed) {
  std::string lines;
  for (const Json& line : *session.inner.find("line_items")->as_array()) lines += line_of(line);
  const auto was = [&](std::string_view name) {
    const auto found = typed.find(name);
    return found == typed.end() ? std::string() : found->second;
  };
  const auto email = was("email").empty() ? session.text("customer_email") : was("email");
  const auto cancel = session.text("cancel_url");
  return page(
      error.empty() ? 200 : 402, "Checkout",
      fmt::format(
          fmt::runtime(kForm),
          fmt::arg("error", error.empty() ? std::string()
                                          : fmt::format("<p class=\"error\" role=\"alert\">{}</p>",
                                                        escape_html(error))),
          fmt::arg("lines", lines),
          fmt::arg("total", escape_html(display_amount(session.number("amount_total"),
                                                       session.text("currency")))),
          fmt::arg("email", escape_html(email)), fmt::arg("name", escape_html(was("name"))),
          fmt::arg("verb", verb_of(session.text("mode"))),
          fmt::arg("cancel", cancel.empty() ? std::string()
                                            : fmt::format("<p><a href=\"{}\">Back</a></p>",
                                                          escape_html(cancel)))));
}

wire::Reply lead_to_success(const Document& session) {
  constexpr std::string_view kPlaceholder = "{CHECKOUT_SESSION_ID}";
  auto url = session.text("success_url");
  for (auto at = url.find(kPlaceholder); at != std::string::npos; at = url.find(kPlaceholder))
    url.replace(at, kPlaceholder.size(), session.id());
  return {303, {{"Location", url}}, {}};
}

Form read_form(const wire::Request& request) {
  Form form;
  for (auto& [name, value] : wire::parse_form(request.body).value_or(wire::FormFields{}))
    form[name] = value;
  return form;
}

std::string digits_of(std::string_view text) {
  std::string digits;
  for (const char c : text)
    if (c >= '0' && c <= '9') digits += c;
  return digits;
}

// What is wrong with what was typed; "" when nothing is.
std::string read_card(const Form& form, MethodChoice& choice) {
  const auto field = [&](std::string_view name) {
    const auto found = form.find(name);
    return digits_of(found == form.end() ? "" : found->second);
  };
  const auto number = field("number");
  choice.card = test_card_by_number(number);
  if (!choice.card)
    return passes_luhn(number) && !number.empty()
               ? "Your card was declined: only published test cards work here."
               : "Your card number is invalid.";
  const auto expiry = field("expiry");  // MMYY or MMYYYY
  const auto month = base::parse_int64(expiry.substr(0, 2)).value_or(0);
  const auto year = base::parse_int64(expiry.size() > 2 ? expiry.substr(2) : "").value_or(0);
  if (month < 1 || month > 12 || (expiry.size() != 4 && expiry.size() != 6))
    return "Your card's expiration date is invalid.";
  if (field("cvc").size() < 3) return "Your card's security code is invalid.";
  constexpr std::int64_t kCentury = 2000;
  choice.exp_month = month;
  choice.exp_year = year < kCentury ? year + kCentury : year;
  return "";
}

wire::Reply pay(Account& account, Document& session, const Form& form) {
  Payer payer;
  if (const auto mistake = read_card(form, payer.card); !mistake.empty())
    return show(session, mistake, form);
  const auto field = [&](std::string_view name) {
    const auto found = form.find(name);
    return found == form.end() ? std::string() : found->second;
  };
  payer.email = field("email").empty() ? session.text("customer_email") : field("email");
  payer.name = field("name");
  payer.return_url = account.options.public_url + std::string(kPath) + session.id();
  std::optional<ApiError> declined;
  account.database.transaction([&] {
    const auto clock_scope = clock_scope_of(account, session.text("customer"));
    declined = pay_checkout(account, session, payer);
  });
  if (declined) return show(session, declined->message, form);
  if (session.text("status") == "complete") return lead_to_success(session);
  const auto id = session.inner.string_at({"intent"}).value_or("");
  auto intent = account.database.find("payment_intent", id);
  if (!intent) intent = account.database.find("setup_intent", id);
  const auto url =
      intent ? intent->body.string_at({"next_action", "redirect_to_url", "url"}) : std::nullopt;
  return url ? wire::Reply{303, {{"Location", *url}}, {}} : show(session, "", form);
}

}  // namespace

wire::Reply answer_checkout(Account& account, const wire::Request& request) {
  auto session = account.database.find("checkout.session", request.path.substr(kPath.size()));
  if (!session) return page(404, "Nothing here", "<p>There is no such Checkout Session.</p>");
  if (session->text("status") == "complete") return lead_to_success(*session);
  if (session->text("status") == "expired")
    return page(410, "This session has expired", "<p>You have not been charged.</p>");
  if (request.method == "POST") return pay(account, *session, read_form(request));
  if (request.method != "GET") return {405, {{"Allow", "GET, POST"}}, {}};
  const bool refused = request.query.find("redirect_status=failed") != std::string::npos;
  return show(*session, refused ? "Your bank did not confirm it was you. Try another card." : "",
              {});
}

}  // namespace cobro::sandbox::stripe
