#include "surfaces/checkout/page.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "base/check.h"
#include "base/text.h"
#include "surfaces/checkout/files.h"
#include "surfaces/common/documents.h"
#include "surfaces/platform/envelope.h"

namespace cobro::surfaces::checkout {
namespace {

using app::Answer;

constexpr std::string_view kPage = "index.html";

const File* find_file(std::string_view name) {
  const auto all = files();
  const auto found = std::ranges::find(all, name, &File::name);
  return found == all.end() ? nullptr : &*found;
}

// ---- content negotiation (RFC 9110, §12.5.3) ----------------------------------------------

struct Form {
  std::string_view coding;  // empty: as it is
  std::string_view bytes;
};

// Whether one member of Accept-Encoding takes the coding: "br", "br;q=0.5", but not "br;q=0".
bool takes(std::string_view member, std::string_view coding) {
  const auto semicolon = member.find(';');
  if (!base::equals_ignoring_case(base::trim(member.substr(0, semicolon)), coding)) return false;
  if (semicolon == std::string_view::npos) return true;
  const auto weight = base::trim(member.substr(semicolon + 1));
  return weight.find_first_of("123456789") != std::string_view::npos;
}

Form choose_form(const File& file, const wire::Request& request) {
  const auto accepted = base::split(request.headers.find("Accept-Encoding").value_or(""), ',');
  for (const Form& form : {Form{"br", file.brotli}, Form{"gzip", file.gzip}})
    if (std::ranges::any_of(accepted, [&](auto member) { return takes(member, form.coding); }))
      return form;
  return {"", file.plain};
}

bool is_known(const wire::Request& request, std::string_view tag) {
  const auto known = base::split(request.headers.find("If-None-Match").value_or(""), ',');
  return std::ranges::any_of(known, [&](std::string_view member) {
    member = base::trim(member);
    if (member.starts_with("W/")) member.remove_prefix(2);
    return member == "*" || member == tag;
  });
}

wire::Reply file_reply(const File& file, const wire::Request& request) {
  const auto form = choose_form(file, request);
  const std::string suffix = form.coding.empty() ? "" : "-" + std::string(form.coding);
  const std::string tag = '"' + std::string(file.hash) + suffix + '"';
  wire::Reply reply{200,
                    {{"Content-Type", std::string(file.content_type)},
                     {"ETag", tag},
                     {"Vary", "Accept-Encoding"},
                     {"X-Content-Type-Options", "nosniff"},
                     {"Cross-Origin-Resource-Policy", "same-origin"}},
                    {}};
  if (is_known(request, tag)) {
    reply.status = 304;
    return reply;
  }
  if (!form.coding.empty()) reply.headers.set("Content-Encoding", std::string(form.coding));
  reply.body = form.bytes;
  return reply;
}

// ---- policy -------------------------------------------------------------------------------

// "http://127.0.0.1:12111" of "http://127.0.0.1:12111/v1"; what a policy could not hold is
// refused.
std::string origin_of(const std::string& base) {
  const auto scheme_end = base.find("://");
  const auto scheme = base.substr(0, scheme_end);
  const auto host = scheme_end == std::string::npos ? "" : base.substr(scheme_end + 3);
  const auto authority = host.substr(0, host.find_first_of("/?#"));
  const bool well_formed = std::ranges::all_of(authority, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view(".-:[]").find(c) != std::string_view::npos;
  });
  if ((scheme != "http" && scheme != "https") || authority.empty() || !well_formed)
    throw std::invalid_argument("no http address to send cards to: " + base);
  return scheme + "://" + authority;
}

// Nothing is allowed that the page does not use. Our own code writes no HTML and passes
// Trusted Types; Stripe.js has not been written for them.
constexpr std::string_view kAlways =
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "img-src 'self'; style-src 'self'; ";

// What Stripe documents for Stripe.js and the Payment Element.
constexpr std::string_view kStripe =
    "script-src 'self' https://js.stripe.com https://*.js.stripe.com; "
    "connect-src 'self' https://api.stripe.com; "
    "frame-src https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com";

// ---- routes -------------------------------------------------------------------------------

base::Task<Answer> serve_page(Exchange& exchange, std::shared_ptr<const std::string> policy) {
  co_return page_reply(exchange.request, *policy);
}

base::Task<Answer> serve_asset(Exchange& exchange) {
  auto reply = asset_reply(exchange.request, exchange.path_values.front());
  if (!reply)
    co_return std::unexpected(domain::Refusal{.code = domain::RefusalCode::not_found,
                                              .message = "The page has no such file."});
  co_return std::move(*reply);
}

Route open_route(std::string path, std::string id, std::string summary, std::string content_type,
                 Handle handle) {
  wire::ResponseDoc ok{.status = 200,
                       .description = "The file.",
                       .type = nullptr,
                       .content_type = std::move(content_type)};
  return {.operation = {.method = "GET",
                        .path = std::move(path),
                        .id = std::move(id),
                        .summary = std::move(summary),
                        .tag = "Checkout page",
                        .responses = {std::move(ok)},
                        .needs_bearer = false},
          .handle = std::move(handle),
          .render_error = &platform::render_error,
          .access = Access::anyone,
          .reads_query = true};  // a bank's way back brings one, which the page itself reads
}

}  // namespace

std::string content_security_policy(const CheckoutPageSettings& settings) {
  if (!settings.sandbox_api_base) return std::string(kAlways) + std::string(kStripe);
  return std::string(kAlways) + "script-src 'self'; connect-src 'self' " +
         origin_of(*settings.sandbox_api_base) + "; require-trusted-types-for 'script'";
}

wire::Reply page_reply(const wire::Request& request, const std::string& policy) {
  const auto* page = find_file(kPage);
  COBRO_CHECK(page != nullptr);
  auto reply = file_reply(*page, request);
  reply.headers.set("Cache-Control", "no-store");
  reply.headers.set("Content-Security-Policy", policy);
  // The address is the right to pay: other sites learn no more than the host.
  reply.headers.set("Referrer-Policy", "strict-origin");
  reply.headers.set("X-Frame-Options", "DENY");
  reply.headers.set("Cross-Origin-Opener-Policy", "same-origin-allow-popups");
  reply.headers.set("Permissions-Policy", "camera=(), geolocation=(), microphone=()");
  reply.headers.set("X-Robots-Tag", "noindex, nofollow");
  return reply;
}

std::optional<wire::Reply> asset_reply(const wire::Request& request, std::string_view name) {
  const auto* file = name == kPage ? nullptr : find_file(name);
  if (file == nullptr) return std::nullopt;
  auto reply = file_reply(*file, request);
  reply.headers.set("Cache-Control", "public, max-age=31536000, immutable");
  return reply;
}

void add_page_routes(const CheckoutPageSettings& settings, std::vector<Route>& routes) {
  const auto policy = std::make_shared<const std::string>(content_security_policy(settings));
  routes.push_back(open_route(
      "/checkout/{session}", "showCheckoutPage", "The page on which a checkout session is paid",
      "text/html", [policy](Exchange& exchange) { return serve_page(exchange, policy); }));
  auto asset = open_route("/checkout/assets/{file}", "getCheckoutAsset",
                          "A file that the checkout page loads", "text/javascript", &serve_asset);
  asset.operation.responses.push_back(
      reply_of<platform::ErrorReply>(404, "The page has no such file.", example(R"({
    "success": false, "error": {"code": "not_found", "request_id": "req-1",
                                "message": "The page has no such file."}})")));
  routes.push_back(std::move(asset));
}

}  // namespace cobro::surfaces::checkout
