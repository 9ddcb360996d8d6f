// Cross-origin requests from browsers (Fetch standard, §3.2). They come without credentials: a
// bearer token in a header is all that counts.
#pragma once

#include <string>
#include <vector>

#include "wire/message.h"

namespace cobro::surfaces {

class Cors {
 public:
  // Without any, every origin is welcome.
  explicit Cors(std::vector<std::string> origins) : origins_(std::move(origins)) {}

  // Adds fields to the answer of OPTIONS on a known path; `allow` is its methods.
  void add_preflight(const wire::Request& request, const std::string& allow,
                     wire::Reply& reply) const;
  // Adds fields to every answer.
  void add(const wire::Request& request, wire::Reply& reply) const;

 private:
  bool add_origin(const wire::Request& request, wire::Reply& reply) const;
  std::vector<std::string> origins_;
};

}  // namespace cobro::surfaces
