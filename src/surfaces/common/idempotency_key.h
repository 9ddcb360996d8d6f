// The Idempotency-Key of a request, turned into what the pipeline keeps: hashes only.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "app/pipeline/pipeline.h"
#include "wire/message.h"

namespace cobro::surfaces {

// Reads a key of 1–255 printable ASCII characters, bare or as a quoted string (RFC 8941 §3.3.3),
// which is the same key as its content. Gives nothing when it is neither.
std::optional<std::string> parse_idempotency_key(std::string_view field);

// Gives nothing when the request has no such header. Refusals: validation_failed.
base::Result<std::optional<app::Idempotency>, domain::Refusal> read_idempotency(
    const wire::Request& request, const app::Caller& caller);

}  // namespace cobro::surfaces
