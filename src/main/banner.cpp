#include "main/banner.h"

#include <string_view>

namespace cobro {
namespace {

constexpr std::string_view kAddress =
    R"({"street": "Av. Principal 123", "city": "Lima", "state": "Lima", "postal_code": "15001", "country": "Peru"})";

std::string curl(const std::string& url, std::string_view path, std::string_view token,
                 const std::string& body) {
  return "curl -X POST \"" + url + std::string(path) +
         "\" -H \"Content-Type: application/json\" -H \"Authorization: Bearer $" +
         std::string(token) + "\" -d '" + body + "'; echo\n";
}

std::string examples(const std::string& url) {
  const std::string address(kAddress);
  return "Try it (the ids are those of a fresh database):\n\n" +
         curl(
             url, "/api/v1/orders", "USER_TOKEN",
             R"({"items": [{"product_id": 1, "quantity": 2, "unit_price": 29.99}], "shipping_address": )" +
                 address + R"(, "billing_address": )" + address + "}") +
         "\n" +
         curl(
             url, "/api/v1/payments", "USER_TOKEN",
             R"({"order_id": 1, "payment_method": "stripe", "amount": 59.98, "currency": "PEN"})") +
         "\n" +
         curl(url, "/api/v1/payments/1/process", "USER_TOKEN",
              R"({"payment_method_id": "pm_card_visa", "confirmation_method": "manual"})") +
         "\n" +
         curl(url, "/api/v1/payments/1/refund", "ADMIN_TOKEN",
              R"({"amount": 29.99, "reason": "Product defect"})");
}

}  // namespace

std::string banner(const BannerFacts& facts) {
  std::string out = "\nCobro is serving on " + facts.url + "\n";
  out += "  database         " + facts.database + "\n";
  if (!facts.sandbox_url.empty())
    out += "  Stripe sandbox   " + facts.sandbox_url + " (no STRIPE_SECRET_KEY is set)\n";
  out += "  API description  " + facts.url + "/openapi.json\n";
  if (facts.user_token.empty()) return out + "  tokens           cobro token --help\n\n";
  return out +
         "\nA user's and an administrator's token (for 24 hours; more: cobro token --help):\n\n" +
         "export USER_TOKEN=" + facts.user_token + "\n\nexport ADMIN_TOKEN=" + facts.admin_token +
         "\n\n" + examples(facts.url) + "\nCtrl-C stops the service.\n\n";
}

}  // namespace cobro
