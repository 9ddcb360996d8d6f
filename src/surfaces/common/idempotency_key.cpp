#include "surfaces/common/idempotency_key.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/text.h"
#include "crypto/hash.h"
#include "surfaces/common/errors.h"

namespace cobro::surfaces {
namespace {

constexpr std::size_t kMaxKey = 255;

bool is_printable(char c) {
  return c >= 0x20 && c <= 0x7e;
}

// The content of a quoted string, its quotes taken off; a backslash may precede only a quote
// or a backslash.
std::optional<std::string> unquote(std::string_view content) {
  std::string key;
  bool escaped = false;
  for (const char c : content) {
    const bool is_special = c == '"' || c == '\\';
    if (escaped ? !is_special : c == '"') return std::nullopt;
    escaped = !escaped && c == '\\';
    if (!escaped) key.push_back(c);
  }
  if (escaped) return std::nullopt;
  return key;
}

std::size_t count_of(const wire::Headers& headers, std::string_view name) {
  return static_cast<std::size_t>(std::ranges::count_if(headers, [&](const wire::Header& field) {
    return base::equals_ignoring_case(field.name, name);
  }));
}

domain::Refusal malformed() {
  return refuse_fields(std::vector<domain::FieldError>{
      {"Idempotency-Key", "invalid_format",
       "must be given once, as 1 to 255 printable ASCII characters"}});
}

}  // namespace

std::optional<std::string> parse_idempotency_key(std::string_view field) {
  if (!std::ranges::all_of(field, is_printable)) return std::nullopt;
  std::optional<std::string> key(field);
  if (field.starts_with('"')) {
    if (field.size() < 2 || !field.ends_with('"')) return std::nullopt;
    key = unquote(field.substr(1, field.size() - 2));
  }
  if (!key || key->empty() || key->size() > kMaxKey) return std::nullopt;
  return key;
}

base::Result<std::optional<app::Idempotency>, domain::Refusal> read_idempotency(
    const wire::Request& request, const app::Caller& caller) {
  const auto field = request.headers.find("Idempotency-Key");
  if (!field) return std::nullopt;
  const auto key = parse_idempotency_key(base::trim(*field));
  if (!key || count_of(request.headers, "Idempotency-Key") > 1) return std::unexpected(malformed());
  // No part can hold the separator: claims and keys have no control characters.
  constexpr char kSeparator = '\x1f';
  const std::string scope = caller.tenant_id.value_or("") + kSeparator + caller.sub + kSeparator +
                            request.method + kSeparator + request.path + kSeparator + *key;
  // What a query asks for is of the request as much as what a body does. Without one the hash is
  // that of the body alone, as it was when queries did not count.
  const std::string asked =
      request.query.empty() ? request.body : request.query + kSeparator + request.body;
  return app::Idempotency{.record_key = base::to_hex(crypto::sha256(scope)),
                          .request_hash = base::to_hex(crypto::sha256(asked))};
}

}  // namespace cobro::surfaces
