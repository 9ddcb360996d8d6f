#include "gateways/stripe/signature.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/text.h"
#include "crypto/hash.h"

namespace cobro::gateways::stripe {
namespace {

constexpr auto kMaxAge = std::chrono::seconds{300};
constexpr auto kMaxFuture = std::chrono::seconds{60};
// More than Stripe ever has secrets for one endpoint; bounds the work for a stranger.
constexpr std::size_t kMaxSignatures = 16;
constexpr std::size_t kMaxTimestampDigits = 11;

struct Signed {
  std::string_view timestamp;  // as it stands: these characters were signed
  std::int64_t seconds = 0;
  std::vector<std::string> signatures;  // decoded
};

bool is_timestamp(std::string_view text) {
  return !text.empty() && text.size() <= kMaxTimestampDigits &&
         std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// Schemes that we do not know, and v1 values that are no hex, are passed over; two
// timestamps would leave open which was signed.
std::optional<Signed> read(std::string_view header) {
  Signed out;
  for (const auto item : base::split(header, ',')) {
    const auto equals = item.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const auto name = base::trim(item.substr(0, equals));
    const auto value = base::trim(item.substr(equals + 1));
    if (name == "t") {
      if (!out.timestamp.empty() || !is_timestamp(value)) return std::nullopt;
      out.timestamp = value;
      out.seconds = base::parse_int64(value).value_or(0);
    } else if (name == "v1") {
      if (out.signatures.size() == kMaxSignatures) return std::nullopt;
      if (auto bytes = base::from_hex(value)) out.signatures.push_back(std::move(*bytes));
    }
  }
  if (out.timestamp.empty() || out.signatures.empty()) return std::nullopt;
  return out;
}

// Every pair is compared, whatever matched before.
bool matches(const Signed& header, std::string_view body, std::span<const base::Secret> secrets) {
  std::string payload;
  payload.reserve(header.timestamp.size() + 1 + body.size());
  payload.append(header.timestamp).append(1, '.').append(body);
  bool found = false;
  for (const auto& secret : secrets) {
    if (secret.empty()) continue;
    const std::string expected = crypto::hmac_sha256(secret.reveal(), payload);
    for (const auto& signature : header.signatures)
      found |= crypto::equal_constant_time(expected, signature);
  }
  return found;
}

std::unexpected<ports::WebhookRefusal> refuse(std::string message) {
  return std::unexpected(ports::WebhookRefusal{std::move(message)});
}

}  // namespace

base::Result<void, ports::WebhookRefusal> verify_signature(std::string_view header,
                                                           std::string_view body,
                                                           std::span<const base::Secret> secrets,
                                                           base::Timestamp now) {
  const auto read_header = read(header);
  if (!read_header) return refuse("the Stripe-Signature field cannot be read");
  if (!matches(*read_header, body, secrets)) return refuse("no signature matches");
  const auto age = now - base::Timestamp::from_unix_seconds(read_header->seconds);
  if (age > kMaxAge) return refuse("the signature is too old");
  if (age < -kMaxFuture) return refuse("the signature's time lies in the future");
  return {};
}

}  // namespace cobro::gateways::stripe
